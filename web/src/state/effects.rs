//! What must be done besides changing the state: messages to the workers, in order.
//!
//! In: an action with the states before and after it. Out: [`Effect`]s, which `page/app.rs` carries out. Pure, so that
//! tests need no browser.

use lnn_core::Recipe;
use lnn_runlog::RecipeRecord;

use super::{Action, Loading, State};
use crate::protocol::{Change, FromTrainer, ToLoader, ToReplay, ToTrainer};

/// A message to send, or a worker to end.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// To the trainer.
    Trainer(ToTrainer),
    /// To the loader; the newest file travels beside it.
    Loader(ToLoader),
    /// A new trainer in the place of a lost one, or of a log that was left.
    RestartTrainer,
    /// A worker that plays a log, in the place of the trainer; the newest files travel beside the message.
    OpenLog(ToReplay),
    /// To the worker that plays a log; the newest file travels beside the message.
    OfferFile(ToReplay),
    /// Ends the loader, whatever it does.
    EndLoader,
}

/// The changes that turn one recipe into the other while the run goes on; none where it must start again.
pub fn changes(from: &Recipe, to: &Recipe) -> Option<Vec<Change>> {
    let adjusted = Recipe {
        learning_rate: to.learning_rate,
        decay: to.decay,
        l2_penalty: to.l2_penalty,
        dropout: to.dropout,
        ..from.clone()
    };
    if adjusted != *to {
        return None;
    }
    let changed =
        |from: f64, to: f64, change: fn(f64) -> Change| (from.to_bits() != to.to_bits()).then(|| change(to));
    let all = [
        changed(from.learning_rate, to.learning_rate, Change::LearningRate),
        (from.decay != to.decay).then(|| Change::Decay(to.decay.into())),
        changed(from.l2_penalty, to.l2_penalty, Change::L2Penalty),
        changed(from.dropout, to.dropout, Change::Dropout),
    ];
    Some(all.into_iter().flatten().collect())
}

/// What an action asks for beyond the new state.
pub fn effects(action: &Action, before: &State, after: &State) -> Vec<Effect> {
    let mut all = Vec::new();
    if matches!(action, Action::TrainerLost(_)) || (before.replay.is_some() && after.replay.is_none()) {
        all.push(Effect::RestartTrainer);
        all.extend(loading(action, before));
        return all;
    }
    let trainer_is_new =
        matches!(action, Action::Trainer(message) if matches!(**message, FromTrainer::Ready));
    if after.replay.is_some() {
        all.extend(play_log(action, trainer_is_new, after));
    } else if trainer_is_new || (after.run != before.run && !matches!(action, Action::TrainerLost(_))) {
        all.extend(start(after).into_iter().map(Effect::Trainer));
    } else if let Some(changes) = changes(&before.setup.recipe, &after.setup.recipe) {
        all.extend(changes.into_iter().map(|change| Effect::Trainer(ToTrainer::Change(change))));
    }
    if after.view != before.view {
        all.push(Effect::Trainer(ToTrainer::View(after.view)));
    }
    all.extend(command(action).map(Effect::Trainer));
    all.extend(loading(action, before));
    all
}

/// What a log's worker is told besides commands.
fn play_log(action: &Action, is_new: bool, after: &State) -> Vec<Effect> {
    let tell = |message: ToTrainer| Effect::Trainer(message);
    match action {
        Action::OpenLog { name, url } => vec![Effect::OpenLog(ToReplay::Open {
            run: after.run,
            name: name.clone(),
            url: url.clone(),
            data: Some(after.setup.data.to_message()),
        })],
        Action::OfferFile { name } => vec![Effect::OfferFile(ToReplay::OfferFile { name: name.clone() })],
        _ if is_new => vec![tell(ToTrainer::View(after.view)), tell(ToTrainer::Speed(after.speed))],
        _ => Vec::new(),
    }
}

/// Sets up the state's run in a trainer.
fn start(state: &State) -> [ToTrainer; 3] {
    let start = ToTrainer::Start {
        run: state.run,
        recipe: Box::new(RecipeRecord::from(&*state.setup.recipe)),
        data: state.setup.data.to_message(),
        keyframe: state.setup.keyframe.as_deref().cloned(),
    };
    [ToTrainer::View(state.view), ToTrainer::Speed(state.speed), start]
}

fn command(action: &Action) -> Option<ToTrainer> {
    Some(match action {
        Action::Play => ToTrainer::Play,
        Action::Pause => ToTrainer::Pause,
        Action::StepBatch => ToTrainer::StepBatch,
        Action::StepEpoch => ToTrainer::StepEpoch,
        Action::SetSpeed(speed) => ToTrainer::Speed(*speed),
        Action::Seek(step) => ToTrainer::Seek(*step),
        Action::Live => ToTrainer::Live,
        Action::CheckGradient(unit) => ToTrainer::CheckGradient(*unit),
        _ => return None,
    })
}

fn loading(action: &Action, before: &State) -> Option<Effect> {
    Some(match action {
        Action::OpenFile { name, .. } => Effect::Loader(ToLoader::OpenFile { name: name.clone() }),
        Action::OpenShipped(shipped) => Effect::Loader(ToLoader::OpenShipped {
            url: shipped.url().to_owned(),
            name: shipped.title().to_owned(),
        }),
        Action::Reread(choice) => Effect::Loader(ToLoader::Reread(*choice)),
        Action::UseData(plan) => Effect::Loader(ToLoader::Prepare(plan.clone())),
        Action::CancelLoading if before.loading != Loading::Idle => Effect::EndLoader,
        _ => return None,
    })
}
