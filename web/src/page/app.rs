//! The application: one state, one reducer, and the only place where something is done besides drawing.
//!
//! In: [`Action`]s from views, workers and the window. Out: the next state, drawn; messages to the workers. Read next:
//! `bridge.rs` for the workers, `events.rs` for keys and dropped files.

use std::rc::Rc;

use web_sys::File;
use yew::prelude::*;

use super::{bridge::Bridge, events::WindowEvents, theme::Palette};
use crate::{
    page::{
        Commands,
        chart::calm::Same,
        cost::CostView,
        curves::CurvesView,
        data::DataPanel,
        header::Header,
        inputs::Inputs,
        inspector::Inspector,
        network::NetworkView,
        replay::{ReplayBar, beside, log_name},
        settings::SettingsPanel,
        timeline::TimelineView,
    },
    protocol::{FromTrainer, ToTrainer},
    state::{
        Action, Awaited, Loading, Notice, Sheet, State, Theme,
        effects::{Effect, effects},
    },
};

/// What reaches the application.
pub enum Msg {
    /// The state changes.
    Do(Action),
    /// Files were dropped or chosen.
    Open(Vec<File>),
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
    /// A moment to look after the workers.
    Watch,
}

/// The page.
pub struct App {
    state: Rc<State>,
    /// Made once: views tell by it that nothing changed for them.
    commands: Commands,
    open_file: Callback<File>,
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
            open_file: ctx.link().callback(|file| Msg::Open(vec![file])),
            palette: Rc::new(Palette::read()),
            bridge,
            events: None,
            is_hovered: false,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Do(action) => return self.act(ctx, &action),
            Msg::Open(files) => return self.open(ctx, files),
            Msg::OpenFolder(name, files) => {
                self.bridge.set_log_files(beside(files));
                return self.act(ctx, &Action::OpenLog { name, url: None });
            }
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
                        <ReplayBar log={log.clone()} {commands} />
                    }
                    if let Some(curves) = &state.curves {
                        <CurvesView curves={Same::from(curves)} palette={Same::from(&self.palette)} />
                    } else {
                        { self.network(commands) }
                    }
                </main>
                if only.is_none() {
                    { self.right(commands) }
                    <footer>{ self.timeline(commands) }</footer>
                    { self.sheets(commands) }
                }
                { self.notice(commands) }
                if self.is_hovered { <div class="dropping"><span>{ "Drop it anywhere" }</span></div> }
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first_render: bool) {
        if first_render {
            self.events = Some(WindowEvents::listen(ctx.link()));
            if let Some(url) = super::replay::url_in_address() {
                ctx.link().send_message(Msg::Do(Action::OpenLog { name: url.clone(), url: Some(url) }));
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
        }
    }

    fn open(&mut self, ctx: &Context<Self>, files: Vec<File>) -> bool {
        if let Some(name) = log_name(&files) {
            let files = files.into_iter().map(|file| (file.name(), file)).collect();
            self.bridge.set_log_files(beside(files));
            return self.act(ctx, &Action::OpenLog { name, url: None });
        }
        let Some(file) = files.into_iter().next() else { return false };
        let (name, size_bytes) = (file.name(), file.size());
        if let Err(text) = super::events::check_size(&name, size_bytes) {
            return self.act(ctx, &Action::Notify(Notice { is_error: true, text, can_undo: false }));
        }
        self.bridge.set_file(file);
        let is_wanted = self.state.replay.as_ref().is_some_and(|log| log.why_not.is_some());
        if is_wanted {
            return self.act(ctx, &Action::OfferFile { name });
        }
        self.act(ctx, &Action::OpenFile { name, size_bytes })
    }

    fn header(&self, commands: &Commands) -> Html {
        let state = &self.state;
        html! {
            <Header frame={state.own_frame().map(Same::from)} working_s={state.working_s}
                is_refused={state.awaited == Awaited::Refused} is_playing={state.is_playing} speed={state.speed}
                theme={state.theme} log={state.replay.as_ref().map(|log| log.kind)} {commands} />
        }
    }

    /// Classes of a side column: open while one of its sheets is.
    fn column(&self, side: &'static str, sheets: [Sheet; 2]) -> Classes {
        classes!(
            "column",
            side,
            self.state.sheet.is_some_and(|sheet| sheets.contains(&sheet)).then_some("open")
        )
    }

    fn panel(&self, sheet: Sheet) -> Classes {
        classes!("panel", (self.state.sheet == Some(sheet)).then_some("open"))
    }

    fn left(&self, commands: &Commands) -> Html {
        let state = &self.state;
        let info = state.newest_header().map(|header| &header.data);
        let error = state.notice.as_ref().filter(|notice| notice.is_error);
        let problem: Option<AttrValue> = error.map(|notice| notice.text.clone().into());
        html! {
            <div class={self.column("left", [Sheet::Data, Sheet::Settings])}>
                <section class={self.panel(Sheet::Data)} aria-label="Data">
                    <DataPanel data={state.setup.data.clone()} header={state.newest_header().cloned()}
                        loading={state.loading.clone()} problem={problem} palette={self.palette.clone()}
                        open_file={self.open_file.clone()} {commands} />
                </section>
                <section class={self.panel(Sheet::Settings)} aria-label="Settings">
                    <SettingsPanel recipe={state.setup.recipe.clone()} task={info.map(|info| info.task)}
                        n_train={info.map_or(0, |info| info.n_train)} {commands} />
                </section>
            </div>
        }
    }

    fn network(&self, commands: &Commands) -> Html {
        let state = &self.state;
        html! {
            <section aria-label="Network">
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
                has_log_axis={state.has_log_axis} palette={self.palette.clone()} {commands} />
        }
    }

    /// On narrow screens: what opens the panels.
    fn sheets(&self, commands: &Commands) -> Html {
        let sheet_button = |sheet: Sheet, name: &'static str| {
            let is_open = self.state.sheet == Some(sheet);
            let next = (!is_open).then_some(sheet);
            let onclick = commands.reform(move |_: MouseEvent| Action::SetSheet(next));
            let has_unit = sheet == Sheet::Inspector && self.state.view.selected.is_some();
            let class = classes!(has_unit.then_some("marked"));
            html! { <button {class} {onclick} aria-expanded={is_open.to_string()}>{ name }</button> }
        };
        html! {
            <nav class="sheets" aria-label="Panels">
                { sheet_button(Sheet::Data, "Data sets") }
                { sheet_button(Sheet::Settings, "Settings") }
                { sheet_button(Sheet::Inspector, "Unit") }
                { sheet_button(Sheet::Cost, "Metrics") }
            </nav>
        }
    }

    fn notice(&self, commands: &Commands) -> Html {
        let act = |action: Action| commands.reform(move |_: MouseEvent| action.clone());
        let notice = self.state.notice.as_ref();
        html! {
            <div role="status" aria-live="polite">
                if let Some(notice) = notice {
                    <div class={classes!("notice", notice.is_error.then_some("error"))}>
                        <p>{ &notice.text }</p>
                        if notice.can_undo {
                            <button class="button" onclick={act(Action::Undo)}>{ "Undo" }</button>
                        }
                        <button class="button icon quiet" aria-label="Dismiss" onclick={act(Action::Dismiss)}>{ "✕" }</button>
                    </div>
                }
            </div>
        }
    }
}

const THEME_KEY: &str = "lnn-theme";

fn stored_theme() -> Theme {
    let stored = web_sys::window()
        .and_then(|window| window.local_storage().ok().flatten()?.get_item(THEME_KEY).ok()?);
    match stored.as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    }
}

fn store_theme(theme: Theme) {
    let storage = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
    if let (Some(storage), Some(name)) = (&storage, theme_name(theme)) {
        let _ = storage.set_item(THEME_KEY, name);
    } else if let Some(storage) = storage {
        let _ = storage.remove_item(THEME_KEY);
    }
}

fn theme_name(theme: Theme) -> Option<&'static str> {
    match theme {
        Theme::System => None,
        Theme::Light => Some("light"),
        Theme::Dark => Some("dark"),
    }
}

/// Puts the theme on the root element, where the style sheet's tokens look for it.
fn dress(theme: Theme) {
    let root = web_sys::window().and_then(|window| window.document()?.document_element());
    if let Some(root) = root {
        let _ = match theme_name(theme) {
            Some(name) => root.set_attribute("data-theme", name),
            None => root.remove_attribute("data-theme"),
        };
    }
}
