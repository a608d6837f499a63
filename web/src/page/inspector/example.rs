//! One watched example: which, and the unit's formula with its numbers.
//!
//! In: the unit's terms at the example. Out: the formula in three lines, its terms in tables, and controls to choose
//! another example. Read next: `formula.rs`.

use std::rc::Rc;

use lnn_runlog::RunHeader;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{
    formula::{Product, Sum, activation_words, output_error_words},
    names,
};
use crate::{
    frame::{Frame, UnitDetail},
    page::{
        Commands,
        canvas::{Canvas, Draw, Surface},
        chart::{calm::Same, raster::Rect},
        example_picture, number,
        theme::Palette,
    },
    protocol::Examples,
    state::Action,
};

/// Properties of [`ForExample`].
#[derive(Properties, Clone, PartialEq)]
pub struct ForExampleProps {
    /// The unit at the example.
    pub frame: Same<Frame>,
    /// Names and units.
    pub header: Same<RunHeader>,
    /// The watched examples.
    pub examples: Same<Examples>,
    /// Which of them is chosen.
    pub idx: usize,
    /// Colours.
    pub palette: Same<Palette>,
    /// How to ask for something.
    pub commands: Commands,
}

/// Terms of z that stand in the formula itself.
const PLUGGED: usize = 3;

/// See the module's text.
#[component]
pub fn ForExample(props: &ForExampleProps) -> Html {
    let is_open = use_state_eq(|| false);
    let (header, examples, palette) = (props.header.clone(), props.examples.clone(), props.palette.clone());
    let picture = use_memo((header, examples, palette, props.idx), draw_example);
    let Some(detail) = &props.frame.unit else { return html! {} };
    let sum = Sum::of_z(detail, &props.header);
    let errors = Sum::of_errors(detail, &props.header);
    let onclick = {
        let is_open = is_open.clone();
        Callback::from(move |_: MouseEvent| is_open.set(!*is_open))
    };
    let target = props.examples.watched_targets.get(props.idx).map(|target| f64::from(*target));
    html! {
        <section class="inspector-part" aria-label="Formula">
            <h3>
                { "For example " }<span class="number">{ detail.example_row + 1 }</span>
                if let Some(target) = target { <small>{ names::target(&props.header, target) }</small> }
            </h3>
            { chooser(props, (*picture).as_ref()) }
            { formula(detail, &sum, errors.as_ref(), &props.header) }
            <button class="disclose" {onclick} aria-expanded={is_open.to_string()}>{ "Terms, one by one" }</button>
            if *is_open {
                { z_table(detail, &sum) }
                if let Some(errors) = &errors { { error_table(errors) } }
            }
        </section>
    }
}

/// Previous, number, next.
fn chooser(props: &ForExampleProps, picture: Option<&Draw>) -> Html {
    let n_watched = props.examples.watched_rows.len();
    let last = n_watched.saturating_sub(1);
    let idx = props.idx.min(last);
    let go = |to: usize| props.commands.reform(move |_: MouseEvent| Action::ChooseExample(to));
    let onchange = props.commands.reform(move |event: Event| {
        let wanted = event.target_unchecked_into::<HtmlInputElement>().value_as_number();
        let wanted = if wanted.is_finite() { wanted.max(1.0) as usize - 1 } else { idx };
        Action::ChooseExample(wanted.min(last))
    });
    html! {
        <div class="example-chooser">
            <button class="button icon" onclick={go(idx.saturating_sub(1))} disabled={idx == 0}
                aria-label="Previous example">{ "‹" }</button>
            <input class="number" type="number" min="1" max={n_watched.to_string()} value={(idx + 1).to_string()}
                aria-label="Watched example" {onchange} />
            <button class="button icon" onclick={go((idx + 1).min(last))} disabled={idx == last}
                aria-label="Next example">{ "›" }</button>
            <span class="hint">{ format!("of {n_watched} watched") }</span>
            if let Some(draw) = picture { <Canvas class="example-picture" draw={draw.clone()} /> }
        </div>
    }
}

/// The example itself, where it is a picture.
fn draw_example(of: &(Same<RunHeader>, Same<Examples>, Same<Palette>, usize)) -> Option<Draw> {
    let (header, examples, palette, idx) = of;
    let n_inputs = header.data.n_inputs();
    let inputs = examples.watched_inputs.get(idx * n_inputs..(idx + 1) * n_inputs)?;
    let picture = example_picture::picture(&header.data, inputs, palette)?;
    Some(Rc::new(move |surface: &Surface| {
        let to = Rect { x: 0.0, y: 0.0, width: surface.width, height: surface.height };
        picture.draw(surface, to, false);
    }))
}

/// z, a and δ with the numbers plugged in; the largest terms by name.
fn formula(detail: &UnitDetail, sum: &Sum, errors: Option<&Sum>, header: &RunHeader) -> Html {
    let recipe = &header.recipe;
    let (z, a) = (f64::from(detail.z), f64::from(detail.a));
    let activation = detail.activation_name.as_str();
    let n_smaller = sum.n_smaller + sum.products.len().saturating_sub(PLUGGED);
    html! {
        <div class="formula number">
            <p>{ "z = Σ w·a + b" }</p>
            { for sum.products.iter().take(PLUGGED).map(plugged) }
            if n_smaller > 0 {
                <p class="term rest">
                    <span>{ number::signed(sum.after(PLUGGED)) }</span><small>{ format!("… {n_smaller} smaller") }</small>
                </p>
            }
            <p class="term">{ signed(f64::from(detail.bias)) }<small>{ "bias" }</small></p>
            <p class="indent">{ "= " }<b>{ signed(z) }</b></p>
            <p>{ format!("a = {} = ", activation_words(activation)) }<b>{ signed(a) }</b></p>
            <p class="error">{ delta_words(detail, errors, &recipe.cost) }</p>
            <p class="error indent">
                { format!("= {}", delta_plugged(detail, errors)) }<b>{ number::signed(f64::from(detail.delta)) }</b>
            </p>
        </div>
    }
}

/// The error's formula.
fn delta_words(detail: &UnitDetail, errors: Option<&Sum>, cost: &str) -> String {
    if errors.is_some() {
        return "δ = a′(z) · Σ w·δ".to_owned();
    }
    format!("δ = {}", output_error_words(cost, &detail.activation_name))
}

/// The same with numbers, where it is a product or a difference of two.
fn delta_plugged(detail: &UnitDetail, errors: Option<&Sum>) -> String {
    match (errors, detail.derivative, detail.target) {
        (Some(errors), Some(slope), _) => {
            format!("{} · {} = ", number::short(f64::from(slope)), in_brackets(errors.total))
        }
        (None, slope, Some(target)) => {
            let (a, y) = (number::short(f64::from(detail.a)), in_brackets(f64::from(target)));
            let difference = f64::from(detail.a - target);
            let is_plain = (difference - f64::from(detail.delta)).abs() <= 1e-5 * difference.abs().max(1e-6);
            match slope {
                _ if is_plain => format!("{a} − {y} = "),
                Some(slope) => format!("({a} − {y}) · {} = ", number::short(f64::from(slope))),
                None => String::new(),
            }
        }
        _ => String::new(),
    }
}

fn in_brackets(value: f64) -> String {
    if value < 0.0 { format!("({})", number::short(value)) } else { number::short(value) }
}

/// `+1.310 · 0.4200  length`, in the colour of the weight's sign.
fn plugged(product: &Product) -> Html {
    let text = format!("{} · {}", number::signed(product.weight), in_brackets(product.factor));
    html! { <p class="term"><span class={sign(product.weight)}>{ text }</span><small>{ &product.name }</small></p> }
}

fn signed(value: f64) -> Html {
    html! { <span class={sign(value)}>{ number::signed(value) }</span> }
}

fn sign(value: f64) -> &'static str {
    if value < 0.0 { "negative" } else { "positive" }
}

fn z_table(detail: &UnitDetail, sum: &Sum) -> Html {
    let from = names::layer_before(detail.unit.layer_idx);
    html! {
        <table class="terms four">
            <caption>{ format!("Terms of z, from the {from}, the largest first") }</caption>
            <thead>
                <tr>
                    <th scope="col">{ "from" }</th><th scope="col">{ "w" }</th><th scope="col">{ "a" }</th>
                    <th scope="col">{ "w·a" }</th>
                </tr>
            </thead>
            <tbody>
                { for sum.products.iter().map(row) }
                { rest(sum) }
                <tr>
                    <th scope="row">{ "bias b" }</th><td></td><td></td>
                    <td class="number">{ signed(f64::from(detail.bias)) }</td>
                </tr>
            </tbody>
        </table>
    }
}

fn error_table(sum: &Sum) -> Html {
    html! {
        <table class="terms four">
            <caption>{ "Terms of Σ w·δ, the largest first" }</caption>
            <thead>
                <tr>
                    <th scope="col">{ "to" }</th><th scope="col">{ "w" }</th><th scope="col">{ "δ" }</th>
                    <th scope="col">{ "w·δ" }</th>
                </tr>
            </thead>
            <tbody>{ for sum.products.iter().map(row) }{ rest(sum) }</tbody>
        </table>
    }
}

fn row(product: &Product) -> Html {
    let shown = product.shown.map(number::short);
    html! {
        <tr>
            <th scope="row" title={product.name.clone()}>
                { &product.name }
                if let Some(shown) = shown { <small class="number">{ format!("= {shown}") }</small> }
            </th>
            <td class="number">{ signed(product.weight) }</td>
            <td class="number">{ number::short(product.factor) }</td>
            <td class="number">{ signed(product.value()) }</td>
        </tr>
    }
}

fn rest(sum: &Sum) -> Html {
    if sum.n_smaller == 0 {
        return html! {};
    }
    let terms = if sum.n_smaller == 1 { "term" } else { "terms" };
    html! {
        <tr>
            <th scope="row" colspan="3">{ format!("… and {} smaller {terms}", sum.n_smaller) }</th>
            <td class="number">{ signed(sum.rest) }</td>
        </tr>
    }
}
