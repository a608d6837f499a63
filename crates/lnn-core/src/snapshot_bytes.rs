//! Snapshots as bytes, to cross to another worker or process.
//!
//! What enters: a [`Snapshot`], or bytes from outside. What leaves: bytes, or the snapshot, every length checked
//! before it is believed. Little-endian: magic `LNNSNAP1`; bytes of a number; step, seed; α₀, λ, dropout; decay
//! (code and two numbers); number of layers and `n_units`, `n_inputs` of each; flags of the moments; then the numbers of
//! parameters, first and second moment in the order W¹ b¹ W² b² …. All header fields are 64 bits wide.

use crate::decay::LearningRateDecay;
use crate::parameters::Parameters;
use crate::real::Real;
use crate::snapshot::{Snapshot, SnapshotError};
use ndarray::{Array1, Array2};

const MAGIC: &[u8; 8] = b"LNNSNAP1";

impl<T: Real> Snapshot<T> {
    /// The snapshot as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.size_bytes() + 256);
        let mut word = |word: u64| bytes.extend_from_slice(&word.to_le_bytes());
        word(u64::from_le_bytes(*MAGIC));
        word(T::BYTES as u64);
        let (code, first, second) = decay_words(self.decay);
        let settings = [self.learning_rate, self.l2_penalty, self.dropout].map(f64::to_bits);
        [self.step, self.seed].into_iter().chain(settings).chain([code, first, second]).for_each(&mut word);
        word(self.parameters.weights.len() as u64);
        for (n_units, n_inputs) in self.parameters.shapes() {
            word(n_units as u64);
            word(n_inputs as u64);
        }
        word(u64::from(self.first_moment.is_some()) | u64::from(self.second_moment.is_some()) << 1);
        let arrays = [Some(&self.parameters), self.first_moment.as_ref(), self.second_moment.as_ref()];
        for number in arrays.into_iter().flatten().flat_map(Parameters::iter) {
            bytes.extend_from_slice(&number.to_bits64().to_le_bytes()[..T::BYTES]);
        }
        bytes
    }

    /// The snapshot from bytes.
    ///
    /// # Errors
    /// The bytes are no snapshot, are cut, too long, or of numbers of another precision. Memory is only taken for
    /// numbers that are there.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let mut reader = Reader { bytes, at: 0 };
        if reader.word()? != u64::from_le_bytes(*MAGIC) {
            return Err(SnapshotError::Magic);
        }
        let found = reader.word()?;
        if found != T::BYTES as u64 {
            return Err(SnapshotError::Precision { expected: T::BYTES, found: found as usize });
        }
        let (step, seed) = (reader.word()?, reader.word()?);
        let (learning_rate, l2_penalty, dropout) = (reader.float()?, reader.float()?, reader.float()?);
        let decay = decay_from(reader.word()?, reader.word()?, reader.word()?)?;
        let shapes = reader.shapes()?;
        let flags = reader.word()?;
        if flags > 3 {
            return Err(SnapshotError::Code { what: "the moments' flag", found: flags });
        }
        let parameters = reader.parameters(&shapes)?;
        let first_moment = if flags & 1 == 1 { Some(reader.parameters(&shapes)?) } else { None };
        let second_moment = if flags & 2 == 2 { Some(reader.parameters(&shapes)?) } else { None };
        if reader.at < bytes.len() {
            let (expected, found) = (reader.at as u64, bytes.len() as u64);
            return Err(SnapshotError::TooLong { expected, found });
        }
        Ok(Self {
            step,
            seed,
            learning_rate,
            decay,
            l2_penalty,
            dropout,
            parameters,
            first_moment,
            second_moment,
        })
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// The next `n` bytes.
    fn take(&mut self, n: u64) -> Result<&'a [u8], SnapshotError> {
        let (expected, found) = (n.saturating_add(self.at as u64), self.bytes.len() as u64);
        if expected > found {
            return Err(SnapshotError::Cut { expected, found });
        }
        let taken = &self.bytes[self.at..expected as usize];
        self.at = expected as usize;
        Ok(taken)
    }

    fn word(&mut self) -> Result<u64, SnapshotError> {
        Ok(little_endian(self.take(8)?))
    }

    fn float(&mut self) -> Result<f64, SnapshotError> {
        self.word().map(f64::from_bits)
    }

    fn shapes(&mut self) -> Result<Vec<(u64, u64)>, SnapshotError> {
        let n_layers = self.word()?;
        let words = self.take(n_layers.saturating_mul(16))?;
        Ok(words
            .chunks_exact(16)
            .map(|pair| (little_endian(&pair[..8]), little_endian(&pair[8..])))
            .collect())
    }

    fn parameters<T: Real>(&mut self, shapes: &[(u64, u64)]) -> Result<Parameters<T>, SnapshotError> {
        let mut all = Parameters { weights: Vec::new(), biases: Vec::new() };
        for &(n_units, n_inputs) in shapes {
            let weights = self.numbers(n_units.saturating_mul(n_inputs))?;
            let shape = (n_units as usize, n_inputs as usize);
            let nothing = |_| SnapshotError::Code { what: "a layer's size", found: n_units };
            all.weights.push(Array2::from_shape_vec(shape, weights).map_err(nothing)?);
            all.biases.push(Array1::from_vec(self.numbers(n_units)?));
        }
        Ok(all)
    }

    fn numbers<T: Real>(&mut self, n: u64) -> Result<Vec<T>, SnapshotError> {
        let bytes = self.take(n.saturating_mul(T::BYTES as u64))?;
        Ok(bytes.chunks_exact(T::BYTES).map(|number| T::from_bits64(little_endian(number))).collect())
    }
}

fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

fn decay_words(decay: LearningRateDecay) -> (u64, u64, u64) {
    match decay {
        LearningRateDecay::None => (0, 0, 0),
        LearningRateDecay::InverseTime { rate } => (1, rate.to_bits(), 0),
        LearningRateDecay::Exponential { rate } => (2, rate.to_bits(), 0),
        LearningRateDecay::Step { factor, every_epochs } => (3, factor.to_bits(), every_epochs),
    }
}

fn decay_from(code: u64, first: u64, second: u64) -> Result<LearningRateDecay, SnapshotError> {
    match code {
        0 => Ok(LearningRateDecay::None),
        1 => Ok(LearningRateDecay::InverseTime { rate: f64::from_bits(first) }),
        2 => Ok(LearningRateDecay::Exponential { rate: f64::from_bits(first) }),
        3 => Ok(LearningRateDecay::Step { factor: f64::from_bits(first), every_epochs: second }),
        found => Err(SnapshotError::Code { what: "the decay", found }),
    }
}
