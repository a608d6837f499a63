//! A trained network on disk: F.npz with the parameters alone, as NumPy reads them, and F.npz.json with what a new file
//! must go through to be predicted: how columns become inputs, and the activations.
//!
//! Read next: `predict.rs`.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lnn_core::{Activation, Network, Real, Recipe};
use lnn_import::Preparation;
use lnn_import::npz::write_parameters;
use ndarray_npy::WritableElement;
use serde::{Deserialize, Serialize};

/// The only version so far.
const FORMAT: u32 = 1;

/// What stands in F.npz.json.
#[derive(Debug, Serialize, Deserialize)]
pub struct Saved {
    format: u32,
    /// `f32` or `f64`.
    pub precision: String,
    /// One for each hidden layer.
    hidden: Vec<String>,
    output: String,
    /// From a row of the file to inputs, from outputs to names and units.
    pub preparation: Preparation,
}

impl Saved {
    pub fn new<T: Real>(recipe: &Recipe, preparation: &Preparation) -> Self {
        Self {
            format: FORMAT,
            precision: T::NAME.into(),
            hidden: recipe.hidden.iter().map(|activation| activation.as_str().into()).collect(),
            output: recipe.output.as_str().into(),
            preparation: preparation.clone(),
        }
    }

    pub fn hidden(&self) -> Result<Vec<Activation>> {
        Ok(self.hidden.iter().map(|name| name.parse()).collect::<Result<_, _>>()?)
    }

    pub fn output(&self) -> Result<Activation> {
        Ok(self.output.parse()?)
    }

    /// Reads F.npz.json, if there is one beside these parameters.
    pub fn beside(parameters: &Path) -> Result<Option<Self>> {
        let path = path_beside(parameters);
        if !path.is_file() {
            return Ok(None);
        }
        let name = path.display();
        let text = fs::read_to_string(&path).with_context(|| format!("«{name}» can't be read"))?;
        let saved: Self = serde_json::from_str(&text).with_context(|| {
            format!("«{name}» is not what lnn train --save writes; save again, or remove it")
        })?;
        if saved.format != FORMAT {
            bail!("«{name}» has format {}, this lnn reads {FORMAT}: use a newer lnn", saved.format);
        }
        Ok(Some(saved))
    }
}

/// Refuses a place that can't be written to before hours of training, not after.
pub fn check_folder(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.is_dir() || !folder.is_dir() {
        bail!("«{}» can't be written: give --save a file in a folder that exists", path.display());
    }
    Ok(())
}

/// Writes both files.
pub fn save<T: Real + WritableElement>(path: &Path, network: &Network<T>, saved: &Saved) -> Result<()> {
    let mut bytes = Cursor::new(Vec::new());
    write_parameters(
        &mut bytes,
        network.layers.iter().map(|layer| (layer.weights.view(), layer.biases.view())),
    )?;
    write(path, &bytes.into_inner())?;
    write(&path_beside(path), serde_json::to_string(saved)?.as_bytes())
}

/// To a neighbour first: what was there stays whole until the new file is.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let unfinished = with_suffix(path, ".part");
    fs::write(&unfinished, bytes)
        .and_then(|()| fs::rename(&unfinished, path))
        .with_context(|| format!("«{}» can't be written, check the folder", path.display()))
}

fn path_beside(parameters: &Path) -> PathBuf {
    with_suffix(parameters, ".json")
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
