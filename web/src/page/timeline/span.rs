//! A span of a log that is played again and again: its buttons and keys.
//!
//! In: the cursor, the span so far. Out: [`Action::Loop`].

use yew::prelude::*;

use super::TimelineViewProps;
use crate::state::Action;

/// What a key does to the span; none where the key has no meaning here.
pub fn on_key(key: &str, span: Option<(u64, u64)>, (cursor, newest_step): (u64, u64)) -> Option<Action> {
    let (from, to) = span.unwrap_or((0, newest_step));
    let whole = |from: u64, to: u64| (from < to).then_some((from, to));
    Some(Action::Loop(match key {
        "[" => whole(cursor, if to > cursor { to } else { newest_step }),
        "]" => whole(if from < cursor { from } else { 0 }, cursor),
        "\\" => None,
        _ => return None,
    }))
}

/// Where the span begins, where it ends, and its end altogether.
pub fn buttons(props: &TimelineViewProps, cursor: u64) -> Html {
    let (span, newest_step) = (props.span, props.newest_step);
    let button = |key: &'static str, sign: &'static str, name: &'static str, is_off: bool| {
        let next = on_key(key, span, (cursor, newest_step)).unwrap_or(Action::Loop(span));
        let onclick = props.commands.reform(move |_: MouseEvent| next.clone());
        let title = format!("{name} ({key} on the timeline)");
        html! { <button {onclick} {title} aria-label={name} disabled={is_off}>{ sign }</button> }
    };
    html! {
        <div class="timeline-loop" role="group" aria-label="Loop">
            { button("[", "[", "Loop from here", cursor >= newest_step) }
            { button("]", "]", "Loop to here", cursor == 0) }
            { button("\\", "✕", "No loop", span.is_none()) }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_is_set_where_the_cursor_stands() {
        let after = |key, span, cursor| match on_key(key, span, (cursor, 100)) {
            Some(Action::Loop(span)) => span,
            other => panic!("{other:?}"),
        };
        assert_eq!(after("[", None, 20), Some((20, 100)));
        assert_eq!(after("]", Some((20, 100)), 50), Some((20, 50)));
        assert_eq!(after("[", Some((20, 50)), 30), Some((30, 50)));
        assert_eq!(after("[", Some((20, 50)), 60), Some((60, 100)), "beyond its end it is begun anew");
        assert_eq!(after("]", Some((20, 50)), 10), Some((0, 10)));
        assert_eq!(after("]", None, 0), None, "a span of no step is none");
        assert_eq!(after("\\", Some((20, 50)), 30), None);
        assert_eq!(on_key("x", None, (1, 2)), None);
    }
}
