//! Data sets of every format by drop and by button, and what leaves the page: weights, data sets, sessions.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use lnn_e2e::{Lnn, Viewport};

mod common;

use common::wait_for_bar;

/// A file that a real tool wrote.
fn fixture(of: &str, name: &str) -> PathBuf {
    // The browser opens no path that leads upwards.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."));
    root.join("crates").join(of).join("tests/fixtures").join(name)
}

fn data(name: &str) -> PathBuf {
    fixture("lnn-import", name)
}

/// What the preview says.
fn preview(lnn: &Lnn) -> Result<String> {
    lnn.page.role("dialog").name("Data preview").get()?.text()
}

fn accept(lnn: &Lnn) -> Result<()> {
    lnn.click("Use this data")?;
    lnn.page.role("dialog").name("Data preview").wait_gone()?;
    lnn.wait_for_start()?;
    lnn.page.wait("step 0", || Ok(lnn.number("Step")? == 0.0))
}

/// Opens the list of forms and saves the run as one; the downloaded file.
fn saved_as(lnn: &Lnn, folder: &str, form: &str, name: &str) -> Result<PathBuf> {
    let folder = lnn_e2e::out_dir().join("downloads").join(folder);
    let _ = fs::remove_dir_all(&folder);
    lnn.page.download_to(&folder)?;
    lnn.page.evaluate("document.querySelector('.save-as:not([open]) summary')?.click()")?;
    lnn.page.role("button").name_starts(form).get()?.click()?;
    lnn.page.wait("the sentence", || Ok(lnn.notice()?.contains(&format!("Saved {name}"))))?;
    let path = folder.join(name);
    lnn.page.wait("the file", || Ok(path.exists()))?;
    Ok(path)
}

#[test]
fn every_format_opens_by_drop_and_trains() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    for (names, words) in [
        (vec!["table.parquet"], "size"),
        (vec!["records.json"], "size"),
        (vec!["lines.ndjson"], "size"),
        (vec!["utf16.csv"], "size"),
        (vec!["split.npz"], "label"),
        (vec!["gzip_shuffle.h5"], "cat"),
        (vec!["train-images-idx3-ubyte", "train-labels-idx1-ubyte"], "label"),
        (vec!["pictures.zip"], "label"),
    ] {
        let paths: Vec<PathBuf> = names.iter().map(|name| data(name)).collect();
        let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
        lnn.page.drop_files(&paths)?;
        let text = preview(&lnn).with_context(|| format!("{names:?}: {:?}", lnn.notice()))?;
        assert!(text.contains(words), "{names:?}: {text}");
        lnn.page.screenshot(&format!("preview-{}", names[0].replace('.', "-")))?;
        accept(&lnn)?;
        lnn.click("Step epoch")?;
        lnn.page.wait("epoch 1", || Ok(lnn.number("Epoch").is_ok_and(|epoch| epoch == 1.0)))?;
    }
    lnn.page.check_clean()
}

#[test]
fn pictures_are_shown_before_they_are_used_and_can_be_made_smaller() -> Result<()> {
    let lnn = Lnn::open(&Viewport::PHONE)?;
    lnn.page.role("button").name_starts("Data").first()?.click()?;
    lnn.page.choose_file("Open a data set", &data("pictures.zip"))?;
    let text = preview(&lnn)?;
    assert!(text.contains("Classes of label"), "{text}");
    let n_pictures = "document.querySelectorAll('dialog .pictures img').length";
    let is_loaded = format!(
        "{n_pictures} > 1 && [...document.querySelectorAll('dialog .pictures img')].every(it => it.naturalWidth > 0)"
    );
    lnn.page.wait_until(&is_loaded)?;
    lnn.page.screenshot("preview-pictures-phone")?;
    let side = lnn.page.role("combobox").name("Pixels").get()?;
    side.select("8 × 8")?;
    lnn.page.wait_until(&format!(
        "{n_pictures} > 1 && document.querySelector('dialog .pictures img').naturalWidth === 8"
    ))?;
    let colours = lnn.page.role("combobox").name("Colours").get()?;
    colours.select("grey")?;
    lnn.page.wait("64 inputs", || Ok(preview(&lnn)?.contains("64 inputs")))?;
    accept(&lnn)?;
    lnn.page.check_clean()
}

#[test]
fn what_is_dropped_on_a_narrow_page_is_seen_whatever_sheet_is_open() -> Result<()> {
    let lnn = Lnn::open(&Viewport::PHONE)?;
    for sheet in [None, Some("Settings")] {
        if let Some(sheet) = sheet {
            lnn.click(sheet)?;
        }
        lnn.page.drop_files(&[&data("xy.npz")])?;
        preview(&lnn)?;
        let use_it = lnn.page.role("button").name("Use this data").get()?;
        lnn.page.wait("the preview to be seen", || Ok(use_it.rect()?.width > 40.0))?;
        lnn.click("Cancel")?;
        // What was open before is open again.
        lnn.page.wait_until("!document.querySelector('dialog')")?;
        let open = "document.querySelectorAll('.sheets [aria-expanded=\"true\"]').length";
        assert_eq!(lnn.page.evaluate(open)?, sheet.iter().count(), "{sheet:?}");
    }
    lnn.page.drop_files(&[&data("xy.npz")])?;
    preview(&lnn)?;
    accept(&lnn)?;
    lnn.page.check_clean()
}

#[test]
fn which_array_is_what_is_guessed_and_corrected() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.page.drop_files(&[&data("odd.npz")])?;
    let text = preview(&lnn)?;
    assert!(text.contains("by its shape second (6, 4) was taken for the inputs"), "{text}");
    let list = |name: &str| lnn.page.role("combobox").name(name).get();
    let says = |words: &str| lnn.page.wait(words, || Ok(preview(&lnn)?.contains(words)));
    says("4 inputs")?;
    list("Inputs")?.select("first (6, 3)")?;
    says("3 inputs")?;
    list("Targets")?.select("none")?;
    says("2 inputs")?;
    list("Targets")?.select("kind (6,)")?;
    says("3 inputs")?;
    // What goes with it is found; the file then has a split of its own.
    list("Test inputs")?.select("held (2, 3)")?;
    says("the first 6 to train on, as in the file")?;
    says("8 rows")?;
    lnn.page.screenshot("preview-arrays")?;
    accept(&lnn)?;
    lnn.click("Step epoch")?;
    lnn.page.wait("epoch 1", || Ok(lnn.number("Epoch").is_ok_and(|epoch| epoch == 1.0)))?;
    // A table whose columns are arrays.
    lnn.page.drop_files(&[&data("fields.npz")])?;
    says("3 inputs")?;
    list("Inputs")?.select("b (6,)")?;
    says("1 input")?;
    list("Inputs")?.select("as guessed")?;
    says("3 inputs")?;
    lnn.page.check_clean()
}

#[test]
fn what_does_not_fit_is_read_as_is_offered() -> Result<()> {
    // 20,000 columns, and a few rows more than 64,000,000 numbers.
    let header: Vec<String> = (0..20_000).map(|idx| format!("c{idx}")).collect();
    let row = |idx: usize| format!("{}{}\n", "1,".repeat(19_999), idx % 2);
    let text = header.join(",") + "\n" + &(0..3_300).map(row).collect::<String>();
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.page.drop_files(&[&common::file("wide.csv", text)?])?;
    lnn.page
        .wait_within("an offer", Duration::from_mins(2), || Ok(lnn.notice()?.contains("Read 1 row in 2")))?;
    lnn.page.screenshot("offer")?;
    lnn.click("Read 1 row in 2")?;
    let dialog = || lnn.page.role("dialog").name("Data preview");
    lnn.page.wait_within("a preview", Duration::from_mins(2), || Ok(dialog().count()? > 0))?;
    assert!(preview(&lnn)?.contains("1\u{202f}650 rows"), "half of them are there");
    lnn.click("Cancel")?;
    dialog().wait_gone()?;
    // Where a choice is too much, the way back stands in the preview.
    lnn.page.drop_files(&[&data("pictures.zip")])?;
    preview(&lnn)?;
    lnn.page.role("combobox").name("Pixels").get()?.select("96 × 96")?;
    lnn.page.role("button").name_starts("Read at 81 × 81 pixels").get()?;
    lnn.page.screenshot("offer-in-preview")?;
    lnn.click("Read at 81 × 81 pixels")?;
    lnn.page.wait("its pictures", || Ok(preview(&lnn)?.contains("683 inputs")))?;
    lnn.page.check_clean()
}

#[test]
fn a_file_that_stops_its_reader_is_told_and_the_next_one_opens() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    let mut bytes = fs::read(data("table.parquet"))?;
    // The crate `parquet` panics over what this byte then claims.
    bytes[400] ^= 1;
    let damaged = lnn_e2e::out_dir().join("damaged.parquet");
    fs::write(&damaged, bytes)?;
    lnn.page.drop_files(&[&damaged])?;
    lnn.page
        .wait("the sentence", || Ok(lnn.notice()?.contains("damaged.parquet: its reader had to stop")))?;
    lnn.page.screenshot("reader-stopped")?;
    lnn.click("Step epoch")?;
    lnn.page.wait("epoch 1", || Ok(lnn.number("Epoch").is_ok_and(|epoch| epoch == 1.0)))?;
    lnn.page.drop_files(&[&data("records.json")])?;
    assert!(preview(&lnn)?.contains("size"));
    accept(&lnn)?;
    lnn.page.check_clean()
}

#[test]
fn previews_and_lists_are_shown_light_and_dark_wide_and_narrow() -> Result<()> {
    for (name, viewport) in [
        ("light", Viewport::DESKTOP),
        ("dark", Viewport::DESKTOP.dark()),
        ("phone-light", Viewport::PHONE),
        ("phone-dark", Viewport::PHONE.dark()),
    ] {
        let lnn = Lnn::open(&viewport)?;
        if viewport.is_mobile {
            lnn.page.role("button").name_starts("Data").first()?.click()?;
        }
        lnn.page.evaluate("document.querySelector('.save-as summary').click()")?;
        lnn.page.evaluate("document.querySelector('.save-as').scrollIntoView({ block: 'end' })")?;
        lnn.page.screenshot(&format!("save-as-{name}"))?;
        for file in ["table.csv", "pictures.zip"] {
            lnn.page.drop_files(&[&data(file)])?;
            preview(&lnn)?;
            lnn.page.screenshot(&format!("preview-{}-{name}", file.replace('.', "-")))?;
            lnn.click("Cancel")?;
            lnn.page.role("dialog").name("Data preview").wait_gone()?;
        }
        lnn.page.check_clean()?;
    }
    Ok(())
}

#[test]
fn the_cat_pictures_of_the_course_train_the_cat_network() -> Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/datasets.h5");
    let Ok(path) = path.canonicalize() else {
        println!("skipped: no shared data");
        return Ok(());
    };
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.page.drop_files(&[&path])?;
    let text = preview(&lnn)?;
    for words in ["259 rows", "the first 209 to train on", "288 inputs", "2 classes of label", "non-cat"] {
        assert!(text.contains(words), "{words:?} is missing: {text}");
    }
    lnn.page.screenshot("preview-cats")?;
    // With pixels divided by 255 alone these pictures need thousands of epochs.
    lnn.page.role("combobox").name("Numeric inputs").get()?.select("mean 0, standard deviation 1")?;
    accept(&lnn)?;
    lnn.set_layers(&[20, 7, 5])?;
    lnn.play_to_epoch(100, Duration::from_mins(3))?;
    let cost = lnn.number("Cost")?;
    assert!(cost < 0.4, "the cost is {cost} after 100 epochs");
    lnn.page.screenshot("cats")?;
    lnn.page.check_clean()
}

#[test]
fn weights_leave_for_other_tools_and_come_back() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.play_to_epoch(3, Duration::from_mins(1))?;
    let before = lnn.number("Cost")?;
    let path = saved_as(&lnn, "weights", "Weights .onnx", "spiral-23.onnx")?;
    for (form, name) in [
        ("Weights .npz", "spiral-23.npz"),
        ("Weights .safetensors", "spiral-23.safetensors"),
        ("Weights .json", "spiral-23.json"),
        ("Program .py", "spiral-23.py"),
        ("Data set .npz", "spiral-23-prepared.npz"),
    ] {
        assert!(fs::metadata(saved_as(&lnn, name, form, name)?)?.len() > 500, "{name}");
    }
    lnn.page.screenshot("save-as")?;
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.page.drop_files(&[&path])?;
    lnn.page.wait("the start", || {
        Ok(lnn.notice()?.contains("Starts from the weights of spiral-23.onnx: 2-8-8-6-1"))
    })?;
    lnn.page.wait("its cost", || Ok(lnn.number("Step")? == 0.0 && lnn.number("Cost")? == before))?;
    lnn.page.screenshot("starts-from")?;
    lnn.click("Step epoch")?;
    lnn.page.wait("epoch 1", || Ok(lnn.number("Epoch").is_ok_and(|epoch| epoch == 1.0)))?;
    lnn.page.drop_files(&[&fixture("lnn-weights", "course.npz")])?;
    lnn.page.wait("a refusal", || Ok(lnn.notice()?.contains("course.npz is a network")))?;
    assert_eq!(lnn.number("Epoch")?, 1.0, "the run goes on");
    lnn.page.check_clean()
}

#[test]
fn a_session_reopens_with_its_data_and_goes_on() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.page.drop_files(&[&data("split.npz")])?;
    preview(&lnn)?;
    accept(&lnn)?;
    lnn.play_to_epoch(20, Duration::from_mins(1))?;
    lnn.wait_for_rest()?;
    let (last, cost) = (lnn.number("Step")?, lnn.number("Cost")?);
    let path = saved_as(&lnn, "session", "Session", "split-23.lnn.zip")?;
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.page.drop_files(&[&path])?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    assert!(!common::bar(&lnn)?.contains("What is wrong"), "{}", common::bar(&lnn)?);
    lnn.page.role("slider").name("Timeline").get()?.press("End")?;
    let is_at_last = |lnn: &Lnn| {
        lnn.number("Step").is_ok_and(|step| step == last) && lnn.number("Cost").is_ok_and(|it| it == cost)
    };
    lnn.page.wait("its last step", || Ok(is_at_last(&lnn)))?;
    lnn.page.screenshot("session")?;
    lnn.click("Go on from here")?;
    lnn.page
        .wait("the page's own run", || Ok(lnn.page.role("complementary").name("Replay").count()? == 0))?;
    lnn.page.wait("where it was", || Ok(is_at_last(&lnn)))?;
    lnn.click("Step epoch")?;
    lnn.page.wait("one step more", || Ok(lnn.number("Step").is_ok_and(|step| step > last)))?;
    lnn.page.check_clean()
}
