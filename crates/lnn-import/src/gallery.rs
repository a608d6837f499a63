//! The data sets that come with LNN: five that are made up as they are needed, four that are shipped as CSV files.
//!
//! Out: [`GALLERY`], a list that the page shows and the command line knows by name. The files are in `web/data/`, where
//! a README names their origin in full; made-up sets come from [`SyntheticKind`] under the same names.
//! Read next: `plan/guess.rs`, which makes the right plan for each file without help.

use std::fmt::Write as _;

use lnn_core::{DataSet, SyntheticKind};

/// A data set to choose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GalleryEntry {
    /// `iris`, `spiral` …; for made-up sets the name of the kind.
    pub id: &'static str,
    /// To show.
    pub title: &'static str,
    /// One sentence.
    pub description: &'static str,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a data set comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Origin {
    /// Made up: two inputs, two classes, any number of examples, noise from 0.
    Synthetic {
        /// How it is made.
        kind: SyntheticKind,
        /// Noise that shows the idea and a little more.
        noise: f64,
    },
    /// A CSV with a header.
    File {
        /// In `web/data/`.
        file_name: &'static str,
        /// The column to learn.
        target: &'static str,
        /// Who made it, in a few words.
        source: &'static str,
        /// For more.
        url: &'static str,
        /// Licence of the original.
        licence: &'static str,
    },
}

/// In the order they are shown.
pub const GALLERY: [GalleryEntry; 9] = [
    synthetic(
        SyntheticKind::Circle,
        "Circle",
        "A disc inside a ring: one hidden layer bends a line around it.",
        0.05,
    ),
    synthetic(
        SyntheticKind::Xor,
        "XOR",
        "Opposite corners belong together: no straight line parts them.",
        0.05,
    ),
    synthetic(SyntheticKind::Gaussians, "Gaussians", "Two clouds: a single unit is enough.", 0.1),
    synthetic(SyntheticKind::Moons, "Moons", "Two half-moons, one inside the other.", 0.1),
    synthetic(
        SyntheticKind::Spiral,
        "Spiral",
        "Two arms around each other: the classic that needs depth.",
        0.03,
    ),
    GalleryEntry {
        id: "iris",
        title: "Iris",
        description: "150 flowers of three species, told apart by four lengths.",
        origin: Origin::File {
            file_name: "iris.csv",
            target: "species",
            source: "R. A. Fisher 1936; UCI Machine Learning Repository, via scikit-learn",
            url: "https://archive.ics.uci.edu/dataset/53/iris",
            licence: "CC BY 4.0",
        },
    },
    GalleryEntry {
        id: "breast_cancer",
        title: "Breast cancer",
        description: "569 tumours, malignant or benign, by 30 measurements of their cells.",
        origin: Origin::File {
            file_name: "breast_cancer.csv",
            target: "diagnosis",
            source: "Street, Wolberg & Mangasarian 1993; UCI Machine Learning Repository, via scikit-learn",
            url: "https://archive.ics.uci.edu/dataset/17/breast+cancer+wisconsin+diagnostic",
            licence: "CC BY 4.0",
        },
    },
    GalleryEntry {
        id: "digits",
        title: "Digits",
        description: "1,797 handwritten digits of 8 × 8 pixels.",
        origin: Origin::File {
            file_name: "digits.csv",
            target: "digit",
            source: "Alpaydin & Kaynak 1998; UCI Machine Learning Repository, via scikit-learn",
            url: "https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
            licence: "CC BY 4.0",
        },
    },
    GalleryEntry {
        id: "diabetes",
        title: "Diabetes",
        description: "442 patients: how far the disease has gone a year later, a number.",
        origin: Origin::File {
            file_name: "diabetes.csv",
            target: "progression",
            source: "Efron, Hastie, Johnstone & Tibshirani 2004, via scikit-learn",
            url: "https://www4.stat.ncsu.edu/~boos/var.select/diabetes.html",
            licence: "BSD-3-Clause (scikit-learn's copy)",
        },
    },
];

/// The entry of that name.
pub fn find(id: &str) -> Option<&'static GalleryEntry> {
    GALLERY.iter().find(|entry| entry.id == id)
}

const fn synthetic(
    kind: SyntheticKind,
    title: &'static str,
    description: &'static str,
    noise: f64,
) -> GalleryEntry {
    GalleryEntry { id: kind.as_str(), title, description, origin: Origin::Synthetic { kind, noise } }
}

/// A made-up set as a CSV, so that it goes the same way as all others: columns `x1`, `x2`, `class`.
pub fn made_up(kind: SyntheticKind, n_examples: usize, noise: f64, seed: u64) -> String {
    let data: DataSet<f64> = kind.generate(n_examples, noise, seed);
    let mut csv = String::from("x1,x2,class\n");
    for (point, class) in data.inputs().columns().into_iter().zip(data.targets()) {
        for x in point {
            // Writing to a text can't fail.
            let _ = write!(csv, "{x},");
        }
        let _ = writeln!(csv, "{class}");
    }
    csv
}
