//! Files chosen in a file input, and files dragged onto the page.

use std::path::{Path, absolute};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{Element, Page};

impl Element<'_> {
    /// Chooses `path` in this file input (or in the one that this label or button belongs to).
    ///
    /// # Errors
    /// When it is no file input, or there is no such file.
    pub fn set_file(&self, path: &Path) -> Result<()> {
        let params = json!({ "files": names(&[path])?, "backendNodeId": self.node_id() });
        self.page().call("DOM.setFileInputFiles", params).map(drop)
    }
}

impl Page {
    /// Drags files or folders from outside over the middle of the page and drops them there.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn drop_files(&self, paths: &[&Path]) -> Result<()> {
        let size = self.evaluate("[innerWidth / 2, innerHeight / 2]")?;
        let data = json!({ "items": [], "files": names(paths)?, "dragOperationsMask": 1 });
        for kind in ["dragEnter", "dragOver", "drop"] {
            let params = json!({ "type": kind, "x": size[0], "y": size[1], "data": data });
            self.call("Input.dispatchDragEvent", params)?;
        }
        Ok(())
    }

    /// From now on downloads go to this folder, without a question.
    ///
    /// # Errors
    /// When the folder can't be made, or the browser is gone.
    pub fn download_to(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder)?;
        let path = absolute(folder)?.to_string_lossy().into_owned();
        self.call("Page.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": path })).map(drop)
    }

    /// Chooses `path` in the file input with this accessible name, even when the page shows only its label.
    ///
    /// # Errors
    /// When there is no such input or file.
    pub fn choose_file(&self, name: &str, path: &Path) -> Result<()> {
        let expression = format!(
            "[...document.querySelectorAll('input[type=file]')].find((input) =>
               [input.getAttribute('aria-label'), ...[...input.labels].map((label) => label.textContent.trim())].includes({}))",
            json!(name)
        );
        let answer = self.call("Runtime.evaluate", json!({ "expression": expression }))?;
        let object_id = answer["result"]["objectId"].as_str();
        let object_id = object_id.with_context(|| format!("there is no file input \"{name}\""))?;
        self.call("DOM.setFileInputFiles", json!({ "files": names(&[path])?, "objectId": object_id }))
            .map(drop)
    }
}

fn names(paths: &[&Path]) -> Result<Vec<Value>> {
    let name = |path: &&Path| {
        anyhow::ensure!(path.exists(), "there is no file or folder {}", path.display());
        Ok(absolute(path)?.to_string_lossy().into_owned().into())
    };
    paths.iter().map(name).collect()
}
