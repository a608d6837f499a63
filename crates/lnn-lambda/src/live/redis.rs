//! [`Live`] over Redis or Valkey.
//!
//! In: scripts and keys. Out: answers, however often a connection breaks: every script may be given twice. Read next: the
//! scripts beside this file.

use std::sync::LazyLock;
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands, Client, FromRedisValue, RedisError, Script, Value};

use super::{Change, Claim, Commit, Cursor, Entry, Live, Row, Seed, Tail, Written};
use crate::stores::{LogMark, StoreError};
use crate::values::ValueName;

/// Time to live of a run that is being put back.
const PROVISIONAL_SECONDS: u64 = 20;
/// Tries of a request, and the wait after the first.
const ATTEMPTS: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(20);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

macro_rules! script {
    ($name:ident, $file:literal) => {
        static $name: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!($file)));
    };
}
script!(CLAIM, "claim.lua");
script!(SEED, "seed.lua");
script!(OPEN, "open.lua");
script!(WRITE, "write.lua");
script!(COMMIT, "commit.lua");
script!(END, "end.lua");
script!(FLUSHED, "flushed.lua");
script!(CLEAR, "clear.lua");

/// A connection that is made anew where it breaks.
#[derive(Clone)]
pub struct RedisLive {
    connection: ConnectionManager,
    ttl_seconds: u64,
}

impl RedisLive {
    /// Connects.
    ///
    /// # Errors
    /// The address is none, or nothing answers there.
    pub async fn connect(url: &str, value_ttl: Duration) -> Result<Self, StoreError> {
        // The address may hold a password: it is not repeated in errors.
        let failed = |error: RedisError| StoreError::failed("Redis", "connect", error.category());
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(5)))
            .set_response_timeout(Some(ANSWER_TIMEOUT))
            .set_number_of_retries(8)
            .set_max_delay(Duration::from_millis(500));
        let client = Client::open(url).map_err(failed)?;
        let connection = ConnectionManager::new_with_config(client, config).await.map_err(failed)?;
        Ok(Self { connection, ttl_seconds: value_ttl.as_secs().max(1) })
    }

    /// Runs a script, again where the connection broke: its answer may be lost, its effect not be doubled.
    async fn run<T: FromRedisValue>(
        &self,
        (script, action): (&Script, &'static str),
        keys: &[String],
        arguments: &[&[u8]],
    ) -> Result<T, StoreError> {
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            let mut connection = self.connection.clone();
            let mut call = script.prepare_invoke();
            for key in keys {
                call.key(key);
            }
            for argument in arguments {
                call.arg(argument);
            }
            match call.invoke_async(&mut connection).await {
                Ok(answer) => return Ok(answer),
                Err(error) if attempt < ATTEMPTS && is_passing(&error) => tokio::time::sleep(wait).await,
                Err(error) => return Err(StoreError::failed("Redis", action, error)),
            }
            wait *= 2;
        }
        Err(StoreError::failed("Redis", action, "no answer"))
    }
}

/// Whether the same request may succeed a little later.
fn is_passing(error: &RedisError) -> bool {
    error.is_io_error()
        || error.is_connection_dropped()
        || error.is_timeout()
        || error.is_unrecoverable_error()
        || matches!(
            error.code(),
            Some("LOADING" | "BUSY" | "TRYAGAIN" | "CLUSTERDOWN" | "MASTERDOWN" | "READONLY")
        )
}

fn cursor_key(run: &str) -> String {
    format!("lnn:{{{run}}}:cursor")
}

fn tail_key(run: &str) -> String {
    format!("lnn:{{{run}}}:tail")
}

/// Cursor, tail, then values.
fn keys(run: &str, values: &[ValueName]) -> Vec<String> {
    [cursor_key(run), tail_key(run)].into_iter().chain(values.iter().map(|name| name.key(run))).collect()
}

fn mark_text(mark: Option<LogMark>) -> String {
    mark.map(|mark| mark.0.to_string()).unwrap_or_default()
}

/// An entry as the list holds it: its mark, a newline, its lines.
fn entry_text(entry: Option<&Entry>) -> String {
    entry.map(|entry| format!("{}\n{}", entry.mark.0, entry.text)).unwrap_or_default()
}

fn entry_from(text: &str) -> Option<Entry> {
    let (mark, text) = text.split_once('\n')?;
    Some(Entry { mark: LogMark(mark.parse().ok()?), text: text.to_owned() })
}

fn change(answer: &str) -> Change {
    match answer {
        "made" => Change::Made,
        "lost" => Change::Lost,
        _ => Change::Fenced,
    }
}

fn cursor_from(fields: &[Option<String>]) -> Option<Cursor> {
    let [Some(step), durable, Some(n_segments), Some(log_bytes), Some(generation), scored] = fields else {
        return None;
    };
    Some(Cursor {
        step: step.parse().ok()?,
        durable: durable.as_deref().unwrap_or_default().parse().ok().map(LogMark),
        n_segments: n_segments.parse().ok()?,
        log_bytes: log_bytes.parse().ok()?,
        generation: generation.parse().ok()?,
        scored: scored.clone().unwrap_or_default(),
    })
}

impl Live for RedisLive {
    async fn claim(&self, run: &str, token: u64, row: &Row) -> Result<Claim, StoreError> {
        let first = [token, self.ttl_seconds].map(|number| number.to_string());
        let durable = mark_text(row.durable);
        let more = [row.n_segments, row.log_bytes, row.generation].map(|number| number.to_string());
        let mut arguments: Vec<&[u8]> = first.iter().map(String::as_bytes).collect();
        arguments.push(durable.as_bytes());
        arguments.extend(more.iter().map(String::as_bytes));
        let answer: Value = self.run((&CLAIM, "claim"), &keys(run, &[]), &arguments).await?;
        if let Ok(word) = String::from_redis_value(answer.clone()) {
            return Ok(if word == "absent" { Claim::Absent } else { Claim::Fenced });
        }
        let fields: Vec<Option<String>> =
            Vec::from_redis_value(answer).map_err(|error| StoreError::failed("Redis", "claim", error))?;
        cursor_from(&fields).map(Claim::Held).ok_or_else(|| StoreError::Foreign {
            place: cursor_key(run),
            message: "its fields are no cursor's".to_owned(),
        })
    }

    async fn seed(&self, run: &str, Seed { token, cursor }: &Seed<'_>) -> Result<Change, StoreError> {
        let numbers = [*token, PROVISIONAL_SECONDS, cursor.step].map(|number| number.to_string());
        let durable = mark_text(cursor.durable);
        let more = [cursor.n_segments, cursor.log_bytes, cursor.generation].map(|number| number.to_string());
        let mut arguments: Vec<&[u8]> = numbers.iter().map(String::as_bytes).collect();
        arguments.push(durable.as_bytes());
        arguments.extend(more.iter().map(String::as_bytes));
        arguments.push(cursor.scored.as_bytes());
        let answer: String = self.run((&SEED, "seed"), &keys(run, &[]), &arguments).await?;
        Ok(change(&answer))
    }

    async fn open(
        &self,
        run: &str,
        token: u64,
        values: &[ValueName],
        entry: Option<&Entry>,
    ) -> Result<Change, StoreError> {
        let (token, ttl) = (token.to_string(), self.ttl_seconds.to_string());
        let (mark, text) = (mark_text(entry.map(|entry| entry.mark)), entry_text(entry));
        let arguments = [token.as_bytes(), ttl.as_bytes(), mark.as_bytes(), text.as_bytes()];
        let answer: String = self.run((&OPEN, "open"), &keys(run, values), &arguments).await?;
        Ok(change(&answer))
    }

    async fn write(
        &self,
        run: &str,
        token: u64,
        step: u64,
        values: &[(ValueName, Vec<u8>)],
    ) -> Result<Written, StoreError> {
        let keys: Vec<String> =
            [cursor_key(run)].into_iter().chain(values.iter().map(|(name, _)| name.key(run))).collect();
        let numbers = [token, step, self.ttl_seconds, PROVISIONAL_SECONDS].map(|number| number.to_string());
        let mut arguments: Vec<&[u8]> = numbers.iter().map(String::as_bytes).collect();
        arguments.extend(values.iter().map(|(_, bytes)| bytes.as_slice()));
        let n_old: i64 = self.run((&WRITE, "write values"), &keys, &arguments).await?;
        Ok(u64::try_from(n_old).map_or(Written::Refused, |n_old| Written::There { n_old }))
    }

    async fn read(&self, run: &str, names: &[ValueName]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<String> = names.iter().map(|name| name.key(run)).collect();
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            match self.connection.clone().mget(&keys).await {
                Ok(values) => return Ok(values),
                Err(error) if attempt < ATTEMPTS && is_passing(&error) => tokio::time::sleep(wait).await,
                Err(error) => return Err(StoreError::failed("Redis", "read values", error)),
            }
            wait *= 2;
        }
        Err(StoreError::failed("Redis", "read values", "no answer"))
    }

    async fn commit(&self, run: &str, commit: &Commit<'_>) -> Result<Change, StoreError> {
        let numbers = [commit.token, commit.step, self.ttl_seconds].map(|number| number.to_string());
        let mark = mark_text(commit.entry.map(|entry| entry.mark));
        let text = entry_text(commit.entry);
        let mut arguments: Vec<&[u8]> = numbers.iter().map(String::as_bytes).collect();
        arguments.extend([commit.scored.as_bytes(), mark.as_bytes(), text.as_bytes()]);
        let answer: String = self.run((&COMMIT, "commit"), &keys(run, commit.removed), &arguments).await?;
        Ok(change(&answer))
    }

    async fn end(&self, run: &str, token: u64, entry: &Entry) -> Result<Change, StoreError> {
        let (token, ttl) = (token.to_string(), self.ttl_seconds.to_string());
        let (mark, text) = (mark_text(Some(entry.mark)), entry_text(Some(entry)));
        let arguments = [token.as_bytes(), ttl.as_bytes(), mark.as_bytes(), text.as_bytes()];
        let answer: String = self.run((&END, "end"), &keys(run, &[]), &arguments).await?;
        Ok(change(&answer))
    }

    async fn tail(&self, run: &str) -> Result<Option<Tail>, StoreError> {
        let failed = |error: RedisError| StoreError::failed("Redis", "read the log", error);
        let (cursor, tail) = (cursor_key(run), tail_key(run));
        let mut pipe = redis::pipe();
        pipe.atomic().hmget(&cursor, &["generation", "provisional"]).lrange(&tail, 0, -1);
        let (fields, entries): (Vec<Option<String>>, Vec<String>) =
            pipe.query_async(&mut self.connection.clone()).await.map_err(failed)?;
        let [Some(generation), None] = fields.as_slice() else { return Ok(None) };
        Ok(Some(Tail {
            generation: generation.parse().unwrap_or_default(),
            entries: entries.iter().filter_map(|text| entry_from(text)).collect(),
        }))
    }

    async fn flushed(&self, run: &str, token: u64, cursor: &Cursor) -> Result<Change, StoreError> {
        let numbers =
            [cursor.n_segments, cursor.log_bytes, cursor.generation].map(|number| number.to_string());
        let (token, durable) = (token.to_string(), mark_text(cursor.durable));
        let mut arguments: Vec<&[u8]> = vec![token.as_bytes(), durable.as_bytes()];
        arguments.extend(numbers.iter().map(String::as_bytes));
        let answer: String = self.run((&FLUSHED, "drop old lines"), &keys(run, &[]), &arguments).await?;
        Ok(change(&answer))
    }

    async fn clear(&self, run: &str, token: u64, values: &[ValueName]) -> Result<Change, StoreError> {
        let token = token.to_string();
        let answer: String = self.run((&CLEAR, "clear"), &keys(run, values), &[token.as_bytes()]).await?;
        Ok(change(&answer))
    }
}
