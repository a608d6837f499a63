//! Elements by accessible role and name, as assistive technology finds them.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::page::{WAIT_TIMEOUT, value_of};
use crate::{Element, Page};

/// A question to the accessibility tree; nothing is looked up before `get`, `all`, `count` or a short cut.
#[derive(Clone)]
pub struct Query<'p> {
    page: &'p Page,
    role: String,
    name: Name,
    within: Option<String>,
}

#[derive(Clone)]
enum Name {
    Any,
    Exact(String),
    Prefix(String),
}

impl Name {
    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(wanted) => name == wanted,
            Self::Prefix(wanted) => name.starts_with(wanted),
        }
    }
}

impl<'p> Query<'p> {
    pub(crate) fn new(page: &'p Page, role: &str) -> Self {
        Self { page, role: role.to_owned(), name: Name::Any, within: None }
    }

    /// Only elements with exactly this accessible name.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.name = Name::Exact(name.to_owned());
        self
    }

    /// Only elements whose accessible name begins so.
    #[must_use]
    pub fn name_starts(mut self, prefix: &str) -> Self {
        self.name = Name::Prefix(prefix.to_owned());
        self
    }

    /// Only elements inside this one.
    #[must_use]
    pub fn within(mut self, element: &Element<'_>) -> Self {
        self.within = Some(element.object_id().to_owned());
        self
    }

    /// All that are there now, in document order.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn all(&self) -> Result<Vec<Element<'p>>> {
        let root = match &self.within {
            Some(object_id) => object_id.clone(),
            None => self.document()?,
        };
        let answer =
            self.page.call("Accessibility.queryAXTree", json!({ "objectId": root, "role": self.role }))?;
        let nodes = answer["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_wanted = |node: &&Value| {
            node["ignored"] != true && self.name.matches(node["name"]["value"].as_str().unwrap_or(""))
        };
        // An element may go between the question and this: it is not there then.
        Ok(nodes.iter().filter(is_wanted).filter_map(|node| Element::new(self.page, node).ok()).collect())
    }

    /// How many are there now.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn count(&self) -> Result<usize> {
        Ok(self.all()?.len())
    }

    /// The only one, waited for.
    ///
    /// # Errors
    /// When after 30 s there is none, or more than one.
    pub fn get(&self) -> Result<Element<'p>> {
        let mut found = Vec::new();
        let waited = self.page.wait(&self.describe(), || {
            found = self.all()?;
            Ok(found.len() == 1)
        });
        match (waited, found.pop()) {
            (Ok(()), Some(element)) => Ok(element),
            (Err(error), Some(_)) => Err(error.context(format!("there are {} of them", found.len() + 1))),
            (Err(error), None) => Err(error.context(format!("there are only: {}", self.others()?))),
            (Ok(()), None) => bail!("{} went while it was looked for", self.describe()),
        }
    }

    /// The first one, waited for.
    ///
    /// # Errors
    /// When after 30 s there is none.
    pub fn first(&self) -> Result<Element<'p>> {
        let mut found = Vec::new();
        let waited = self.page.wait(&self.describe(), || {
            found = self.all()?;
            Ok(!found.is_empty())
        });
        waited.with_context(|| format!("there are only: {}", self.others().unwrap_or_default()))?;
        found.into_iter().next().with_context(|| format!("{} went while it was looked for", self.describe()))
    }

    /// Waits until there is none.
    ///
    /// # Errors
    /// When one is still there after 30 s.
    pub fn wait_gone(&self) -> Result<()> {
        let what = format!("no {}", self.describe());
        self.page.wait_within(&what, WAIT_TIMEOUT, || Ok(self.count()? == 0))
    }

    /// `get`, then [`Element::click`].
    ///
    /// # Errors
    /// Theirs.
    pub fn click(&self) -> Result<()> {
        self.get()?.click()
    }

    /// `get`, then [`Element::focus`].
    ///
    /// # Errors
    /// Theirs.
    pub fn focus(&self) -> Result<()> {
        self.get()?.focus()
    }

    /// `get`, then [`Element::press`].
    ///
    /// # Errors
    /// Theirs.
    pub fn press(&self, key: &str) -> Result<()> {
        self.get()?.press(key)
    }

    /// `get`, then [`Element::text`].
    ///
    /// # Errors
    /// Theirs.
    pub fn text(&self) -> Result<String> {
        self.get()?.text()
    }

    fn document(&self) -> Result<String> {
        let answer = self.page.call("Runtime.evaluate", json!({ "expression": "document" }))?;
        let id = answer["result"]["objectId"].as_str().map(str::to_owned);
        value_of(answer)?;
        id.context("the page has no document")
    }

    fn describe(&self) -> String {
        match &self.name {
            Name::Any => format!("a {}", self.role),
            Name::Exact(name) => format!("a {} named \"{name}\"", self.role),
            Name::Prefix(name) => format!("a {} with a name that begins \"{name}\"", self.role),
        }
    }

    /// The names of everything with this role, for messages.
    fn others(&self) -> Result<String> {
        let all = Self { name: Name::Any, ..self.clone() }.all()?;
        let names: Vec<_> =
            all.iter().map(|element| format!("{} \"{}\"", self.role, element.name())).collect();
        Ok(if names.is_empty() { format!("no {}", self.role) } else { names.join(", ") })
    }
}
