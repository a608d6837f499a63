//! What a person does on the LNN page, in the page's own words. Tests of the product read like a manual with this.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::{Page, Viewport, page_url};

/// The LNN page, open.
pub struct Lnn {
    /// The page itself.
    pub page: Page,
}

impl Lnn {
    /// Opens the built page and waits until it can be played.
    ///
    /// # Errors
    /// When it doesn't come up.
    pub fn open(viewport: &Viewport) -> Result<Self> {
        let lnn = Self { page: Page::open(&page_url()?, viewport)? };
        lnn.wait_for_start()?;
        Ok(lnn)
    }

    /// Waits until a run is set up.
    ///
    /// # Errors
    /// When none is for half a minute.
    pub fn wait_for_start(&self) -> Result<()> {
        self.page.wait("a run that is set up", || Ok(self.output("Epoch")?.parse::<u64>().is_ok()))
    }

    /// Presses the button with this accessible name.
    ///
    /// # Errors
    /// When there is none.
    pub fn click(&self, button: &str) -> Result<()> {
        self.page.role("button").name(button).click()
    }

    /// The text of the output with this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn output(&self, name: &str) -> Result<String> {
        let script = format!("document.querySelector('output[aria-label=\"{name}\"]')?.textContent ?? ''");
        Ok(self.page.evaluate(&script)?.as_str().unwrap_or_default().to_owned())
    }

    /// The number in an output, with all its digits.
    ///
    /// # Errors
    /// When it holds none.
    pub fn number(&self, name: &str) -> Result<f64> {
        let script = format!("document.querySelector('output[aria-label=\"{name}\"]')?.dataset.value ?? ''");
        let text = self.page.evaluate(&script)?.as_str().unwrap_or_default().to_owned();
        text.parse().with_context(|| format!("the output {name:?} holds {text:?}, which is no number"))
    }

    /// Presses Play and waits until so many epochs are done, then pauses.
    ///
    /// # Errors
    /// When that takes longer than `timeout`.
    pub fn play_to_epoch(&self, epoch: u64, timeout: Duration) -> Result<()> {
        self.click("Play")?;
        self.page.wait_within(&format!("epoch {epoch}"), timeout, || {
            Ok(self.number("Epoch").is_ok_and(|found| found >= epoch as f64))
        })?;
        self.pause()
    }

    /// Pauses and waits until the numbers stand still.
    ///
    /// # Errors
    /// When it can't be paused.
    pub fn pause(&self) -> Result<()> {
        self.click("Pause")?;
        self.page.role("button").name("Play").get()?;
        self.wait_for_rest()
    }

    /// Waits until the page shows what it was last asked for.
    ///
    /// # Errors
    /// When it goes on changing for half a minute.
    pub fn wait_for_rest(&self) -> Result<()> {
        let mut before = String::new();
        self.page.wait("numbers that stand still", || {
            self.page.rest(Duration::from_millis(250))?;
            let now =
                format!("{}|{}|{}", self.output("Step")?, self.output("Cost")?, self.labels()?.join("|"));
            Ok(std::mem::replace(&mut before, now.clone()) == now)
        })
    }

    /// The accessible names of all hidden units, in order.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn labels(&self) -> Result<Vec<String>> {
        let script = "[...document.querySelectorAll('[aria-label^=\"Layer \"]')].map((it) => it.ariaLabel)
            .filter((it) => /^Layer \\d+ unit \\d+/.test(it))";
        let labels = self.page.evaluate(script)?;
        Ok(labels.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// Everything the page says of the cursor's step, to compare it with another time.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn account(&self) -> Result<Vec<String>> {
        let mut account = Vec::new();
        for name in ["Epoch", "Step", "Cost", "Dev cost", "Accuracy", "Dev accuracy"] {
            account.push(format!("{name} {}", self.number(name)?));
        }
        account.extend(self.labels()?);
        Ok(account)
    }

    /// Chooses an entry of the list with this accessible name.
    ///
    /// # Errors
    /// When there is no such list or entry.
    pub fn choose(&self, list: &str, entry: &str) -> Result<()> {
        self.page.role("combobox").name(list).get()?.select(entry)
    }

    /// Takes a data set of the gallery by its button's name and waits for the new run.
    ///
    /// # Errors
    /// When there is no such button or the data set doesn't come.
    pub fn use_data(&self, name: &str) -> Result<()> {
        self.page.role("button").name_starts(name).first()?.click()?;
        self.page.wait(&format!("{name} to be in use"), || {
            let script = "document.querySelector('section[aria-label=Data]').textContent";
            let text = self.page.evaluate(script)?.as_str().unwrap_or_default().to_lowercase();
            let is_idle = self.page.role("progressbar").count()? == 0;
            Ok(is_idle
                && text.contains(&name.to_lowercase())
                && self.number("Step").is_ok_and(|step| step == 0.0))
        })?;
        self.wait_for_rest()
    }

    /// Gives the network these hidden layers, through the settings.
    ///
    /// # Errors
    /// When the settings can't be found.
    pub fn set_layers(&self, n_units: &[usize]) -> Result<()> {
        while self.page.role("spinbutton").name_starts("Units of layer").count()? > n_units.len() {
            self.click("Remove the last layer")?;
        }
        while self.page.role("spinbutton").name_starts("Units of layer").count()? < n_units.len() {
            self.click("Add a layer")?;
        }
        for (idx, n) in n_units.iter().enumerate() {
            let field = self.page.role("spinbutton").name(&format!("Units of layer {}", idx + 1)).get()?;
            field.fill(&n.to_string())?;
            field.press("Enter")?;
        }
        let n_hidden: usize = n_units.iter().sum();
        self.page.wait("the new network", || Ok(self.labels()?.len() == n_hidden))
    }

    /// What the page's status region says now.
    ///
    /// # Errors
    /// When the page is gone.
    pub fn notice(&self) -> Result<String> {
        let script = "[...document.querySelectorAll('[role=status], [role=alert]')].map((it) => it.innerText).join(' ').trim()";
        Ok(self.page.evaluate(script)?.as_str().unwrap_or_default().to_owned())
    }

    /// Runs a script inside the worker of this name.
    ///
    /// # Errors
    /// When there is no such worker or the script throws.
    pub fn evaluate_in_worker(&self, name: &str, script: &str) -> Result<Value> {
        for session in self.page.worker_sessions() {
            let call = |script: &str| {
                self.page.call_in(
                    &session,
                    "Runtime.evaluate",
                    json!({ "expression": script, "returnByValue": true }),
                )
            };
            let Ok(answer) = call("self.name") else { continue };
            if answer["result"]["value"] == name {
                return crate::page::value_of(call(script)?);
            }
        }
        bail!("there is no worker called {name:?}")
    }
}
