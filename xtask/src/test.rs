//! `cargo xtask test`: everything CI runs, in the order in which failures are cheapest.

use anyhow::Result;

use crate::process::{cargo, prepend_path, run};
use crate::stages::Stages;
use crate::tools::{self, Browser, WASM_TARGET};
use crate::workspace::Workspace;
use crate::{Options, build, chaos, check, e2e, fuzz};

/// Runs every check; stops at the first that fails.
///
/// # Errors
/// The first failure.
pub fn test(workspace: &Workspace) -> Result<()> {
    let mut stages = Stages::new();
    let browser = stages.run("browser", tools::browser)?;
    stages.run("tools", || tools::install_all(workspace))?;
    check::run_stages(workspace, &mut stages)?;
    // The native tests leave every program that the stages after them start.
    let built = || Options { no_build: true, ..Options::default() };
    stages.run("native tests", || native_tests(workspace))?;
    stages.run("chaos", || chaos::chaos(workspace, &built()))?;
    stages.run("fuzz", || fuzz::fuzz(workspace, &Options::default()))?;
    stages.run("tests in Chromium", || browser_tests(workspace, &browser))?;
    stages.run("build", || build::build(workspace, build::Profile::Release))?;
    stages.run("end-to-end tests", || e2e::e2e(workspace, &built()))?;
    stages.finish();
    Ok(())
}

/// Everything but the page. The selection of packages is always the same: with another one, what they depend on would be compiled again
/// for other features, and the AWS clients alone take minutes.
fn native_tests(workspace: &Workspace) -> Result<()> {
    let services = tools::services(workspace)?;
    let selected = || {
        let mut command = cargo(&workspace.root);
        command.args(["test", "--workspace", "--exclude", "lnn-e2e"]);
        command
    };
    // `lnn` without what speaks to AWS; then with it, which is the one that stays.
    let of_lnn = ["data", "errors", "lambda", "log", "predict", "shown", "train", "weights"];
    let tests = of_lnn.iter().flat_map(|name| ["--test", name]);
    run(selected().args(["--bin", "lnn"]).args(tests))?;
    let mut command = selected();
    command.args(["--features", "lnn-cli/lambda"]).env("LNN_MINISTACK", &services.ministack);
    if let Some(python) = tools::weights_python(workspace) {
        command.env("LNN_WEIGHTS_PYTHON", python);
    }
    // They are here: a test that does not find them fails, where by hand it says that it was skipped.
    run(command.env("LNN_REQUIRE_SERVICES", "1").env("LNN_FUNCTIONS_BUILT", "1"))
}

/// The tests of web/ that need a browser: compiled to WebAssembly, run by wasm-bindgen's runner.
fn browser_tests(workspace: &Workspace, browser: &Browser) -> Result<()> {
    let mut command = cargo(&workspace.root);
    command.args(["test", "--package", "lnn-web", "--target", WASM_TARGET]);
    command.env("CHROMEDRIVER", &browser.driver).env("WASM_BINDGEN_TEST_TIMEOUT", "300");
    prepend_path(&mut command, &tools::wasm_bindgen_dir(workspace)?)?;
    run(&mut command)
}
