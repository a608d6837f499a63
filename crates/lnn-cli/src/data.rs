//! From `--data` to a table, and from a table to data sets. In: a file or the name of a set that comes with lnn; out:
//! a [`Table`], warnings on standard error.
//!
//! Read next: `settings.rs`, which decides the task.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use lnn_import::gallery::{self, GALLERY, Origin};
use lnn_import::{CsvImporter, ImportLimits, ImportPlan, Role, Split, Table, TargetChoice};
use lnn_runlog::MadeUp;

use crate::args::DataArgs;

/// A terminal has more room than a browser tab.
const LIMITS: ImportLimits = ImportLimits {
    n_bytes: 8 << 30,
    n_columns: 20_000,
    n_cells: 500_000_000,
    cell_bytes: 1 << 16,
    n_texts: 100_000,
    text_bytes: 1 << 30,
};
/// Bytes read at once.
const CHUNK_BYTES: usize = 1 << 20;

/// The name of a data set for people and logs: a file's name, or the id of a set that comes with lnn; and whether it does.
pub fn name(args: &DataArgs) -> (String, bool) {
    let path = Path::new(&args.data);
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    (file_name.unwrap_or_else(|| args.data.clone()), !path.exists())
}

/// How the data set is made, where it is a made-up one.
pub fn made(args: &DataArgs) -> Option<MadeUp> {
    let entry = gallery::find(&args.data).filter(|_| !Path::new(&args.data).exists())?;
    match (entry.origin, args.split) {
        (Origin::Synthetic { noise, .. }, Split::Fraction(train_share)) => {
            let noise = args.noise.unwrap_or(noise);
            Some(MadeUp { n_examples: args.examples, noise, seed: args.seed, train_share })
        }
        _ => None,
    }
}

/// Reads `--data`; a file goes before a set of the same name.
pub fn read(args: &DataArgs) -> Result<Table> {
    let path = Path::new(&args.data);
    if path.is_dir() {
        bail!("«{}» is a folder: give a CSV file in it", args.data);
    }
    if !path.exists() {
        return read_builtin(args);
    }
    let table = read_file(path).with_context(|| format!("«{}»", args.data))?;
    for warning in &table.warnings {
        crate::note(&format!("note: {warning}"));
    }
    Ok(table)
}

/// Reads a set that comes with lnn, whatever files there are.
pub fn read_builtin(args: &DataArgs) -> Result<Table> {
    import(builtin(args)?.as_slice())
}

/// The bytes of `--data`.
#[cfg(feature = "lambda")]
pub fn bytes(args: &DataArgs) -> Result<Vec<u8>> {
    let path = Path::new(&args.data);
    if path.exists() {
        return std::fs::read(path).with_context(|| format!("«{}»", args.data));
    }
    builtin(args)
}

/// The CSV of a set that comes with lnn.
fn builtin(args: &DataArgs) -> Result<Vec<u8>> {
    let Some(entry) = gallery::find(&args.data) else {
        let ids: Vec<&str> = GALLERY.iter().map(|entry| entry.id).collect();
        bail!("there is no file «{}»: check the path, or take one of {}", args.data, ids.join(", "));
    };
    Ok(match entry.origin {
        Origin::Synthetic { kind, noise } => {
            gallery::made_up(kind, args.examples, args.noise.unwrap_or(noise), args.seed).into_bytes()
        }
        Origin::File { file_name, .. } => shipped(file_name)?.to_vec(),
    })
}

/// A first plan: the target, the split and the normalisation that were asked for.
pub fn plan(table: &Table, args: &DataArgs) -> Result<ImportPlan> {
    let is_name = table.columns.iter().any(|column| column.name == args.target);
    let choice = if args.target == "last" && !is_name {
        TargetChoice::Last
    } else {
        TargetChoice::Name(args.target.clone())
    };
    let mut plan = ImportPlan::guess_with(table, &choice)?;
    let left_out: Vec<String> = plan
        .columns
        .iter()
        .filter(|column| column.role == Role::Ignore)
        .map(|column| format!("«{}»", column.name))
        .collect();
    if !left_out.is_empty() {
        crate::note(&format!("note: {} left out, as names or numbers of rows", left_out.join(", ")));
    }
    plan.split = args.split;
    plan.seed = args.seed;
    plan.normalise = args.normalise;
    plan.normalise_target = args.normalise_target;
    Ok(plan)
}

/// Reads a file.
pub fn read_file(path: &Path) -> Result<Table> {
    let file = File::open(path)?;
    LIMITS.check_size(file.metadata()?.len())?;
    import(file)
}

fn import(mut source: impl Read) -> Result<Table> {
    let mut importer = CsvImporter::new(LIMITS);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let n_bytes = source.read(&mut chunk)?;
        if n_bytes == 0 {
            return Ok(importer.finish()?);
        }
        importer.push(chunk.get(..n_bytes).unwrap_or_default())?;
    }
}

fn shipped(file_name: &str) -> Result<&'static [u8]> {
    Ok(match file_name {
        "iris.csv" => include_bytes!("../../../web/data/iris.csv"),
        "breast_cancer.csv" => include_bytes!("../../../web/data/breast_cancer.csv"),
        "digits.csv" => include_bytes!("../../../web/data/digits.csv"),
        "diabetes.csv" => include_bytes!("../../../web/data/diabetes.csv"),
        _ => bail!("«{file_name}» is missing from this program"),
    })
}
