//! The parameters that predictions are made with: those of the newest finished run.
//!
//! In: a run that is done, with its results in the bucket. Out: both files of `predict_input/` from one run. They can't be
//! written at once, so each is replaced by compare-and-set, in the order of the runs only, and whoever finds two runs' files
//! there gives both to the newer one. Read next: `finish.rs`.

use std::collections::BTreeMap;

use anyhow::Context;

use super::Stop;
use crate::job::Job;
use crate::names;
use crate::stores::{Object, Objects, Put};
use crate::world::World;

/// Metadata that orders runs: when one was registered, a space, its name.
const ORDER: &str = "lnn-order";
/// The files, in all of a run's results too.
const FILES: [&str; 2] = ["params.npz", "params.safetensors"];
/// Other runs that may come between.
const ATTEMPTS: u32 = 16;

/// Lets predictions be made with a finished run's parameters, unless a newer one's are there already.
pub(super) async fn offer<W: World>(world: &W, job: &Job) -> Result<(), Stop> {
    let own = format!("{:020} {}", job.created_ms, job.run);
    for _ in 0..ATTEMPTS {
        let mut there = Vec::new();
        for file in FILES {
            there.push(world.objects().get(&names::predict_input(file)).await?);
        }
        let found = there.iter().flatten().filter_map(order);
        let newest = found.chain([own.as_str()]).max().unwrap_or(&own).to_owned();
        if replaced(world, &there, &newest).await? == Put::Written {
            return Ok(());
        }
    }
    Err(anyhow::anyhow!("«{}» is written by many runs at once", names::predict_input("")).into())
}

fn order(object: &Object) -> Option<&str> {
    object.metadata.get(ORDER).map(String::as_str)
}

/// Puts a run's files where older ones stand; refused where one was replaced meanwhile.
async fn replaced<W: World>(world: &W, there: &[Option<Object>], newest: &str) -> Result<Put, Stop> {
    let (_, run) = newest.split_once(' ').with_context(|| format!("«{newest}» orders no run"))?;
    let metadata = BTreeMap::from([(ORDER.to_owned(), newest.to_owned())]);
    for (file, there) in FILES.into_iter().zip(there) {
        if there.as_ref().and_then(order) == Some(newest) {
            continue;
        }
        let result = names::result(run, file);
        // Results that somebody removed can't be had: what stands there stays.
        let Some(Object { bytes, .. }) = world.objects().get(&result).await? else { continue };
        let key = names::predict_input(file);
        let put = match there {
            None => world.objects().put_new(&key, bytes, &metadata).await?,
            Some(there) => world.objects().put_over(&key, bytes, &metadata, &there.etag).await?,
        };
        if put == Put::Refused {
            return Ok(Put::Refused);
        }
    }
    Ok(Put::Written)
}
