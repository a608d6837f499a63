//! A network of a file as a message.
//!
//! In: a [`DenseNetwork`]. Out: [`StartWeights`], rounded to the page's f32. Read next: `lnn_engine::start`.

use lnn_weights::DenseNetwork;

use crate::bulk::Bulk;
use crate::protocol::StartWeights;

/// See the module's text.
pub fn to_message(name: &str, network: &DenseNetwork) -> StartWeights {
    let units = network.layers.iter().map(|layer| layer.weights.nrows());
    let hidden = network.layers.split_last().map(|(_, hidden)| hidden).unwrap_or_default();
    let numbers = network.layers.iter().flat_map(|layer| layer.weights.iter().chain(&layer.biases));
    StartWeights {
        name: name.to_owned(),
        sizes: [network.n_inputs()].into_iter().chain(units).collect(),
        hidden: hidden.iter().map(|layer| layer.activation.map(|it| it.as_str().to_owned())).collect(),
        numbers: Bulk(numbers.map(|number| *number as f32).collect()),
    }
}
