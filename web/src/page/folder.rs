//! The files of a dropped folder, and of those in it.
//!
//! In: what was dropped. Out: files with their paths. Read next: `events.rs`, which asks for them.

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

/// A folder of more files is no run's.
const MAX_FILES: usize = 10_000;

/// The folder among what was dropped, if there is one. To be asked while the drop is being handled: later nothing is there.
pub fn dropped_folder(dropped: &DataTransfer) -> Option<FileSystemDirectoryEntry> {
    let items = dropped.items();
    let entries = (0..items.length()).filter_map(|idx| items.get(idx)?.webkit_get_as_entry().ok().flatten());
    let mut folders = entries.filter(FileSystemEntry::is_directory);
    // Not every browser knows the types of entries by these names: an entry says itself what it is.
    folders.next().map(JsCast::unchecked_into)
}

/// The handle of the one file that was dropped: with it, a file that grows can be read on. To be asked while the drop is being
/// handled; not every browser has handles.
pub fn dropped_handle(dropped: &DataTransfer) -> Option<Promise> {
    let items = dropped.items();
    let item = items.get(0).filter(|_| items.length() == 1)?;
    let get: Function = Reflect::get(&item, &"getAsFileSystemHandle".into()).ok()?.dyn_into().ok()?;
    get.call0(&item).ok()?.dyn_into().ok()
}

/// Its files, with their paths from the folder on; what can't be read is left out.
pub async fn files_in(folder: FileSystemDirectoryEntry) -> Vec<(String, File)> {
    let (mut folders, mut files) = (vec![folder], Vec::new());
    while let Some(folder) = folders.pop() {
        let reader = folder.create_reader();
        loop {
            let read = |found: &Function, failed: &Function| {
                reader.read_entries_with_callback_and_callback(found, failed)
            };
            let entries = told(read).await.unwrap_or_default().dyn_into::<Array>().unwrap_or_default();
            if entries.length() == 0 {
                break;
            }
            for entry in entries.iter() {
                let entry: FileSystemEntry = entry.unchecked_into();
                if entry.is_directory() {
                    folders.push(entry.unchecked_into());
                } else {
                    files.extend(file(entry.unchecked_into()).await);
                }
                if files.len() + folders.len() > MAX_FILES {
                    return files;
                }
            }
        }
    }
    files
}

async fn file(entry: FileSystemFileEntry) -> Option<(String, File)> {
    let read = |found: &Function, failed: &Function| {
        entry.file_with_callback_and_callback(found, failed);
        Ok(())
    };
    let file = told(read).await.ok()?;
    Some((entry.full_path().trim_start_matches('/').to_owned(), file.dyn_into().ok()?))
}

/// What a function tells one of two others.
async fn told(mut ask: impl FnMut(&Function, &Function) -> Result<(), JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::new(&mut |found, failed| {
        if let Err(error) = ask(&found, &failed) {
            let _ = failed.call1(&JsValue::NULL, &error);
        }
    }))
    .await
}
