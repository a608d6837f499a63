//! Tests of `layout.rs`: nothing overlaps and nothing leaves the box, for all sizes that are promised.

use super::*;

fn plan(width: f32, height: f32, input: InputKind, layers: &[usize]) -> Plan {
    Plan { width, height, input, input_chars: 12, layers: layers.to_vec(), output_chars: 10 }
}

fn check(plan: &Plan) {
    let layout = Layout::new(plan);
    let mut right = layout.input.x_out();
    for layer in &layout.layers {
        assert!(layer.x_in() > right, "a column overlaps the one before: {plan:?}");
        right = layer.x_out() + layer.text_width;
        for unit_idx in [0, layer.n_units / 2, layer.n_units - 1] {
            let rect = layer.tile_rect(unit_idx);
            assert!(
                rect.y >= 0.0 && rect.y + rect.height <= plan.height - LABEL_BAND + 1.0,
                "{rect:?} of {plan:?}"
            );
            let port = layer.port(unit_idx);
            assert!((0.0..=plan.height).contains(&port));
            let nearest = layer.nearest(rect.centre().1);
            assert_eq!(layer.cell(nearest).1, layer.cell(unit_idx).1, "{plan:?}");
        }
    }
    assert!(right <= plan.width + 1.0, "{right} of {plan:?}");
}

#[test]
fn every_promised_size_fits_every_promised_screen() {
    for (width, height) in [(390.0, 420.0), (844.0, 600.0), (1324.0, 700.0), (3240.0, 1800.0)] {
        for input in [
            InputKind::Plane,
            InputKind::Picture { height: 8, width: 8, n_channels: 1 },
            InputKind::Names { n_inputs: 4 },
            InputKind::Names { n_inputs: 300 },
        ] {
            for n_hidden in [1, 2, 3, 10] {
                for n_units in [1, 2, 8, 64, 128, 512] {
                    for n_outputs in [1, 3, 10, 100] {
                        let mut layers = vec![n_units; n_hidden];
                        layers.push(n_outputs);
                        check(&plan(width, height, input, &layers));
                    }
                }
            }
        }
    }
}

#[test]
fn units_of_a_row_have_line_ends_of_their_own() {
    let layout = Layout::new(&plan(844.0, 600.0, InputKind::Plane, &[128, 1]));
    let layer = &layout.layers[0];
    let mut ports: Vec<f32> = (0..layer.n_units).map(|unit_idx| layer.port(unit_idx)).collect();
    ports.sort_by(f32::total_cmp);
    assert!(ports.windows(2).all(|pair| pair[1] - pair[0] > 0.1));
}

#[test]
fn lines_of_a_picture_in_colours_begin_beside_their_pixels() {
    let kind = InputKind::Picture { height: 6, width: 6, n_channels: 3 };
    let layout = Layout::new(&plan(844.0, 600.0, kind, &[8, 1]));
    let InputBox::Picture { rect, .. } = layout.input else { unreachable!("a picture was planned") };
    for (input_idx, row) in [(0, 0.0), (2, 0.0), (18, 1.0), (107, 5.0)] {
        let share = (layout.input.port(input_idx) - rect.y) / rect.height * 6.0;
        assert!((row..row + 1.0).contains(&share), "input {input_idx} begins at row {share}");
    }
}

#[test]
fn inputs_that_do_not_fit_share_the_last_row() {
    let layout = Layout::new(&plan(844.0, 600.0, InputKind::Names { n_inputs: 300 }, &[8, 1]));
    let InputBox::Names { n_shown, .. } = layout.input else { unreachable!("names were planned") };
    assert!(n_shown < 40);
    assert_eq!(layout.input.port(299).to_bits(), layout.input.port(n_shown).to_bits());
}

#[test]
fn a_box_of_any_size_has_a_layout() {
    for width in (0..60).map(|idx| idx as f32 * 7.0) {
        for height in [0.0, 1.0, 40.0, 130.0, 420.0] {
            for input in [
                InputKind::Plane,
                InputKind::Picture { height: 8, width: 8, n_channels: 1 },
                InputKind::Names { n_inputs: 4 },
            ] {
                for layers in [&[1, 1][..], &[8, 8, 6, 1], &[512, 256, 10]] {
                    let layout = Layout::new(&plan(width, height, input, layers));
                    let rects = layout.layers.iter().map(|layer| layer.tile_rect(0));
                    let is_finite =
                        |rect: Rect| [rect.x, rect.y, rect.width, rect.height].iter().all(|n| n.is_finite());
                    assert!(rects.into_iter().all(is_finite), "{width} × {height} {input:?} {layers:?}");
                }
            }
        }
    }
}
