"""The workload `cat` in NumPy: 12288-20-7-5-1, 209 examples, full batch, float32.

In: the number of epochs. Out: one line of JSON with milliseconds an epoch, the versions, and the cost before and after. The
same step as LNN's and the peers': ReLU, a sigmoid output, binary cross-entropy, plain gradient descent at 0.01. Threads are
the caller's choice (OPENBLAS_NUM_THREADS); `cargo xtask bench` asks for one.
"""

import json
import sys
import time

import numpy as np

LAYERS = [12288, 20, 7, 5, 1]
N_EXAMPLES = 209
LEARNING_RATE = np.float32(0.01)


def make_data(rng):
    """Noise with one of two faint patterns; columns are examples."""
    labels = rng.integers(0, 2, N_EXAMPLES)
    patterns = rng.choice([-0.15, 0.15], (2, LAYERS[0]))
    inputs = 0.6 * (rng.random((LAYERS[0], N_EXAMPLES)) - 0.5) + patterns[labels].T
    # Row by row in memory: what a product wants on its right side.
    return np.ascontiguousarray(inputs, np.float32), labels[np.newaxis].astype(np.float32)


def forward(weights, biases, inputs):
    """Every layer's activations, the inputs first, and the output's z."""
    activations = [inputs]
    for w, b in zip(weights, biases):
        z = w @ activations[-1] + b
        activations.append(np.maximum(z, 0))
    activations[-1] = 1 / (1 + np.exp(-z))
    return activations, z


def cost(z, targets):
    """The mean binary cross-entropy, from z so that it can't overflow."""
    return float(np.mean(np.maximum(z, 0) - z * targets + np.log1p(np.exp(-np.abs(z)))))


def step(weights, biases, inputs, targets):
    """One epoch: the full batch is one step."""
    activations, z = forward(weights, biases, inputs)
    value = cost(z, targets)
    error = activations[-1] - targets
    for idx in reversed(range(len(weights))):
        weight_gradient = error @ activations[idx].T / np.float32(N_EXAMPLES)
        bias_gradient = error.sum(axis=1, keepdims=True) / np.float32(N_EXAMPLES)
        if idx > 0:
            error = (weights[idx].T @ error) * (activations[idx] > 0)
        weights[idx] -= LEARNING_RATE * weight_gradient
        biases[idx] -= LEARNING_RATE * bias_gradient
    return value


def main():
    """Trains and prints."""
    n_epochs = int(sys.argv[1])
    rng = np.random.default_rng(1)
    inputs, targets = make_data(rng)
    pairs = list(zip(LAYERS, LAYERS[1:]))
    weights = [(rng.standard_normal((n, k)) * np.sqrt(2 / k)).astype(np.float32) for k, n in pairs]
    biases = [np.zeros((n, 1), np.float32) for _, n in pairs]
    before = step(weights, biases, inputs, targets)
    begun = time.perf_counter()
    for _ in range(n_epochs):
        after = step(weights, biases, inputs, targets)
    seconds = time.perf_counter() - begun
    if not after < before:
        sys.exit(f"NumPy does not learn: its cost went from {before} to {after}")
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    result = {
        "ms": 1000 * seconds / n_epochs,
        "epochs": n_epochs,
        "numpy": np.__version__,
        "blas": f"{blas['name']} {blas['version']}",
        "cost": [before, after],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
