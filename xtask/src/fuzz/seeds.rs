//! What each target starts from: the files of the tests of lnn-runlog, so that nothing is kept twice.
//!
//! In: the checkout. Out: a folder of inputs. A target's input begins with its settings, in the order and the encoding of
//! its `Input`; the rest is a file's bytes.

use std::fs;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::read::MultiGzDecoder;

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

/// Lines are sealed anew; chunks of 901, 10 and 62,501 bytes.
const LOG_SETTINGS: [u8; 4] = [1, 30, 3, 250];
/// Records are not sealed anew; the name of an export; another form than the first bytes tell; chunks as above.
const FOREIGN_SETTINGS: [u8; 9] = [0, 0, 0, 0, 0xc0, 1, 30, 3, 250];

/// Writes the inputs that a target starts from.
///
/// # Errors
/// A file of the tests is missing, or the folder can't be written.
pub fn write(root: &Path, target: &str, dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("can't make {}", dir.display()))?;
    let tests = root.join("crates/lnn-runlog/tests");
    let write = |name: &str, settings: &[u8], bytes: &[u8]| {
        let path = dir.join(name);
        fs::write(&path, [settings, bytes].concat())
            .with_context(|| format!("can't write {}", path.display()))
    };
    match target {
        "log" => {
            for (idx, lines) in golden_lines(&tests)?.iter().enumerate() {
                write(&format!("golden-{idx}"), &LOG_SETTINGS, lines)?;
            }
        }
        "foreign" => {
            write("results.json", &FOREIGN_SETTINGS, RESULTS_JSON.as_bytes())?;
            for (folder, extensions) in FOREIGN {
                for (name, bytes) in files(&tests.join(folder), extensions)? {
                    write(&name, &FOREIGN_SETTINGS, &bytes)?;
                }
            }
        }
        // Edits of a log that the target makes: they need no start.
        _ => {}
    }
    Ok(())
}

/// The first lines and the last one of the golden log, together and each alone.
fn golden_lines(tests: &Path) -> Result<Vec<Vec<u8>>> {
    let path = tests.join(GOLDEN_LOG);
    let packed = fs::read(&path).with_context(|| format!("can't read {}", path.display()))?;
    let mut text = Vec::new();
    MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut text)?;
    let all: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let chosen: Vec<&[u8]> = all.iter().take(N_GOLDEN_LINES).chain(all.last()).copied().collect();
    let together = chosen.concat();
    Ok(chosen.into_iter().map(<[u8]>::to_vec).chain([together]).collect())
}

/// The files of a folder with one of these extensions.
fn files(folder: &Path, extensions: &[&str]) -> Result<Vec<(String, Vec<u8>)>> {
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
