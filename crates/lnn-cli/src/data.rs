//! From `--data` to a table, and from a table to data sets. In: a file or the name of a set that comes with lnn; out:
//! a [`Table`], warnings on standard error.
//!
//! Read next: `settings.rs`, which decides the task.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use lnn_core::{DataSet, SyntheticKind};
use lnn_import::gallery::{self, GALLERY, Origin};
use lnn_import::{CsvImporter, ImportLimits, ImportPlan, Role, Table, TargetChoice};

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

/// Reads `--data`; a file goes before a set of the same name.
pub fn read(args: &DataArgs) -> Result<Table> {
    let path = Path::new(&args.data);
    let table = if path.is_dir() {
        bail!("«{}» is a folder: give a CSV file in it", args.data);
    } else if path.exists() {
        read_file(path).with_context(|| format!("«{}»", args.data))?
    } else if let Some(entry) = gallery::find(&args.data) {
        let csv = match entry.origin {
            Origin::Synthetic { kind, noise } => {
                made_up(kind, args.examples, args.noise.unwrap_or(noise), args.seed).into_bytes()
            }
            Origin::File { file_name, .. } => shipped(file_name)?.to_vec(),
        };
        import(csv.as_slice())?
    } else {
        let ids: Vec<&str> = GALLERY.iter().map(|entry| entry.id).collect();
        bail!("there is no file «{}»: check the path, or take one of {}", args.data, ids.join(", "));
    };
    for warning in &table.warnings {
        crate::note(&format!("note: {warning}"));
    }
    Ok(table)
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

fn read_file(path: &Path) -> Result<Table> {
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

/// As a CSV, so that made-up data go the same way as all others.
fn made_up(kind: SyntheticKind, n_examples: usize, noise: f64, seed: u64) -> String {
    let data: DataSet<f64> = kind.generate(n_examples, noise, seed);
    let mut csv = String::from("x1,x2,class\n");
    for (point, class) in data.inputs().columns().into_iter().zip(data.targets()) {
        for x in point {
            // Writing to a text can't fail.
            let _ = write!(csv, "{x},");
        }
        let _ = writeln!(csv, "{class}");
    }
    csv
}
