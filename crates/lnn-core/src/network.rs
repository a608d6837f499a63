//! A network: its layers, and the way forward through them.
//!
//! What enters: inputs `(n_features, n_examples)`. What leaves: every unit's z and a for every example. Read next:
//! [`crate::backward`].

use crate::activation::Activation;
use crate::error::{ShapeError, TrainError};
use crate::parameters::{Parameters, digest};
use crate::product::Scratch;
use crate::real::Real;
use crate::recipe::{Recipe, RecipeError, check_units};
use crate::unit::{activations_into, multiply, numbers, numbers_mut, pre_activations_into, zeros};
use ndarray::{Array1, Array2, ArrayView2};

/// One layer of units. Row j of the weights is unit j.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer<T> {
    /// W, `(n_units, n_inputs)`.
    pub weights: Array2<T>,
    /// b, `(n_units)`.
    pub biases: Array1<T>,
    /// g.
    pub activation: Activation,
}

/// The hidden layers in order, then the output layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Network<T> {
    /// One after the other; at least the output layer.
    pub layers: Vec<Layer<T>>,
}

/// What a forward pass leaves, one array for each layer (hidden layer 1 … output), `(n_units, n_examples)`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Forward<T> {
    /// z = W·x + b.
    pub pre_activations: Vec<Array2<T>>,
    /// a = g(z), before dropout.
    pub activations: Vec<Array2<T>>,
    /// Dropout masks of the hidden layers, 0 or 1/(1−p); empty without dropout.
    pub masks: Vec<Array2<T>>,
    /// a∘mask of the hidden layers: what the next layer received; empty without dropout.
    pub dropped: Vec<Array2<T>>,
}

impl<T: Real> Network<T> {
    /// A network with the recipe's start weights.
    ///
    /// # Errors
    /// The recipe is not good, or there is no feature or output.
    pub fn new(recipe: &Recipe, n_features: usize, n_outputs: usize) -> Result<Self, RecipeError> {
        let mut layers = Vec::new();
        for (layer_idx, (shape, activation)) in layout(recipe, n_features, n_outputs)?.into_iter().enumerate()
        {
            let weights = recipe.init.weights(shape.0, shape.1, layer_idx, recipe.seed);
            layers.push(Layer { weights, biases: Array1::from_elem(shape.0, T::ZERO), activation });
        }
        Ok(Self { layers })
    }

    /// A network with given parameters, W `(n_units, n_inputs)` and b `(n_units)` for each layer.
    ///
    /// # Errors
    /// The recipe is not good, an array has another shape than the recipe says, or a number is not finite.
    pub fn from_parameters(
        parameters: Vec<(Array2<T>, Array1<T>)>,
        recipe: &Recipe,
        n_features: usize,
        n_outputs: usize,
    ) -> Result<Self, TrainError> {
        let layout = layout(recipe, n_features, n_outputs)?;
        check_shape(|| "parameters' layers".into(), (layout.len(), 2), (parameters.len(), 2))?;
        let mut layers = Vec::new();
        for (layer_idx, ((weights, biases), (shape, activation))) in
            parameters.into_iter().zip(layout).enumerate()
        {
            check_shape(|| format!("weights of layer {}", layer_idx + 1), shape, weights.dim())?;
            check_shape(|| format!("biases of layer {}", layer_idx + 1), (shape.0, 1), (biases.len(), 1))?;
            for (unit_idx, (row, &bias)) in weights.outer_iter().zip(&biases).enumerate() {
                if let Some(value) = row.iter().chain([&bias]).find(|value| !value.is_finite()) {
                    let value = value.to_f64();
                    return Err(TrainError::NonFinite {
                        quantity: "parameter",
                        layer_idx,
                        unit_idx,
                        step: 0,
                        value,
                    });
                }
            }
            let weights = weights.as_standard_layout().into_owned();
            let biases = biases.as_standard_layout().into_owned();
            layers.push(Layer { weights, biases, activation });
        }
        Ok(Self { layers })
    }

    /// Inputs of the first layer.
    pub fn n_features(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.weights.ncols())
    }

    /// Units of the output layer.
    pub fn n_outputs(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.weights.nrows())
    }

    /// Weights and biases together.
    pub fn n_parameters(&self) -> usize {
        self.layers.iter().map(|layer| layer.weights.len() + layer.biases.len()).sum()
    }

    /// A copy of all weights and biases.
    pub fn parameters(&self) -> Parameters<T> {
        Parameters {
            weights: self.layers.iter().map(|layer| layer.weights.clone()).collect(),
            biases: self.layers.iter().map(|layer| layer.biases.clone()).collect(),
        }
    }

    /// FNV-1a over the little-endian bytes of W¹ b¹ W² b² …: equal for two networks that agree to the bit.
    pub fn digest(&self) -> u64 {
        digest(self.layers.iter().flat_map(|layer| layer.weights.iter().chain(&layer.biases).copied()))
    }

    /// Whether inputs `(n_features, n_examples)` fit the first layer.
    ///
    /// # Errors
    /// They have another number of features.
    pub fn check_inputs(&self, inputs: ArrayView2<'_, T>) -> Result<(), ShapeError> {
        check_shape(|| "inputs".into(), (self.n_features(), inputs.ncols()), inputs.dim())
    }

    /// The output layer's activations `(n_outputs, n_examples)`, dropout off.
    ///
    /// `inputs` `(n_features, n_examples)` must fit ([`Network::check_inputs`]); this is asserted in debug builds.
    pub fn predict(&self, inputs: ArrayView2<'_, T>) -> Array2<T> {
        self.forward(inputs).activations.pop().unwrap_or_else(|| zeros(0, 0))
    }

    /// Every layer's z and a, dropout off. `inputs` as for [`Network::predict`].
    pub fn forward(&self, inputs: ArrayView2<'_, T>) -> Forward<T> {
        self.forward_with_masks(inputs, Vec::new())
    }

    /// Every layer's z and a with one dropout mask `(n_units, n_examples)` for each hidden layer, or none at all.
    pub fn forward_with_masks(&self, inputs: ArrayView2<'_, T>, masks: Vec<Array2<T>>) -> Forward<T> {
        let mut forward = Forward::sized(self, inputs.ncols(), !masks.is_empty());
        forward.masks = masks;
        let mut scratch = Scratch::default();
        for layer_idx in 0..self.layers.len() {
            self.forward_layer(layer_idx, inputs, &mut forward, &mut scratch);
        }
        forward
    }

    /// Compute layer `layer_idx` from the one before it.
    pub(crate) fn forward_layer(
        &self,
        layer_idx: usize,
        inputs: ArrayView2<'_, T>,
        forward: &mut Forward<T>,
        scratch: &mut Scratch<T>,
    ) {
        let layer = &self.layers[layer_idx];
        let (before, z) = forward.pre_activations.split_at_mut(layer_idx);
        debug_assert_eq!(before.len(), layer_idx, "layers are computed in order");
        let received = received(&forward.activations, &forward.dropped, layer_idx, inputs);
        let (weights, biases) = (layer.weights.view(), layer.biases.view());
        pre_activations_into(weights, biases, received, numbers_mut(&mut z[0]), scratch);
        let a = &mut forward.activations[layer_idx];
        activations_into(layer.activation, numbers(&z[0]), inputs.ncols(), numbers_mut(a));
        if let (Some(mask), Some(dropped)) =
            (forward.masks.get(layer_idx), forward.dropped.get_mut(layer_idx))
        {
            dropped.assign(a);
            multiply(numbers_mut(dropped), numbers(mask));
        }
    }
}

impl<T: Real> Forward<T> {
    /// Room for a pass over `n_examples`, filled with zeros.
    pub(crate) fn sized(network: &Network<T>, n_examples: usize, with_dropout: bool) -> Self {
        let room = |layers: &[Layer<T>]| -> Vec<Array2<T>> {
            layers.iter().map(|layer| zeros(layer.biases.len(), n_examples)).collect()
        };
        let n_hidden = network.layers.len().saturating_sub(1);
        let hidden = if with_dropout { room(&network.layers[..n_hidden]) } else { Vec::new() };
        Self {
            pre_activations: room(&network.layers),
            activations: room(&network.layers),
            masks: hidden.clone(),
            dropped: hidden,
        }
    }

    /// What layer `layer_idx` received: the data's `inputs`, or the layer before's activations after dropout.
    pub fn layer_inputs<'a>(&'a self, layer_idx: usize, inputs: ArrayView2<'a, T>) -> ArrayView2<'a, T> {
        received(&self.activations, &self.dropped, layer_idx, inputs)
    }
}

fn received<'a, T: Real>(
    activations: &'a [Array2<T>],
    dropped: &'a [Array2<T>],
    layer_idx: usize,
    inputs: ArrayView2<'a, T>,
) -> ArrayView2<'a, T> {
    let Some(before) = layer_idx.checked_sub(1) else { return inputs };
    dropped.get(before).unwrap_or(&activations[before]).view()
}

/// The shape `(n_units, n_inputs)` and activation of each layer.
type Layout = Vec<((usize, usize), Activation)>;

fn layout(recipe: &Recipe, n_features: usize, n_outputs: usize) -> Result<Layout, RecipeError> {
    recipe.check()?;
    if n_features == 0 {
        return Err(RecipeError::NoFeatures);
    }
    check_units(n_outputs, || "output layer".into())?;
    let mut layout = Layout::new();
    let mut n_inputs = n_features;
    let units = recipe.layers.iter().chain([&n_outputs]);
    for (&n_units, &activation) in units.zip(recipe.hidden.iter().chain([&recipe.output])) {
        layout.push(((n_units, n_inputs), activation));
        n_inputs = n_units;
    }
    Ok(layout)
}

/// # Errors
/// The shapes differ.
pub(crate) fn check_shape(
    what: impl Fn() -> String,
    expected: (usize, usize),
    found: (usize, usize),
) -> Result<(), ShapeError> {
    if expected == found { Ok(()) } else { Err(ShapeError { what: what(), expected, found }) }
}
