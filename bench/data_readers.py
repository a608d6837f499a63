"""The same files for LNN and its peers: `make DIR` writes them, `read FILE` reads one with the tool that people use for it.

`read` prints JSON: seconds from the file to a table of float64 in memory (texts stay texts), the tool, rows, columns of numbers, and
the sum of all numbers, by which LNN's reading is checked.
"""

import gzip
import io
import json
import sys
import time
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
from PIL import Image

N_ROWS = 400_000
N_RECORDS = 100_000
N_PICTURES = 20_000
N_FILES = 1_000
SIDE = 28
PICTURE_SIDE = 64


def table(n_rows):
    """Ten columns of numbers, a text with gaps, and two classes."""
    random = np.random.default_rng(1)
    columns = {name: random.integers(0, 1 << 24, n_rows) / 1000 for name in "abcdefghij"}
    columns["city"] = random.choice(["Bern", "Chur", None, "Genf, Genève"], n_rows)
    columns["class"] = random.choice(["yes", "no"], n_rows)
    return pd.DataFrame(columns)


def make(folder):
    folder.mkdir(parents=True, exist_ok=True)
    whole = table(N_ROWS)
    whole.to_csv(folder / "table.csv", index=False)
    whole.to_parquet(folder / "table.parquet", index=False)
    records = table(N_RECORDS)
    records.to_json(folder / "records.json", orient="records")
    records.to_json(folder / "lines.ndjson", orient="records", lines=True)
    random = np.random.default_rng(2)
    # Most of a digit's picture is empty: that packs as MNIST does.
    pixels = random.integers(0, 256, (N_PICTURES, SIDE, SIDE), dtype=np.uint8)
    pixels *= random.random((N_PICTURES, SIDE, SIDE)) < 0.2
    labels = random.integers(0, 10, N_PICTURES, dtype=np.uint8)
    np.save(folder / "pixels.npy", pixels)
    np.savez_compressed(folder / "arrays.npz", x_train=pixels, y_train=labels)
    with h5py.File(folder / "plain.h5", "w") as file:
        file["train_set_x"], file["train_set_y"] = pixels, labels
    with h5py.File(folder / "packed.h5", "w") as file:
        file.create_dataset("train_set_x", data=pixels, chunks=(100, SIDE, SIDE), compression="gzip", shuffle=True)
        file["train_set_y"] = labels
    header = b"".join(n.to_bytes(4, "big") for n in (0x803, N_PICTURES, SIDE, SIDE))
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(header + pixels.tobytes(), 6))
    with zipfile.ZipFile(folder / "pictures.zip", "w") as archive:
        for idx in range(N_FILES):
            noise = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
            picture = Image.fromarray(noise).resize((PICTURE_SIDE, PICTURE_SIDE), Image.BILINEAR)
            packed = io.BytesIO()
            picture.save(packed, "png")
            archive.writestr(f"{'cats' if idx % 2 else 'dogs'}/{idx}.png", packed.getvalue())


def rows(array):
    """Examples as rows of float64, a column lying together as in a table."""
    return np.asarray(array.reshape(len(array), -1), dtype=np.float64, order="F")


def of_arrays(inputs, labels=None):
    parts = [rows(inputs)] if labels is None else [rows(inputs), rows(labels)]
    return sum(part.sum() for part in parts), len(parts[0]), sum(part.shape[1] for part in parts)


def of_frame(frame):
    numbers = frame.select_dtypes("number")
    return float(numbers.sum().sum()), len(frame), numbers.shape[1]


def of_hdf5(path):
    with h5py.File(path) as file:
        return of_arrays(file["train_set_x"][:], file["train_set_y"][:])


def of_idx(path):
    bytes_ = gzip.decompress(path.read_bytes())
    return of_arrays(np.frombuffer(bytes_, np.uint8, offset=16).reshape(N_PICTURES, -1))


def of_pictures(path):
    with zipfile.ZipFile(path) as archive:
        pictures = [np.asarray(Image.open(io.BytesIO(archive.read(name)))) for name in archive.namelist()]
    return of_arrays(np.stack(pictures))


def of_npz(path):
    with np.load(path) as arrays:
        return of_arrays(arrays["x_train"], arrays["y_train"])


READERS = {
    "table.csv": ("pandas", lambda path: of_frame(pd.read_csv(path))),
    "table.parquet": ("pandas, pyarrow", lambda path: of_frame(pd.read_parquet(path))),
    "records.json": ("pandas", lambda path: of_frame(pd.read_json(path))),
    "lines.ndjson": ("pandas", lambda path: of_frame(pd.read_json(path, lines=True))),
    "pixels.npy": ("NumPy", lambda path: of_arrays(np.load(path))),
    "arrays.npz": ("NumPy", of_npz),
    "plain.h5": ("h5py", of_hdf5),
    "packed.h5": ("h5py", of_hdf5),
    "train-images-idx3-ubyte.gz": ("gzip, NumPy", of_idx),
    "pictures.zip": ("Pillow", of_pictures),
}


def read(path):
    tool, reader = READERS[path.name]
    start = time.perf_counter()
    total, n_rows, n_numeric = reader(path)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "tool": tool, "rows": n_rows, "numeric": n_numeric, "sum": float(total)}))


if __name__ == "__main__":
    command, place = sys.argv[1:]
    make(Path(place)) if command == "make" else read(Path(place))
