//! The run protocol of docs/lambda.md, checked state by state, and what each of its rules is for.
//!
//! What enters: the protocol in `model/`, within bounds. What leaves: that no order of events breaks it, and for each rule
//! an order of events that breaks the protocol without it.

#![allow(missing_docs, clippy::panic, reason = "a test may fail")]

#[path = "model/entries.rs"]
mod entries;
#[path = "model/flush.rs"]
mod flush;
#[path = "model/properties.rs"]
mod properties;
#[path = "model/protocol.rs"]
mod protocol;
#[path = "model/services.rs"]
mod services;
#[path = "model/trainer.rs"]
mod trainer;
#[path = "model/world.rs"]
mod world;

use std::time::Instant;

use protocol::{Bounds, Naming, Protocol, Rule};
use stateright::{Checker, HasDiscoveries, Model};

const NAMINGS: [Naming; 2] = [Naming::ByIndex, Naming::ByToken];

/// Two trainers, one of which may crash; any of them may be frozen for ever, which is the same but for being at rest.
const TWO: Bounds = Bounds { crashes: 1, ..Bounds::NONE };
const LOSS: Bounds = Bounds { losses: 1, ..TWO };
const LOSS_AND_CANCEL: Bounds = Bounds { cancels: 1, ..LOSS };
const READER: Bounds = Bounds { readers: 1, crashes: 0, ..LOSS_AND_CANCEL };
const DROPPED_KEY: Bounds = Bounds { evictions: 1, cancels: 1, ..TWO };
const ECHO: Bounds = Bounds { echoes: 1, crashes: 0, ..LOSS_AND_CANCEL };
const TURNED_BACK: Bounds = Bounds { rollbacks: 1, ..TWO };
const TURNED_BACK_AND_CANCEL: Bounds = Bounds { cancels: 1, crashes: 0, ..TURNED_BACK };
const THREE: Bounds = Bounds { trainers: 3, crashes: 2, whole_steps: true, ..LOSS };

/// No order of events within the bounds breaks the protocol.
fn holds(name: &str, protocol: Protocol) {
    let start = Instant::now();
    let checker = protocol.checker().threads(2).spawn_bfs().join();
    println!(
        "{name}, segments {:?}: {} states, {} with repeats, depth {}, {:.1} s",
        protocol.naming,
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth(),
        start.elapsed().as_secs_f64()
    );
    checker.assert_properties();
}

fn holds_for_both(name: &str, bounds: Bounds) {
    for naming in NAMINGS {
        holds(name, Protocol { bounds, naming, without: None });
    }
}

/// Some order of events breaks the protocol without the rule.
fn breaks(naming: Naming, without: Rule, bounds: Bounds) {
    let protocol = Protocol { bounds, naming, without: Some(without) };
    let checker = protocol.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let n_states = checker.unique_state_count();
    let broken = checker.discoveries().into_iter().find(|(name, _)| *name != properties::CLOSED);
    let Some((name, path)) = broken else {
        panic!("{without:?} is not needed, segments {naming:?}: {n_states} states, bounds {bounds:?}")
    };
    let n_events = path.into_actions().len();
    println!(
        "without {without:?}, segments {naming:?}: not \"{name}\" after {n_events} events, {n_states} states"
    );
}

#[test]
fn crashes_a_lost_redis_and_a_cancel_break_nothing_and_a_lone_trainer_always_goes_on() {
    let bounds = Bounds { crashes: 2, lone_everywhere: true, ..LOSS_AND_CANCEL };
    holds_for_both("two trainers, loss, cancel", bounds);
}

#[test]
fn a_slow_reader_sees_every_entry_once() {
    holds_for_both("reader, loss, cancel", READER);
}

#[test]
fn a_single_key_that_redis_drops_is_a_loss_and_no_gap() {
    holds_for_both("dropped key, cancel", DROPPED_KEY);
}

#[test]
fn an_update_that_arrives_twice_changes_nothing() {
    holds_for_both("echo, loss, cancel", ECHO);
}

#[test]
fn a_redis_that_comes_back_as_it_once_was_breaks_nothing() {
    holds_for_both("turned back, cancel", TURNED_BACK_AND_CANCEL);
}

#[test]
fn three_trainers_two_crashes_and_a_loss_break_nothing() {
    holds("three trainers, loss", Protocol { bounds: THREE, naming: Naming::ByToken, without: None });
}

#[test]
#[ignore = "takes minutes"]
fn wider_bounds_break_nothing_either() {
    holds_for_both("three trainers, loss", THREE);
    holds_for_both("three trainers, loss, cancel", Bounds { cancels: 1, ..THREE });
    let longer = Bounds { last: 3, crashes: 2, lone_everywhere: true, ..LOSS_AND_CANCEL };
    holds_for_both("two trainers, three steps, loss, cancel", longer);
    holds_for_both("turned back", TURNED_BACK);
}

#[test]
fn every_rule_is_needed() {
    let rules = [
        (Rule::CommitComparesTokens, LOSS),
        (Rule::CommitIsOneScript, LOSS),
        (Rule::PutComparesCursor, TWO),
        (Rule::ValuesStayUntilPassed, TWO),
        (Rule::FlushBeforeCheckpoint, TWO),
        (Rule::RowComparesTokens, TWO),
        (Rule::RowMovesForward, ECHO),
        (Rule::SeedLooksAgain, TWO),
        (Rule::OpenOnlyOwn, TWO),
        (Rule::ScriptsCompareState, TURNED_BACK),
        (Rule::AppendAboveAppended, TWO),
        (Rule::ClaimBringsRow, TWO),
        (Rule::ClaimComparesEnding, TURNED_BACK_AND_CANCEL),
        (Rule::EndingAboveDurable, LOSS_AND_CANCEL),
        (Rule::FlushUntilDurable, TURNED_BACK),
        (Rule::ReaderComparesEnding, READER),
        (Rule::TailIsCounted, DROPPED_KEY),
    ];
    for (rule, bounds) in rules {
        for naming in NAMINGS {
            breaks(naming, rule, bounds);
        }
    }
}

#[test]
fn segments_named_by_index_need_two_rules_more_than_segments_named_by_token() {
    for rule in [Rule::SegmentsAreWrittenOnce, Rule::EndingAfterFlush] {
        breaks(Naming::ByIndex, rule, LOSS_AND_CANCEL);
        let protocol = Protocol { bounds: LOSS_AND_CANCEL, naming: Naming::ByToken, without: Some(rule) };
        holds(&format!("without {rule:?}"), protocol);
    }
}
