//! A log is dropped, fetched, played, scrubbed and left again; whole, torn, with and without its data set.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use lnn_e2e::{Lnn, Viewport, page_url};

mod common;

use common::{GOLDEN, IrisRun, bar, cost_of, file, golden, iris, wait_for_bar, wait_for_step};

#[test]
fn a_dropped_log_is_computed_again_and_agrees_at_every_step() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.page.drop_files(&[&file("golden.ndjson.gz", GOLDEN)?])?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    wait_for_step(&lnn, 0.0)?;
    let timeline = lnn.page.role("slider").name("Timeline").get()?;
    timeline.press("End")?;
    wait_for_step(&lnn, 12.0)?;
    wait_for_bar(&lnn, "13 steps computed again")?;
    assert_eq!(lnn.number("Cost")?, cost_of(12)?);
    timeline.press("Home")?;
    wait_for_step(&lnn, 0.0)?;
    for step in 1..=5 {
        timeline.press("ArrowRight")?;
        wait_for_step(&lnn, f64::from(step))?;
    }
    assert_eq!(lnn.number("Cost")?, cost_of(5)?);
    lnn.click("Play")?;
    wait_for_step(&lnn, 12.0)?;
    lnn.page.role("button").name("Play").get()?;
    lnn.page.screenshot("replay")?;
    lnn.page.check_clean()
}

/// The golden log as if it were of a file of somebody's own.
fn log_of_own_data() -> Result<String> {
    let (builtin, own) =
        ("\"name\":\"iris\",\"is_builtin\":true", "\"name\":\"mine.csv\",\"is_builtin\":false");
    Ok(golden()?.lines().map(|line| reseal(&line.replace(builtin, own))).collect())
}

#[test]
fn a_log_without_its_data_set_is_shown_and_computed_as_soon_as_the_file_is_dropped() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    let log = log_of_own_data()?;
    lnn.page.drop_files(&[&file("mine.ndjson", log)?])?;
    wait_for_bar(&lnn, "«mine.csv» is not at hand: drop that file")?;
    let timeline = lnn.page.role("slider").name("Timeline").get()?;
    timeline.press("End")?;
    wait_for_step(&lnn, 12.0)?;
    assert_eq!(lnn.number("Cost")?, cost_of(12)?);
    lnn.page.screenshot("replay-alone")?;
    lnn.page.drop_files(&[&file("other.csv", "a,b,c\n1,2,x\n2,3,y\n")?])?;
    wait_for_bar(&lnn, "«other.csv» is not the data set of this run")?;
    lnn.page.drop_files(&[&file("iris.csv", include_bytes!("../../data/iris.csv"))?])?;
    wait_for_bar(&lnn, "Agrees with the log: 13 steps computed again")?;
    wait_for_step(&lnn, 12.0)?;
    lnn.page.check_clean()
}

fn reseal(line: &str) -> String {
    let body = line.rsplit_once(",\"crc32c\":\"").map_or(line, |(body, _)| body);
    format!("{body},\"crc32c\":\"{:08x}\"}}\n", crc32c::crc32c(body.as_bytes()))
}

#[test]
fn a_folder_and_an_archive_of_it_are_dropped_as_one_log() -> Result<()> {
    let text = golden()?;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let folder = lnn_e2e::out_dir().join("logs").join("a run");
    fs::create_dir_all(folder.join("log"))?;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (idx, part) in lines.chunks(10).enumerate() {
        let name = format!("log/{idx:06}.ndjson");
        fs::write(folder.join(&name), part.concat())?;
        archive.start_file(format!("a run/{name}"), zip::write::SimpleFileOptions::default())?;
        archive.write_all(part.concat().as_bytes())?;
    }
    let archive = file("run.zip", archive.finish()?.into_inner())?;
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    for dropped in [&folder, &archive] {
        lnn.page.drop_files(&[dropped])?;
        wait_for_bar(&lnn, &dropped.file_name().unwrap_or_default().to_string_lossy())?;
        wait_for_bar(&lnn, "Agrees with the log")?;
        lnn.page.role("slider").name("Timeline").get()?.press("End")?;
        wait_for_step(&lnn, 12.0)?;
    }
    lnn.page.check_clean()
}

#[test]
fn a_torn_log_shows_what_it_has_and_says_what_is_missing() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    let text = golden()?;
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    lines.remove(6);
    let torn = lines.concat();
    lnn.page.drop_files(&[&file("torn.ndjson", &torn[..torn.len() - 3000])?])?;
    wait_for_bar(&lnn, "What is wrong with this log")?;
    for words in ["is missing", "the file ends within this line", "has no end"] {
        wait_for_bar(&lnn, words)?;
    }
    wait_for_bar(&lnn, "Agrees with the log")?;
    lnn.page.drop_files(&[&file("nothing.ndjson", "hello\n")?])?;
    lnn.page.wait("a sentence", || Ok(lnn.notice()?.contains("Is this the right file?")))?;
    Ok(())
}

#[test]
fn leaving_a_log_brings_the_training_back() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.play_to_epoch(20, std::time::Duration::from_mins(1))?;
    lnn.wait_for_rest()?;
    let before = lnn.number("Step")?;
    lnn.page.drop_files(&[&file("golden.ndjson.gz", GOLDEN)?])?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    lnn.click("Back to training")?;
    lnn.page.wait("no bar", || Ok(bar(&lnn)?.is_empty()))?;
    wait_for_step(&lnn, before)?;
    lnn.page.check_clean()
}

/// A server of one file that may grow, on another origin than the page, as a bucket with CORS is.
fn serve(content: Arc<Mutex<Vec<u8>>>) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = [0; 4096];
            let n_read = stream.read(&mut head).unwrap_or(0);
            let head = String::from_utf8_lossy(head.get(..n_read).unwrap_or_default()).into_owned();
            let whole = content.lock().map(|content| content.clone()).unwrap_or_default();
            let range = head.lines().find_map(|line| {
                let range = line.to_lowercase();
                range.strip_prefix("range: bytes=")?.trim_end_matches('-').parse::<usize>().ok()
            });
            let (status, body) = match range {
                _ if head.starts_with("OPTIONS ") => ("204 No Content", &[][..]),
                _ if !head.starts_with("GET /run.") => ("404 Not Found", &[][..]),
                Some(from) if from < whole.len() => ("206 Partial Content", &whole[from..]),
                Some(_) => ("416 Range Not Satisfiable", &[][..]),
                None => ("200 OK", &whole[..]),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Headers: Range\r\n\
                 Cross-Origin-Resource-Policy: cross-origin\r\nCache-Control: no-store\r\nContent-Length: {}\r\n\
                 Connection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        }
    });
    Ok(format!("http%3A%2F%2F{address}%2F"))
}

fn open_address(address: &str) -> Result<Lnn> {
    let url = format!("{}#log={address}", page_url()?);
    Ok(Lnn { page: lnn_e2e::Page::open(&url, &Viewport::DESKTOP)? })
}

#[test]
fn a_log_is_fetched_from_the_address_after_the_hash() -> Result<()> {
    let address = serve(Arc::new(Mutex::new(GOLDEN.to_vec())))?;
    let lnn = open_address(&format!("{address}run.ndjson.gz"))?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    let lnn = open_address(&format!("{address}run.ndjson.gz&beside={address}run.again"))?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    lnn.page.wait("the run beside", || {
        let beside = lnn.page.role("complementary").name("Compared runs").get()?.text()?;
        Ok(beside.contains("The same recipe and data set") && beside.contains("Agrees with the log"))
    })?;
    let lnn = open_address(&format!("{address}gone.ndjson"))?;
    lnn.page.wait("a sentence", || Ok(lnn.notice()?.contains("status 404")))?;
    Ok(())
}

#[test]
fn the_data_set_of_a_fetched_log_is_fetched_too() -> Result<()> {
    let log = serve(Arc::new(Mutex::new(log_of_own_data()?.into_bytes())))?;
    let data = serve(Arc::new(Mutex::new(include_bytes!("../../data/iris.csv").to_vec())))?;
    let lnn = open_address(&format!("{log}run.ndjson&data={data}run.csv"))?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    let lnn = open_address(&format!("{log}run.ndjson&data={data}gone.csv"))?;
    wait_for_bar(&lnn, "From the log alone: its data set «mine.csv»: it can't be fetched (status 404)")?;
    let lnn = open_address(&format!("{log}run.ndjson&data={log}run.ndjson"))?;
    wait_for_bar(&lnn, "is not the data set of this run")
}

#[test]
fn a_log_that_grows_is_followed() -> Result<()> {
    let text = golden()?;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let content = Arc::new(Mutex::new((lines[..5].concat() + &lines[5][..40]).into_bytes()));
    let address = serve(content.clone())?;
    let lnn = open_address(&format!("{address}run.ndjson"))?;
    wait_for_bar(&lnn, "not over")?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    lnn.click("Live")?;
    lnn.page.wait("the newest step", || Ok(lnn.number("Step").is_ok_and(|step| step > 0.0)))?;
    for n_lines in [9, 14, lines.len()] {
        let before = lnn.number("Step")?;
        if let Ok(mut content) = content.lock() {
            *content = lines[..n_lines].concat().into_bytes();
        }
        lnn.page.wait("the cursor to follow", || Ok(lnn.number("Step")? > before))?;
    }
    wait_for_step(&lnn, 12.0)?;
    wait_for_bar(&lnn, "13 steps computed again")?;
    lnn.page.wait("the end", || Ok(!bar(&lnn)?.contains("not over")))
}

#[test]
fn a_log_on_a_phone_and_in_the_dark_has_no_problem_of_access() -> Result<()> {
    for viewport in [Viewport::DESKTOP, Viewport::PHONE.dark()] {
        let lnn = Lnn::open(&viewport)?;
        lnn.page.drop_files(&[&file("golden.ndjson.gz", GOLDEN)?])?;
        wait_for_bar(&lnn, "Agrees with the log")?;
        lnn.page.screenshot(&format!("replay-{}", viewport.width))?;
        let violations = lnn.page.accessibility_violations()?.unwrap_or_default();
        assert!(violations.is_empty(), "{violations:?}");
    }
    Ok(())
}

/// The steps that the header shows while something goes on, each once where it stands.
fn watch_steps(lnn: &Lnn, duration: std::time::Duration) -> Result<Vec<f64>> {
    let begun = std::time::Instant::now();
    let mut steps = Vec::new();
    while begun.elapsed() < duration {
        steps.push(lnn.number("Step")?);
        lnn.page.rest(std::time::Duration::from_millis(20))?;
    }
    steps.dedup();
    Ok(steps)
}

#[test]
fn a_span_of_a_log_is_played_again_and_again() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.page.drop_files(&[&file("golden.ndjson.gz", GOLDEN)?])?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    lnn.choose("Speed", "5 steps a second")?;
    let timeline = lnn.page.role("slider").name("Timeline").get()?;
    timeline.press("End")?;
    wait_for_step(&lnn, 12.0)?;
    timeline.press("Home")?;
    wait_for_step(&lnn, 0.0)?;
    (0..3).try_for_each(|_| timeline.press("ArrowRight"))?;
    wait_for_step(&lnn, 3.0)?;
    timeline.press("[")?;
    (0..3).try_for_each(|_| timeline.press("ArrowRight"))?;
    wait_for_step(&lnn, 6.0)?;
    timeline.press("]")?;
    lnn.click("Play")?;
    let steps = watch_steps(&lnn, std::time::Duration::from_secs(4))?;
    assert!(steps.iter().all(|step| (3.0..=6.0).contains(step)), "{steps:?}");
    assert!(steps.windows(2).filter(|pair| pair[1] < pair[0]).count() >= 2, "{steps:?}");
    lnn.page.screenshot("replay-loop")?;
    lnn.click("No loop")?;
    wait_for_step(&lnn, 12.0)?;
    lnn.page.role("button").name("Play").get()?;
    lnn.page.check_clean()
}

#[test]
fn a_dropped_log_that_grows_is_followed() -> Result<()> {
    let text = golden()?;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let path = file("grows.ndjson", lines[..5].concat() + &lines[5][..40])?;
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.page.drop_files(&[&path])?;
    wait_for_bar(&lnn, "not over")?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    lnn.click("Live")?;
    lnn.page.wait("the newest step", || Ok(lnn.number("Step").is_ok_and(|step| step > 0.0)))?;
    let mut writer = fs::OpenOptions::new().append(true).open(&path)?;
    writer.write_all(&lines[5].as_bytes()[40..])?;
    for n_lines in [6..9, 9..14, 14..lines.len()] {
        let before = lnn.number("Step")?;
        writer.write_all(lines[n_lines].concat().as_bytes())?;
        writer.flush()?;
        lnn.page.wait("the cursor to follow", || Ok(lnn.number("Step")? > before))?;
    }
    wait_for_step(&lnn, 12.0)?;
    wait_for_bar(&lnn, "13 steps computed again")?;
    lnn.page.wait("the end", || Ok(!bar(&lnn)?.contains("not over")))?;
    lnn.page.check_clean()
}

#[test]
fn a_log_is_used_with_the_keyboard_alone() -> Result<()> {
    let address = serve(Arc::new(Mutex::new(GOLDEN.to_vec())))?;
    let lnn = open_address(&format!("{address}run.ndjson.gz"))?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    wait_for_step(&lnn, 0.0)?;
    let name = "(document.activeElement.ariaLabel ?? document.activeElement.textContent ?? '').trim()";
    let tab_to = |wanted: &str| -> Result<()> {
        for _ in 0..120 {
            lnn.page.press("Tab")?;
            if lnn.page.evaluate(name)?.as_str().is_some_and(|name| name.starts_with(wanted)) {
                return Ok(());
            }
        }
        anyhow::bail!("Tab never comes to «{wanted}»")
    };
    tab_to("Play")?;
    lnn.page.press("Enter")?;
    wait_for_step(&lnn, 12.0)?;
    tab_to("Layer ")?;
    lnn.page.press("Enter")?;
    lnn.page.wait("the unit's formula", || {
        Ok(lnn.page.role("region").name("Inspector").get()?.text()?.contains("z = Σ"))
    })?;
    tab_to("Timeline")?;
    lnn.page.press("Home")?;
    wait_for_step(&lnn, 0.0)?;
    (0..4).try_for_each(|_| lnn.page.press("ArrowRight"))?;
    wait_for_step(&lnn, 4.0)?;
    lnn.page.press("[")?;
    lnn.page.press("End")?;
    wait_for_step(&lnn, 12.0)?;
    lnn.page.press("\\")?;
    tab_to("No loop").err().map_or_else(|| anyhow::bail!("there is a loop still"), |_| Ok(()))?;
    tab_to("Back to training")?;
    lnn.page.press("Enter")?;
    lnn.page.wait("no bar", || Ok(bar(&lnn)?.is_empty()))
}

/// What a screen reader may read aloud by itself, or of the element that has the focus, changes a few times a second only.
#[test]
fn a_screen_reader_is_not_flooded_while_a_log_plays() -> Result<()> {
    let run = IrisRun { name: "long", learning_rate: 0.01, batch_size: 12, n_epochs: 40, step_ms: 10 };
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.page.drop_files(&[&file("long.ndjson", iris(&run)?)?])?;
    wait_for_bar(&lnn, "Agrees with the log")?;
    lnn.choose("Speed", "60 steps a second")?;
    let unit = "[...document.querySelectorAll('.unit')][3]";
    for focused in ["document.querySelector('[aria-label=Timeline]')", unit] {
        lnn.page.evaluate(&format!("{focused}.focus()"))?;
        lnn.page.press("Home").and_then(|()| lnn.click("Play"))?;
        lnn.page.evaluate(&format!(
            "(() => {{
                const element = {focused}; element.focus();
                const heard = window.heard = [];
                const note = (text) => {{ if (heard.at(-1) !== text) heard.push(text); }};
                const look = () => note(`${{element.ariaLabel}} ${{element.ariaValueText}}`);
                new MutationObserver(look).observe(element, {{ attributes: true }});
                for (const live of document.querySelectorAll('[aria-live=polite], [aria-live=assertive], [role=status], [role=alert]'))
                    new MutationObserver(() => note(live.textContent)).observe(live, {{ subtree: true, childList: true, characterData: true }});
            }})()"
        ))?;
        let before = lnn.number("Step")?;
        lnn.page.rest(std::time::Duration::from_secs(3))?;
        let n_steps = lnn.number("Step")? - before;
        let heard = lnn.page.evaluate("window.heard")?;
        let heard = heard.as_array().cloned().unwrap_or_default();
        assert!(n_steps > 60.0, "only {n_steps} steps were played");
        assert!(
            (1..=15).contains(&heard.len()),
            "{} changes in 3 s over {n_steps} steps: {heard:?}",
            heard.len()
        );
        lnn.pause()?;
    }
    lnn.page.check_clean()
}
