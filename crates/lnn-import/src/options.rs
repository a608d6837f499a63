//! How files are read, as far as it shall not be guessed: with the same choices the same files make the same table.
//!
//! In: what somebody chose. Out: [`OpenOptions`], which a table keeps and a plan takes over, so that whoever has the plan and the files
//! has the data set. Read next: `formats/mod.rs`.

use crate::{ArrayOptions, CsvOptions, Every};

/// How files are read, as far as it shall not be guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct OpenOptions {
    /// Of texts.
    pub csv: CsvOptions,
    /// Of pictures.
    pub pictures: PictureOptions,
    /// Of arrays.
    pub arrays: ArrayOptions,
    /// Which rows of each split are kept, whatever the format: of texts too, in the place of [`CsvOptions::every`].
    pub every: Every,
}

/// What pictures are made to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub struct PictureOptions {
    /// Pixels of the square's side; that of the pictures where all are small squares of one size, else 64.
    pub side: Option<usize>,
    /// Red, green and blue, or grey; colours where any picture has some.
    pub has_colours: Option<bool>,
}

impl OpenOptions {
    /// What of it is for a text.
    pub fn of_text(&self) -> CsvOptions {
        CsvOptions { every: self.every, ..self.csv.clone() }
    }

    /// Nothing was chosen.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl From<CsvOptions> for OpenOptions {
    fn from(csv: CsvOptions) -> Self {
        Self { every: csv.every, csv: CsvOptions { every: Every::ALL, ..csv }, ..Self::default() }
    }
}
