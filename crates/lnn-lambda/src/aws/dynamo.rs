//! The registry of runs in DynamoDB.
//!
//! In: items and changes. Out: conditional updates: what a stale trainer asks for is refused by the table itself. Read next:
//! `item.rs`.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValue, TransactWriteItem, Update};

use super::item::{Item, RUN, attributes, key, read, segment_key};
use crate::stores::{Flushed, Registry, RunChange, RunItem, SegmentItem, Status, StoreError};

/// The index that lists runs.
const BY_ITEM: &str = "by_item";

/// The table.
#[derive(Debug, Clone)]
pub struct Dynamo {
    client: Client,
    table: String,
}

impl Dynamo {
    /// A table that is there.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Whether a segment is listed as this very one: what a transaction whose answer was lost left.
    async fn has_segment(&self, run: &str, segment: &SegmentItem) -> Result<bool, StoreError> {
        let item = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(run, &segment_key(segment.idx))))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failed("read a segment", &error))?;
        Ok(match item.item() {
            Some(item) => read::<SegmentItem>(item)? == *segment,
            None => false,
        })
    }

    /// Whether a token is the run's newest.
    async fn holds(&self, run: &str, token: u64) -> Result<bool, StoreError> {
        Ok(self.get(run).await?.is_some_and(|item| item.token == token))
    }

    /// Writes about a run if the token is the newest and the log's mark does not go back; none where that is not so.
    async fn change_if(
        &self,
        run: &str,
        token: u64,
        change: &RunChange,
    ) -> Result<Option<RunItem>, StoreError> {
        let mut sets = sets_of(change)?;
        sets.names.insert("#token".to_owned(), "token".to_owned());
        sets.values.insert(":mine".to_owned(), number(token));
        let is_forward = " AND (attribute_not_exists(#durable) OR #durable <= :durable)";
        let condition = format!("#token = :mine{}", if change.durable.is_some() { is_forward } else { "" });
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(run, RUN)))
            .update_expression(sets.text())
            .condition_expression(condition)
            .set_expression_attribute_names(Some(sets.names))
            .set_expression_attribute_values(Some(sets.values))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match answer {
            Ok(answer) => answer.attributes().map(read).transpose(),
            Err(error) if is_condition(&error) => Ok(None),
            Err(error) => Err(failed("change a run", &error)),
        }
    }
}

/// An update that grows: `SET a = :a, …`.
#[derive(Default)]
struct Sets {
    parts: Vec<String>,
    names: HashMap<String, String>,
    values: Item,
}

impl Sets {
    fn value(&mut self, name: &str, value: AttributeValue) -> &mut Self {
        self.expression(name, format!("#{name} = :{name}"), value)
    }

    fn once(&mut self, name: &str, value: AttributeValue) -> &mut Self {
        self.expression(name, format!("#{name} = if_not_exists(#{name}, :{name})"), value)
    }

    fn expression(&mut self, name: &str, expression: String, value: AttributeValue) -> &mut Self {
        self.parts.push(expression);
        self.names.insert(format!("#{name}"), name.to_owned());
        self.values.insert(format!(":{name}"), value);
        self
    }

    fn text(&self) -> String {
        format!("SET {}", self.parts.join(", "))
    }
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

fn failed<E: std::error::Error + Send + Sync + 'static>(action: &str, error: &SdkError<E>) -> StoreError {
    StoreError::failed("DynamoDB", action, aws_sdk_dynamodb::error::DisplayErrorContext(error))
}

fn is_condition(error: &SdkError<UpdateItemError>) -> bool {
    error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}

/// The members of a change that are written as they are, in the words that serde reads.
#[derive(serde::Serialize)]
struct Members<'a> {
    status: Option<Status>,
    step: Option<u64>,
    checkpoint: Option<crate::stores::Checkpoint>,
    durable: Option<crate::stores::LogMark>,
    result: Option<&'a serde_json::Value>,
}

fn sets_of(change: &RunChange) -> Result<Sets, StoreError> {
    let mut sets = Sets::default();
    sets.value("updated_ms", number(now_ms()));
    let RunChange { status, step, checkpoint, durable, ref result, .. } = *change;
    for (name, value) in attributes(&Members { status, step, checkpoint, durable, result: result.as_ref() })?
    {
        sets.value(&name, value);
    }
    if let Some(ending) = &change.ending {
        sets.once("ending", AttributeValue::M(attributes(ending)?));
    }
    if change.is_new_generation {
        sets.expression("generation", "#generation = #generation + :generation".to_owned(), number(1));
    }
    for (name, is_so) in [("is_notified", change.is_notified), ("is_closed", change.is_closed)] {
        if is_so {
            sets.value(name, AttributeValue::Bool(true));
        }
    }
    Ok(sets)
}

impl Registry for Dynamo {
    async fn register(&self, item: &RunItem) -> Result<bool, StoreError> {
        let mut attributes = attributes(item)?;
        attributes.extend(key(&item.run, RUN));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(attributes));
        match put
            .condition_expression("attribute_not_exists(#run)")
            .expression_attribute_names("#run", "run")
            .send()
            .await
        {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(failed("register a run", &error)),
        }
    }

    async fn get(&self, run: &str) -> Result<Option<RunItem>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(run, RUN)))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failed("read a run", &error))?;
        answer.item().map(read).transpose()
    }

    async fn list(&self) -> Result<Vec<RunItem>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(BY_ITEM)
            .key_condition_expression("#item = :item")
            .expression_attribute_names("#item", "item")
            .expression_attribute_values(":item", AttributeValue::S(RUN.to_owned()))
            .scan_index_forward(false)
            .into_paginator()
            .items()
            .send();
        let mut runs = Vec::new();
        while let Some(item) = pages.next().await {
            runs.push(read(&item.map_err(|error| failed("list runs", &error))?)?);
        }
        Ok(runs)
    }

    async fn acquire(&self, run: &str) -> Result<Option<RunItem>, StoreError> {
        let mut sets = Sets::default();
        sets.expression("token", "#token = #token + :token".to_owned(), number(1));
        sets.value("updated_ms", number(now_ms()));
        sets.names.insert("#closed".to_owned(), "is_closed".to_owned());
        sets.values.insert(":no".to_owned(), AttributeValue::Bool(false));
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(run, RUN)))
            .update_expression(sets.text())
            .condition_expression("#closed = :no")
            .set_expression_attribute_names(Some(sets.names))
            .set_expression_attribute_values(Some(sets.values))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match answer {
            Ok(answer) => match answer.attributes().map(read::<RunItem>).transpose()? {
                Some(item) if item.status == Status::Launched => {
                    let change = RunChange { status: Some(Status::Running), ..RunChange::default() };
                    match self.change(run, item.token, &change).await {
                        // A newer trainer is at it already: this one will be told soon enough.
                        Err(StoreError::Fenced { .. }) => {
                            Ok(Some(RunItem { status: Status::Running, ..item }))
                        }
                        changed => changed.map(Some),
                    }
                }
                item => Ok(item),
            },
            Err(error) if is_condition(&error) => Ok(None),
            Err(error) => Err(failed("take a run up", &error)),
        }
    }

    async fn change(&self, run: &str, token: u64, change: &RunChange) -> Result<RunItem, StoreError> {
        match self.change_if(run, token, change).await? {
            Some(item) => Ok(item),
            // The mark never goes back, and a change that would move it back is made without it.
            None if change.durable.is_some() && self.holds(run, token).await? => {
                let change = RunChange { durable: None, ..change.clone() };
                let item = self.change_if(run, token, &change).await?;
                item.ok_or_else(|| StoreError::Fenced { run: run.to_owned() })
            }
            None => Err(StoreError::Fenced { run: run.to_owned() }),
        }
    }

    async fn add_segment(
        &self,
        run: &str,
        token: u64,
        segment: &SegmentItem,
        flushed: &Flushed,
    ) -> Result<(), StoreError> {
        let built = |error: aws_sdk_dynamodb::error::BuildError| {
            StoreError::failed("DynamoDB", "list a segment", error)
        };
        let mut item = attributes(segment)?;
        item.extend(key(run, &segment_key(segment.idx)));
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).build().map_err(built)?;
        let mut sets = Sets::default();
        sets.value("updated_ms", number(now_ms()));
        for (name, value) in attributes(flushed)? {
            sets.value(&name, value);
        }
        sets.names.insert("#token".to_owned(), "token".to_owned());
        sets.values.insert(":mine".to_owned(), number(token));
        sets.values.insert(":idx".to_owned(), number(segment.idx));
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key(run, RUN)))
            .update_expression(sets.text())
            .condition_expression("#token = :mine AND #n_segments = :idx")
            .set_expression_attribute_names(Some(sets.names))
            .set_expression_attribute_values(Some(sets.values))
            .build()
            .map_err(built)?;
        let answer = self
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(put).build())
            .transact_items(TransactWriteItem::builder().update(update).build())
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            // Refused, perhaps because the same request was carried out before and its answer lost.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(TransactWriteItemsError::is_transaction_canceled_exception) =>
            {
                if self.has_segment(run, segment).await? {
                    return Ok(());
                }
                Err(StoreError::Fenced { run: run.to_owned() })
            }
            Err(error) => Err(failed("list a segment", &error)),
        }
    }

    async fn segments(&self, run: &str) -> Result<Vec<SegmentItem>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#run = :run AND begins_with(#item, :item)")
            .expression_attribute_names("#run", "run")
            .expression_attribute_names("#item", "item")
            .expression_attribute_values(":run", AttributeValue::S(run.to_owned()))
            .expression_attribute_values(":item", AttributeValue::S("segment#".to_owned()))
            .into_paginator()
            .items()
            .send();
        let mut segments = Vec::new();
        while let Some(item) = pages.next().await {
            segments.push(read(&item.map_err(|error| failed("list segments", &error))?)?);
        }
        Ok(segments)
    }

    async fn cancel(&self, run: &str) -> Result<bool, StoreError> {
        let mut sets = Sets::default();
        sets.value("is_cancelled", AttributeValue::Bool(true));
        sets.names.insert("#status".to_owned(), "status".to_owned());
        let word = |word: &str| AttributeValue::S(word.to_owned());
        sets.values.insert(":launched".to_owned(), word("launched"));
        sets.values.insert(":running".to_owned(), word("running"));
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(run, RUN)))
            .update_expression(sets.text())
            .condition_expression("#status IN (:launched, :running)")
            .set_expression_attribute_names(Some(sets.names))
            .set_expression_attribute_values(Some(sets.values))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) if is_condition(&error) => Ok(false),
            Err(error) => Err(failed("stop a run", &error)),
        }
    }
}
