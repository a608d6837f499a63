//! `lnn log repair`: what is good of a log, in order and without doubles, in a new log. In: a log; out: a folder or a file.
//!
//! Lines are copied as they stand, those of kinds that this version doesn't know included; what was lost stays lost, and a
//! note says what was left out. Read next: `place.rs`.

use std::fs;
use std::io::Write;

use anyhow::{Context, Result, bail};
use lnn_runlog::{LogWriter, NoteRecord, Place as LinePlace, Record, Verdict};

use super::open::OpenLog;
use super::place::{Place, write_whole};
use crate::args::RepairArgs;

/// Where a line belongs: the header first, then by step, each step before what is told of it, the end last.
type Key = (u8, u64, u8);

pub fn run(args: &RepairArgs) -> Result<()> {
    let mut log = OpenLog::open(&args.log)?;
    let mut kept: Vec<(Key, LinePlace, u32, usize)> = Vec::new();
    let mut step = vec![0_u64];
    log.scan(&mut |entry| {
        if entry.verdict != Verdict::New {
            return;
        }
        step.resize(step.len().max(entry.run_idx + 1), 0);
        let Some(last) = step.get_mut(entry.run_idx) else { return };
        let key = key(entry.line, last);
        kept.push((key, entry.place, entry.line.text.len() as u32, entry.run_idx));
    })?;
    let run = log.run(args.run.as_deref())?;
    let run_idx = log.runs(None)?.iter().position(|other| other.run == run.run);
    kept.retain(|(_, _, _, idx)| Some(*idx) == run_idx);
    kept.sort_by_key(|(key, place, _, _)| (*key, *place));
    let Some(header) = log.header(&run) else {
        bail!(
            "the header of run «{}» is lost: what is left can be shown and exported, not repaired",
            run.run
        );
    };
    let place = Place::create(&args.to, &run.run, &header)?;
    let mut writer = LogWriter::new(place, &run.run, "lnn-repair");
    for (_, place, n_bytes, _) in &kept {
        let line = log.line(*place, *n_bytes)? + "\n";
        writer.get_mut().write_all(line.as_bytes()).context("the new log can't be written")?;
    }
    let report = log.report();
    let text = format!(
        "repaired: {} lines were good; left out were {} that can't be used, {} doubled and {} that contradict others",
        kept.len(),
        report.n_bad_lines,
        run.n_duplicates,
        run.n_conflicts
    );
    writer.write(&Record::Note(NoteRecord { text: text.clone() }), None)?;
    copy_checkpoints(&mut log, &run, &mut writer)?;
    writer.into_inner().finish().context("the new log can't be written")?;
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}

fn key(line: &lnn_runlog::LogLine<'_>, last_step: &mut u64) -> Key {
    let record = line.record();
    match &record {
        Ok(Record::Header(_)) => (0, 0, 0),
        Ok(Record::Step(step)) => {
            *last_step = step.record.head.step;
            (1, *last_step, 0)
        }
        Ok(Record::Epoch(epoch)) => (1, epoch.step, 1),
        Ok(Record::Checkpoint(checkpoint)) => (1, checkpoint.step, 2),
        Ok(Record::Change(change)) => (1, change.step, 3),
        Ok(Record::End(_)) => (2, 0, 0),
        // What has no step of its own stays behind the step that it stood behind.
        _ => (1, *last_step, 4),
    }
}

fn copy_checkpoints(
    log: &mut OpenLog,
    run: &lnn_runlog::RunLedger,
    writer: &mut LogWriter<Place>,
) -> Result<()> {
    for (step, checkpoint) in &run.checkpoints {
        let Some(file) = &checkpoint.value.file else { continue };
        let Some(folder) = writer.get_mut().folder().map(std::path::Path::to_owned) else {
            crate::note(
                "note: checkpoints are files of their own and are left out: repair to a folder to keep them",
            );
            return Ok(());
        };
        let is_inside = !file.starts_with('/') && file.split('/').all(|part| part != "..");
        match log.checkpoint(checkpoint) {
            Ok(bytes) if is_inside => {
                let path = folder.join(file);
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                write_whole(&path, &bytes)
                    .with_context(|| format!("«{}» can't be written", path.display()))?;
            }
            Ok(_) => crate::note(&format!(
                "note: the checkpoint of step {step} points out of the folder; left out"
            )),
            Err(error) => crate::note(&format!("note: the checkpoint of step {step} is left out: {error:#}")),
        }
    }
    Ok(())
}
