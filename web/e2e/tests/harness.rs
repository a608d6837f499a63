//! The harness itself, against small pages served from here.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use lnn_e2e::{FrameTimes, Page, Viewport, Watch, percentile};
use serde_json::json;
use xtask::serve::Site;

/// A folder with these files, served, and a browser on its `index.html`.
struct Served {
    page: Page,
    site: Site,
    dir: PathBuf,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

fn open(name: &str, viewport: &Viewport, files: &[(&str, &str)]) -> Result<Served> {
    let dir = std::env::temp_dir().join(format!("lnn-harness-{}-{name}", std::process::id()));
    fs::create_dir_all(&dir)?;
    for (file, content) in files {
        fs::write(dir.join(file), content)?;
    }
    let site = Site::serve(&dir, "/a/b/", 0)?;
    let page = Page::open(&site.url(), viewport)?;
    Ok(Served { page, site, dir })
}

/// A page with this body and this script; scripts are files, since the server sends the product's policy.
fn open_body(name: &str, body: &str, script: &str) -> Result<Served> {
    let html = format!(
        "<!doctype html><html lang=en><head><title>Harness</title><link rel=icon href='data:,'>\
         <script defer src=script.js></script></head><body>{body}</body></html>"
    );
    open(name, &Viewport::DESKTOP, &[("index.html", &html), ("script.js", script)])
}

#[test]
fn elements_are_found_by_role_and_name() -> Result<()> {
    let body = "<main><section aria-label=Network><button>Play</button></section>\
                <section aria-label=Cost><button>Play</button><button disabled aria-label='Step one'>x</button></section>\
                <button hidden>Reset</button><p role=status>later</p></main>";
    let served = open_body("query", body, "")?;
    let page = &served.page;
    assert_eq!(page.role("button").name("Play").count()?, 2);
    assert_eq!(page.role("button").name("Reset").count()?, 0);
    let cost = page.role("region").name("Cost").get()?;
    let play = page.role("button").name("Play").within(&cost).get()?;
    assert_eq!((play.name(), play.text()?.as_str()), ("Play", "Play"));
    let step = page.role("button").name_starts("Step").get()?;
    assert_eq!(step.property("disabled"), json!(true));
    assert_eq!(step.attribute("aria-label")?.as_deref(), Some("Step one"));
    assert_eq!(step.attribute("title")?, None);
    assert_eq!(page.role("status").text()?, "later");
    page.check_clean()
}

#[test]
fn clicks_and_keys_are_real_events() -> Result<()> {
    let body = "<button>Add</button><label>Rate <input value=0.01></label>\
                <input type=range aria-label=Timeline min=0 max=10 value=5><p id=out></p>";
    let script = "let n = 0; const out = document.getElementById('out');
        document.querySelector('button').onclick = (event) => { n += event.isTrusted ? 1 : 100; out.textContent = n; };
        addEventListener('keydown', (event) => { if (event.ctrlKey) out.textContent = 'control ' + event.key; });";
    let served = open_body("events", body, script)?;
    let page = &served.page;
    page.role("button").name("Add").click()?;
    page.wait_until("out.textContent === '1'")?;
    page.role("button").name("Add").press("Enter")?;
    page.role("button").name("Add").press("Space")?;
    page.wait_until("out.textContent === '3'")?;
    page.press("Tab")?;
    let rate = page.role("textbox").name_starts("Rate").get()?;
    assert!(rate.is_focused()?);
    rate.fill("0.5")?;
    page.press("7")?;
    page.wait_until("document.querySelector('input').value === '0.57'")?;
    page.press("Control+k")?;
    page.wait_until("out.textContent === 'control k'")?;
    let timeline = page.role("slider").name("Timeline");
    for (key, expected) in [("End", 10), ("ArrowLeft", 9), ("Home", 0)] {
        timeline.press(key)?;
        page.wait_until(&format!("document.querySelector('[type=range]').value === '{expected}'"))?;
    }
    assert_eq!(timeline.get()?.value(), json!(0));
    page.press("Shift+Tab")?;
    assert!(page.role("textbox").get()?.is_focused()?);
    page.check_clean()
}

#[test]
fn what_is_covered_can_not_be_clicked() -> Result<()> {
    let html = "<!doctype html><html lang=en><head><title>H</title><link rel=icon href='data:,'>\
                <link rel=stylesheet href=style.css></head><body><button>Under</button><div></div></body></html>";
    let css = "div { position: fixed; inset: 0; }";
    let served = open("covered", &Viewport::DESKTOP, &[("index.html", html), ("style.css", css)])?;
    let error = served.page.role("button").name("Under").click().unwrap_err();
    assert!(error.to_string().contains("lies under <div>"), "{error}");
    Ok(())
}

#[test]
fn files_are_dropped_and_chosen() -> Result<()> {
    let script =
        "const show = async (files) => { document.title = files[0].name + ' ' + await files[0].text(); };
        addEventListener('dragover', (event) => event.preventDefault());
        addEventListener('drop', (event) => { event.preventDefault(); show(event.dataTransfer.files); });
        document.querySelector('input').onchange = (event) => show(event.target.files);";
    let served = open_body("files", "<input type=file aria-label='Open a data set'>", script)?;
    let [dropped, chosen] = ["dropped.csv", "chosen.csv"].map(|name| served.dir.join(name));
    fs::write(&dropped, "1,2")?;
    fs::write(&chosen, "3,4")?;
    served.page.drop_files(&[&dropped])?;
    served.page.wait_until("document.title === 'dropped.csv 1,2'")?;
    served.page.choose_file("Open a data set", &chosen)?;
    served.page.wait_until("document.title === 'chosen.csv 3,4'")?;
    served.page.check_clean()
}

#[test]
fn errors_violations_and_foreign_requests_are_seen_in_page_and_worker() -> Result<()> {
    let script = "console.log('hello', 7); console.error('bad'); new Worker('worker.js');";
    let html = "<!doctype html><html lang=en><head><title>H</title><link rel=icon href='data:,'>\
                <script defer src=script.js></script></head><body></body></html>";
    let worker = "fetch('data.txt').then(() => { throw new Error('worker failed'); });";
    let files = [("index.html", html), ("script.js", script), ("worker.js", worker), ("data.txt", "x")];
    let served = open("log", &Viewport::DESKTOP, &files)?;
    let page = &served.page;
    let has = |text: &str| page.problems().iter().any(|problem| problem.contains(text));
    page.wait("the worker's failure", || page.evaluate("1").map(|_| has("worker failed")))?;
    assert!(has("page: bad"), "{:?}", page.problems());
    assert!(page.console().iter().any(|message| message.text == "hello 7"));
    let from_worker =
        |request: &lnn_e2e::Request| request.from == "worker" && request.url.ends_with("/a/b/data.txt");
    assert!(page.requests().iter().any(from_worker), "{:?}", page.requests());
    page.forget_problems();
    assert!(page.foreign_requests()?.is_empty());
    page.evaluate("fetch('http://example.org/').catch(() => null)")?;
    page.wait("a violation", || page.evaluate("1").map(|_| has("Content Security Policy")))?;
    page.forget_problems();
    page.evaluate("document.body.setAttribute('style', 'color: red')")?;
    page.wait("a violation", || page.evaluate("1").map(|_| has("policy violated")))?;
    assert!(page.check_clean().is_err());
    Ok(())
}

#[test]
fn the_network_can_be_cut_off() -> Result<()> {
    let served = open_body("offline", "", "")?;
    let attempt = "fetch('script.js', { cache: 'no-store' }).then(() => 'there', () => 'gone')";
    // The browser's network process hears of it a moment after the browser has answered.
    let answers = |expected: &str| Ok(served.page.evaluate(attempt)? == json!(expected));
    served.page.set_offline(true)?;
    served.page.wait("a request that fails", || answers("gone"))?;
    served.page.set_offline(false)?;
    served.page.wait("a request that is answered", || answers("there"))
}

#[test]
fn screen_and_wishes_are_believed() -> Result<()> {
    let html = "<!doctype html><html lang=en><head><title>H</title><link rel=icon href='data:,'>\
                <meta name=viewport content='width=device-width'></head><body></body></html>";
    let served = open("viewport", &Viewport::PHONE.dark().reduced_motion(), &[("index.html", html)])?;
    let seen = "[innerWidth, innerHeight, matchMedia('(prefers-color-scheme: dark)').matches,
        matchMedia('(prefers-reduced-motion: reduce)').matches, matchMedia('(pointer: coarse)').matches]";
    assert_eq!(served.page.evaluate(seen)?, json!([390, 844, true, true, true]));
    served.page.set_viewport(&Viewport::DESKTOP)?;
    assert_eq!(served.page.evaluate(seen)?, json!([1440, 900, false, false, false]));
    let picture = served.page.screenshot("harness")?;
    assert!(fs::metadata(&picture)?.len() > 100);
    Ok(())
}

#[test]
fn busy_frames_show_in_the_trace() -> Result<()> {
    let script = "const frame = () => {
            const end = performance.now() + 6; while (performance.now() < end);
            document.title = String(performance.now()); requestAnimationFrame(frame);
        }; requestAnimationFrame(frame);";
    let served = open_body("trace", "", script)?;
    let times = FrameTimes::of(&served.page.trace(Duration::from_secs(2), Watch::Frames)?)?;
    let p50 = percentile(&times.busy_ms, 50.0);
    assert!((5.5..30.0).contains(&p50), "{p50} ms");
    assert!(times.frames_per_second() > 5.0, "{} frames/s", times.frames_per_second());
    Ok(())
}

#[test]
fn memory_that_is_kept_shows() -> Result<()> {
    let served = open_body("memory", "", "new Worker('script2.js');")?;
    let before = served.page.memory()?;
    served.page.evaluate("globalThis.kept = Array.from({ length: 200000 }, (_, idx) => ({ idx })); null")?;
    let after = served.page.memory()?;
    assert!(after.page_heap > before.page_heap + 1_000_000, "{before:?} {after:?}");
    let all = |memory: lnn_e2e::Memory| memory.all.unwrap_or(0);
    assert!(all(after) > all(before) + 1_000_000, "{before:?} {after:?}");
    Ok(())
}

#[test]
fn accessibility_rules_are_checked() -> Result<()> {
    let served = open_body("axe", "<main><h1>Title</h1><button></button></main>", "")?;
    if let Some(violations) = served.page.accessibility_violations()? {
        let rules: Vec<_> = violations.iter().map(|violation| violation.rule.as_str()).collect();
        assert_eq!(rules, ["button-name"], "{violations:?}");
    }
    Ok(())
}

#[test]
fn pages_are_reloaded_and_left() -> Result<()> {
    let served = open_body("navigation", "", "document.title = 'at ' + location.hash;")?;
    let page = &served.page;
    page.evaluate("globalThis.mark = 1")?;
    page.goto(&format!("{}#x", served.site.url()))?;
    assert_eq!(page.evaluate("globalThis.mark")?, json!(1));
    page.reload()?;
    assert_eq!(page.evaluate("[globalThis.mark ?? null, document.title]")?, json!([null, "at #x"]));
    let error = page.evaluate("nothing.there").unwrap_err();
    assert!(error.to_string().contains("nothing is not defined"), "{error}");
    let error = page.wait_until_within("false", Duration::from_millis(50)).unwrap_err();
    assert!(error.to_string().contains("false"), "{error}");
    Ok(())
}
