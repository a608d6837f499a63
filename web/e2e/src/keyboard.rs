//! Keys by their names, as the page sees them in `KeyboardEvent.key`.

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::Page;

/// Name, code on the keyboard, Windows' number, text that it types.
const NAMED: [(&str, &str, u32, &str); 15] = [
    ("Enter", "Enter", 13, "\r"),
    (" ", "Space", 32, " "),
    ("Tab", "Tab", 9, ""),
    ("Escape", "Escape", 27, ""),
    ("Backspace", "Backspace", 8, ""),
    ("Delete", "Delete", 46, ""),
    ("ArrowLeft", "ArrowLeft", 37, ""),
    ("ArrowUp", "ArrowUp", 38, ""),
    ("ArrowRight", "ArrowRight", 39, ""),
    ("ArrowDown", "ArrowDown", 40, ""),
    ("PageUp", "PageUp", 33, ""),
    ("PageDown", "PageDown", 34, ""),
    ("End", "End", 35, ""),
    ("Home", "Home", 36, ""),
    ("F6", "F6", 117, ""),
];

const MODIFIERS: [(&str, u32); 4] = [("Alt", 1), ("Control", 2), ("Meta", 4), ("Shift", 8)];

struct Key {
    name: String,
    code: String,
    number: u32,
    text: String,
}

/// Presses and releases `combination`: `Tab`, `Shift+Tab`, `Control+a`, `Space`, `7` …
pub fn press(page: &Page, combination: &str) -> Result<()> {
    let (modifiers, name) = split(combination)?;
    let mut key = find(name).with_context(|| format!("there is no key `{name}`"))?;
    // Alt and Control make commands of keys: nothing is typed.
    if modifiers & 7 != 0 {
        key.text.clear();
    }
    let kind = if key.text.is_empty() { "rawKeyDown" } else { "keyDown" };
    for kind in [kind, "keyUp"] {
        let mut params = json!({
            "type": kind, "key": key.name, "code": key.code, "windowsVirtualKeyCode": key.number, "modifiers": modifiers
        });
        if kind == "keyDown" {
            params["text"] = key.text.as_str().into();
        }
        page.call("Input.dispatchKeyEvent", params)?;
    }
    Ok(())
}

fn split(combination: &str) -> Result<(u32, &str)> {
    let Some((modifiers, name)) = combination.rsplit_once('+').filter(|(before, _)| !before.is_empty())
    else {
        return Ok((0, combination));
    };
    let mut bits = 0;
    for wanted in modifiers.split('+') {
        match MODIFIERS.iter().find(|(name, _)| *name == wanted) {
            Some((_, bit)) => bits |= bit,
            None => bail!("there is no modifier `{wanted}`"),
        }
    }
    Ok((bits, name))
}

fn find(name: &str) -> Option<Key> {
    let named = NAMED.iter().find(|(key, code, ..)| name == *key || name == *code);
    if let Some((key, code, number, text)) = named {
        return Some(Key {
            name: (*key).into(),
            code: (*code).into(),
            number: *number,
            text: (*text).into(),
        });
    }
    let mut letters = name.chars();
    let (letter, None) = (letters.next()?, letters.next()) else { return None };
    let upper = letter.to_ascii_uppercase();
    let code = match upper {
        'A'..='Z' => format!("Key{upper}"),
        '0'..='9' => format!("Digit{upper}"),
        _ => String::new(),
    };
    let number = if upper.is_ascii_alphanumeric() { upper as u32 } else { 0 };
    Some(Key { name: name.to_owned(), code, number, text: name.to_owned() })
}
