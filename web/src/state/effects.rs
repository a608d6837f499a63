//! What must be done besides changing the state: messages to the workers, in order.
//!
//! In: an action with the states before and after it. Out: [`Effect`]s, which `page/app.rs` carries out. Pure, so that
//! tests need no browser.

use lnn_core::Recipe;
use lnn_runlog::RecipeRecord;

use super::{Action, Beside, BesideAction, ConnectAction, Loading, SaveAction, State};
use crate::protocol::{Change, FromTrainer, HandPoint, SaveOrder, ToLoader, ToReplay, ToTrainer};

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
    /// Steps that the worker that plays a log plays again and again.
    Loop(Option<(u64, u64)>),
    /// To the worker that plays a log; the newest file travels beside the message.
    OfferFile(ToReplay),
    /// A worker that plays a log beside the page's own run, in the place of the one with its number; files travel beside the
    /// message.
    OpenBeside(ToReplay),
    /// To the worker of a run beside.
    Beside(u32, ToTrainer),
    /// To the worker of a run beside: digests of the page's run.
    Compare(u32, ToReplay),
    /// Ends the worker of a run beside.
    CloseBeside(u32),
    /// Asks the worker that plays a log for its run.
    Hand(HandPoint),
    /// A worker that asks a service for its runs.
    Connect(ToReplay),
    /// Ends it.
    EndConnect,
    /// A worker that writes the page's run down.
    Save(ToReplay),
    /// Ends it.
    EndSave,
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
        all.extend(beside(action, before, after));
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
    all.extend(beside(action, before, after));
    all.extend(connect(action, after));
    all.extend(save(action, before, after));
    all.extend(loading(action, before));
    all
}

/// The trainer tells what its run is made of; another worker computes it again and writes it down.
fn save(action: &Action, before: &State, after: &State) -> Option<Effect> {
    match action {
        Action::Save(SaveAction::Begin(_)) => return Some(Effect::Trainer(ToTrainer::Export)),
        Action::Trainer(message) => {
            if let FromTrainer::Exported { run, outline } = &**message
                && *run == after.run
                && let Some((form, _)) = &after.saving
            {
                let (outline, data) = ((**outline).clone(), after.setup.data.to_message());
                let order = SaveOrder { form: form.clone(), outline, data };
                return Some(Effect::Save(ToReplay::Save(Box::new(order))));
            }
        }
        _ => {}
    }
    (before.saving.is_some() && after.saving.is_none()).then_some(Effect::EndSave)
}

/// The worker that asks a service.
fn connect(action: &Action, after: &State) -> Option<Effect> {
    match action {
        Action::Connect(ConnectAction::Ask(access, _)) => {
            Some(Effect::Connect(ToReplay::Connect(access.clone())))
        }
        Action::Connect(_) if after.connect.as_ref().is_none_or(|connect| !connect.is_asking) => {
            Some(Effect::EndConnect)
        }
        Action::TrainHere(from) => Some(Effect::Hand(*from)),
        _ => None,
    }
}

/// What a log's worker is told besides commands.
fn play_log(action: &Action, is_new: bool, after: &State) -> Vec<Effect> {
    let tell = |message: ToTrainer| Effect::Trainer(message);
    match action {
        Action::OpenLog { name, url } => {
            vec![Effect::OpenLog(open(after, after.run, name.clone(), url.clone(), None))]
        }
        Action::ChooseLogRun(log_run) => {
            let name = after.replay.as_ref().map(|log| log.name.clone()).unwrap_or_default();
            let url = after.log_url.clone();
            vec![Effect::OpenLog(open(after, after.run, name, url, Some(log_run.clone())))]
        }
        Action::Loop(span) => vec![Effect::Loop(*span)],
        Action::OfferFile { name } => vec![Effect::OfferFile(ToReplay::OfferFile { name: name.clone() })],
        _ if is_new => vec![tell(ToTrainer::View(after.view)), tell(ToTrainer::Speed(after.speed))],
        _ => Vec::new(),
    }
}

fn open(state: &State, run: u32, name: String, url: Option<String>, log_run: Option<String>) -> ToReplay {
    let data = Some(state.setup.data.to_message());
    ToReplay::Open {
        run,
        name,
        url,
        log_run,
        data,
        data_url: state.data_url.clone(),
        access: state.access.as_deref().cloned(),
    }
}

/// What workers of runs beside the page's own are told.
fn beside(action: &Action, before: &State, after: &State) -> Vec<Effect> {
    let mut all = Vec::new();
    let known = |state: &State, run: u32| state.beside.iter().find(|beside| beside.run == run).cloned();
    let gone = before.beside.iter().filter(|beside| known(after, beside.run).is_none());
    all.extend(gone.map(|beside| Effect::CloseBeside(beside.run)));
    let opened = match action {
        Action::Beside(BesideAction::Choose { run, .. }) => known(after, *run),
        _ if after.beside.len() > before.beside.len() => after.beside.last().cloned(),
        _ => None,
    };
    all.extend(opened.map(|beside| {
        let (name, url) = (beside.log.name.clone(), beside.url.clone());
        Effect::OpenBeside(open(after, beside.run, name, url, beside.log_run.clone()))
    }));
    if let Action::Trainer(message) = action
        && let FromTrainer::Frame(frame) = &**message
        && frame.run == after.run
        && !frame.digests.is_empty()
    {
        let (run, step, digests) = (frame.run, frame.newest_step, frame.digests.clone());
        let compare = ToReplay::Compare { run, step, digests };
        all.extend(after.beside.iter().map(|beside| Effect::Compare(beside.run, compare.clone())));
    }
    for now in &after.beside {
        let was = known(before, now.run);
        let view = |state: &State, beside: &Beside| beside.view(state.view);
        if was.as_ref().is_none_or(|was| was.header.is_none() || view(before, was) != view(after, now))
            && now.header.is_some()
        {
            all.push(Effect::Beside(now.run, ToTrainer::View(view(after, now))));
        }
        if was.is_some_and(|was| was.asked != now.asked) {
            all.push(Effect::Beside(now.run, ToTrainer::Seek(now.asked)));
        }
    }
    all
}

/// Sets up the state's run in a trainer.
fn start(state: &State) -> [ToTrainer; 3] {
    let start = ToTrainer::Start {
        run: state.run,
        recipe: Box::new(RecipeRecord::from(&*state.setup.recipe)),
        data: state.setup.data.to_message(),
        weights: state.setup.weights.clone(),
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
        Action::OpenFile { name, may_be_log } => {
            Effect::Loader(ToLoader::OpenFile { name: name.clone(), may_be_log: *may_be_log })
        }
        Action::OpenShipped(shipped) => Effect::Loader(ToLoader::OpenShipped {
            url: shipped.url().to_owned(),
            name: shipped.title().to_owned(),
        }),
        Action::Reread(choice) => Effect::Loader(ToLoader::Reread(choice.clone())),
        Action::UseData(plan) => Effect::Loader(ToLoader::Prepare(plan.clone())),
        Action::CancelLoading if before.loading != Loading::Idle => Effect::EndLoader,
        _ => return None,
    })
}
