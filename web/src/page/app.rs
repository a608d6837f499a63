//! The application: one state, one reducer, and the only place where something is done besides drawing.
//!
//! In: [`Action`]s from views, workers and the window. Out: the next state, drawn; messages to the workers. Read next:
//! `bridge.rs` for the workers, `events.rs` for keys and dropped files, `app/opening.rs` for what is done with them.

mod opening;

use std::rc::Rc;

use self::opening::asked_by_address;

use wasm_bindgen::JsValue;
use web_sys::File;
use yew::prelude::*;

use super::{
    bridge::Bridge,
    connect::ConnectDialog,
    dress::{dress, store_access, store_theme, stored_theme},
    element::Drawn,
    events::WindowEvents,
    theme::Palette,
};
use crate::{
    page::{
        Commands,
        chart::calm::Same,
        compare::{CompareBar, PaneTitle},
        cost::CostView,
        curves::CurvesView,
        data::DataPanel,
        header::Header,
        inputs::Inputs,
        inspector::Inspector,
        network::NetworkView,
        notice::NoticeBar,
        replay::ReplayBar,
        run_files::RunFiles,
        settings::SettingsPanel,
        sheets::Sheets,
        timeline::TimelineView,
    },
    protocol::{FromLoader, FromTrainer, ToReplay, ToTrainer},
    state::{
        Action, Awaited, Beside, ConnectAction, Loading, Sheet, State,
        effects::{Effect, effects},
    },
};

/// What reaches the application.
pub enum Msg {
    /// The state changes.
    Do(Action),
    /// Files were dropped or chosen; one that was dropped may have a handle.
    Open(Vec<File>, Option<JsValue>),
    /// A folder was dropped: its name, and its files with their paths.
    OpenFolder(String, Vec<(String, File)>),
    /// The space key.
    TogglePlay,
    /// A file hovers over the page, or no longer.
    Hover(bool),
    /// The system's theme changed.
    Recolour,
    /// Another animation frame began after the last frame was drawn.
    Drawn,
    /// The same of a run beside.
    DrawnBeside(u32),
    /// Logs were chosen, to be shown beside the page's run.
    OpenBeside(Vec<File>),
    /// A moment to look after the workers.
    Watch,
}

/// The page.
pub struct App {
    state: Rc<State>,
    /// Made once: views tell by it that nothing changed for them.
    commands: Commands,
    /// What networks beside the page's own may ask for: how large tiles are drawn is for that one to say.
    commands_beside: Commands,
    open_files: Callback<Vec<File>>,
    open_beside: Callback<Vec<File>>,
    palette: Rc<Palette>,
    bridge: Bridge,
    events: Option<WindowEvents>,
    is_hovered: bool,
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let state = State { theme: stored_theme(), ..State::default() };
        dress(state.theme);
        let bridge = Bridge::new(ctx.link().callback(Msg::Do));
        Self {
            state: Rc::new(state),
            commands: ctx.link().callback(Msg::Do),
            commands_beside: ctx.link().batch_callback(|action| match action {
                Action::SetTilePx(_) => None,
                action => Some(Msg::Do(action)),
            }),
            open_files: ctx.link().callback(|files| Msg::Open(files, None)),
            open_beside: ctx.link().callback(Msg::OpenBeside),
            palette: Rc::new(Palette::read()),
            bridge,
            events: None,
            is_hovered: false,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Do(action) => return self.act(ctx, &action),
            Msg::Open(files, handle) => return self.open(ctx, files, handle.as_ref()),
            Msg::OpenFolder(name, files) => return self.open_folder(ctx, name, files),
            Msg::TogglePlay => {
                let action = if self.state.is_playing { Action::Pause } else { Action::Play };
                return self.act(ctx, &action);
            }
            Msg::Hover(is_hovered) if is_hovered == self.is_hovered => return false,
            Msg::Hover(is_hovered) => self.is_hovered = is_hovered,
            Msg::Recolour => self.palette = Rc::new(Palette::read()),
            Msg::Drawn => {
                self.bridge.tell(&ToTrainer::Drawn);
                return false;
            }
            Msg::DrawnBeside(run) => {
                self.bridge.tell_beside(run, &ToReplay::Do(ToTrainer::Drawn));
                return false;
            }
            Msg::OpenBeside(files) => return self.open_beside(ctx, files),
            Msg::Watch => {
                self.bridge.watch();
                return false;
            }
        }
        true
    }

    fn view(&self, _: &Context<Self>) -> Html {
        let (state, commands) = (&self.state, &self.commands);
        let only = state.curves.as_ref().map(|_| "curves-only");
        html! {
            <div class={classes!("app", state.is_waiting().then_some("waiting"), only)}>
                { self.header(commands) }
                if only.is_none() || state.loading != Loading::Idle { { self.left(commands) } }
                <main>
                    if let Some(log) = &state.replay {
                        <ReplayBar log={log.clone()} open_beside={self.open_beside.clone()} {commands} />
                    }
                    if let Some(curves) = &state.curves {
                        <CurvesView curves={Same::from(curves)} palette={Same::from(&self.palette)} />
                    } else {
                        { self.panes(commands) }
                        { self.calls() }
                    }
                </main>
                if only.is_none() {
                    { self.right(commands) }
                    <footer>{ self.timeline(commands) }</footer>
                    <Sheets open={self.sheet()} has_unit={state.view.selected.is_some()} {commands} />
                }
                if let Some(connect) = &state.connect {
                    <ConnectDialog connect={connect.clone()} access={state.access.as_ref().map(Same::from)} {commands} />
                }
                <NoticeBar notice={state.notice.clone()} offer={state.offer.as_ref().map(Same::from)} {commands} />
                if self.is_hovered { <div class="dropping"><span>{ "Drop it anywhere" }</span></div> }
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first_render: bool) {
        if first_render {
            self.events = Some(WindowEvents::listen(ctx.link()));
            for action in asked_by_address() {
                ctx.link().send_message(Msg::Do(action));
            }
        }
    }
}

impl App {
    fn act(&mut self, ctx: &Context<Self>, action: &Action) -> bool {
        let before = self.state.clone();
        let after = Rc::new(before.after(action));
        for effect in effects(action, &before, &after) {
            self.perform(effect);
        }
        if matches!(action, Action::Trainer(message) if matches!(**message, FromTrainer::Ready)) {
            self.bridge.tell_early();
        }
        if let (Action::Loader(message), Loading::Reading { name, .. }) = (action, &before.loading)
            && **message == FromLoader::IsLog
        {
            let name = name.clone();
            self.state = after;
            self.bridge.data_files_are_log();
            return self.act(ctx, &Action::OpenLog { name, url: None });
        }
        match action {
            Action::Connect(ConnectAction::Ask(access, is_kept)) => store_access(is_kept.then_some(access)),
            Action::Connect(ConnectAction::Forget) => store_access(None),
            _ => {}
        }
        if after.theme != before.theme {
            dress(after.theme);
            store_theme(after.theme);
            self.palette = Rc::new(Palette::read());
        }
        let has_new_frame = match (&after.frame, &before.frame) {
            (Some(new), Some(old)) => !Rc::ptr_eq(new, old),
            (new, _) => new.is_some(),
        };
        if has_new_frame {
            super::events::on_next_frame(ctx.link().callback(|()| Msg::Drawn));
        }
        for beside in &after.beside {
            let was =
                before.beside.iter().find(|was| was.run == beside.run).and_then(|was| was.frame.as_ref());
            let is_new = beside.frame.as_ref().is_some_and(|new| was.is_none_or(|was| !Rc::ptr_eq(was, new)));
            if is_new {
                let run = beside.run;
                super::events::on_next_frame(ctx.link().callback(move |()| Msg::DrawnBeside(run)));
            }
        }
        let is_changed = !before.looks_like(&after);
        self.state = after;
        is_changed
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Trainer(message) => self.bridge.tell(&message),
            Effect::Loader(message) => self.bridge.load(&message),
            Effect::RestartTrainer => self.bridge.restart_trainer(),
            Effect::EndLoader => self.bridge.end_loader(),
            Effect::OpenLog(message) => self.bridge.open_log(&message),
            Effect::OfferFile(message) => self.bridge.offer_file(&message),
            Effect::Loop(span) => self.bridge.tell_log(&ToReplay::Loop(span)),
            Effect::Hand(from) => self.bridge.tell_log(&ToReplay::Hand { from }),
            Effect::Compare(run, message) => self.bridge.tell_beside(run, &message),
            Effect::Connect(message) => self.bridge.connect(Some(message)),
            Effect::EndConnect => self.bridge.connect(None),
            Effect::OpenBeside(message) => self.bridge.open_beside(&message),
            Effect::Beside(run, message) => self.bridge.tell_beside(run, &ToReplay::Do(message)),
            Effect::CloseBeside(run) => self.bridge.close_beside(run),
            Effect::Save(message) => self.bridge.save(Some(message)),
            Effect::EndSave => self.bridge.save(None),
        }
    }

    fn header(&self, commands: &Commands) -> Html {
        let state = &self.state;
        html! {
            <Header frame={state.own_frame().map(Same::from)} working_s={state.working_s}
                is_refused={state.awaited == Awaited::Refused} is_playing={state.is_playing} speed={state.speed}
                theme={state.theme} log={state.replay.as_ref().map(|log| log.kind)} {commands} />
        }
    }

    /// Which sheet is open on a narrow screen. While a file is opened, its progress and its preview are to be seen, wherever it was dropped.
    fn sheet(&self) -> Option<Sheet> {
        if self.state.loading == Loading::Idle { self.state.sheet } else { Some(Sheet::Data) }
    }

    /// Classes of a side column: open while one of its sheets is.
    fn column(&self, side: &'static str, sheets: [Sheet; 2]) -> Classes {
        classes!("column", side, self.sheet().is_some_and(|sheet| sheets.contains(&sheet)).then_some("open"))
    }

    fn panel(&self, sheet: Sheet) -> Classes {
        classes!("panel", (self.sheet() == Some(sheet)).then_some("open"))
    }

    fn left(&self, commands: &Commands) -> Html {
        let state = &self.state;
        let info = state.newest_header().map(|header| &header.data);
        let error = state.notice.as_ref().filter(|notice| notice.is_error);
        let problem: Option<AttrValue> = error.map(|notice| notice.text.clone().into());
        html! {
            <div class={self.column("left", [Sheet::Data, Sheet::Settings])}>
                <section class={self.panel(Sheet::Data)} aria-label="Data">
                    <DataPanel data={state.replay.is_none().then(|| state.setup.data.clone())} header={state.newest_header().cloned()}
                        loading={state.loading.clone()} problem={problem} offer={state.offer.as_ref().map(Same::from)} palette={self.palette.clone()}
                        open_files={self.open_files.clone()} {commands} />
                    if state.replay.is_none() {
                        <RunFiles saving={state.saving.as_ref().map(|(_, share)| *share)} weights={state.setup.weights.as_ref().map(Same::from)} open_beside={self.open_beside.clone()} {commands} />
                    }
                </section>
                <section class={self.panel(Sheet::Settings)} aria-label="Settings">
                    <SettingsPanel recipe={state.setup.recipe.clone()} task={info.map(|info| info.task)}
                        n_train={info.map_or(0, |info| info.n_train)} {commands} />
                </section>
            </div>
        }
    }

    /// The network, and those of the runs beside.
    fn panes(&self, commands: &Commands) -> Html {
        let state = &self.state;
        let is_paired = !state.beside.is_empty();
        html! {
            <>
                if is_paired {
                    <CompareBar own={state.header.as_ref().map(Same::from)} title={state.title()}
                        beside={state.beside.iter().map(Same::from).collect::<Vec<_>>()}
                        link={state.link_in_force()} has_clocks={state.has_clocks()} {commands} />
                }
                <div class={classes!("panes", is_paired.then_some("paired"))}>
                    { self.network(commands) }
                    { for state.beside.iter().map(|beside| self.network_beside(beside)) }
                </div>
            </>
        }
    }

    /// The calls that computed the step, of the page's own log or of one beside.
    fn calls(&self) -> Html {
        let mut beside = self.state.beside.iter().filter_map(|beside| beside.calls.as_ref());
        let Some(calls) = self.state.calls.as_ref().or_else(|| beside.next()) else { return html! {} };
        html! {
            <section class="executed" aria-label="The run as it was executed"><Drawn element={Same::from(calls)} /></section>
        }
    }

    fn network(&self, commands: &Commands) -> Html {
        let state = &self.state;
        html! {
            <section aria-label="Network">
                if !state.beside.is_empty() {
                    <PaneTitle number={0} title={state.title()} frame={state.frame.as_ref().map(Same::from)} />
                }
                if let (Some(header), Some(frame)) = (&state.header, &state.frame) {
                    <Inputs header={Same::from(header)} examples={Same::from(&state.examples)}
                        example_idx={state.view.example_idx} />
                    <NetworkView header={Same::from(header)} examples={Same::from(&state.examples)}
                        frame={Same::from(frame)} view={state.view} shows_table={state.shows_table}
                        palette={Same::from(&self.palette)} {commands} />
                }
            </section>
        }
    }

    fn network_beside(&self, beside: &Rc<Beside>) -> Html {
        let (state, label) = (&self.state, format!("Network of {}", beside.title()));
        html! {
            <section key={beside.run} aria-label={label}>
                <PaneTitle number={state.number_of(beside.run)} title={beside.title().to_owned()}
                    frame={beside.frame.as_ref().map(Same::from)} />
                if let (Some(header), Some(frame)) = (&beside.header, &beside.frame) {
                    <NetworkView header={Same::from(header)} examples={Same::from(&beside.examples)} frame={Same::from(frame)}
                        view={beside.view(state.view)} shows_table={state.shows_table} palette={Same::from(&self.palette)}
                        commands={self.commands_beside.clone()} />
                }
            </section>
        }
    }

    fn right(&self, commands: &Commands) -> Html {
        let state = &self.state;
        let Some((header, frame)) = state.header.as_ref().zip(state.frame.as_ref()) else {
            return html! { <div class="column right" /> };
        };
        html! {
            <div class={self.column("right", [Sheet::Inspector, Sheet::Cost])}>
                <section class={self.panel(Sheet::Inspector)} aria-label="Inspector">
                    <Inspector {header} examples={state.examples.clone()} {frame} timeline={state.timeline.clone()}
                        view={state.view} is_log_alone={state.is_log_alone()} gradient_report={state.gradient_report.clone()}
                        palette={self.palette.clone()} {commands} />
                </section>
                <section class={self.panel(Sheet::Cost)} aria-label="Cost">
                    <CostView {header} examples={state.examples.clone()} {frame} timeline={state.timeline.clone()}
                        beside={state.beside.clone()} link={state.link_in_force()} clock={state.clock.clone()}
                        has_log_axis={state.has_log_axis} palette={self.palette.clone()} {commands} />
                </section>
            </div>
        }
    }

    fn timeline(&self, commands: &Commands) -> Html {
        let state = &self.state;
        let Some((header, frame)) = state.header.as_ref().zip(state.frame.as_ref()) else { return html! {} };
        html! {
            <TimelineView {header} timeline={state.timeline.clone()} cursor={frame.head.step}
                newest_step={frame.newest_step} steps_per_epoch={frame.steps_per_epoch} is_playing={frame.playing}
                is_replay={state.replay.is_some()} span={state.span}
                has_log_axis={state.has_log_axis} palette={self.palette.clone()} {commands} />
        }
    }
}
