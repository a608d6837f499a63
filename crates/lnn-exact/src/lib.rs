//! One suite of short runs whose bits must be the same wherever they are computed.
//!
//! What enters: nothing, everything is seeded. What leaves: for each case its name and a digest of all parameters and of
//! the optimizer's state after 50 steps. `golden.txt` holds the digests that were written down; the same suite is compared
//! with it natively (`tests/golden.rs`), from the per-unit parts (`tests/slices.rs`), in WebAssembly with and without SIMD
//! (`tests/webassembly.rs`), and in Chromium (`web/tests/browser.rs`, `web/e2e/tests/exactness.rs`). Read next: `case.rs`.

mod case;
#[cfg(target_arch = "wasm32")]
mod exports;
#[cfg(not(target_arch = "wasm32"))]
mod module;

pub use case::{Case, N_STEPS, Precision, suite};
#[cfg(not(target_arch = "wasm32"))]
pub use module::{Simd, build_module};

use lnn_core::parameters::digest;
use lnn_core::{DataSet, Parameters, Real, Snapshot, TrainError, Trainer};
use std::sync::Arc;

/// The digests written down: a line with name and digest for each case, in the suite's order; `#` opens a remark.
pub const GOLDEN: &str = include_str!("../golden.txt");

/// Name and digest of each line of a golden file. A digest that is no hexadecimal number counts as 0.
pub fn parse_golden(text: &str) -> Vec<(&str, u64)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let parts = lines.filter_map(|line| line.rsplit_once(' '));
    parts.map(|(name, digest)| (name.trim(), u64::from_str_radix(digest, 16).unwrap_or(0))).collect()
}

/// FNV-1a over the parameters, then the first moment, then the second, where the optimizer has them.
pub fn digest_of<T: Real>(snapshot: &Snapshot<T>) -> u64 {
    let moments = [&snapshot.first_moment, &snapshot.second_moment];
    let arrays = [&snapshot.parameters].into_iter().chain(moments.into_iter().flatten());
    digest(arrays.flat_map(Parameters::iter))
}

impl Case {
    /// The digest after [`N_STEPS`] steps.
    ///
    /// # Errors
    /// A step failed: no case of the suite should.
    pub fn digest(&self) -> Result<u64, TrainError> {
        match self.precision {
            Precision::F32 => self.train(self.data::<f32>()),
            Precision::F64 => self.train(self.data::<f64>()),
        }
    }

    fn train<T: Real>(&self, data: DataSet<T>) -> Result<u64, TrainError> {
        let mut trainer = Trainer::new(self.recipe.clone(), Arc::new(data))?;
        for _ in 0..N_STEPS {
            trainer.step(None)?;
        }
        Ok(digest_of(&trainer.snapshot()))
    }
}
