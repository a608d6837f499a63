//! Which values travel in requests and answers: small ones, of layers that are small in all. Others go by Redis.
//!
//! In: a value's name and size. Out: whether it travels. Read next: `neuron/mod.rs`, `trainer/calls.rs`.

use crate::job::NetworkShape;
use crate::values::{ValueKind, ValueName};

/// Bytes of a layer's z or δ that travel at most, whatever the setting says: a call carries those of three layers, base64
/// makes four bytes of three, and Lambda takes 6 MB.
const MAX_TRAVELLING_BYTES: usize = 1 << 20;

/// The rule of a run.
pub(crate) struct Travels {
    pub shape: NetworkShape,
    /// `LNN_HAND_LIMIT_BYTES`.
    pub limit: usize,
}

impl Travels {
    pub(crate) fn of(&self, name: &ValueName, n_bytes: usize) -> bool {
        let n_all = n_bytes.saturating_mul(self.shape.n_slices(name.layer_idx));
        let max = MAX_TRAVELLING_BYTES.min(8 * self.limit);
        let is_small = name.kind == ValueKind::Parameters || n_all <= max;
        n_bytes <= self.limit.min(MAX_TRAVELLING_BYTES) && is_small
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: ValueKind, n_slices: usize, n_bytes: usize, limit: usize, expected: bool) {
        let shape = NetworkShape { n_features: 1, units: vec![n_slices, 1], slice_units: 1 };
        let name = ValueName { step: 0, kind, layer_idx: 0, slice: 0 };
        assert_eq!(
            Travels { shape, limit }.of(&name, n_bytes),
            expected,
            "{n_slices} times {n_bytes}, {limit}"
        );
    }

    #[test]
    fn what_travels_fits_into_a_call_whatever_the_setting() {
        check(ValueKind::Z, 20, 836, 1 << 17, true);
        check(ValueKind::Z, 20, 836, 0, false);
        check(ValueKind::Z, 512, 1 << 15, 1 << 17, false);
        check(ValueKind::Z, 512, 1 << 15, 1 << 30, false);
        check(ValueKind::Parameters, 512, 1 << 15, 1 << 17, true);
        check(ValueKind::Parameters, 1, 2 << 20, 1 << 30, false);
    }
}
