//! The log of a run, as its segments in S3 hold it.
//!
//! In: `run.json` and the segments. Out: how many lines tell of what; the first thing that is wrong. Read next:
//! `registry.rs`.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use flate2::read::MultiGzDecoder;
use lnn_lambda::names;
use lnn_runlog::{
    Depth, EndRecord, HeaderRecord, InvocationRecord, LogReader, RecipeRecord, Record, Report, RunIndex,
    Verdict,
};

use crate::aws::Aws;
use crate::local::{Local, LocalStep};
use crate::task::Task;

/// What a good log told.
#[derive(Debug, Clone, Default)]
pub struct LogFacts {
    /// Segments.
    pub n_segments: u64,
    /// Their bytes before compression.
    pub n_bytes: u64,
    /// Invocations that found their values there already.
    pub n_duplicates: u64,
    /// Invocations that failed.
    pub n_failed: u64,
    /// Invocations.
    pub n_invocations: u64,
    /// The files of the segments, as `run.json` names them.
    pub files: Vec<String>,
    /// Segments that nobody lists.
    pub n_strays: u64,
}

/// The records of a log.
#[derive(Default)]
struct Told {
    kinds: Vec<&'static str>,
    header: Option<HeaderRecord>,
    steps: Vec<LocalStep>,
    invocations: Vec<InvocationRecord>,
    end: Option<EndRecord>,
    n_not_new: usize,
}

/// Checks a run's log.
///
/// # Errors
/// The first thing that is wrong.
pub async fn check(aws: &Aws, run: &str, task: &Task, local: &Local) -> Result<LogFacts> {
    let key = names::run_index(run);
    let index = aws.object(&key).await?.with_context(|| format!("{key} is missing"))?;
    let index = RunIndex::from_json(&String::from_utf8(index)?)?;
    let stored = aws.keys(&format!("runs/{run}/log/")).await?;
    let indexed: Vec<String> =
        index.segments.iter().map(|part| format!("runs/{run}/{}", part.file)).collect();
    let lost: Vec<&String> = indexed.iter().filter(|key| !stored.contains(key)).collect();
    ensure!(lost.is_empty(), "run.json names segments that are not there: {lost:?}");
    let strays: Vec<&String> = stored.iter().filter(|key| !indexed.contains(key)).collect();

    let (mut reader, mut told) = (LogReader::new(Depth::Whole), Told::default());
    for (key, segment) in indexed.iter().zip(&index.segments) {
        let bytes = aws.object(key).await?.with_context(|| format!("{key} is missing"))?;
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut MultiGzDecoder::new(bytes.as_slice()), &mut text)?;
        let n_lines = text.split_inclusive(|byte| *byte == b'\n').count() as u64;
        let found = (n_lines, text.len() as u64);
        ensure!(
            found == (segment.n_lines, segment.n_bytes),
            "{key} has {found:?} lines and bytes, not as in run.json"
        );
        reader.read(text.as_slice(), &mut |entry| told.take(entry.record.as_ref(), entry.verdict))?;
    }
    let report = Report::new(&reader, &indexed);
    if !report.is_good() || report.duplicates > 0 || report.out_of_order > 0 || told.n_not_new > 0 {
        bail!("{}", serde_json::to_string(&report)?);
    }
    ensure!(report.runs.len() == 1 && report.runs[0].run == run, "it is of {} runs", report.runs.len());
    told.check(task, local)?;
    ensure!(told.header.as_ref() == Some(&index.header), "its header is not that of run.json");
    check_epochs(&reader, task, local)?;
    check_strays(aws, reader, &strays).await?;
    Ok(LogFacts { n_strays: strays.len() as u64, ..told.facts(&index) })
}

/// What a trainer wrote when it did not count any more lies beside the log, and may tell the same again, but nothing else.
async fn check_strays(aws: &Aws, mut reader: LogReader, strays: &[&String]) -> Result<()> {
    for key in strays {
        let bytes = aws.object(key).await?.with_context(|| format!("{key} is missing"))?;
        reader.read(MultiGzDecoder::new(bytes.as_slice()), &mut |_| {})?;
    }
    let report = Report::new(&reader, &[]);
    ensure!(report.is_good(), "with {strays:?}: {}", serde_json::to_string(&report)?);
    Ok(())
}

fn check_epochs(reader: &LogReader, task: &Task, local: &Local) -> Result<()> {
    let steps_per_epoch = task.last_step() / task.epochs;
    let found = reader.runs().iter().map(|run| run.epochs.len() as u64).sum::<u64>();
    let expected = local.last_step / steps_per_epoch;
    // An epoch that ends at a step without a record has none of its own.
    let is_right = if task.every_steps == 1 { found == expected } else { found <= expected };
    ensure!(is_right, "it has {found} epochs, {expected} were computed");
    Ok(())
}

impl Told {
    fn take(&mut self, record: Option<&Record>, verdict: Verdict) {
        let Some(record) = record else { return };
        self.kinds.push(record.kind());
        self.n_not_new += usize::from(verdict != Verdict::New);
        match record {
            Record::Header(header) => self.header = Some(header.as_ref().clone()),
            Record::Step(step) => self.steps.push(LocalStep::of(step)),
            Record::Invocation(invocation) => self.invocations.push(invocation.clone()),
            Record::End(end) => self.end = Some(end.clone()),
            _ => {}
        }
    }

    fn check(&self, task: &Task, local: &Local) -> Result<()> {
        let header = self.header.as_ref().context("there is no header")?;
        ensure!(self.kinds.first() == Some(&"header"), "it begins with {:?}", self.kinds.first());
        ensure!(self.kinds.last() == Some(&"end"), "it ends with {:?}", self.kinds.last());
        for kind in ["header", "end"] {
            let n = self.kinds.iter().filter(|other| **other == kind).count();
            ensure!(n == 1, "it has {n} records «{kind}»");
        }
        ensure!(header.recipe == RecipeRecord::from(&task.recipe), "its recipe is another one");
        ensure!(header.precision == task.precision, "its precision is {}", header.precision);
        let digest = header.origin.as_ref().map(|origin| origin.digest);
        ensure!(digest == Some(local.data_digest), "its data set is another one");
        self.check_steps(local)?;
        self.check_end(local)?;
        self.check_invocations(local)
    }

    fn check_steps(&self, local: &Local) -> Result<()> {
        let numbers = |steps: &[LocalStep]| steps.iter().map(|step| step.step).collect::<Vec<_>>();
        let (found, expected) = (numbers(&self.steps), numbers(&local.steps));
        ensure!(found == expected, "it has the steps {found:?}, not {expected:?}");
        for (found, expected) in self.steps.iter().zip(&local.steps) {
            let step = found.step;
            ensure!(
                found.digest == expected.digest,
                "the parameters after step {step} differ from one machine's"
            );
            ensure!(
                found.words == expected.words,
                "the record of step {step} differs from one machine's:\n{}\n{}",
                found.words,
                expected.words
            );
        }
        Ok(())
    }

    fn check_end(&self, local: &Local) -> Result<()> {
        let end = self.end.as_ref().context("there is no end")?;
        let reason = local.status.as_str();
        ensure!(end.reason == reason, "its end says «{}», not «{reason}»", end.reason);
        ensure!(
            end.message == local.failure,
            "its end says {:?}, one machine {:?}",
            end.message,
            local.failure
        );
        ensure!(end.step == local.last_step, "its end is at step {}, not {}", end.step, local.last_step);
        ensure!(
            end.digest == local.digest,
            "its end has the digest {:016x}, not {:016x}",
            end.digest,
            local.digest
        );
        Ok(())
    }

    /// Every slice of every recorded step was computed by an invocation that says so.
    fn check_invocations(&self, local: &Local) -> Result<()> {
        type Covered<'a> = BTreeMap<(u64, &'a str, usize), Vec<[usize; 2]>>;
        let mut covered: Covered<'_> = BTreeMap::new();
        for invocation in self.invocations.iter().filter(|invocation| invocation.outcome == "ok") {
            let (Some(step), Some(pass), Some(layer), Some(units)) =
                (invocation.step, invocation.pass.as_deref(), invocation.layer_idx, invocation.units)
            else {
                bail!("an invocation does not say what it computed: {invocation:?}");
            };
            covered.entry((step, pass, layer)).or_default().push(units);
        }
        for step in local.steps.iter().map(|step| step.step).filter(|step| *step > 0) {
            for pass in ["forward", "backward"] {
                let mut units = covered.get(&(step, pass, 0)).cloned().unwrap_or_default();
                units.sort_unstable();
                units.dedup();
                let is_whole = units.first().is_some_and(|first| first[0] == 0)
                    && units.windows(2).all(|pair| pair[0][1] == pair[1][0]);
                ensure!(is_whole, "step {step}, {pass}: the first layer was computed by {units:?} only");
            }
        }
        Ok(())
    }

    fn facts(&self, index: &RunIndex) -> LogFacts {
        let count = |of: fn(&InvocationRecord) -> bool| {
            self.invocations.iter().filter(|call| of(call)).count() as u64
        };
        LogFacts {
            n_segments: index.segments.len() as u64,
            n_bytes: index.segments.iter().map(|segment| segment.n_bytes).sum(),
            n_duplicates: count(|call| call.is_duplicate),
            n_failed: count(|call| call.outcome != "ok"),
            n_invocations: self.invocations.len() as u64,
            files: index.segments.iter().map(|segment| segment.file.clone()).collect(),
            n_strays: 0,
        }
    }
}
