//! The arrow keys among the units: up and down within a layer, left and right between layers.
//!
//! In: a key's name, the unit that has the focus. Out: the unit that gets it. Pure.

use super::layout::Layout;
use crate::protocol::UnitId;

/// The unit that a key leads to; none where the key means nothing here.
pub fn step(layout: &Layout, from: UnitId, key: &str) -> Option<UnitId> {
    let layer = layout.layers.get(from.layer_idx)?;
    let last = layer.n_units.saturating_sub(1);
    let within = |unit_idx: usize| Some(UnitId { unit_idx, ..from });
    let beside = |layer_idx: usize| {
        let y = layer.tile_rect(from.unit_idx).centre().1;
        Some(UnitId { layer_idx, unit_idx: layout.layers.get(layer_idx)?.nearest(y) })
    };
    match key {
        "ArrowUp" => within(from.unit_idx.saturating_sub(1)),
        "ArrowDown" => within((from.unit_idx + 1).min(last)),
        "ArrowLeft" => from.layer_idx.checked_sub(1).map_or(Some(from), beside),
        "ArrowRight" if from.layer_idx + 1 < layout.layers.len() => beside(from.layer_idx + 1),
        "ArrowRight" => Some(from),
        "Home" => within(0),
        "End" => within(last),
        _ => None,
    }
}

/// A unit's index among all units, in the order of layers.
pub fn index_of(layout: &Layout, unit: UnitId) -> usize {
    layout.layers.iter().take(unit.layer_idx).map(|layer| layer.n_units).sum::<usize>() + unit.unit_idx
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::network::layout::{InputKind, Plan};

    fn check(from: (usize, usize), key: &str, expected: (usize, usize)) {
        let layers = vec![8, 4, 1];
        let layout = Layout::new(&Plan {
            width: 800.0,
            height: 600.0,
            input: InputKind::Plane,
            input_chars: 2,
            layers,
            output_chars: 2,
        });
        let found = step(&layout, UnitId { layer_idx: from.0, unit_idx: from.1 }, key);
        assert_eq!(found, Some(UnitId { layer_idx: expected.0, unit_idx: expected.1 }), "{from:?} {key}");
    }

    #[test]
    fn arrows_walk_the_network() {
        check((0, 3), "ArrowDown", (0, 4));
        check((0, 7), "ArrowDown", (0, 7));
        check((0, 3), "ArrowUp", (0, 2));
        check((0, 0), "ArrowRight", (1, 0));
        check((0, 7), "ArrowRight", (1, 3));
        check((1, 3), "ArrowLeft", (0, 5));
        check((0, 2), "ArrowLeft", (0, 2));
        check((2, 0), "ArrowRight", (2, 0));
        check((0, 5), "Home", (0, 0));
        check((0, 5), "End", (0, 7));
    }
}
