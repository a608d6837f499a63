//! The built page opens, runs under its policy and asks nobody else for anything.

use anyhow::Result;
use lnn_e2e::{Page, Viewport, page_url};

#[test]
fn the_page_opens_without_a_problem() -> Result<()> {
    let page = Page::open(&page_url()?, &Viewport::DESKTOP)?;
    let title = page.evaluate("document.title")?;
    assert!(title.as_str().is_some_and(|title| title.starts_with("LNN")), "{title}");
    page.role("button").name("Play").get()?;
    page.check_clean()
}

#[test]
fn the_page_works_without_a_network_after_the_first_visit() -> Result<()> {
    let page = Page::open(&page_url()?, &Viewport::DESKTOP)?;
    page.role("button").name("Play").get()?;
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")?;
    page.set_offline(true)?;
    page.reload()?;
    page.role("button").name("Play").get()?;
    page.check_clean()
}

#[test]
fn the_policy_forbids_inline_scripts_and_styles() -> Result<()> {
    let page = Page::open(&page_url()?, &Viewport::DESKTOP)?;
    let policy =
        page.evaluate("document.querySelector('meta[http-equiv=Content-Security-Policy]').content")?;
    assert!(policy.as_str().is_some_and(|policy| policy.starts_with("default-src 'none'")), "{policy}");
    let script =
        "document.body.append(Object.assign(document.createElement('script'), { textContent: '1' }))";
    for attempt in ["document.body.setAttribute('style', 'color: red')", script] {
        page.evaluate(&format!("{attempt}; null"))?;
        page.wait(&format!("a violation by {attempt}"), || Ok(!page.problems().is_empty()))?;
        page.forget_problems();
    }
    Ok(())
}
