//! From `--data` to a table, and from a table to data sets. In: a file or the name of a set that comes with lnn; out:
//! a [`Table`], warnings on standard error.
//!
//! Read next: `settings.rs`, which decides the task.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use lnn_import::formats::{self, InputFile};
use lnn_import::gallery::{self, GALLERY, Origin};
use lnn_import::{
    CsvImporter, Format, ImportLimits, ImportPlan, OpenOptions, Role, Split, Table, TargetChoice,
};
use lnn_runlog::MadeUp;

use crate::data_args::DataArgs;

/// A terminal has more room than a browser tab.
const LIMITS: ImportLimits = ImportLimits {
    n_bytes: 8 << 30,
    n_columns: 20_000,
    n_cells: 500_000_000,
    cell_bytes: 1 << 16,
    n_texts: 100_000,
    text_bytes: 1 << 30,
};
/// Rows to train on, where nobody says how many.
const DEFAULT_SPLIT: Split = Split::Fraction(0.8);
/// Bytes read at once.
const CHUNK_BYTES: usize = 1 << 20;

/// The name of a data set for people and logs: a file's name, or the id of a set that comes with lnn; and whether it does.
pub fn name(args: &DataArgs) -> (String, bool) {
    let path = Path::new(args.first());
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let is_builtin = !path.exists();
    (file_name.unwrap_or_else(|| args.first().to_owned()), is_builtin)
}

/// How the data set is made, where it is a made-up one.
pub fn made(args: &DataArgs) -> Option<MadeUp> {
    let entry = gallery::find(args.first()).filter(|_| name(args).1)?;
    match (entry.origin, args.split.unwrap_or(DEFAULT_SPLIT)) {
        (Origin::Synthetic { noise, .. }, Split::Fraction(train_share)) => {
            let noise = args.noise.unwrap_or(noise);
            Some(MadeUp { n_examples: args.examples, noise, seed: args.seed, train_share })
        }
        _ => None,
    }
}

/// Reads `--data`; a file goes before a set of the same name.
pub fn read(args: &DataArgs) -> Result<Table> {
    read_as(args, &args.read.over(OpenOptions::default()))
}

/// The same, read as somebody chose before.
pub fn read_as(args: &DataArgs, options: &OpenOptions) -> Result<Table> {
    let paths: Vec<&Path> = args.data.iter().map(Path::new).collect();
    if let ([path], false) = (paths.as_slice(), Path::new(args.first()).exists()) {
        let is_path = path.components().count() > 1 || path.extension().is_some();
        return if is_path { missing(path) } else { read_builtin(args, options) };
    }
    if let Some(path) = paths.iter().find(|path| !path.exists()) {
        return missing(path);
    }
    let table = match paths.as_slice() {
        [path] if path.is_file() && is_text(path)? => {
            read_text(path, options).with_context(|| format!("«{}»", args.first()))?
        }
        _ => read_files(&paths, options)?,
    };
    for warning in &table.warnings {
        crate::note(&format!("note: {warning}"));
    }
    Ok(table)
}

fn missing(path: &Path) -> Result<Table> {
    bail!("there is no file «{}»: check the path, or take one of {}", path.display(), builtin_ids())
}

fn builtin_ids() -> String {
    GALLERY.iter().map(|entry| entry.id).collect::<Vec<_>>().join(", ")
}

/// Whether a file is CSV, which is read piece by piece, however large.
fn is_text(path: &Path) -> Result<bool> {
    let mut start = Vec::new();
    let file = File::open(path).with_context(|| format!("«{}»", path.display()))?;
    file.take(64 << 10).read_to_end(&mut start)?;
    Ok(Format::is_streamed(&start))
}

fn read_files(paths: &[&Path], options: &OpenOptions) -> Result<Table> {
    let mut files = Vec::new();
    let mut left = LIMITS.n_bytes;
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        gather(path, &name, &mut left, &mut files)?;
    }
    if files.is_empty() {
        bail!(
            "«{}» is a folder without files: give one with a folder of pictures for each class",
            paths.first().map(|path| path.display().to_string()).unwrap_or_default()
        );
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(formats::open(files, options, &LIMITS)?)
}

/// A file, or all in a folder and its folders, but for hidden ones.
fn gather(path: &Path, name: &str, left: &mut u64, files: &mut Vec<InputFile>) -> Result<()> {
    let place = || format!("«{}»", path.display());
    if !path.is_dir() {
        let n_bytes = path.metadata().with_context(place)?.len();
        LIMITS.check_held(n_bytes)?;
        *left = left
            .checked_sub(n_bytes)
            .with_context(|| format!("{} and those before are too large", place()))?;
        files.push(InputFile { name: name.to_owned(), bytes: std::fs::read(path).with_context(place)? });
        return Ok(());
    }
    for entry in std::fs::read_dir(path).with_context(place)? {
        let entry = entry.with_context(place)?;
        let inner = entry.file_name().to_string_lossy().into_owned();
        if !inner.starts_with('.') {
            gather(&entry.path(), &format!("{name}/{inner}"), left, files)?;
        }
    }
    Ok(())
}

/// Reads a set that comes with lnn, whatever files there are.
pub fn read_builtin(args: &DataArgs, options: &OpenOptions) -> Result<Table> {
    let bytes = builtin(args)?;
    import(bytes.as_slice(), bytes.len() as u64, options)
}

/// `--data` as functions read it, which is CSV: its bytes where it is one, else its table.
#[cfg(feature = "lambda")]
pub fn bytes(args: &DataArgs) -> Result<Vec<u8>> {
    let path = Path::new(args.first());
    let is_thinned = args.read.is_thinned();
    if !path.exists() && !is_thinned {
        return builtin(args);
    }
    if is_thinned || args.data.len() > 1 || !path.is_file() || !is_text(path)? {
        let mut bytes = Vec::new();
        write_csv(&read(args)?, &mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(path).with_context(|| format!("«{}»", args.first()))
}

/// Writes a table as CSV, numbers with all their bits.
pub fn write_csv(table: &Table, to: impl Write) -> Result<()> {
    let mut writer = csv::Writer::from_writer(to);
    writer.write_record(table.column_names())?;
    for row in 0..table.n_rows {
        writer.write_record(table.columns.iter().map(|column| column.cell_text(row)))?;
    }
    writer.flush()?;
    Ok(())
}

/// The CSV of a set that comes with lnn.
fn builtin(args: &DataArgs) -> Result<Vec<u8>> {
    let Some(entry) = gallery::find(args.first()) else {
        bail!("there is no file «{}»: check the path, or take one of {}", args.first(), builtin_ids());
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
    if let Some(split) = args.split {
        plan.split = split;
    }
    plan.seed = args.seed;
    plan.normalise = args.normalise;
    plan.normalise_target = args.normalise_target;
    Ok(plan)
}

/// Reads a CSV file.
pub fn read_text(path: &Path, options: &OpenOptions) -> Result<Table> {
    let file = File::open(path)?;
    let n_bytes = file.metadata()?.len();
    LIMITS.check_size(n_bytes, options.every)?;
    import(file, n_bytes, options)
}

fn import(mut source: impl Read, n_bytes: u64, options: &OpenOptions) -> Result<Table> {
    options.arrays.check_unsaid(Format::Text)?;
    let mut importer = CsvImporter::with_options(LIMITS, options.of_text());
    importer.expect_bytes(n_bytes);
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
