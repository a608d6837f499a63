//! Folders: what is in them, links in and out of them, files that come later.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::path::PathBuf;

use lnn_runlog::files::{Chunks, FileSource, Files as _, Folder, Source as _, SourceError, measure};

/// An empty folder of this test's own.
fn empty(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("files_folder").join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

#[test]
fn a_folder_lists_everything_in_it_and_what_comes_later() {
    let path = empty("lists");
    fs::create_dir_all(path.join("run/a")).unwrap();
    fs::write(path.join("run/a/log.jsonl"), "one\n").unwrap();
    fs::write(path.join("top.txt"), "").unwrap();
    let mut folder = Folder::new(&path).unwrap();
    assert_eq!(folder.names(), ["run/a/log.jsonl", "top.txt"]);
    assert_eq!(folder.problems(), []);

    let mut chunks = Chunks::new(folder.open("run/a/log.jsonl").unwrap(), 0);
    assert_eq!(chunks.next_chunk(), Ok(Some(&b"one\n"[..])));
    assert_eq!(chunks.next_chunk(), Ok(None));
    fs::OpenOptions::new()
        .append(true)
        .open(path.join("run/a/log.jsonl"))
        .map(|mut file| {
            std::io::Write::write_all(&mut file, b"two\n").unwrap();
        })
        .unwrap();
    assert_eq!(chunks.next_chunk(), Ok(Some(&b"two\n"[..])));

    fs::write(path.join("run/b"), "").unwrap();
    folder.refresh().unwrap();
    assert_eq!(folder.names(), ["run/a/log.jsonl", "run/b", "top.txt"]);
    for outside in ["../lists/top.txt", "run", "", "/etc/passwd"] {
        assert!(matches!(folder.open(outside), Err(SourceError::NotFound { .. })), "{outside}");
    }
}

#[test]
fn a_folder_that_is_gone_is_an_error_and_keeps_its_names() {
    let path = empty("gone");
    fs::write(path.join("a"), "").unwrap();
    let mut folder = Folder::new(&path).unwrap();
    fs::remove_dir_all(&path).unwrap();
    assert!(matches!(folder.refresh(), Err(SourceError::Open { .. })));
    assert_eq!(folder.names(), ["a"]);
    assert!(matches!(folder.open("a"), Err(SourceError::Open { .. })));
    assert!(Folder::new(&path).is_err());
}

#[test]
fn a_file_is_read_at_any_place() {
    let path = empty("places").join("file");
    fs::write(&path, (0..=255).collect::<Vec<u8>>()).unwrap();
    let mut file = FileSource::open(&path).unwrap();
    let mut buf = [0; 10];
    assert_eq!(file.read_at(250, &mut buf), Ok(6));
    assert_eq!(buf[..6], [250, 251, 252, 253, 254, 255]);
    assert_eq!(file.read_at(3, &mut buf), Ok(10));
    assert_eq!(buf[0], 3);
    assert_eq!(file.read_at(u64::MAX, &mut buf), Ok(0));
    assert_eq!(measure(&mut file), Ok(256));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_and_those_that_lead_out_are_told() {
    use std::os::unix::fs::symlink;

    let outside = empty("outside");
    fs::write(outside.join("secret"), "").unwrap();
    let path = empty("links");
    fs::create_dir(path.join("run")).unwrap();
    fs::write(path.join("run/log"), "").unwrap();
    symlink(&path, path.join("run/loop")).unwrap();
    symlink("self", path.join("self")).unwrap();
    symlink("run", path.join("latest")).unwrap();
    symlink("run/log", path.join("latest.jsonl")).unwrap();
    symlink(&outside, path.join("out")).unwrap();
    symlink(outside.join("secret"), path.join("secret")).unwrap();
    let folder = Folder::new(&path).unwrap();
    assert_eq!(folder.names(), ["run/log"]);
    let mut problems: Vec<_> = folder.problems().iter().map(|problem| problem.name.as_str()).collect();
    problems.sort_unstable();
    assert_eq!(problems, ["out", "secret", "self"]);

    // The folder itself may be chosen by a link.
    let link = empty("links_to").join("link");
    symlink(&path, &link).unwrap();
    assert_eq!(Folder::new(&link).unwrap().names(), ["run/log"]);
}
