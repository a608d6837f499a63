//! What one unit, or a slice of a layer's units, computes in a step.
//!
//! What enters: the units' own weights and biases, and what other layers' units sent (activations forward, errors
//! backward). What leaves: their z, a, δ and gradients. The whole network is computed by the same functions over all
//! units at once, and every number has one fixed chain of additions, so a layer cut into slices anywhere, on any
//! machines, gives the same bits. The update of a slice is [`crate::UpdateRule::apply`]; its dropout mask
//! [`crate::dropout::dropout_mask`]. Read next: [`crate::network`].

use crate::activation::{Activation, softmax_columns};
use crate::product::{Finish, Scratch, product, product_then};
use crate::real::Real;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

/// z = W·x + b and a = g(z) of some units of a layer.
///
/// `weights` `(n_units, n_inputs)`, `biases` `(n_units)`, `inputs` `(n_inputs, n_examples)`: the previous layer's
/// activations. Returns z and a, both `(n_units, n_examples)`. Softmax needs every unit of the layer at once: with a
/// slice, take z only and call this layer's softmax where all z have arrived.
pub fn forward_units<T: Real>(
    weights: ArrayView2<'_, T>,
    biases: ArrayView1<'_, T>,
    inputs: ArrayView2<'_, T>,
    activation: Activation,
) -> (Array2<T>, Array2<T>) {
    let mut z = zeros(weights.nrows(), inputs.ncols());
    let mut a = z.clone();
    pre_activations_into(weights, biases, inputs, numbers_mut(&mut z), &mut Scratch::default());
    activations_into(activation, numbers(&z), inputs.ncols(), numbers_mut(&mut a));
    (z, a)
}

/// δ = (Wₙₑₓₜᵀ·δₙₑₓₜ)∘mask∘g′(z) of some units of a hidden layer.
///
/// `next_weights` `(n_next_units, n_units)`: the *columns* of the next layer's weights that belong to these units,
/// before that step's update; `next_errors` `(n_next_units, n_examples)`: the next layer's δ; `z`, `a` and the dropout
/// `mask`, if any, `(n_units, n_examples)`. Returns `(n_units, n_examples)`, not divided by the number of examples.
pub fn errors_of_units<T: Real>(
    next_weights: ArrayView2<'_, T>,
    next_errors: ArrayView2<'_, T>,
    z: ArrayView2<'_, T>,
    a: ArrayView2<'_, T>,
    mask: Option<ArrayView2<'_, T>>,
    activation: Activation,
) -> Array2<T> {
    let mut errors = zeros(next_weights.ncols(), next_errors.ncols());
    let (z, a, mask) = (z.as_standard_layout(), a.as_standard_layout(), mask.map(|mask| mask.to_owned()));
    let unit = UnitState {
        z: z.as_slice().unwrap_or_default(),
        a: a.as_slice().unwrap_or_default(),
        mask: mask.as_ref().map(numbers),
        activation,
    };
    errors_into(next_weights, next_errors, &unit, numbers_mut(&mut errors), &mut Scratch::default());
    errors
}

/// ∂C/∂W = δ·xᵀ/m + (λ/m)·W and ∂C/∂b = Σδ/m of some units.
///
/// `errors` `(n_units, n_examples)`, `inputs` `(n_inputs, n_examples)`, `weights` `(n_units, n_inputs)`,
/// λ = `l2_penalty`, m = `n_examples`. Returns `(n_units, n_inputs)` and `(n_units)`. Biases are not penalised.
pub fn gradients_of_units<T: Real>(
    errors: ArrayView2<'_, T>,
    inputs: ArrayView2<'_, T>,
    weights: ArrayView2<'_, T>,
    l2_penalty: f64,
) -> (Array2<T>, Array1<T>) {
    let mut weight_gradients = zeros(errors.nrows(), inputs.nrows());
    let mut bias_gradients = Array1::from_elem(errors.nrows(), T::ZERO);
    gradients_into(
        errors,
        inputs,
        weights,
        l2_penalty,
        numbers_mut(&mut weight_gradients),
        bias_gradients.as_slice_mut().unwrap_or_default(),
        &mut Scratch::default(),
    );
    (weight_gradients, bias_gradients)
}

/// What a hidden unit keeps from the forward pass for the way back; slices `(n_units, n_examples)`, row-major.
pub(crate) struct UnitState<'a, T> {
    pub z: &'a [T],
    pub a: &'a [T],
    pub mask: Option<&'a [T]>,
    pub activation: Activation,
}

/// z ← W·x + b: the sum over the inputs first, the bias added last.
pub(crate) fn pre_activations_into<T: Real>(
    weights: ArrayView2<'_, T>,
    biases: ArrayView1<'_, T>,
    inputs: ArrayView2<'_, T>,
    z: &mut [T],
    scratch: &mut Scratch<T>,
) {
    let biases = biases.as_standard_layout();
    product_then(weights, inputs, Finish::AddBias(biases.as_slice().unwrap_or_default()), z, scratch);
}

/// a ← g(z); softmax over all rows given.
pub(crate) fn activations_into<T: Real>(activation: Activation, z: &[T], n_examples: usize, a: &mut [T]) {
    if activation == Activation::Softmax {
        softmax_columns(z, a, n_examples);
    } else {
        activation.apply(z, a);
    }
}

/// δ ← (Wₙₑₓₜᵀ·δₙₑₓₜ)∘mask∘g′(z).
pub(crate) fn errors_into<T: Real>(
    next_weights: ArrayView2<'_, T>,
    next_errors: ArrayView2<'_, T>,
    unit: &UnitState<'_, T>,
    errors: &mut [T],
    scratch: &mut Scratch<T>,
) {
    product(next_weights.reversed_axes(), next_errors, errors, scratch);
    if let Some(mask) = unit.mask {
        multiply(errors, mask);
    }
    unit.activation.multiply_derivative(unit.z, unit.a, errors);
}

/// Gradients ← δ·xᵀ/m + (λ/m)·W and Σδ/m, examples ascending.
pub(crate) fn gradients_into<T: Real>(
    errors: ArrayView2<'_, T>,
    inputs: ArrayView2<'_, T>,
    weights: ArrayView2<'_, T>,
    l2_penalty: f64,
    weight_gradients: &mut [T],
    bias_gradients: &mut [T],
    scratch: &mut Scratch<T>,
) {
    let n_examples = errors.ncols();
    let count = T::from_usize(n_examples);
    let finish = if l2_penalty > 0.0 {
        Finish::DivideAndShrink { count, shrink: T::from_f64(l2_penalty / n_examples as f64), weights }
    } else {
        Finish::DivideBy(count)
    };
    product_then(errors, inputs.reversed_axes(), finish, weight_gradients, scratch);
    row_sums(errors, bias_gradients);
    for gradient in bias_gradients {
        *gradient /= count;
    }
}

/// sums ← Σ over each row, columns ascending. A sum waits for its last addition, so four rows are summed side by side.
fn row_sums<T: Real>(rows: ArrayView2<'_, T>, sums: &mut [T]) {
    let n_cols = rows.ncols();
    let rows = rows.as_standard_layout();
    let rows = rows.as_slice().unwrap_or_default();
    let row = |idx: usize| &rows[idx * n_cols..][..n_cols];
    let (groups, rest) = sums.as_chunks_mut::<4>();
    let n_grouped = 4 * groups.len();
    for (idx, sums) in groups.iter_mut().enumerate() {
        let [first, second, third, fourth] = std::array::from_fn(|part| row(4 * idx + part));
        *sums = [T::ZERO; 4];
        for (((&a, &b), &c), &d) in first.iter().zip(second).zip(third).zip(fourth) {
            *sums = [sums[0] + a, sums[1] + b, sums[2] + c, sums[3] + d];
        }
    }
    for (idx, sum) in rest.iter_mut().enumerate() {
        *sum = row(n_grouped + idx).iter().fold(T::ZERO, |sum, &value| sum + value);
    }
}

/// values ← values∘factors.
pub(crate) fn multiply<T: Real>(values: &mut [T], factors: &[T]) {
    for (value, &factor) in values.iter_mut().zip(factors) {
        *value *= factor;
    }
}

/// (rows, cols) of zeros.
pub(crate) fn zeros<T: Real>(rows: usize, cols: usize) -> Array2<T> {
    Array2::from_elem((rows, cols), T::ZERO)
}

/// The numbers of a row-major matrix, which all of this crate's own are.
pub(crate) fn numbers<T>(matrix: &Array2<T>) -> &[T] {
    debug_assert!(matrix.is_standard_layout(), "a matrix of the engine is row-major");
    matrix.as_slice().unwrap_or_default()
}

/// The numbers of a row-major matrix, to be written.
pub(crate) fn numbers_mut<T>(matrix: &mut Array2<T>) -> &mut [T] {
    debug_assert!(matrix.is_standard_layout(), "a matrix of the engine is row-major");
    matrix.as_slice_mut().unwrap_or_default()
}
