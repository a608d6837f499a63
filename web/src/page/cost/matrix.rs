//! A confusion matrix and what follows from it for each class.
//!
//! In: counts, (actual, predicted), row by row. Out: shares, precision, recall. Read next: `confusion.rs`.

/// Counts of examples by actual and predicted class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Matrix<'a> {
    /// Row by row.
    pub counts: &'a [u32],
    /// Rows and columns.
    pub n_classes: usize,
}

impl<'a> Matrix<'a> {
    /// None where there are no counts, or not as many as cells.
    pub fn new(counts: &'a [u32], n_classes: usize) -> Option<Self> {
        (n_classes > 0 && counts.len() == n_classes * n_classes).then_some(Self { counts, n_classes })
    }

    /// Examples of a class taken for another (or the same).
    pub fn count(&self, actual: usize, predicted: usize) -> u32 {
        self.counts.get(actual * self.n_classes + predicted).copied().unwrap_or(0)
    }

    /// Examples of a class.
    pub fn n_actual(&self, class: usize) -> u32 {
        (0..self.n_classes).map(|predicted| self.count(class, predicted)).sum()
    }

    /// Examples taken for a class.
    pub fn n_predicted(&self, class: usize) -> u32 {
        (0..self.n_classes).map(|actual| self.count(actual, class)).sum()
    }

    /// A cell's share of its row, 0..=1.
    pub fn share(&self, actual: usize, predicted: usize) -> f64 {
        ratio(self.count(actual, predicted), self.n_actual(actual)).unwrap_or(0.0)
    }

    /// Of the examples taken for a class, the share that is of it; none where there are none.
    pub fn precision(&self, class: usize) -> Option<f64> {
        ratio(self.count(class, class), self.n_predicted(class))
    }

    /// Of the examples of a class, the share taken for it; none where there are none.
    pub fn recall(&self, class: usize) -> Option<f64> {
        ratio(self.count(class, class), self.n_actual(class))
    }

    /// The pair of classes that is confused most often, (actual, predicted, count).
    pub fn worst(&self) -> Option<(usize, usize, u32)> {
        let cells = (0..self.n_classes)
            .flat_map(|actual| (0..self.n_classes).map(move |predicted| (actual, predicted)));
        let confused = cells.filter(|(actual, predicted)| actual != predicted);
        let counted = confused.map(|(actual, predicted)| (actual, predicted, self.count(actual, predicted)));
        counted
            .filter(|(.., count)| *count > 0)
            .max_by_key(|(actual, predicted, count)| (*count, std::cmp::Reverse((*actual, *predicted))))
    }
}

fn ratio(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}

/// Shade of a share, 0..=8: 0 only for none at all.
pub fn shade(share: f64) -> u8 {
    if share <= 0.0 { 0 } else { (share * 8.0).ceil().clamp(1.0, 8.0) as u8 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_looks_down_and_recall_along() {
        let matrix = Matrix::new(&[8, 2, 1, 4], 2).unwrap();
        let close = |found: Option<f64>, expected: f64| (found.unwrap() - expected).abs() < 1e-12;
        assert!(close(matrix.recall(0), 0.8) && close(matrix.recall(1), 0.8));
        assert!(close(matrix.precision(0), 8.0 / 9.0) && close(matrix.precision(1), 4.0 / 6.0));
        assert_eq!(matrix.worst(), Some((0, 1, 2)));
    }

    #[test]
    fn a_class_that_never_occurs_has_neither() {
        let matrix = Matrix::new(&[3, 0, 0, 0], 2).unwrap();
        assert_eq!((matrix.precision(1), matrix.recall(1), matrix.worst()), (None, None, None));
        assert!(matrix.share(1, 0).abs() < 1e-12);
    }

    #[test]
    fn a_wrong_number_of_counts_is_no_matrix() {
        assert_eq!(Matrix::new(&[1, 2, 3], 2), None);
        assert_eq!(Matrix::new(&[], 0), None);
    }

    #[test]
    fn any_example_at_all_leaves_a_shade() {
        assert_eq!([0.0, 0.001, 0.5, 1.0].map(shade), [0, 1, 4, 8]);
    }
}
