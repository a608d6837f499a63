//! Prints main-thread milliseconds per animation frame while the page trains.
//!
//! A benchmark, not a test: `cargo xtask bench` starts it. Everything between two frames of the page's main thread counts:
//! script, style, layout and paint. `cpu` is the processor's time; `wall` counts waiting for a processor too, so that it
//! also tells what else the machine does. At full speed, steps a second are also counted while the page asks for no
//! picture: what the pictures cost the training. `pictures/s` are the trainer's messages, of which all but one or two a second
//! are a network to draw.
//!
//! `--inspect` chooses a unit first, so that the inspector works too; `--parts` adds what the browser does in a frame, `--functions` which functions run; `--only TEXT` watches the rows with
//! this in their name; `--save FOLDER` keeps the traces, for <https://ui.perfetto.dev>.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use lnn_e2e::{Breakdown, FrameTimes, Lnn, Profile, Trace, Viewport, Watch, percentile};
use serde_json::{Value, json};

/// Time to compile, to start, to get warm.
const WARM_UP: Duration = Duration::from_secs(3);
const WATCHED: Duration = Duration::from_secs(10);
/// Rounds in which steps with and without pictures are counted in turn, and how long each count takes.
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(3);

/// A network to watch: the data set's button, units of the hidden layers.
const NETWORKS: [(&str, &str, &[usize]); 3] = [
    ("2-16-16-1", "Spiral", &[16, 16]),
    ("64-128-64-10", "Digits", &[128, 64]),
    ("64-512-512-10", "Digits", &[512, 512]),
];
const SPEEDS: [&str; 2] = ["60 epochs a second", "full"];

#[derive(Default)]
struct Options {
    parts: bool,
    functions: bool,
    inspect: bool,
    only: String,
    save: Option<PathBuf>,
    json: Option<PathBuf>,
}

fn options() -> Result<Options> {
    let mut options = Options::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--parts" => options.parts = true,
            "--functions" => options.functions = true,
            "--inspect" => options.inspect = true,
            "--only" => options.only = arguments.next().context("--only what?")?,
            "--save" => options.save = Some(arguments.next().context("--save where?")?.into()),
            "--json" => options.json = Some(arguments.next().context("--json where?")?.into()),
            other => bail!("unknown option {other}"),
        }
    }
    Ok(options)
}

fn main() -> Result<()> {
    let options = options()?;
    println!(
        "{:<34} {:>24}   {:>24} {:>9} {:>11} {:>9}",
        "main thread, ms a frame",
        "cpu p50, p95, max",
        "wall p50, p95, max",
        "frames/s",
        "pictures/s",
        "steps/s"
    );
    let mut rows = Vec::new();
    for (name, data, layers) in NETWORKS {
        let speeds = SPEEDS.map(|speed| (speed, format!("{name}, {speed}")));
        if !speeds.iter().any(|(_, row)| row.contains(&options.only)) {
            continue;
        }
        let lnn = Lnn::open(&Viewport::DESKTOP)?;
        lnn.use_data(data)?;
        lnn.set_layers(layers)?;
        if options.inspect {
            lnn.click("Look into layer 1 unit 1")?;
        }
        for (speed, row) in speeds.iter().filter(|(_, row)| row.contains(&options.only)) {
            lnn.choose("Speed", speed)?;
            rows.push(watch(&lnn, row, &options)?);
        }
    }
    if let Some(path) = &options.json {
        fs::write(path, json!({ "rows": rows }).to_string())
            .with_context(|| format!("can't write {}", path.display()))?;
    }
    Ok(())
}

/// One row of the table, and what was asked for below it.
fn watch(lnn: &Lnn, row: &str, options: &Options) -> Result<Value> {
    lnn.click("Play")?;
    lnn.page.rest(WARM_UP)?;
    let (begun, before) = (Instant::now(), lnn.number("Step")?);
    let trace = lnn.page.trace(WATCHED, Watch::Frames)?;
    // Handing the trace over takes a while too.
    let steps_per_second = (lnn.number("Step")? - before) / begun.elapsed().as_secs_f64();
    let times = FrameTimes::of(&trace)?;
    let three = |values: &[f64]| {
        [50.0, 95.0, 100.0].map(|percent| format!("{:>8.2}", percentile(values, percent))).concat()
    };
    let (cpu, wall, fps) = (three(&times.cpu_ms), three(&times.busy_ms), times.frames_per_second());
    let pictures = times.messages_per_second();
    println!("{row:<34} {cpu}   {wall} {fps:>9.1} {pictures:>11.1} {steps_per_second:>9.0}");
    if options.parts {
        let trace = lnn.page.trace(WATCHED, Watch::Parts)?;
        println!("{}", Breakdown::of(&trace));
        save(&trace, &format!("{row}, parts"), options)?;
    }
    if options.functions {
        let trace = lnn.page.trace(WATCHED, Watch::Functions)?;
        println!("{}", Profile::of(&trace));
        save(&trace, &format!("{row}, functions"), options)?;
    }
    let shares = if row.ends_with("full") { Some(share_of_alone(lnn)?) } else { None };
    if let Some((share, alone)) = shares {
        println!("{:<34} {:.1} % of {alone:.0} steps/s without pictures", "", 100.0 * share);
    }
    lnn.pause()?;
    let [p50, p95, max] = [50.0, 95.0, 100.0].map(|percent| percentile(&times.cpu_ms, percent));
    Ok(json!({ "name": row, "p50_ms": p50, "p95_ms": p95, "max_ms": max,
        "wall_p95_ms": percentile(&times.busy_ms, 95.0), "frames_per_second": fps,
        "steps_per_second": steps_per_second, "share_of_steps_without_pictures": shares.map(|(share, _)| share) }))
}

/// Steps a second as a share of those without pictures, and the latter; medians of rounds in turn, without a trace.
fn share_of_alone(lnn: &Lnn) -> Result<(f64, f64)> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push((steps_per_second(lnn, false)?, steps_per_second(lnn, true)?));
    }
    let alone: Vec<f64> = rounds.iter().map(|(_, alone)| *alone).collect();
    let shares: Vec<f64> = rounds.iter().map(|(live, alone)| live / alone).collect();
    Ok((percentile(&shares, 50.0), percentile(&alone, 50.0)))
}

/// Steps a second over a while; alone, the page's animation frames are held back, and the trainer makes no picture before
/// the last one was drawn.
fn steps_per_second(lnn: &Lnn, is_alone: bool) -> Result<f64> {
    let hold = "(() => {
        const [real, held] = [window.requestAnimationFrame.bind(window), []];
        window.requestAnimationFrame = (callback) => held.push(callback);
        window.releaseFrames = () => { window.requestAnimationFrame = real; held.forEach((it) => real(it)); };
    })()";
    let (begun, before) = (Instant::now(), lnn.number("Step")?);
    if is_alone {
        lnn.page.evaluate(hold)?;
    }
    lnn.page.rest(ROUND)?;
    if is_alone {
        lnn.page.evaluate("window.releaseFrames()")?;
    }
    // The first numbers shown after that are those of the last picture before it.
    lnn.page.rest(Duration::from_millis(300))?;
    Ok((lnn.number("Step")? - before) / begun.elapsed().as_secs_f64())
}

fn save(trace: &Trace, name: &str, options: &Options) -> Result<()> {
    let Some(folder) = &options.save else { return Ok(()) };
    let path = folder.join(format!("{}.json", name.replace(", ", "_").replace(' ', "-")));
    fs::write(&path, json!({ "traceEvents": trace.events }).to_string())
        .with_context(|| format!("can't write {}", path.display()))
}
