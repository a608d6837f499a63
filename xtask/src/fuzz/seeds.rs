//! What each target starts from: the files of the tests of lnn-runlog, lnn-import and lnn-weights, so that nothing is kept twice.
//!
//! In: the checkout. Out: a folder of inputs. A target's input begins with its settings, in the order and the encoding of
//! its `Input`; the rest is a file's bytes.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::read::MultiGzDecoder;

use super::kept;

const GOLDEN_LOG: &str = "golden/format1.ndjson.gz";
/// Of the golden log, what has every kind of line and is short.
const N_GOLDEN_LINES: usize = 6;
/// Folders of files of other programs, and which of their files.
const FOREIGN: [(&str, &[&str]); 6] = [
    ("cloudwatch", &["json", "txt"]),
    ("archives", &["gz", "zip"]),
    ("tensorboard/keras", &["lnn"]),
    ("tensorboard/pytorch", &["lnn"]),
    ("tensorboard/twice", &["lnn"]),
    ("golden", &["gz"]),
];
/// No file of the tests is this one: their texts stand in the tests themselves.
const RESULTS_JSON: &str = r#"{"Start": "2018-03-01 10:11:12.131415",
"epoch0": {"cost": 0.77, "accuracy": 0.5, "time": "2018-03-01 10:11:13"}, "epoch1": {"cost": "0.71", "accuracy": NaN},
"End": "2018-03-01 10:12:09.5"}
"#;

/// Every member that a network has.
const WEIGHTS_JSON: &str = r#"{"format":"lnn-weights","version":1,"precision":"f64","input_names":["x","y"],"layers":[
{"activation":"tanh","weights":[[0.5,-1e-3],[2,3]],"biases":[0,1]},{"activation":"softmax","weights":[[1,2]],"biases":[0]}],
"preparation":{"inputs":[{"name":"x","encoding":{"Numeric":{"scaling":{"shift":0.0,"scale":1.0},"fill":null,
"flags_missing":true}}}],"target":{"name":"z","class_names":[],"scaling":{"shift":1.5,"scale":2.0}},"task":"Regression"}}
"#;

/// No file of the tests is one of these either.
const TABLE_ARFF: &str = "% pets\n@RELATION pets\n@ATTRIBUTE size NUMERIC\n@ATTRIBUTE 'is old' {yes,no}\n@ATTRIBUTE born DATE\n\
@DATA\n1.5,yes,2020-01-02\n?,no,'2020-02-03'\n";
const TABLE_CSV: &str =
    "id;Größe;\"a \"\"quoted\"\" name\";day;class\r\n1;1.001,75;x;2024-05-01;yes\r\n2;;\"y;z\";NA;no\r\n";

/// A file's name and its bytes.
type NamedBytes = (String, Vec<u8>);

/// Lines are sealed anew; chunks of 901, 10 and 62,501 bytes.
const LOG_SETTINGS: [u8; 4] = [1, 30, 3, 250];
/// Records are not sealed anew; the name of an export; another form than the first bytes tell; chunks as above.
const FOREIGN_SETTINGS: [u8; 9] = [0, 0, 0, 0, 0xc0, 1, 30, 3, 250];
/// Chunks as above.
const CSV_SETTINGS: [u8; 3] = [30, 3, 250];
/// As many labels as the arrays of the tests have examples.
const NPY_SETTINGS: [u8; 1] = [6];

/// Names of members and values that are longer help nobody.
const MAX_WORD_BYTES: usize = 24;

/// Writes the inputs that a target starts from into `dir`, and into `dictionary` the words that stand in them.
///
/// # Errors
/// A file of the tests is missing, or the folder can't be written.
pub fn write(root: &Path, target: &str, dir: &Path, dictionary: &Path) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("can't make {}", dir.display()))?;
    let tests = root.join("crates/lnn-runlog/tests");
    let (settings, files) = match target {
        "log" => (LOG_SETTINGS.as_slice(), golden_lines(&tests)?),
        "foreign" => (FOREIGN_SETTINGS.as_slice(), foreign_files(&tests)?),
        "data_csv" => (CSV_SETTINGS.as_slice(), data_files(root, target)?),
        "data_npy" => (NPY_SETTINGS.as_slice(), data_files(root, target)?),
        _ if target.starts_with("data_") => (&[][..], data_files(root, target)?),
        _ if target.starts_with("weights_") => (&[][..], weights_files(root, target)?),
        // Edits of a log that the target makes: they need no start.
        _ => (&[][..], Vec::new()),
    };
    let write = |path: &Path, bytes: &[u8]| {
        fs::write(path, bytes).with_context(|| format!("can't write {}", path.display()))
    };
    let words: BTreeSet<&str> = files.iter().flat_map(|(_, bytes)| words(bytes)).collect();
    let words: Vec<String> = words.iter().map(|word| format!("\"\\\"{word}\\\"\"\n")).collect();
    // libFuzzer refuses an empty file.
    write(dictionary, format!("# Short texts of the seeds.\n{}", words.concat()).as_bytes())?;
    files.iter().try_for_each(|(name, bytes)| write(&dir.join(name), &[settings, bytes].concat()))
}

/// The first lines and the last one of the golden log, together and each alone.
fn golden_lines(tests: &Path) -> Result<Vec<NamedBytes>> {
    let path = tests.join(GOLDEN_LOG);
    let packed = fs::read(&path).with_context(|| format!("can't read {}", path.display()))?;
    let mut text = Vec::new();
    MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut text)?;
    let all: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let chosen: Vec<&[u8]> = all.iter().take(N_GOLDEN_LINES).chain(all.last()).copied().collect();
    let together = chosen.concat();
    let all = chosen.iter().map(|line| line.to_vec()).chain([together]);
    Ok(all.enumerate().map(|(idx, lines)| (format!("golden-{idx}"), lines)).collect())
}

/// The files of other programs.
fn foreign_files(tests: &Path) -> Result<Vec<NamedBytes>> {
    let mut all = vec![("results.json".to_owned(), RESULTS_JSON.as_bytes().to_vec())];
    for (folder, extensions) in FOREIGN {
        all.extend(files(&tests.join(folder), extensions)?);
    }
    Ok(all)
}

/// The fixtures of lnn-import that are of a target's format.
fn data_files(root: &Path, target: &str) -> Result<Vec<NamedBytes>> {
    let folder = root.join("crates/lnn-import/tests/fixtures");
    let with_own = |name: &str, text: &str, extensions: &[&str]| {
        let mut all = files(&folder, extensions)?;
        all.push((name.to_owned(), text.as_bytes().to_vec()));
        Ok(all)
    };
    match target {
        "data_csv" => with_own("own.csv", TABLE_CSV, &["csv"]),
        "data_arff" => with_own("own.arff", TABLE_ARFF, &[]),
        "data_json" => files(&folder, &["json", "ndjson"]),
        "data_hdf5" => files(&folder, &["h5"]),
        "data_idx" => files(&folder, &[""]),
        "data_packed" => files(&folder, &["gz", "npz", "zip"]),
        "data_pictures" => kept::contents(&folder.join("pictures.zip")),
        target => files(&folder, &[target.trim_start_matches("data_")]),
    }
}

/// The fixtures of lnn-weights that are of a target's format; of JSON, which no other program writes, a little one.
fn weights_files(root: &Path, target: &str) -> Result<Vec<NamedBytes>> {
    let folder = root.join("crates/lnn-weights/tests/fixtures");
    match target {
        "weights_json" => Ok(vec![("little.json".to_owned(), WEIGHTS_JSON.as_bytes().to_vec())]),
        "weights_hdf5" => files(&folder, &["h5"]),
        target => files(&folder, &[target.trim_start_matches("weights_")]),
    }
}

/// The files of a folder with one of these extensions.
fn files(folder: &Path, extensions: &[&str]) -> Result<Vec<NamedBytes>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("can't list {}", folder.display()))? {
        let path = entry?.path();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if extensions.contains(&extension) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, fs::read(&path).with_context(|| format!("can't read {}", path.display()))?));
        }
    }
    Ok(files)
}

/// Short texts in quotes: no comparison of texts tells libFuzzer what was looked for.
fn words(bytes: &[u8]) -> Vec<&str> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let is_word = |part: &&str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_@.-".contains(&byte);
        (1..=MAX_WORD_BYTES).contains(&part.len()) && part.bytes().all(is_plain)
    };
    text.split('"').skip(1).step_by(2).filter(is_word).collect()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_short_texts_in_quotes() {
        assert_eq!(
            words(br#"{"kind":"step","text":"two words","@message":1}"#),
            ["kind", "step", "text", "@message"]
        );
        assert_eq!(words(b"\"\xff\""), [""; 0]);
    }
}
