//! Tests of `scene.rs`: any network at any zoom draws without failing, and what it draws can be seen.

use super::*;
use crate::{
    bulk::Bulk,
    frame::EdgeSheet,
    page::{
        chart::calm::Same,
        network::{
            layout::{InputKind, Plan},
            lines::Lines,
            raster::pixel,
            testing::{frame, palette},
        },
    },
};

fn network(sizes: &[usize], n_inputs: usize) -> Frame {
    let mut frame = frame(sizes, |_, _, _| None);
    let mut from = n_inputs;
    for (sheet, to) in frame.edges.iter_mut().zip(sizes) {
        let pairs: Vec<(u16, u16)> =
            (0..from as u16).flat_map(|from| (0..*to as u16).map(move |to| (from, to))).take(200).collect();
        *sheet = EdgeSheet {
            n_all: (from * to) as u32,
            from: Bulk(pairs.iter().map(|pair| pair.0).collect()),
            to: Bulk(pairs.iter().map(|pair| pair.1).collect()),
            value: Bulk((0..pairs.len()).map(|idx| if idx % 2 == 0 { 0.5 } else { -1.0 }).collect()),
            scale: 1.0,
        };
        from = *to;
    }
    frame
}

fn drawn(frame: &Frame, input: InputKind, size: (f32, f32), camera: Camera, marks: &[Vec<Mark>]) -> Raster {
    with_scene(frame, input, size, camera, marks, |scene| {
        let mut lines = Lines::default();
        lines.draw_all(scene, (size.0 as usize, size.1 as usize));
        let mut raster = lines.picture().clone();
        scene.draw(&mut raster);
        raster
    })
}

fn with_scene<T>(
    frame: &Frame,
    input: InputKind,
    size: (f32, f32),
    camera: Camera,
    marks: &[Vec<Mark>],
    draw: impl FnOnce(&Scene) -> T,
) -> T {
    let layers: Vec<usize> = frame.units.iter().map(|flat| flat.len() / Quantity::ALL.len()).collect();
    let plan = Plan { width: size.0, height: size.1, input, input_chars: 2, layers, output_chars: 5 };
    let (layout, tones) = (Rc::new(Layout::new(&plan)), Tones::new(&palette()));
    let point = super::super::still::Point { x: 0.5, y: 0.5, class: 1, level: None };
    let still = Still {
        plane: vec![200; 2 * INPUT_CELLS * INPUT_CELLS],
        points: vec![point],
        chosen: Some(point),
        ..Still::default()
    };
    let scene = Scene {
        layout: &layout,
        camera,
        ratio: 1.0,
        frame,
        still: &still,
        tones: &tones,
        decades: Decades { from: -4, to: -1 },
        marks,
        focus: Some(UnitId { layer_idx: 0, unit_idx: 1 }),
    };
    draw(&scene)
}

#[test]
fn lines_renewed_piece_by_piece_become_those_of_a_later_frame() {
    let with = |value: f32| {
        let mut frame = network(&[8, 8, 1], 2);
        frame.playing = true;
        frame.edges.iter_mut().for_each(|sheet| sheet.value.0.fill(value));
        Same(Rc::new(frame))
    };
    let (first, later) = (with(0.3), with(-0.9));
    let size = (400, 300);
    let draw = |lines: &mut Lines, frame: &Same<Frame>| {
        with_scene(frame, InputKind::Plane, (400.0, 300.0), Camera::default(), &[], |scene| {
            lines.renew(scene, frame, size, false);
            lines.picture().bytes().to_vec()
        })
    };
    let mut lines = Lines::default();
    let before = draw(&mut lines, &first);
    let at_once = draw(&mut Lines::default(), &later);
    let mut all: Vec<Vec<u8>> = (0..20).map(|_| draw(&mut lines, &later)).collect();
    assert_ne!(all[0], at_once, "some of them wait for the next frame");
    assert_ne!(before, at_once);
    assert_eq!(all.pop().unwrap(), at_once, "in the end all are there");
}

#[test]
fn any_network_at_any_zoom_draws() {
    for sizes in [vec![8, 8, 6, 1], vec![2, 1], vec![64, 128, 64, 10], vec![512, 512, 100]] {
        let n_inputs = 64;
        let frame = network(&sizes, n_inputs);
        for input in [
            InputKind::Plane,
            InputKind::Picture { height: 8, width: 8, n_channels: 1 },
            InputKind::Names { n_inputs },
        ] {
            for zoom in [1.0, 3.3, 32.0] {
                let camera = Camera::default().zoomed(zoom, 200.0, 150.0, (400.0, 300.0));
                drawn(&frame, input, (400.0, 300.0), camera, &[]);
            }
        }
    }
}

#[test]
fn a_frame_of_another_network_draws_what_fits_instead_of_failing() {
    let mut frame = network(&[8, 8, 1], 2);
    frame.tiles.truncate(1);
    frame.edges[1].to = Bulk(vec![60_000; 200]);
    frame.tiles[0].pixels = Bulk(vec![1; 70]);
    drawn(&frame, InputKind::Plane, (400.0, 300.0), Camera::default(), &[]);
}

#[test]
fn a_dead_unit_is_told_apart_without_colour() {
    let frame = network(&[4, 1], 2);
    let dark = |marks: &[Vec<Mark>]| {
        let raster = drawn(&frame, InputKind::Plane, (600.0, 400.0), Camera::default(), marks);
        let ink = pixel([100, 100, 100]) & 0xff;
        raster.bytes().chunks(4).filter(|pixel| pixel[..3].iter().all(|c| u32::from(*c) <= ink + 10)).count()
    };
    let dead = vec![vec![Mark::None, Mark::Dead, Mark::None, Mark::None]];
    assert!(dark(&dead) > dark(&[]) + 300, "{} and {}", dark(&dead), dark(&[]));
}
