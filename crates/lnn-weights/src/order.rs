//! The order of layers that have names but no numbers to go by: files sort their arrays by name.
//!
//! In: layers in the order of the file, and the order that the file states, if any. Out: the order of the network. Read
//! next: `named.rs`.

use std::cmp::Ordering;

use crate::error::shortened;
use crate::{DenseLayer, WeightsError};

/// More than this are not tried in every order.
const MAX_TRIED: usize = 9;

type NamedLayer = (String, DenseLayer);

/// What the order of arrays in a file says.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum FileOrder {
    /// They stand as they were saved.
    Kept,
    /// The format sorts them by name.
    Sorted,
}

/// As stated; else by the numbers in their names, else in the only order in which they fit, else as in the file.
///
/// # Errors
/// They fit in no order, or in several.
pub(crate) fn in_order(
    layers: Vec<NamedLayer>,
    stated: &[String],
    file_order: FileOrder,
) -> Result<Vec<NamedLayer>, WeightsError> {
    let rank = |layer: &NamedLayer| stated.iter().position(|name| is_of(&layer.0, name));
    if !stated.is_empty() && layers.iter().all(|layer| rank(layer).is_some()) {
        let mut layers = layers;
        layers.sort_by_key(rank);
        return Ok(layers);
    }
    let keys: Vec<Key> = layers.iter().map(|(name, _)| key(name)).collect();
    let mut natural: Vec<usize> = (0..layers.len()).collect();
    natural.sort_by(|&a, &b| keys[a].cmp(&keys[b]));
    let is_numbered = natural.windows(2).all(|pair| by_number(&keys[pair[0]], &keys[pair[1]]).is_some());
    let order =
        if is_numbered && fits(&layers, &natural) { Some(natural) } else { only_order(&layers, &keys) };
    let as_in_file: Vec<usize> = (0..layers.len()).collect();
    let kept = (file_order == FileOrder::Kept && fits(&layers, &as_in_file)).then_some(as_in_file);
    if let Some(order) = order.or(kept) {
        let mut layers: Vec<Option<NamedLayer>> = layers.into_iter().map(Some).collect();
        return Ok(order.into_iter().filter_map(|idx| layers.get_mut(idx)?.take()).collect());
    }
    let sizes: Vec<String> = layers.iter().take(6).map(|(name, layer)| in_words(name, layer)).collect();
    Err(WeightsError::Order { found: sizes.join(", ") })
}

/// Whether an array's layer `found` is the layer called `name`: `dense/dense` and `layers/dense` both are `dense`.
fn is_of(found: &str, name: &str) -> bool {
    found.split('/').any(|part| part == name)
}

fn in_words(name: &str, layer: &DenseLayer) -> String {
    let (n_units, n_inputs) = layer.weights.dim();
    format!("«{}» takes {n_inputs} and gives {n_units}", shortened(name))
}

/// A name's texts, each with the number behind it; 0 where there is none.
type Key = Vec<(String, u64)>;

/// Part by part of a path; numbers as numbers, what is between them as text.
fn key(name: &str) -> Key {
    let mut key = Vec::new();
    for part in name.split(['.', '/']) {
        let mut rest = part;
        while !rest.is_empty() {
            let n_text = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
            let (text, behind) = rest.split_at(n_text);
            let n_digits = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
            let (digits, behind) = behind.split_at(n_digits);
            // Names without a number come before those with one, as Keras's dense, dense_1, dense_2.
            let number = digits.parse::<u64>().map_or(0, |n| n.saturating_add(1));
            key.push((text.trim_end_matches('_').to_owned(), number));
            rest = behind;
        }
    }
    key
}

/// What the first number says in which two names differ, if there is nothing else before it.
fn by_number(a: &Key, b: &Key) -> Option<Ordering> {
    let differ = a.iter().zip(b).find(|(a, b)| a != b)?;
    (differ.0.0 == differ.1.0).then(|| differ.0.1.cmp(&differ.1.1))
}

fn fits(layers: &[NamedLayer], order: &[usize]) -> bool {
    order.windows(2).all(|pair| follows(layers, pair[0], pair[1]))
}

fn follows(layers: &[NamedLayer], before: usize, after: usize) -> bool {
    layers[before].1.weights.nrows() == layers[after].1.weights.ncols()
}

/// The only order in which the outputs of each are the inputs of the next, and numbers ascend.
fn only_order(layers: &[NamedLayer], keys: &[Key]) -> Option<Vec<usize>> {
    if layers.len() > MAX_TRIED {
        return None;
    }
    let mut found = Vec::new();
    extend(layers, keys, &mut Vec::new(), &mut found);
    (found.len() == 1).then(|| found.pop()).flatten()
}

/// Stops at the second order: there is no only one then.
fn extend(layers: &[NamedLayer], keys: &[Key], begun: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
    if begun.len() == layers.len() {
        found.push(begun.clone());
        return;
    }
    let left: Vec<usize> = (0..layers.len()).filter(|idx| !begun.contains(idx)).collect();
    for &idx in &left {
        let is_first = left.iter().all(|&other| by_number(&keys[other], &keys[idx]) != Some(Ordering::Less));
        let follows = begun.last().is_none_or(|&last| follows(layers, last, idx));
        if is_first && follows && found.len() < 2 {
            begun.push(idx);
            extend(layers, keys, begun, found);
            begun.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, Array2};

    fn layer(name: &str, n_inputs: usize, n_units: usize) -> NamedLayer {
        let (weights, biases) = (Array2::zeros((n_units, n_inputs)), Array1::zeros(n_units));
        (name.to_owned(), DenseLayer { weights, biases, activation: None })
    }

    #[track_caller]
    fn check(layers: &[NamedLayer], stated: &[&str], expected: &[&str]) {
        let stated: Vec<String> = stated.iter().map(|&name| name.to_owned()).collect();
        let ordered = in_order(layers.to_vec(), &stated, FileOrder::Sorted).unwrap();
        let names: Vec<&str> = ordered.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn numbers_in_names_decide() {
        let square = ["0", "10", "2", "4", "6", "8"].map(|name| layer(name, 3, 3));
        check(&square, &[], &["0", "2", "4", "6", "8", "10"]);
        let keras = ["dense/dense", "dense_1/dense_1", "dense_10/dense_10", "dense_2/dense_2"];
        let expected = ["dense/dense", "dense_1/dense_1", "dense_2/dense_2", "dense_10/dense_10"];
        check(&keras.map(|name| layer(name, 2, 2)), &[], &expected);
    }

    #[test]
    fn the_file_decides_where_it_states_an_order() {
        let layers = [layer("dense/dense", 3, 3), layer("dense_1/dense_1", 3, 3)];
        check(&layers, &["dense_1", "dense"], &["dense_1/dense_1", "dense/dense"]);
    }

    #[test]
    fn sizes_and_numbers_decide_where_names_alone_say_nothing() {
        let layers = [layer("head", 4, 1), layer("input", 7, 5), layer("middle", 5, 4)];
        check(&layers, &[], &["input", "middle", "head"]);
        let layers = [layer("fc1", 8, 8), layer("fc2", 8, 8), layer("out", 8, 3)];
        check(&layers, &[], &["fc1", "fc2", "out"]);
    }

    #[test]
    fn what_fits_in_several_orders_is_refused_unless_the_file_kept_them() {
        let ring = [layer("decoder", 2, 5), layer("encoder", 5, 4), layer("middle", 4, 2)];
        let error = in_order(ring.to_vec(), &[], FileOrder::Sorted).unwrap_err().to_string();
        assert!(error.contains("«decoder» takes 2 and gives 5, «encoder» takes 5"), "{error}");
        assert_eq!(in_order(ring.to_vec(), &[], FileOrder::Kept).unwrap(), ring);
        let apart = [layer("fc1", 2, 5), layer("fc2", 4, 2)];
        assert!(in_order(apart.to_vec(), &[], FileOrder::Kept).is_err());
    }
}
