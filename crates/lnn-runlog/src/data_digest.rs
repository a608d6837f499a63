//! A name for a data set: the digest of every number that the network sees.
//!
//! In: both splits. Out: a digest that is the same wherever the same data set was prepared in the same way.

use lnn_core::{DataSet, Real};

/// Digest of inputs and targets, example by example, of the training split and then the dev split, with their sizes.
pub fn data_digest<T: Real>(train: &DataSet<T>, dev: Option<&DataSet<T>>) -> u64 {
    let sizes = |split: &DataSet<T>| [split.n_features(), split.n_outputs(), split.n_examples()];
    let numbers = |split: &DataSet<T>| {
        let (inputs, targets) = (split.inputs().clone(), split.targets().clone());
        let all: Vec<T> = inputs.t().iter().chain(targets.t().iter()).copied().collect();
        sizes(split).map(|size| T::from_f64(size as f64)).into_iter().chain(all)
    };
    lnn_core::digest(numbers(train).chain(dev.into_iter().flat_map(numbers)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn another_number_split_or_precision_is_another_data_set() {
        let set = |x: f32| DataSet::new(array![[x, 2.0], [3.0, 4.0]], array![[0.0, 1.0]]).unwrap();
        let digest = data_digest(&set(1.0), None);
        assert_eq!(digest, data_digest(&set(1.0), None));
        assert_ne!(digest, data_digest(&set(1.5), None));
        assert_ne!(digest, data_digest(&set(1.0), Some(&set(1.0))));
        let wide = DataSet::new(array![[1.0_f64, 2.0], [3.0, 4.0]], array![[0.0, 1.0]]).unwrap();
        assert_ne!(digest, data_digest(&wide, None));
    }
}
