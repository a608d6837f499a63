//! What needs a browser but not the whole page: messages in JavaScript's own values, and pictures on a canvas.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test may end so")]

use std::rc::Rc;

use js_sys::{Reflect, Uint8Array};
use lnn_engine::Run;
use lnn_exact::{GOLDEN, parse_golden, suite};
use lnn_runlog::RecipeRecord;
use lnn_web::{
    bulk::Bulk,
    frame::Frame,
    page::{
        canvas::{Draw, paint},
        theme::Palette,
    },
    protocol::{FromTrainer, Keyframe, ToTrainer, TrainingData},
    state::{DataSource, default_recipe},
    workers::{open, seal},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{HtmlCanvasElement, HtmlElement};

wasm_bindgen_test_configure!(run_in_browser);

/// Posts a message to the page itself by structured clone, as a worker would.
fn through_the_boundary(value: &JsValue, transfer: &js_sys::Array) -> JsValue {
    let window = web_sys::window().unwrap();
    let clone =
        Reflect::get(&window, &"structuredClone".into()).unwrap().unchecked_into::<js_sys::Function>();
    let options = js_sys::Object::new();
    Reflect::set(&options, &"transfer".into(), transfer).unwrap();
    clone.call2(&window, value, &options).unwrap()
}

fn first_frame() -> Frame {
    let data: TrainingData = DataSource::default().to_message();
    let (mut run, _) = Run::start(1, &RecipeRecord::from(&default_recipe()), &data, None).unwrap();
    run.make_frame().unwrap()
}

#[wasm_bindgen_test]
fn a_frame_crosses_the_boundary_unchanged() {
    let message = FromTrainer::Frame(Rc::new(first_frame()));
    let envelope = seal(&message, None).unwrap();
    assert!(envelope.transfer.length() > 10, "{} buffers are transferred", envelope.transfer.length());
    let received = through_the_boundary(&envelope.value, &envelope.transfer);
    assert_eq!(open::<FromTrainer>(&received).unwrap(), message);
}

#[wasm_bindgen_test]
fn bulk_moves_instead_of_being_copied() {
    let keyframe = Keyframe { step: 3, snapshot: vec![7; 1000].into(), has_changes: false };
    let envelope = seal(&FromTrainer::Keyframe { run: 1, keyframe }, None).unwrap();
    let buffer = envelope.transfer.get(0).unchecked_into::<js_sys::ArrayBuffer>();
    assert_eq!(buffer.byte_length(), 1000);
    through_the_boundary(&envelope.value, &envelope.transfer);
    assert_eq!(buffer.byte_length(), 0, "the buffer is no longer here");
}

#[wasm_bindgen_test]
fn large_numbers_keep_every_bit() {
    let message = ToTrainer::Seek((1 << 53) + 1);
    let envelope = seal(&message, None).unwrap();
    assert_eq!(open::<ToTrainer>(&envelope.value).unwrap(), message);
}

#[wasm_bindgen_test]
fn a_message_of_another_kind_is_refused_with_a_sentence() {
    let nonsense = js_sys::Object::new();
    Reflect::set(&nonsense, &"message".into(), &"nonsense".into()).unwrap();
    let error = open::<ToTrainer>(&nonsense).unwrap_err();
    assert!(error.to_string().starts_with("a message between page and worker is broken"), "{error}");
    let odd = serde_wasm_bindgen::to_value(&serde_bytes::Bytes::new(&[1, 2, 3])).unwrap();
    assert!(odd.is_instance_of::<Uint8Array>());
    assert!(serde_wasm_bindgen::from_value::<Bulk<f32>>(odd).is_err(), "three bytes are no number");
}

#[wasm_bindgen_test]
fn the_same_run_has_the_same_bits_here_as_natively() {
    let data = DataSource::default().to_message();
    let (mut run, _) = Run::start(1, &RecipeRecord::from(&default_recipe()), &data, None).unwrap();
    run.handle(&ToTrainer::Speed(lnn_web::protocol::Speed::Full));
    run.handle(&ToTrainer::StepEpoch);
    let clock = std::cell::Cell::new(0.0);
    while run.is_playing() {
        clock.set(clock.get() + 1.0);
        run.work(&|| clock.get());
    }
    // The same number as in `engine.rs`.
    assert_eq!(run.make_frame().unwrap().head.digest, 9_026_889_515_165_394_255);
}

#[wasm_bindgen_test]
fn a_canvas_is_painted_in_the_tokens_colours_of_the_scheme_in_force() {
    let document = web_sys::window().unwrap().document().unwrap();
    let root = document.document_element().unwrap().unchecked_into::<HtmlElement>();
    root.style().set_property("--accent", "light-dark(#3451c7, #748ffc)").unwrap();
    for (scheme, expected) in [("light", [0x34, 0x51, 0xc7]), ("dark", [0x74, 0x8f, 0xfc])] {
        root.style().set_property("color-scheme", scheme).unwrap();
        let palette = Palette::read();
        assert_eq!(lnn_web::page::theme::parse(&palette.accent), expected, "{}", palette.accent);
        assert_eq!(document.query_selector("html > i").unwrap(), None, "what asked for the colours is gone");
        let canvas: HtmlCanvasElement = document.create_element("canvas").unwrap().unchecked_into();
        let draw: Draw = Rc::new(move |surface| {
            surface.context.set_fill_style_str(&palette.accent);
            surface.context.fill_rect(0.0, 0.0, surface.width, surface.height);
        });
        paint(&canvas, 8.0, 8.0, &draw);
        let context =
            canvas.get_context("2d").unwrap().unwrap().unchecked_into::<web_sys::CanvasRenderingContext2d>();
        let pixel = context.get_image_data(3.0, 3.0, 1.0, 1.0).unwrap().data();
        assert_eq!(pixel[..3], expected);
    }
}

#[wasm_bindgen_test]
fn chromium_computes_every_bit_that_was_written_down() {
    let (suite, golden) = (suite(), parse_golden(GOLDEN));
    assert_eq!(suite.len(), golden.len(), "cases");
    for (case, expected) in suite.iter().zip(golden) {
        assert_eq!((case.name.as_str(), case.digest().unwrap()), expected);
    }
}
