"""Other programs read what LNN wrote, and answer the same: python check.py FOLDER

FOLDER has, for each network NAME, NAME.json with its inputs, outputs and parameters, and NAME.onnx, NAME.py, NAME.npz and
NAME.safetensors. Prints one line with the largest differences; a difference that is too large ends the program.
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file

# Of onnxruntime and of the program, for numbers of 32 and of 64 bits.
TOLERANCES = {"f32": [1e-5, 1e-6], "f64": [1e-12, 1e-12]}


def distance(found, expected):
    """The largest difference, relative where numbers are larger than 1."""
    assert found.shape == expected.shape, (found.shape, expected.shape)
    return float((np.abs(found - expected) / np.maximum(1, np.abs(expected))).max())


def by_onnxruntime(path, inputs):
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    [output] = session.run(["Y"], {"X": inputs.T})
    return output.T


def module(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def as_command(path, inputs):
    """The program's main, on a file with a row for each example."""
    rows = path.with_name("X.npy")
    np.save(rows, inputs.T)
    out = subprocess.run([sys.executable, path, rows], check=True, capture_output=True, text=True).stdout
    return np.loadtxt(out.splitlines(), delimiter=",", ndmin=2).T


def same_parameters(found, layers, dtype, biases_are_columns):
    assert len(found) == 2 * len(layers), sorted(found)
    for number, layer in enumerate(layers, start=1):
        w, b = np.array(layer["weights"], dtype), np.array(layer["biases"], dtype)
        b = b[:, None] if biases_are_columns else b
        for name, expected in ((f"W{number}", w), (f"b{number}", b)):
            array = found[name]
            assert array.dtype == dtype and array.shape == expected.shape, (name, array.dtype, array.shape)
            assert np.array_equal(array, expected), f"{name} has other bits"


def check(path, is_run):
    about = json.loads(path.read_text())
    dtype = np.float32 if about["precision"] == "f32" else np.float64
    inputs, outputs = np.array(about["inputs"], dtype), np.array(about["outputs"])
    program = module(path.with_suffix(".py"))
    found, cache = program.forward(inputs, program.PARAMETERS)
    assert found.dtype == dtype and len(cache) == len(about["layers"])
    assert program.INPUTS == about["input_names"], program.INPUTS
    same_parameters(dict(np.load(path.with_suffix(".npz"))), about["layers"], dtype, True)
    same_parameters(load_file(path.with_suffix(".safetensors")), about["layers"], dtype, False)
    same_parameters(program.PARAMETERS, about["layers"], dtype, True)
    distances = [distance(by_onnxruntime(path.with_suffix(".onnx"), inputs), outputs), distance(found, outputs)]
    if is_run:
        distances[1] = max(distances[1], distance(as_command(path.with_suffix(".py"), inputs), outputs))
    tolerances = list(TOLERANCES[about["precision"]])
    if any(layer["activation"] == "leaky_relu" for layer in about["layers"]):
        # An attribute of ONNX has 32 bits: the slope is 0.01 to eight digits.
        tolerances[0] = max(tolerances[0], 1e-7)
    for value, tolerance, who in zip(distances, tolerances, ["onnxruntime", "the program"]):
        assert value <= tolerance, f"{path.stem}: {who} differs by {value}"
    return distances


def main(folder):
    paths = sorted(Path(folder).glob("*.json"))
    assert paths, "there is nothing to check"
    # Starting a Python takes a while: the first five are run as commands too.
    distances = [check(path, idx < 5) for idx, path in enumerate(paths)]
    worst = np.max(distances, axis=0)
    print(f"{len(paths)} networks: onnxruntime differs by at most {worst[0]:.1e}, the programs by {worst[1]:.1e}")


if __name__ == "__main__":
    main(sys.argv[1])
