//! Tests of `diagnosis.rs`: each rule on a network that breaks only that rule.

use super::*;
use crate::page::network::testing::frame;

fn check(value: impl Fn(usize, usize, Quantity) -> Option<f32>, units: Option<&str>, gradients: &str) {
    let frame = frame(&[4, 4, 1], value);
    let all: Vec<Vec<Mark>> = (0..3).map(|idx| marks(&frame, idx, None)).collect();
    let found = Diagnosis::of(&frame, &all);
    assert_eq!(found.unit_words().as_deref(), units);
    assert_eq!(found.flow_words(), gradients);
}

#[test]
fn a_healthy_network_has_nothing_to_report() {
    check(|_, _, _| None, None, "healthy");
}

#[test]
fn a_relu_that_is_never_active_is_nearly_dead() {
    let value =
        |layer, unit, quantity| ((layer, unit, quantity) == (1, 2, Quantity::InactiveShare)).then_some(0.97);
    check(value, Some("1 unit nearly dead"), "healthy");
}

#[test]
fn a_unit_that_says_the_same_of_every_example_is_nearly_dead() {
    let value = |layer, _, quantity| ((layer, quantity) == (0, Quantity::ActivationStd)).then_some(0.001);
    check(value, Some("4 units nearly dead"), "healthy");
}

#[test]
fn saturated_units_are_counted_in_hidden_layers_only() {
    let value = |layer, unit, quantity| {
        (quantity == Quantity::SaturatedShare && (layer == 2 || (layer == 0 && unit < 2))).then_some(0.95)
    };
    check(value, Some("2 units saturated"), "healthy");
}

#[test]
fn errors_that_fade_on_their_way_back_vanish_in_the_first_such_layer() {
    let value = |layer, _, quantity| (quantity == Quantity::ErrorMeanAbs).then_some([1e-6, 1e-3, 0.1][layer]);
    check(value, None, "vanishing in layer 1");
}

#[test]
fn steps_longer_than_the_weights_and_infinite_errors_explode() {
    check(
        |layer, _, q| ((layer, q) == (1, Quantity::UpdateRatio)).then_some(2.0),
        None,
        "exploding in layer 2",
    );
    check(
        |layer, _, q| ((layer, q) == (0, Quantity::ErrorMeanAbs)).then_some(f32::INFINITY),
        None,
        "exploding in layer 1",
    );
}

#[test]
fn without_any_error_gradients_are_zero() {
    check(|_, _, q| (q == Quantity::ErrorMeanAbs).then_some(0.0), None, "zero");
}
