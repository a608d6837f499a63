def forward(X, parameters):
    """The outputs (n_outputs, n_examples) for inputs X (n_inputs, n_examples), and each layer's z and a."""
    A, cache = X, []
    for layer, g in enumerate(ACTIVATIONS, start=1):
        W, b = parameters[f"W{layer}"], parameters[f"b{layer}"]
        Z = W @ A + b
        A = g(Z).astype(Z.dtype)
        cache.append((Z, A))
    return A, cache


def prepared(X):
    """Inputs (n_inputs, n_examples) in the units of the data set as the network sees them."""
    return ((X - SHIFT) / SCALE).astype(DTYPE)


def decoded(encoded):
    """W1 (n_units, n_inputs), b1 (n_units, 1), W2 … as a dictionary of arrays."""
    return {
        name: np.frombuffer(base64.b64decode(text), dtype=DTYPE).reshape(shape)
        for name, shape, text in encoded
    }


def main(files):
    if len(files) != 1:
        sys.exit("give one file: X.npy or X.csv, with a row for each example and a column for each of INPUTS")
    name = files[0]
    X = np.load(name) if name.endswith(".npy") else np.loadtxt(name, delimiter=",", ndmin=2)
    n_inputs = PARAMETERS["W1"].shape[1]
    if X.ndim != 2 or X.shape[1] != n_inputs:
        sys.exit(f"{name} is {X.shape}, the network needs rows of {n_inputs} inputs")
    outputs, _ = forward(prepared(X.T), PARAMETERS)
    np.savetxt(sys.stdout, outputs.T * TARGET_SCALE + TARGET_SHIFT, delimiter=",")


