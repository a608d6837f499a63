//! A trained network on disk, in any format that is written: with .npz, F.npz.json beside it has what a new file must go
//! through to be predicted, how columns become inputs, and the activations; other formats hold that themselves.
//!
//! Read next: `weights.rs`, `predict.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lnn_core::{Network, Real};
use lnn_weights::{DenseNetwork, Format, WeightsError, write};

pub use lnn_weights::Description as Saved;

/// Reads F.npz.json, if there is one beside these parameters.
pub fn beside(parameters: &Path) -> Result<Option<Saved>> {
    let path = path_beside(parameters);
    if !path.is_file() {
        return Ok(None);
    }
    let name = path.display();
    let text = fs::read_to_string(&path).with_context(|| format!("«{name}» can't be read"))?;
    Saved::parse(&text).map(Some).map_err(|why| anyhow::anyhow!("«{name}» {why}"))
}

/// Refuses a place that can't be written to before hours of training, not after.
pub fn check_folder(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.is_dir() || !folder.is_dir() {
        bail!("«{}» can't be written: give --save a file in a folder that exists", path.display());
    }
    if format_of(path) == Format::Hdf5 {
        return Err(WeightsError::ReadOnly(Format::Hdf5)).context(format!("«{}»", path.display()));
    }
    Ok(())
}

/// By the ending; .npz where it says nothing.
fn format_of(path: &Path) -> Format {
    Format::of_name(&path.to_string_lossy()).unwrap_or(Format::Npz)
}

/// Writes the network as the ending says, and with .npz the file beside it.
pub fn save<T: Real>(path: &Path, network: &Network<T>, saved: &Saved) -> Result<()> {
    let dense = DenseNetwork::trained(network, saved.preparation.clone())?;
    write_to(path, &dense, format_of(path))
}

/// Writes a network as a file of this format, and with .npz what is known besides.
pub fn write_to(path: &Path, network: &DenseNetwork, format: Format) -> Result<()> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let bytes = write(network, format, &name)?;
    let beside = path_beside(path);
    let description = Saved::of(network).filter(|_| format == Format::Npz);
    if format == Format::Npz && description.is_none() && beside.exists() {
        let (path, beside) = (path.display(), beside.display());
        bail!(
            "«{beside}» would be taken for what is known of «{path}»: remove it, or name --hidden and --output"
        );
    }
    write_bytes(path, &bytes)?;
    match description {
        Some(description) => write_bytes(&beside, description.to_json()?.as_bytes()),
        None => Ok(()),
    }
}

/// To a neighbour first: what was there stays whole until the new file is.
fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
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
