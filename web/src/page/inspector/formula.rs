//! A unit's formula with the real numbers of one example plugged in.
//!
//! In: a [`UnitDetail`]. Out: [`Sum`]s of named terms, and the words of both formulas. Read next: `example.rs`, which
//! writes them down.

use lnn_runlog::RunHeader;

use super::names;
use crate::frame::UnitDetail;

/// Terms of z that are listed by name.
const MAX_TERMS: usize = 6;
/// Terms of the error that are listed by name.
const MAX_ERROR_TERMS: usize = 4;

/// One product.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// What the weight comes from, or goes to.
    pub name: String,
    /// The other factor in the user's own unit, where that differs.
    pub shown: Option<f64>,
    /// w.
    pub weight: f64,
    /// a, or δ.
    pub factor: f64,
}

impl Product {
    /// w·a, or w·δ.
    pub fn value(&self) -> f64 {
        self.weight * self.factor
    }
}

/// A sum of products, the largest of them by name.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    /// The largest, by size.
    pub products: Vec<Product>,
    /// Terms that aren't listed.
    pub n_smaller: usize,
    /// What those add up to.
    pub rest: f64,
    /// All of it.
    pub total: f64,
}

impl Sum {
    fn new(products: Vec<Product>, n_all: usize, total: f64) -> Self {
        let rest = total - products.iter().map(Product::value).sum::<f64>();
        Self { n_smaller: n_all.saturating_sub(products.len()), rest, total, products }
    }

    /// What all but the first `n_listed` terms add up to.
    pub fn after(&self, n_listed: usize) -> f64 {
        self.rest + self.products.iter().skip(n_listed).map(Product::value).sum::<f64>()
    }

    /// Σ w·a at the example, without b.
    pub fn of_z(detail: &UnitDetail, header: &RunHeader) -> Self {
        let layer_idx = detail.unit.layer_idx;
        let products = detail.terms.iter().take(MAX_TERMS).map(|term| {
            let factor = f64::from(term.activation);
            let shown = if layer_idx == 0 { names::shown_input(header, term.from_idx, factor) } else { None };
            let name = names::source(header, layer_idx, term.from_idx);
            Product { name, shown, weight: f64::from(term.weight), factor }
        });
        let total = f64::from(detail.z) - f64::from(detail.bias);
        Self::new(products.collect(), detail.n_terms, total)
    }

    /// Σ w·δ at the example; none for an output. The total is known where a′ isn't zero.
    pub fn of_errors(detail: &UnitDetail, header: &RunHeader) -> Option<Self> {
        if detail.error_terms.is_empty() {
            return None;
        }
        let products: Vec<Product> = detail
            .error_terms
            .iter()
            .take(MAX_ERROR_TERMS)
            .map(|term| {
                let name = names::destination(header, detail.unit.layer_idx, term.to_idx);
                Product { name, shown: None, weight: f64::from(term.weight), factor: f64::from(term.error) }
            })
            .collect();
        let n_all = detail.weights_out.len();
        let listed: f64 = products.iter().map(Product::value).sum();
        let total = match detail.derivative.map(f64::from) {
            Some(slope) if slope.abs() > 1e-6 && n_all > products.len() => f64::from(detail.delta) / slope,
            _ => listed,
        };
        Some(Self::new(products, n_all, total))
    }
}

/// `tanh(z)`, `max(0, z)` …
pub fn activation_words(name: &str) -> &'static str {
    match name {
        "sigmoid" => "1 / (1 + e⁻ᶻ)",
        "tanh" => "tanh(z)",
        "relu" => "max(0, z)",
        "leaky_relu" => "z, or 0.01·z below 0",
        "softmax" => "eᶻ / Σ eᶻ",
        _ => "z",
    }
}

/// An output's error δ by cost and activation.
pub fn output_error_words(cost: &str, activation: &str) -> &'static str {
    match (cost, activation) {
        ("squared_error", "identity") | ("binary_cross_entropy" | "categorical_cross_entropy", _) => "a − y",
        ("squared_error", "softmax") => "Σ (a − y)·∂a/∂z",
        _ => "(a − y)·a′",
    }
}

#[cfg(test)]
mod tests {
    use lnn_runlog::Task;

    use super::*;
    use crate::{
        bulk::Bulk,
        frame::{ErrorTerm, Histogram, Term, TileContent, TileSheet},
        page::inspector::names::tests::header,
        protocol::UnitId,
    };

    fn detail(layer_idx: usize, n_terms: usize) -> UnitDetail {
        let tile = TileSheet {
            content: TileContent::Weights,
            width: 1,
            height: 1,
            scale: 1.0,
            pixels: Bulk(vec![128]),
        };
        let terms = (0..n_terms.min(12)).map(|from_idx| Term { from_idx, weight: 0.5, activation: 1.0 });
        UnitDetail {
            unit: UnitId { layer_idx, unit_idx: 0 },
            activation_name: "tanh".to_owned(),
            tile,
            pre_activations: Histogram::default(),
            activations: Histogram::default(),
            errors: Histogram::default(),
            n_examples: 1,
            bias: 0.25,
            weights_in: Bulk(vec![0.5; n_terms]),
            weights_out: Bulk(vec![2.0]),
            gradients_in: Bulk(Vec::new()),
            example_row: 3,
            terms: terms.collect(),
            n_terms,
            z: 0.25 + 0.5 * n_terms as f32,
            a: 0.5,
            derivative: Some(0.75),
            error_terms: vec![ErrorTerm { to_idx: 0, weight: 2.0, error: 0.125 }],
            delta: 0.1875,
            target: None,
        }
    }

    #[test]
    fn a_small_sum_lists_all_its_terms() {
        let sum = Sum::of_z(&detail(0, 2), &header(Task::Regression, &[]));
        assert_eq!(sum.products.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["length", "width"]);
        assert_eq!((sum.n_smaller, sum.products[0].shown), (0, Some(7.0)));
        assert!(sum.rest.abs() < 1e-6 && (sum.total - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_large_sum_says_what_the_smaller_terms_add() {
        let sum = Sum::of_z(&detail(1, 18), &header(Task::Regression, &[]));
        assert_eq!((sum.products.len(), sum.n_smaller), (6, 12));
        assert!((sum.rest - 6.0).abs() < 1e-6);
        assert!((sum.after(2) - 8.0).abs() < 1e-6);
    }

    #[test]
    fn a_hidden_units_error_comes_from_the_next_layer() {
        let sum = Sum::of_errors(&detail(0, 2), &header(Task::Regression, &[])).unwrap();
        assert!((sum.total - 0.25).abs() < 1e-9);
        let output = UnitDetail { error_terms: Vec::new(), ..detail(2, 2) };
        assert_eq!(Sum::of_errors(&output, &header(Task::Regression, &[])), None);
    }
}
