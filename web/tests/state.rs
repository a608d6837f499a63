//! The reducer, without a browser: what each action changes and what it asks the workers for.
#![allow(clippy::unwrap_used, reason = "a test may end so")]

use std::rc::Rc;

use lnn_core::{Activation, LearningRateDecay, Recipe, SyntheticKind};
use lnn_runlog::{DecayRecord, Link};
use lnn_web::{
    protocol::{
        Change, Curves, FromLoader, FromReplay, FromTrainer, Keyframe, Offer, ReadChoice, SaveForm,
        StartWeights, SyntheticData, ToLoader, ToTrainer, UnitId,
    },
    state::{
        Action, BesideAction, DataSource, Loading, MAX_BESIDE, SaveAction, Shipped, State,
        effects::{Effect, changes, effects},
    },
};

fn act(state: &State, action: &Action) -> (State, Vec<Effect>) {
    let after = state.after(action);
    let effects = effects(action, state, &after);
    (after, effects)
}

/// A state whose run has a past.
fn under_way() -> State {
    let recipe = lnn_runlog::RecipeRecord::from(&*State::default().setup.recipe);
    let data = State::default().setup.data.to_message();
    let (mut run, started) = lnn_engine::Run::start(1, &recipe, &data, None).unwrap();
    let mut state = State::default().after(&Action::Trainer(Rc::new(started)));
    run.handle(&ToTrainer::StepEpoch);
    let clock = std::cell::Cell::new(0.0);
    while run.is_busy() {
        clock.set(clock.get() + 20.0);
        for message in run.work(&|| clock.get()) {
            state = state.after(&Action::Trainer(Rc::new(message)));
            run.handle(&ToTrainer::Drawn);
        }
    }
    assert_eq!(state.cursor(), 10);
    state
}

#[test]
fn a_learning_rate_changes_while_the_run_goes_on() {
    let state = under_way();
    let recipe = Rc::new(Recipe { learning_rate: 0.5, ..(*state.setup.recipe).clone() });
    let (after, effects) = act(&state, &Action::SetRecipe(recipe));
    assert_eq!(effects, [Effect::Trainer(ToTrainer::Change(Change::LearningRate(0.5)))]);
    assert_eq!((after.run, after.cursor()), (state.run, 10));
}

#[test]
fn another_network_starts_again_says_so_and_can_be_undone() {
    let state = under_way();
    let recipe = Recipe { layers: vec![3], hidden: vec![Activation::Relu], ..(*state.setup.recipe).clone() };
    let (after, effects) = act(&state, &Action::SetRecipe(Rc::new(recipe)));
    assert!(
        effects.iter().any(
            |effect| matches!(effect, Effect::Trainer(ToTrainer::Start { run, .. }) if *run == after.run)
        )
    );
    assert!(after.notice.as_ref().is_some_and(|notice| notice.can_undo));
    let (undone, effects) = act(&after, &Action::Undo);
    assert_eq!(undone.setup.recipe, state.setup.recipe);
    let keyframe = effects.iter().find_map(|effect| match effect {
        Effect::Trainer(ToTrainer::Start { keyframe, .. }) => keyframe.clone(),
        _ => None,
    });
    assert_eq!(keyframe.map(|keyframe| keyframe.step), Some(10), "the run before goes on where it was");
}

#[test]
fn before_the_first_step_nothing_has_to_be_said() {
    let state = State::default();
    let recipe = Recipe { seed: 99, ..(*state.setup.recipe).clone() };
    let (after, _) = act(&state, &Action::SetRecipe(Rc::new(recipe)));
    assert_eq!(after.notice, None);
    assert_eq!(after.run, state.run + 1);
}

#[test]
fn only_settings_that_continue_are_sent_as_changes() {
    let recipe = lnn_web::state::default_recipe();
    assert_eq!(changes(&recipe, &recipe), Some(Vec::new()));
    let softer = Recipe { l2_penalty: 0.1, dropout: 0.2, ..recipe.clone() };
    assert_eq!(changes(&recipe, &softer), Some(vec![Change::L2Penalty(0.1), Change::Dropout(0.2)]));
    let slowing = Recipe { decay: LearningRateDecay::Exponential { rate: 0.9 }, ..recipe.clone() };
    let decay = Change::Decay(DecayRecord::Exponential { rate: 0.9 });
    assert_eq!(changes(&recipe, &slowing), Some(vec![decay]));
    assert_eq!(changes(&recipe, &Recipe { seed: 99, ..recipe.clone() }), None);
}

#[test]
fn a_lost_trainer_is_replaced_and_goes_on_from_the_keyframe() {
    let keyframe = Keyframe { step: 70, snapshot: vec![1, 2, 3].into(), has_changes: false };
    let state = State::default()
        .after(&Action::Trainer(Rc::new(FromTrainer::Keyframe { run: 1, keyframe: keyframe.clone() })));
    let (after, effects) = act(&state, &Action::TrainerLost("it was ended".to_owned()));
    assert_eq!(effects, [Effect::RestartTrainer]);
    assert!(after.notice.as_ref().is_some_and(|notice| notice.is_error && notice.text.contains("step 70")));
    let (_, effects) = act(&after, &Action::Trainer(Rc::new(FromTrainer::Ready)));
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::Trainer(ToTrainer::Start { keyframe: Some(found), .. }) if *found == keyframe
    )));
}

#[test]
fn what_takes_long_is_told_until_the_next_sign_of_life() {
    let state = under_way().after(&Action::Trainer(Rc::new(FromTrainer::Working { seconds: 12.0 })));
    assert_eq!(state.working_s, Some(12.0));
    assert_eq!(state.after(&Action::Trainer(Rc::new(FromTrainer::Pong))).working_s, None);
    assert_eq!(state.after(&Action::TrainerLost("it was ended".to_owned())).working_s, None);
}

#[test]
fn a_bad_file_leaves_the_run_alone() {
    let state = under_way().after(&Action::OpenFile { name: "bad.csv".to_owned(), may_be_log: false });
    let message = FromLoader::Failed { message: "bad.csv: line 3 is short.".to_owned(), offer: None };
    let (after, effects) = act(&state, &Action::Loader(Rc::new(message)));
    assert_eq!(effects, []);
    assert_eq!((after.run, after.cursor(), after.loading), (state.run, 10, Loading::Idle));
    assert!(after.notice.is_some_and(|notice| notice.is_error && notice.text.contains("line 3")));
}

#[test]
fn a_late_answer_of_a_cancelled_load_changes_nothing() {
    let state = State::default().after(&Action::OpenShipped(Shipped::Iris)).after(&Action::CancelLoading);
    let progress = FromLoader::Progress { bytes_read: 1.0, bytes_total: 2.0 };
    assert_eq!(state.after(&Action::Loader(Rc::new(progress))), state);
}

#[test]
fn frames_of_an_older_run_are_dropped() {
    let state = under_way();
    let (after, _) = act(&state, &Action::Reset);
    let old = state.frame.clone().unwrap();
    let message = FromTrainer::Frame(old.clone());
    assert_eq!(after.after(&Action::Trainer(Rc::new(message))), after);
}

#[test]
fn after_a_reset_the_old_picture_stays_until_the_new_runs_first_frame() {
    let before = under_way();
    let (waiting, effects) = act(&before, &Action::Reset);
    let Some(Effect::Trainer(ToTrainer::Start { run, recipe, data, keyframe, .. })) = effects.last().cloned()
    else {
        panic!("{effects:?}")
    };
    let (mut next, started) = lnn_engine::Run::start(run, &recipe, &data, keyframe.as_ref()).unwrap();
    let confirmed = waiting.after(&Action::Trainer(Rc::new(started)));
    for state in [&waiting, &confirmed] {
        assert!(state.is_waiting());
        assert_eq!(state.frame, before.frame, "the views go blank");
        assert_eq!((&state.header, &state.timeline), (&before.header, &before.timeline));
        assert_eq!(state.own_frame(), None, "numbers of the old run would be told as the new one's");
        assert_eq!((state.cursor(), state.newest_step()), (0, 0));
    }
    let message = next.work(&|| 0.0).swap_remove(0);
    let shown = confirmed.after(&Action::Trainer(Rc::new(message)));
    assert_eq!(shown.own_frame().map(|frame| frame.head.step), Some(0));
    assert_eq!(shown.timeline.records().len(), 1, "the old run's curve is gone");
    assert!(!shown.is_waiting());
}

#[test]
fn a_unit_that_another_network_lacks_is_chosen_no_more() {
    let last = Some(UnitId { layer_idx: 2, unit_idx: 5 });
    let before = under_way().after(&Action::Select(last));
    let recipe = Recipe { layers: vec![3], hidden: vec![Activation::Relu], ..(*before.setup.recipe).clone() };
    let waiting = before.after(&Action::SetRecipe(Rc::new(recipe)));
    let record = lnn_runlog::RecipeRecord::from(&*waiting.setup.recipe);
    let (_, started) =
        lnn_engine::Run::start(waiting.run, &record, &waiting.setup.data.to_message(), None).unwrap();
    assert_eq!(waiting.view.selected, last);
    assert_eq!(waiting.after(&Action::Trainer(Rc::new(started))).view.selected, None);
}

#[test]
fn a_run_that_is_refused_shows_no_numbers_of_the_one_before() {
    let waiting = under_way().after(&Action::Reset);
    let message = FromTrainer::Refused { message: "No.".to_owned() };
    let refused = waiting.after(&Action::Trainer(Rc::new(message)));
    assert_eq!((refused.is_waiting(), refused.own_frame()), (false, None));
    assert!(refused.notice.is_some_and(|notice| notice.is_error));
}

#[test]
fn another_data_set_gets_the_output_that_fits_it() {
    let noisy =
        SyntheticData { kind: SyntheticKind::Moons, n_examples: 100, noise: 0.3, seed: 2, train_share: 0.5 };
    let (after, effects) = act(&under_way(), &Action::SetData(DataSource::Synthetic(noisy)));
    assert_eq!(after.setup.recipe.output, Activation::Sigmoid);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Trainer(ToTrainer::Start { .. }))));
}

#[test]
fn curves_of_another_program_are_shown_in_the_place_of_a_run_until_it_is_brought_back() {
    let before = under_way();
    let opened = before.after(&Action::OpenLog { name: "results.json".to_owned(), url: None });
    let curves = Rc::new(Curves { counts_epochs: true, ..Curves::default() });
    let message = |run| Action::Replay(Rc::new(FromReplay::Curves { run, curves: curves.clone() }));
    assert_eq!(opened.after(&message(before.run)), opened, "of a log that was left");
    let (shown, effects) = act(&opened, &message(opened.run));
    assert_eq!((effects, shown.curves.as_ref()), (Vec::new(), Some(&curves)));
    assert!(!opened.looks_like(&shown) && !shown.is_waiting());
    assert_eq!((shown.own_frame(), shown.cursor()), (None, 0), "no number of the run before is told");
    assert!(!shown.after(&Action::Play).is_playing);
    let another = shown.after(&Action::OpenLog { name: "run.ndjson".to_owned(), url: None });
    assert!(another.curves.is_none() && another.is_waiting());
    for state in [&shown, &another] {
        let (back, effects) = act(state, &Action::Undo);
        assert_eq!(effects, [Effect::RestartTrainer]);
        assert!(back.replay.is_none() && back.curves.is_none());
        assert_eq!((&back.setup, back.undo.len()), (&before.setup, before.undo.len()));
    }
}

#[test]
fn a_state_looks_like_itself_until_views_have_something_else_to_show() {
    let state = under_way();
    for silent in [FromTrainer::Pong, FromTrainer::Ready] {
        assert!(state.looks_like(&state.after(&Action::Trainer(Rc::new(silent)))));
    }
    let frame = state.frame.as_deref().unwrap().clone();
    for shown in [
        Action::Play,
        Action::SetLogAxis(false),
        Action::SetTable(true),
        Action::SetSpeed(lnn_web::protocol::Speed::Full),
        Action::SetSheet(Some(lnn_web::state::Sheet::Cost)),
        Action::SetTheme(lnn_web::state::Theme::Dark),
        Action::ChooseExample(3),
        Action::Reset,
        Action::LoaderLost("gone".to_owned()),
        Action::Trainer(Rc::new(FromTrainer::Frame(Rc::new(frame)))),
    ] {
        assert!(!state.looks_like(&state.after(&shown)), "{shown:?}");
    }
}

/// A log beside, whose run is that of the page, and its first frame.
fn with_beside(state: &State) -> State {
    let open = BesideAction::Open { name: "other.ndjson".to_owned(), url: None };
    let (after, effects) = act(state, &Action::Beside(open));
    let run = after.beside[0].run;
    assert!(matches!(&effects[..], [Effect::OpenBeside(_)]), "{effects:?}");
    let tell = |state: &State, message: FromTrainer| {
        act(state, &Action::Beside(BesideAction::Hear(run, Rc::new(message.into()))))
    };
    let (header, examples) =
        (Box::new((**after.header.as_ref().unwrap()).clone()), (*after.examples).clone());
    let (after, effects) = tell(&after, FromTrainer::Started { run, header, examples });
    // The page's own run tells its digests from now on; the log's worker compares them.
    assert!(
        matches!(&effects[..], [Effect::Trainer(ToTrainer::View(own)), Effect::Beside(_, ToTrainer::View(theirs))]
            if own.digests && !theirs.digests),
        "{effects:?}"
    );
    let mut frame = (**state.frame.as_ref().unwrap()).clone();
    (frame.run, frame.head.step, frame.steps_per_epoch, frame.newest_step) = (run, 0, 30, 25);
    let (after, effects) = tell(&after, FromTrainer::Frame(Rc::new(frame)));
    assert_eq!(effects, [Effect::Beside(run, ToTrainer::Seek(10))], "it comes to the page's step");
    after
}

#[test]
fn a_run_beside_goes_where_the_pages_cursor_is_linked_to() {
    let state = with_beside(&under_way());
    let run = state.beside[0].run;
    let (after, effects) = act(&state, &Action::Beside(BesideAction::Link(Link::Epoch)));
    // 10 steps make an epoch here, 30 there, where 25 is the last.
    assert_eq!(effects, [Effect::Beside(run, ToTrainer::Seek(25))]);
    let (after, effects) = act(&after, &Action::Beside(BesideAction::Link(Link::Time)));
    assert_eq!(effects, [Effect::Beside(run, ToTrainer::Seek(10))], "without times it is as by steps");
    assert_eq!(after.link_in_force(), Link::Step);
    let (_, effects) = act(&after, &Action::Select(Some(UnitId { layer_idx: 0, unit_idx: 1 })));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Beside(_, ToTrainer::View(_)))));
    let (after, effects) = act(&after, &Action::Beside(BesideAction::Close(run)));
    assert_eq!(after.beside.len(), 0);
    // Nobody compares digests any longer.
    assert!(!after.view.digests);
    assert_eq!(effects, [Effect::Trainer(ToTrainer::View(after.view)), Effect::CloseBeside(run)]);
}

#[test]
fn so_many_runs_beside_and_no_more() {
    let mut state = under_way();
    let open = Action::Beside(BesideAction::Open { name: "a".to_owned(), url: None });
    for _ in 0..MAX_BESIDE {
        state = state.after(&open);
    }
    let (after, effects) = act(&state, &open);
    assert_eq!((after.beside.len(), effects), (MAX_BESIDE, Vec::new()));
    assert!(after.notice.unwrap().text.contains("close one first"));
    let runs: std::collections::BTreeSet<u32> = state.beside.iter().map(|beside| beside.run).collect();
    assert_eq!(runs.len(), MAX_BESIDE, "every run has a number of its own");
}

#[test]
fn a_log_beside_that_cannot_be_shown_leaves_no_empty_place() {
    let open = BesideAction::Open { name: "a".to_owned(), url: None };
    let state = under_way().after(&Action::Beside(open));
    let run = state.beside[0].run;
    let curves = FromReplay::Curves { run, curves: Rc::new(Curves::default()) };
    for action in [
        BesideAction::Lost(run, "gone".to_owned()),
        BesideAction::Hear(run, Rc::new(FromTrainer::Refused { message: "no".to_owned() }.into())),
        BesideAction::Hear(run, Rc::new(curves)),
    ] {
        let (after, effects) = act(&state, &Action::Beside(action));
        assert_eq!((after.beside.len(), effects), (0, vec![Effect::CloseBeside(run)]));
        assert!(after.notice.as_ref().unwrap().is_error);
        assert_eq!(after.cursor(), state.cursor(), "the page's own run is left alone");
    }
}

#[test]
fn a_run_is_saved_from_what_its_trainer_says_of_it() {
    let state = under_way();
    let (saving, effects) = act(&state, &Action::Save(SaveAction::Begin(SaveForm::Log)));
    assert_eq!(
        (saving.saving.clone(), effects),
        (Some((SaveForm::Log, 0.0)), vec![Effect::Trainer(ToTrainer::Export)])
    );
    let recipe = lnn_runlog::RecipeRecord::from(&*state.setup.recipe);
    let (mut run, _) =
        lnn_engine::Run::start(state.run, &recipe, &state.setup.data.to_message(), None).unwrap();
    let exported = Action::Trainer(Rc::new(run.handle(&ToTrainer::Export).unwrap()));
    let (_, effects) = act(&saving, &exported);
    assert!(matches!(&effects[..], [Effect::Save(_)]), "{effects:?}");
    assert!(act(&state, &exported).1.is_empty(), "nobody asked");
    let (left, effects) = act(&saving, &Action::Save(SaveAction::Cancel));
    assert_eq!((left.saving, effects), (None, vec![Effect::EndSave]));
    let failed = SaveAction::Hear(Rc::new(FromReplay::NotSaved("no room".to_owned())));
    let (failed, _) = act(&saving, &Action::Save(failed));
    assert!(failed.notice.unwrap().text.contains("no room"));
}

/// A network of a file, as the loader tells of it.
fn weights(sizes: &[usize], hidden: Option<&str>) -> Action {
    let n = sizes.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum();
    Action::Loader(Rc::new(FromLoader::Weights(Rc::new(StartWeights {
        name: "model.npz".to_owned(),
        sizes: sizes.to_vec(),
        hidden: vec![hidden.map(str::to_owned); sizes.len() - 2],
        numbers: lnn_web::bulk::Bulk(vec![0.25; n]),
    }))))
}

#[test]
fn a_run_starts_from_the_weights_of_a_file_and_again_from_them_at_a_reset() {
    let open = Action::OpenFile { name: "model.npz".to_owned(), may_be_log: false };
    let state = under_way().after(&open);
    let (started, effects) = act(&state, &weights(&[2, 5, 4, 1], Some("relu")));
    assert_eq!(started.setup.recipe.layers, [5, 4]);
    assert_eq!(started.setup.recipe.hidden, [Activation::Relu; 2]);
    assert_eq!(started.loading, Loading::Idle);
    let is_start = |effect: &Effect| matches!(effect, Effect::Trainer(ToTrainer::Start { weights: Some(weights), .. }) if weights.name == "model.npz");
    assert_eq!(effects.iter().filter(|effect| is_start(effect)).count(), 1, "{effects:?}");
    assert!(started.notice.as_ref().unwrap().text.contains("2-5-4-1"));
    let (again, effects) = act(&started, &Action::Reset);
    assert!(effects.iter().any(is_start) && again.setup.weights.is_some());
    let other_rate = Recipe { batch_size: lnn_core::BatchSize::Full, ..(*started.setup.recipe).clone() };
    let (kept, _) = act(&started, &Action::SetRecipe(Rc::new(other_rate)));
    assert!(kept.setup.weights.is_some(), "they fit still");
    let other_layers =
        Recipe { layers: vec![3], hidden: vec![Activation::Relu], ..(*started.setup.recipe).clone() };
    let (lost, _) = act(&started, &Action::SetRecipe(Rc::new(other_layers)));
    assert!(lost.setup.weights.is_none());
    let (lost, _) = act(&started, &Action::ResetWithNewSeed);
    assert!(lost.setup.weights.is_none());
    let (back, _) = act(&started, &Action::Undo);
    assert_eq!((&back.setup.recipe, back.setup.weights.is_none()), (&state.setup.recipe, true));
}

#[test]
fn weights_of_another_network_are_refused_and_unknown_activations_are_said() {
    let open = Action::OpenFile { name: "model.npz".to_owned(), may_be_log: false };
    let state = under_way().after(&open);
    let (refused, _) = act(&state, &weights(&[784, 10, 10], None));
    let notice = refused.notice.clone().unwrap();
    assert!(
        notice.is_error && notice.text.contains("784-10-10") && notice.text.contains("2 inputs"),
        "{notice:?}"
    );
    assert_eq!((refused.run, &refused.setup), (state.run, &state.setup));
    let (started, _) = act(&state, &weights(&[2, 3, 1], None));
    assert!(started.notice.unwrap().text.contains("tanh is assumed"));
    let (late, _) = act(&under_way(), &weights(&[2, 3, 1], None));
    assert!(late.setup.weights.is_none(), "it was cancelled");
}

#[test]
fn what_does_not_fit_is_read_again_as_was_offered() {
    let choice = ReadChoice { every: Some(3), ..ReadChoice::default() };
    let offer =
        Offer { name: "big.csv".to_owned(), words: "Read 1 row in 3".to_owned(), choice: choice.clone() };
    let failed = FromLoader::Failed { message: "big.csv: too large.".to_owned(), offer: Some(offer) };
    let state = under_way().after(&Action::OpenFile { name: "big.csv".to_owned(), may_be_log: false });
    let state = state.after(&Action::Loader(Rc::new(failed)));
    assert_eq!((&state.loading, state.offer.is_some()), (&Loading::Idle, true));
    let (reading, effects) = act(&state, &Action::Reread(choice.clone()));
    assert_eq!(effects, [Effect::Loader(ToLoader::Reread(choice))]);
    assert_eq!(reading.loading, Loading::Reading { name: "big.csv".to_owned(), share: None });
    assert!(reading.offer.is_none() && reading.notice.is_none());
    assert!(state.after(&Action::Dismiss).offer.is_none());
}

#[test]
fn the_data_set_of_an_addressed_log_is_not_fetched_for_a_dropped_one() {
    let data_url = |effects: &[Effect]| match effects {
        [Effect::OpenLog(lnn_web::protocol::ToReplay::Open { data_url, .. })] => data_url.clone(),
        other => panic!("{other:?}"),
    };
    let state = under_way().after(&Action::KnowData("mine.csv".to_owned()));
    let open = |url: Option<&str>| Action::OpenLog { name: "a".to_owned(), url: url.map(str::to_owned) };
    let (fetched, effects) = act(&state, &open(Some("a.ndjson")));
    assert_eq!(data_url(&effects).as_deref(), Some("mine.csv"));
    assert_eq!(data_url(&act(&fetched, &open(None)).1), None);
}

#[test]
fn a_reader_that_stops_leaves_the_run_and_says_whose_file_it_was() {
    let state = under_way().after(&Action::OpenFile { name: "odd.parquet".to_owned(), may_be_log: false });
    let (after, effects) = act(&state, &Action::LoaderLost("RuntimeError: unreachable".to_owned()));
    let notice = after.notice.clone().unwrap();
    assert!(notice.is_error && notice.text.starts_with("odd.parquet: its reader had to stop"), "{notice:?}");
    assert_eq!((after.loading, after.run, effects.len()), (Loading::Idle, state.run, 0));
}
