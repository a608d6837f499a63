//! The largest tiles with which all hidden layers fit side by side: one column each where that is legible, more columns
//! where it isn't.
//!
//! In: units per layer and the room. Out: rows, columns and pitch per layer. Pure. Read next: `layout.rs`.

/// How one layer's units are arranged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockSize {
    /// Units in a full column.
    pub n_rows: usize,
    /// Columns.
    pub n_cols: usize,
    /// From one unit to the next, both ways, in CSS pixels.
    pub pitch: f32,
}

/// The pitch beyond which tiles don't grow, in CSS pixels: more on larger screens.
pub fn max_pitch(height: f32, width: f32) -> f32 {
    let largest = 74.0 * (height / 600.0).clamp(0.8, 2.6);
    largest.min((width * 0.16).max(30.0))
}

/// A layer stands in one column as long as its units are at least so far apart, in CSS pixels.
const COLUMN_PITCH: f32 = 24.0;
/// Room that a layer of several columns may take, relative to one in one column.
const GRID_WEIGHT: f32 = 2.5;

/// Arranges layers in `room` × `height`; lines between them keep at least a part of the room.
pub fn blocks(layers: &[usize], room: f32, height: f32, width: f32) -> Vec<BlockSize> {
    let n_gaps = layers.len() as f32 + 1.0;
    let largest = max_pitch(height, width);
    let is_column = |n_units: usize| height / n_units as f32 >= COLUMN_PITCH;
    // Lines between single columns need room to be told apart; between grids there are too many anyway.
    let sparse = (room / 1000.0).clamp(0.38, 0.58);
    let for_lines = if layers.iter().all(|n_units| is_column(*n_units)) { sparse } else { 0.36 };
    let gap = (room * for_lines / n_gaps).clamp(6.0, 130.0);
    let for_tiles = (room - gap * n_gaps).max(room * 0.3);
    let n_columns = layers.iter().filter(|n_units| is_column(**n_units)).count() as f32;
    let share = 1.0 / (n_columns + GRID_WEIGHT * (layers.len() as f32 - n_columns));
    let column_pitch = largest.min(for_tiles * share.min(1.0));
    let column = |n_units: usize| BlockSize {
        n_rows: n_units.max(1),
        n_cols: 1,
        pitch: column_pitch.min(height / n_units.max(1) as f32),
    };
    let taken: f32 = layers.iter().filter(|n| is_column(**n)).map(|n| column(*n).pitch).sum();
    let grids: Vec<usize> = layers.iter().copied().filter(|n_units| !is_column(*n_units)).collect();
    let mut grids = grid_blocks(&grids, for_tiles - taken, height, largest).into_iter();
    let size = |n_units: &usize| if is_column(*n_units) { Some(column(*n_units)) } else { grids.next() };
    layers.iter().filter_map(size).collect()
}

/// The largest pitch with which layers of several columns fit, then a little more for each that still has room.
fn grid_blocks(layers: &[usize], room: f32, height: f32, largest: f32) -> Vec<BlockSize> {
    let mut pitch = largest;
    let blocks = |pitch: f32| layers.iter().map(|n_units| grid(*n_units, pitch, height)).collect::<Vec<_>>();
    while pitch > 1.0 && total_width(&blocks(pitch)) > room {
        pitch *= 0.98;
    }
    let tight = blocks(pitch);
    let grown = |share: f32| -> Vec<BlockSize> {
        let at = |size: &BlockSize| {
            let most = (height / size.n_rows as f32).min(largest).max(size.pitch);
            BlockSize { pitch: size.pitch + (most - size.pitch) * share, ..*size }
        };
        tight.iter().map(at).collect()
    };
    let share = (0..=20).rev().map(|idx| idx as f32 / 20.0).find(|share| total_width(&grown(*share)) <= room);
    grown(share.unwrap_or(0.0))
}

fn grid(n_units: usize, pitch: f32, height: f32) -> BlockSize {
    let n_fitting = ((height / pitch).floor() as usize).max(1);
    let n_cols = n_units.div_ceil(n_fitting).max(1);
    BlockSize { n_rows: n_units.div_ceil(n_cols).max(1), n_cols, pitch }
}

fn total_width(sizes: &[BlockSize]) -> f32 {
    sizes.iter().map(|size| size.n_cols as f32 * size.pitch).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_layers_stand_in_one_column_of_large_tiles() {
        let sizes = blocks(&[8, 8, 6], 560.0, 560.0, 850.0);
        assert!(sizes.iter().all(|size| size.n_cols == 1), "{sizes:?}");
        assert!(sizes.iter().all(|size| size.pitch >= 60.0), "{sizes:?}");
    }

    #[test]
    fn a_large_layer_takes_several_columns_and_leaves_small_ones_large() {
        let sizes = blocks(&[4, 512], 560.0, 560.0, 850.0);
        assert!(sizes[1].n_cols > 4, "{sizes:?}");
        assert!(sizes[0].pitch > 2.0 * sizes[1].pitch, "{sizes:?}");
    }

    #[test]
    fn ten_layers_of_512_units_fit_on_a_phone() {
        let sizes = blocks(&[512; 10], 250.0, 380.0, 390.0);
        let width: f32 = sizes.iter().map(|size| size.n_cols as f32 * size.pitch).sum();
        assert!(width <= 250.0, "{width}");
        assert!(sizes.iter().all(|size| size.n_rows as f32 * size.pitch <= 381.0), "{sizes:?}");
    }
}
