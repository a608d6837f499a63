//! Bytes of numbers of any common type to `f64`, and back in the precision of a network.
//!
//! In: a type, the order of bytes, bytes. Out: numbers, exact for all types but the largest integers. Used by every reader.

use crate::error::{CLAIMED, LARGER, shortened};
use crate::network::MAX_PARAMETERS;
use crate::{Precision, WeightsError};

/// What a number is stored as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberType {
    F16,
    Bf16,
    F32,
    F64,
    Signed(usize),
    Unsigned(usize),
}

impl NumberType {
    pub const fn n_bytes(self) -> usize {
        match self {
            Self::F16 | Self::Bf16 => 2,
            Self::F32 => 4,
            Self::F64 => 8,
            Self::Signed(n) | Self::Unsigned(n) => n,
        }
    }

    pub fn precision(self) -> Precision {
        if self == Self::F64 { Precision::F64 } else { Precision::F32 }
    }

    /// All whole numbers in `bytes`.
    pub fn decode(self, bytes: &[u8], is_big_endian: bool) -> Vec<f64> {
        let word = |chunk: &[u8]| -> u64 {
            let join = |word: u64, byte: &u8| word << 8 | u64::from(*byte);
            if is_big_endian { chunk.iter().fold(0, join) } else { chunk.iter().rev().fold(0, join) }
        };
        bytes.chunks_exact(self.n_bytes()).map(|chunk| self.value(word(chunk))).collect()
    }

    fn value(self, word: u64) -> f64 {
        match self {
            Self::F16 => half(word as u16),
            Self::Bf16 => f64::from(f32::from_bits((word as u32) << 16)),
            Self::F32 => f64::from(f32::from_bits(word as u32)),
            Self::F64 => f64::from_bits(word),
            Self::Unsigned(_) => word as f64,
            Self::Signed(n_bytes) => {
                let shift = 64 - 8 * n_bytes.clamp(1, 8);
                (((word << shift) as i64) >> shift) as f64
            }
        }
    }
}

/// IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff) / 1024.0);
    let size = match exponent {
        0 => fraction * 2f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

/// Little-endian, in the precision of a network.
pub(crate) fn encode<'a>(values: impl IntoIterator<Item = &'a f64>, precision: Precision) -> Vec<u8> {
    let values = values.into_iter();
    match precision {
        Precision::F32 => values.flat_map(|&value| (value as f32).to_le_bytes()).collect(),
        Precision::F64 => values.flat_map(|value| value.to_le_bytes()).collect(),
    }
}

/// How many numbers may still be read from a file.
pub(crate) struct Budget {
    left: u64,
    limit: u64,
    remedy: &'static str,
}

impl Budget {
    /// As many as a network may have.
    pub const fn network() -> Self {
        Self { left: MAX_PARAMETERS, limit: MAX_PARAMETERS, remedy: LARGER }
    }

    /// At most so many for each byte of the file, too: formats that pack numbers can claim any number of them.
    pub fn of_file(n_bytes: usize, max_ratio: u64) -> Self {
        let limit = (n_bytes as u64).saturating_mul(max_ratio);
        if limit < MAX_PARAMETERS { Self { left: limit, limit, remedy: CLAIMED } } else { Self::network() }
    }

    /// How many numbers a shape holds, before a place is made for them.
    ///
    /// # Errors
    /// With all before them more than the limit; the name of the array is in it.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> Result<usize, WeightsError> {
        let n = shape.iter().try_fold(1_u64, |n, &size| n.checked_mul(size as u64)).unwrap_or(u64::MAX);
        let Some(left) = self.left.checked_sub(n) else {
            let what = format!("«{}», with all before it,", shortened(name));
            let found = (self.limit - self.left).saturating_add(n);
            return Err(WeightsError::TooLarge { what, found, limit: self.limit, remedy: self.remedy });
        };
        self.left = left;
        Ok(n as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(number_type: NumberType, little: &[u8], expected: &[f64]) {
        assert_eq!(number_type.decode(little, false), expected);
        let n = number_type.n_bytes();
        let big: Vec<u8> = little.chunks(n).flat_map(|chunk| chunk.iter().rev().copied()).collect();
        assert_eq!(number_type.decode(&big, true), expected);
    }

    #[test]
    fn every_type_in_both_orders() {
        check(NumberType::F16, &[0, 0x3c, 0, 0xc0, 1, 0, 0xff, 0x7b], &[1.0, -2.0, 2f64.powi(-24), 65504.0]);
        check(NumberType::Bf16, &[0x80, 0x3f, 0x49, 0xc0], &[1.0, -3.140_625]);
        check(NumberType::F32, &(-0.1_f32).to_le_bytes(), &[f64::from(-0.1_f32)]);
        check(NumberType::F64, &0.1_f64.to_le_bytes(), &[0.1]);
        check(NumberType::Signed(1), &[0xff, 0x7f], &[-1.0, 127.0]);
        check(NumberType::Signed(4), &(-70_000_i32).to_le_bytes(), &[-70_000.0]);
        check(NumberType::Signed(8), &i64::MIN.to_le_bytes(), &[-(2f64.powi(63))]);
        check(NumberType::Unsigned(2), &[0xff, 0xff], &[65_535.0]);
        assert!(half(0x7c00).is_infinite() && half(0x7c01).is_nan());
    }

    #[test]
    fn what_is_written_is_read() {
        let values = [0.1, -7.5, 1e-30];
        assert_eq!(NumberType::F64.decode(&encode(&values, Precision::F64), false), values);
        let single = NumberType::F32.decode(&encode(&values, Precision::F32), false);
        assert_eq!(single, values.map(|value| f64::from(value as f32)));
    }
}
