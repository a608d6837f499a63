"""TensorBoard's readers on the same run: how long each takes to load it.

    tensorboard_reader.py write LOG FOLDER    an event file of LOG, a run log, by TensorBoard's own writer; not timed
    tensorboard_reader.py read FOLDER         a turn for each reader; prints JSON: bytes, steps, everybody's seconds

A step becomes what one would log of it with TensorBoard: its scores as scalars, and of each layer and quantity a histogram over
the units, in the 30 buckets that TensorBoard makes by default. Needs the packages of requirements.txt beside this file.
"""

import json
import pathlib
import re
import subprocess
import sys
import time

import numpy as np
import tensorboard
import tensorboard_data_server
from tensorboard.backend.event_processing.event_accumulator import (
    HISTOGRAMS,
    SCALARS,
    STORE_EVERYTHING_SIZE_GUIDANCE,
    TENSORS,
    EventAccumulator,
)
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter

# Told when the data server has read everything that is there.
LOADED = re.compile(r"Finished load cycle \(([0-9.]+)(ns|µs|us|ms|s)\)")
SECONDS = {"ns": 1e-9, "µs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1.0}


def summaries(step):
    """Everything that is logged of a step."""
    scores = {"learning_rate": step["learning_rate"], "batch_cost": step["batch_cost"]}
    for split in ("train", "dev"):
        for name, value in (step[split] or {}).items():
            scores[f"{split}/{name}"] = value
    for name, value in scores.items():
        if value is not None:
            yield scalar_pb(name, value)
    for idx, layer in enumerate(step["layers"], start=1):
        for quantity, units in layer.items():
            yield histogram_pb(f"layer {idx}/{quantity}", [value for value in units if value is not None])


def write(log, folder):
    """Writes the event file of a run log: an event for each summary, as TensorBoard's writers do."""
    writer = EventFileWriter(str(folder))
    with open(log, encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if record["kind"] != "step":
                continue
            for summary in summaries(record):
                time_s = record["time_ms"] / 1000
                writer.add_event(Event(wall_time=time_s, step=record["step"], summary=summary))
    writer.close()


def event_file_loader(path):
    """Parses every event and lets it go; says how many steps it saw."""
    return sum(any(value.tag == "train/cost" for value in event.summary.value) for event in EventFileLoader(path).Load())


def event_accumulator(path):
    """Parses every event and keeps it by its tag: what TensorBoard does where it has no data server."""
    keep_all = {**STORE_EVERYTHING_SIZE_GUIDANCE, SCALARS: 0, HISTOGRAMS: 0, TENSORS: 0}
    accumulator = EventAccumulator(path, size_guidance=keep_all).Reload()
    n_kept = {len(accumulator.Tensors(tag)) for tag in accumulator.Tags()["tensors"] if tag.startswith("layer")}
    assert len(n_kept) == 1, f"{n_kept} histograms are kept of a tag"
    return n_kept.pop()


def data_server(folder, options):
    """Seconds of the data server, TensorBoard's fast path, to load the folder once: what it says itself."""
    program = tensorboard_data_server.server_binary()
    command = [program, "--logdir", folder, "--port", "0", "--reload", "once", "--die-after-stdin", "-vv"]
    command += ["--samples-per-plugin", "scalars=all,histograms=all", *options]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        for line in server.stderr:
            if found := LOADED.search(line):
                return float(found[1]) * SECONDS[found[2]]
        raise RuntimeError("the data server ended before it had loaded the events")
    finally:
        server.stdin.close()
        server.wait()


def read(folder):
    """A turn for each reader."""
    (path,) = pathlib.Path(folder).glob("*tfevents*")
    seconds, n_steps = {}, set()
    for reader in (event_file_loader, event_accumulator):
        begun = time.perf_counter()
        n_steps.add(reader(str(path)))
        seconds[reader.__name__] = time.perf_counter() - begun
    seconds["data_server"] = data_server(folder, [])
    seconds["data_server_checksum"] = data_server(folder, ["--checksum"])
    assert len(n_steps) == 1, f"not all found the same number of steps: {n_steps}"
    result = {"bytes": path.stat().st_size, "steps": n_steps.pop(), "seconds": seconds}
    versions = {"tensorboard": tensorboard.__version__, "data_server": tensorboard_data_server.__version__}
    versions |= {"python": sys.version.split()[0], "numpy": np.__version__}
    print(json.dumps(result | {"versions": versions}))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", log, folder]:
            write(log, folder)
        case ["read", folder]:
            read(folder)
        case _:
            sys.exit(__doc__)
