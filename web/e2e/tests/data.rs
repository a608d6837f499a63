//! The user's own data: dropped, chosen, corrected, refused with a sentence.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use lnn_e2e::{Lnn, Viewport};

/// A file of this test run's own.
fn file(name: &str, bytes: impl AsRef<[u8]>) -> Result<PathBuf> {
    let folder = lnn_e2e::out_dir().join("files");
    fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    fs::write(&path, bytes)?;
    Ok(path)
}

/// Two clouds in three measures, apart along the first two; a fourth column of text.
fn clouds(n_rows: usize) -> String {
    let mut csv = "height,width,age,town,kind\n".to_owned();
    let mut state = 12345_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64 / f64::from(1_u32 << 31)) * 2.0 - 1.0
    };
    for row in 0..n_rows {
        let (kind, at) = if row % 2 == 0 { ("tall", 3.0) } else { ("small", -3.0) };
        let town = ["Ulm", "Kiel"][row % 3 % 2];
        let line = [at + random(), at + random(), 40.0 + 20.0 * random()].map(|x| format!("{x:.3}"));
        csv.extend([&line.join(","), ",", town, ",", kind, "\n"]);
    }
    csv
}

/// Accepts the preview as it was guessed and waits for the new run.
fn accept(lnn: &Lnn) -> Result<()> {
    lnn.page.role("dialog").name("Data preview").get()?;
    lnn.click("Use this data")?;
    lnn.page.role("dialog").name("Data preview").wait_gone()?;
    lnn.wait_for_start()?;
    lnn.page.wait("step 0", || Ok(lnn.number("Step")? == 0.0))
}

#[test]
fn a_dropped_csv_trains_to_99_percent() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.page.drop_files(&[&file("clouds.csv", clouds(300))?])?;
    let dialog = lnn.page.role("dialog").name("Data preview").get()?;
    let text = dialog.text()?;
    for word in ["clouds.csv", "height", "width", "age", "town", "kind"] {
        assert!(text.contains(word), "the preview does not show {word:?}: {text}");
    }
    accept(&lnn)?;
    lnn.play_to_epoch(100, Duration::from_mins(1))?;
    assert!(lnn.number("Dev accuracy")? >= 0.99, "dev accuracy {}", lnn.number("Dev accuracy")?);
    let network = lnn.page.evaluate("document.querySelector('section[aria-label=Network]').textContent")?;
    assert!(
        network.as_str().is_some_and(|text| text.contains("height")),
        "the inputs carry no column names: {network}"
    );
    lnn.page.check_clean()
}

/// Pictures of 6 × 6 pixels in colours: a red bar at the left, or a green one at the right, on blue noise.
fn colour_pictures(n_rows: usize) -> String {
    let names: Vec<String> = (0..108).map(|idx| format!("p{idx}")).collect();
    let mut csv = format!("{},kind\n", names.join(","));
    for row in 0..n_rows {
        let is_red = row % 2 == 0;
        let pixel = |idx: usize| {
            let (column, channel) = (idx / 3 % 6, idx % 3);
            let is_bar = if is_red { column < 2 && channel == 0 } else { column > 3 && channel == 1 };
            let noise = (row * 31 + idx * 17) % 60;
            (if is_bar {
                180 + noise
            } else if channel == 2 {
                2 * noise
            } else {
                noise / 3
            })
            .to_string()
        };
        csv.push_str(&(0..108).map(pixel).collect::<Vec<_>>().join(","));
        csv.push_str(if is_red { ",red\n" } else { ",green\n" });
    }
    csv
}

#[test]
fn pictures_in_colours_are_shown_as_pictures() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.page.drop_files(&[&file("bars.csv", colour_pictures(200))?])?;
    accept(&lnn)?;
    let legend = lnn.page.role("group").name("Legend").get()?;
    assert!(legend.text()?.contains("each pixel's strongest w"), "{}", legend.text()?);
    lnn.play_to_epoch(30, Duration::from_mins(1))?;
    lnn.page.role("button").name_starts("Layer 1 unit 2,").get()?.click()?;
    let inspector = lnn.page.role("region").name("Inspector").get()?;
    lnn.page.wait("the unit", || Ok(inspector.text()?.contains("of each pixel the channel")))?;
    // The example's picture: red or green, never grey.
    let colours = inspector.call(
        "function () { const canvas = this.querySelector('.example-picture');
            const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            let most = 0;
            for (let i = 0; i < data.length; i += 4) most = Math.max(most, Math.abs(data[i] - data[i + 1]));
            return most; }",
    )?;
    assert!(
        colours.as_f64().is_some_and(|most| most > 100.0),
        "the example's picture has no colours: {colours}"
    );
    lnn.page.screenshot("pictures-in-colours")?;
    lnn.page.check_clean()
}

#[test]
fn a_file_can_be_chosen_with_the_button() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.page.choose_file("Open a data set", &file("chosen.tsv", clouds(100).replace(',', "\t"))?)?;
    accept(&lnn)?;
    lnn.click("Step epoch")?;
    lnn.page.wait("epoch 1", || Ok(lnn.number("Epoch").is_ok_and(|epoch| epoch == 1.0)))?;
    lnn.page.check_clean()
}

#[test]
fn every_shipped_data_set_trains() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    for (title, quality) in [("Iris", 0.9), ("Breast cancer", 0.93), ("Digits", 0.9), ("Diabetes", 0.35)] {
        lnn.page.role("button").name_starts(title).first()?.click()?;
        lnn.page.wait(&format!("{title} to be loaded"), || {
            let text = lnn.page.evaluate("document.querySelector('section[aria-label=Data]').textContent")?;
            let is_idle = lnn.page.role("progressbar").count()? == 0;
            Ok(is_idle
                && lnn.number("Step").is_ok_and(|step| step == 0.0)
                && text.as_str().is_some_and(|text| text.contains(title)))
        })?;
        lnn.play_to_epoch(40, Duration::from_secs(90))?;
        let name = if title == "Diabetes" { "R²" } else { "Accuracy" };
        assert!(lnn.number(name)? >= quality, "{title}: {name} {} after 40 epochs", lnn.number(name)?);
    }
    lnn.page.check_clean()
}

/// A bad file: its name, its bytes, and a word that its sentence must hold.
fn bad_files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let mut ragged = clouds(20);
    ragged += "1,2\n";
    vec![
        ("empty.csv", Vec::new(), "empty"),
        ("header_only.csv", b"a,b,c\n".to_vec(), "row"),
        ("one_column.csv", b"a\n1\n2\n3\n".to_vec(), "column"),
        ("ragged.csv", ragged.into_bytes(), "line 22"),
        ("binary.csv", (0..4000_u32).flat_map(|i| (i * 7919).to_le_bytes()).collect(), "text"),
        ("unclosed.csv", b"a,b\n1,\"2\n3,4\n".to_vec(), "quote"),
        ("infinite.csv", b"a,b,c\n1,2,0\n3,inf,1\n".to_vec(), "line 3"),
    ]
}

#[test]
fn a_bad_file_gets_a_sentence_and_the_network_goes_on() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.click("Play")?;
    for (name, bytes, word) in bad_files() {
        lnn.page.drop_files(&[&file(name, bytes)?])?;
        lnn.page.wait(&format!("a sentence about {name}"), || Ok(lnn.notice()?.contains(name)))?;
        let notice = lnn.notice()?;
        assert!(notice.contains(word), "{name}: {notice:?} does not speak of {word:?}");
        lnn.click("Dismiss")?;
    }
    let step = lnn.number("Step")?;
    lnn.page.wait("training to go on", || Ok(lnn.number("Step")? > step))?;
    lnn.pause()?;
    lnn.page.check_clean()
}

#[test]
fn a_file_of_two_gigabytes_is_refused_before_it_is_read() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    let path = file("huge.csv", "a,b\n1,2\n")?;
    fs::OpenOptions::new().write(true).open(&path)?.set_len(2 << 30).context("no room for a sparse file")?;
    lnn.page.drop_files(&[&path])?;
    lnn.page.wait("a sentence", || Ok(lnn.notice()?.contains("huge.csv")))?;
    let notice = lnn.notice()?;
    assert!(notice.contains("the limit is") && notice.contains("Read 1 row in "), "{notice}");
    fs::remove_file(path)?;
    lnn.page.check_clean()
}

#[test]
fn latin_1_and_missing_values_are_read_and_said() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    let csv = clouds(60).replace("Ulm", "K\u{f6}ln").replacen(",Kiel", ",NaN", 3);
    let latin_1: Vec<u8> = csv.chars().map(|c| c as u8).collect();
    lnn.page.drop_files(&[&file("latin.csv", latin_1)?])?;
    let text = lnn.page.role("dialog").name("Data preview").get()?.text()?;
    assert!(text.contains("Köln"), "{text}");
    assert!(text.contains("missing"), "{text}");
    accept(&lnn)?;
    lnn.page.check_clean()
}

#[test]
fn a_target_of_ten_thousand_texts_is_not_accepted() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    let rows: Vec<String> = (0..10_000).map(|row| format!("{},{},name {row}\n", row % 7, row % 11)).collect();
    lnn.page.drop_files(&[&file("names.csv", format!("a,b,target\n{}", rows.concat()))?])?;
    let dialog = lnn.page.role("dialog").name("Data preview").get()?;
    lnn.page.wait("a sentence about the target", || {
        Ok(dialog.text()?.contains("10000")
            || dialog.text()?.contains("10\u{202f}000")
            || dialog.text()?.contains("10,000"))
    })?;
    lnn.page.press("Escape")?;
    lnn.page.role("dialog").name("Data preview").wait_gone()?;
    lnn.click("Step epoch")?;
    lnn.page.wait("the network under way", || Ok(lnn.number("Epoch")? == 1.0))?;
    lnn.page.check_clean()
}

#[test]
fn fifty_megabytes_are_read_while_the_page_stays_awake() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    let block = clouds(2000);
    let (header, rows) = block.split_once('\n').context("a header")?;
    let path = file("large.csv", format!("{header}\n{}", rows.repeat((50 << 20) / rows.len())))?;
    lnn.click("Play")?;
    lnn.page.evaluate(
        "window.longest = 0; (() => { let last = performance.now(); const tick = () => {
            const now = performance.now(); window.longest = Math.max(window.longest, now - last); last = now;
            requestAnimationFrame(tick); }; tick(); })()",
    )?;
    lnn.page.drop_files(&[&path])?;
    lnn.page.role("progressbar").first()?;
    let step = lnn.number("Step")?;
    lnn.page.wait_within("the preview", Duration::from_mins(2), || {
        Ok(lnn.page.role("dialog").name("Data preview").count()? == 1)
    })?;
    assert!(lnn.number("Step")? > step, "training stood still while the file was read");
    let longest = lnn.page.evaluate("window.longest")?.as_f64().unwrap_or(f64::INFINITY);
    println!("longest time between two animation frames while 50 MB were read: {longest:.0} ms");
    assert!(longest < 2000.0, "the page was frozen for {longest:.0} ms");
    fs::remove_file(path)?;
    lnn.page.check_clean()
}
