//! Every way in which reading or writing weights fails, each a sentence with the place and the remedy.
//!
//! Out: [`WeightsError`], shown as it is by the command line and the page. Layers and units count from 1.
//! Read next: `format.rs`.

use lnn_import::text::{quoted, shortened_to};

use crate::Format;

/// Weights that can't be read or written, and why.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant's sentence is its documentation, each field appears in it")]
pub enum WeightsError {
    #[error(
        "this is no file of weights that can be read: give an .npz, .safetensors, .onnx, .h5 or .keras.h5 file, or LNN's \
         .json"
    )]
    Unknown,
    #[error("this is no whole {} file ({why}): {}", format.title(), format.remedy())]
    Damaged { format: Format, why: String },
    #[error("«{name}» is {found}, expected is {expected}")]
    Array { name: String, found: String, expected: String },
    #[error("no dense layer was found: expected are {expected}; the file has {found}")]
    NoLayers { expected: &'static str, found: String },
    #[error("there is «{present}» but no «{missing}»: save both")]
    Missing { present: String, missing: String },
    #[error("«{name}» belongs to no dense layer: only networks of dense layers alone can be read")]
    NotDense { name: String },
    #[error("{place}: {why}")]
    Graph { place: String, why: String },
    #[error(
        "layer {layer} takes {found} inputs where {expected} arrive: the layers are of different networks, or in another \
         order"
    )]
    Chain { layer: usize, found: usize, expected: usize },
    #[error(
        "the layers fit together in several ways or none: {found}; number their names in the order of the network"
    )]
    Order { found: String },
    #[error(
        "layer {layer} has {n_weights} units of weights and {n_biases} biases: save one bias for each unit"
    )]
    Biases { layer: usize, n_weights: usize, n_biases: usize },
    #[error(
        "layer {layer}, unit {unit} holds a number that is not finite: train again with a smaller learning rate"
    )]
    NonFinite { layer: usize, unit: usize },
    #[error("layer {layer} has softmax, which only an output layer can have")]
    HiddenSoftmax { layer: usize },
    #[error("{n} names of inputs for a network with {n_inputs}: give one for each, or none")]
    InputNames { n: usize, n_inputs: usize },
    #[error(
        "what is known of the data set makes {found} numbers ({side}), the network has {expected}: keep the two files of \
         one training together"
    )]
    Preparation { side: &'static str, found: usize, expected: usize },
    #[error(
        "the activations of {given} layers are known, the network has {n_layers}: keep the files of one training together"
    )]
    Description { given: usize, n_layers: usize },
    #[error(
        "the activation of layer {layer} is not known, and {} needs it: name it with --hidden and --output",
        format.title()
    )]
    NoActivation { layer: usize, format: Format },
    #[error("{what} has {found} numbers, the limit is {limit}: {remedy}")]
    TooLarge { what: String, found: u64, limit: u64, remedy: &'static str },
    #[error(
        "the file has {found} arrays and groups, the limit is {limit}: save the weights of one network alone"
    )]
    TooMany { found: usize, limit: usize },
    #[error("{} files are only read here, not written: choose npz, safetensors, json, onnx or py", .0.title())]
    ReadOnly(Format),
    #[error("{} files are only written here, not read: keep an npz or onnx file too", .0.title())]
    WriteOnly(Format),
    #[error("the {} file can't be made ({why}): choose another format", format.title())]
    Write { format: Format, why: String },
}

/// What to say of a network that is too large.
pub(crate) const LARGER: &str = "this is larger than any network that can be trained here";
/// What to say of more numbers than a file has room for.
pub(crate) const CLAIMED: &str = "the file is too small to hold as many, so it is damaged";

#[allow(clippy::needless_pass_by_value, reason = "texts and what becomes a text are given alike")]
impl WeightsError {
    pub(crate) fn damaged(format: Format, why: impl ToString) -> Self {
        Self::Damaged { format, why: quoted(&why.to_string()) }
    }

    pub(crate) fn array(name: &str, found: impl ToString, expected: impl ToString) -> Self {
        Self::Array { name: shortened(name), found: found.to_string(), expected: expected.to_string() }
    }

    pub(crate) fn graph(place: impl ToString, why: impl ToString) -> Self {
        Self::Graph { place: quoted(&place.to_string()), why: quoted(&why.to_string()) }
    }
}

/// At most 60 characters of a name from a file: arrays are named by all groups around them.
pub(crate) fn shortened(text: &str) -> String {
    shortened_to(text, 60)
}

/// `«a», «b» and 7 more`, or `nothing`.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names = names.into_iter();
    let shown: Vec<String> = names.by_ref().take(5).map(|name| format!("«{}»", shortened(name))).collect();
    match (shown.is_empty(), names.count()) {
        (true, _) => "nothing".to_owned(),
        (_, 0) => shown.join(", "),
        (_, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Format, read_as};

    #[test]
    fn what_a_library_quotes_of_a_file_stays_short_and_on_one_line() {
        let error = read_as(b"{\"precision\": \"f\\n32\"}", Format::Json).unwrap_err().to_string();
        assert!(error.contains("f 32") && !error.contains('\n'), "{error}");
        let long = format!("{{\"precision\": \"{}\"}}", "9".repeat(5000));
        let error = read_as(long.as_bytes(), Format::Json).unwrap_err().to_string();
        assert!(error.len() < 400 && error.contains("at line 1 column 5016"), "{error}");
    }
}
