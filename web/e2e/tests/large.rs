//! The largest network that the page promises: ten hidden layers of 512 units.

use std::time::{Duration, Instant};

use anyhow::Result;
use lnn_e2e::{Lnn, Viewport};

/// A step of 2.4 million parameters, and scores over both splits, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_mins(3);

#[test]
fn ten_layers_of_512_units_are_legible_and_the_page_stays_responsive() -> Result<()> {
    let lnn = Lnn::open(&Viewport::DESKTOP)?;
    lnn.use_data("Digits")?;
    let begun = Instant::now();
    lnn.set_layers(&[512; 10])?;
    println!("set in {:?}", begun.elapsed());
    lnn.page.wait_within("step 0", PATIENCE, || Ok(lnn.number("Step").is_ok_and(|step| step == 0.0)))?;
    println!("first frame after {:?}", begun.elapsed());
    lnn.page.screenshot("large-opens")?;
    let begun = Instant::now();
    lnn.click("Step")?;
    let mut longest = Duration::ZERO;
    let mut said = std::collections::BTreeSet::new();
    lnn.page.wait_within("step 1", PATIENCE, || {
        let asked = Instant::now();
        let step = lnn.number("Step");
        said.insert(lnn.page.evaluate("document.querySelector('.status').textContent")?.to_string());
        longest = longest.max(asked.elapsed());
        Ok(step.is_ok_and(|step| step == 1.0))
    })?;
    println!("one step after {:?}; the page's longest silence {longest:?}; said {said:?}", begun.elapsed());
    lnn.page.screenshot("large-step")?;
    Ok(())
}
