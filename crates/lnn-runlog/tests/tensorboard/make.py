"""Writes the event files beside this script, and expected.json: what TensorBoard's own readers find in them.

    python -m venv venv
    venv/bin/pip install tensorboard==2.21.0 tensorboardX==2.6.5 numpy==2.4.6 protobuf==7.36.2 pillow==13.0.0
    venv/bin/python make.py

Folders: `pytorch` has what tensorboardX writes (torch.utils.tensorboard writes the same): numbers and histograms of the
older form, a run that was taken up again with purge_step, and kinds that LNN does not show. `keras` has what TensorFlow 2
writes: numbers and histograms as tensors, metadata with the first value of a tag alone, two sessions. `twice` has a tag that
two files write at the same steps, without a session's start.
"""

import json
import pathlib
import shutil
import time

import numpy as np

CLOCK = [1_700_000_000.0]
time.time = lambda: CLOCK[0]

from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
from tensorboard import data_compat
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.histogram import metadata as histogram_metadata
from tensorboard.plugins.scalar import metadata as scalar_metadata
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util import tensor_util
from tensorboardX import SummaryWriter

HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(7)


def tick(seconds):
    CLOCK[0] = round(CLOCK[0] + seconds, 3)
    return CLOCK[0]


def rename(folder, number):
    """Without the machine's name and the process's number."""
    (new,) = [path for path in folder.iterdir() if not path.name.endswith(".lnn")]
    new.rename(folder / f"events.out.tfevents.{int(CLOCK[0]):010d}.{number}.lnn")


def loss(step):
    return 2.3 * 0.93**step + 0.01 * random.standard_normal()


def write_pytorch():
    folder = HERE / "pytorch"
    writer = SummaryWriter(str(folder))
    for step in range(40):
        writer.add_scalar("loss/train", loss(step), step, walltime=tick(0.75))
        if step % 10 == 9:
            writer.add_scalar("accuracy/dev", step / 40, step, walltime=tick(0.1))
            writer.add_histogram("layer1/weights", random.standard_normal(300), step, bins="fd", walltime=tick(0.1))
    writer.add_scalar("odd", float("nan"), 1, walltime=tick(0.1))
    writer.add_scalar("odd", float("inf"), 2, walltime=tick(0.1))
    writer.add_scalar("odd", float("-inf"), 3, walltime=tick(0.1))
    writer.add_histogram("all equal", np.zeros(10), 0, walltime=tick(0.1))
    writer.add_text("note", "a text", 3, walltime=tick(0.1))
    writer.add_image("digit", random.random((1, 4, 4)), 3, walltime=tick(0.1))
    writer.close()
    rename(folder, 0)
    tick(100)
    writer = SummaryWriter(str(folder), purge_step=30)
    for step in range(30, 50):
        writer.add_scalar("loss/train", loss(step), step, walltime=tick(0.75))
    writer.add_histogram("layer1/weights", random.standard_normal(300), 39, bins="fd", walltime=tick(0.1))
    writer.close()
    rename(folder, 1)


class KerasWriter:
    """Writes tensors with metadata at the first value of each tag, as TensorFlow's writer does."""

    def __init__(self, folder, start):
        self.writer = EventFileWriter(str(folder))
        self.known = set()
        status = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
        self.writer.add_event(event_pb2.Event(wall_time=tick(0.5), step=start, session_log=status))

    def write(self, tag, step, array, metadata):
        value = summary_pb2.Summary.Value(tag=tag, tensor=tensor_util.make_tensor_proto(array))
        if tag not in self.known:
            value.metadata.CopyFrom(metadata)
        self.known.add(tag)
        summary = summary_pb2.Summary(value=[value])
        self.writer.add_event(event_pb2.Event(wall_time=tick(0.5), step=step, summary=summary))

    def scalar(self, tag, step, value):
        self.write(tag, step, value, scalar_metadata.create_summary_metadata(tag, ""))

    def histogram(self, tag, step, values, n_buckets=12):
        """As tf.summary.histogram: equal buckets from the least to the greatest value."""
        counts, edges = np.histogram(values, n_buckets)
        table = np.stack([edges[:-1], edges[1:], counts], axis=1).astype(np.float64)
        self.write(tag, step, table, histogram_metadata.create_summary_metadata(tag, ""))


def write_keras():
    folder = HERE / "keras"
    for number, (start, end) in enumerate([(0, 12), (8, 20)]):
        writer = KerasWriter(folder, start)
        for step in range(start, end):
            writer.scalar("epoch_loss", step, np.float32(loss(step)))
            writer.scalar("epoch_accuracy", step, np.array([[step / 20]], dtype=np.float64))
            writer.scalar("examples_seen", step, np.int64(step * 60_000))
            if step % 4 == 0:
                writer.histogram("dense/kernel", step, random.standard_normal(500))
        writer.histogram("dense/bias", end, np.ones(5), n_buckets=1)
        writer.writer.add_event(event_pb2.Event(wall_time=tick(0.5), step=end, graph_def=b"\x12\x00"))
        writer.writer.close()
        rename(folder, number)
        tick(100)


def write_twice():
    folder = HERE / "twice"
    for number, steps in enumerate([range(0, 10), range(5, 12)]):
        writer = EventFileWriter(str(folder))
        for step in steps:
            value = summary_pb2.Summary.Value(tag="loss", simple_value=loss(step))
            summary = summary_pb2.Summary(value=[value])
            writer.add_event(event_pb2.Event(wall_time=tick(0.5), step=step, summary=summary))
        writer.close()
        rename(folder, number)
        tick(100)


def numbers(*values):
    """As texts, for JSON has no NaN."""
    return [repr(float(value)) for value in values]


def by_accumulator(folder):
    """The reader of the older forms: it takes points back at every session's start."""
    guidance = event_accumulator.STORE_EVERYTHING_SIZE_GUIDANCE
    found = event_accumulator.EventAccumulator(str(folder), guidance).Reload()
    curves = {
        tag: [(e.step, *numbers(e.wall_time, e.value)) for e in found.Scalars(tag)]
        for tag in found.Tags()["scalars"]
    }
    distributions = {}
    for tag in found.Tags()["histograms"]:
        points = distributions[tag] = []
        for e in found.Histograms(tag):
            h = e.histogram_value
            proto = summary_pb2.HistogramProto(min=h.min, max=h.max, num=h.num, bucket_limit=h.bucket_limit, bucket=h.bucket)
            table = tensor_util.make_ndarray(data_compat.migrate_value(summary_pb2.Summary.Value(tag=tag, histo=proto)).tensor)
            sums = numbers(h.min, h.max, h.num, h.sum, h.sum_squares)
            points.append((e.step, *numbers(e.wall_time), sums, [numbers(*row) for row in table]))
    return {"curves": curves, "distributions": distributions}


def by_plugins(folder):
    """The reader of tensors. It takes points back at every session's start but the first."""
    guidance = {"tensors": 0}
    by_plugin = {"scalars": 0, "histograms": 0}
    found = plugin_event_accumulator.EventAccumulator(str(folder), guidance, by_plugin).Reload()
    events = lambda tag: [(e.step, e.wall_time, tensor_util.make_ndarray(e.tensor_proto)) for e in found.Tensors(tag)]
    curves = {
        tag: [(step, *numbers(wall_time, array.item())) for step, wall_time, array in events(tag)]
        for tag in found.PluginTagToContent("scalars")
    }
    distributions = {
        tag: [(step, *numbers(wall_time), None, [numbers(*row) for row in table]) for step, wall_time, table in events(tag)]
        for tag in found.PluginTagToContent("histograms")
    }
    return {"curves": curves, "distributions": distributions}


if __name__ == "__main__":
    for name in ["pytorch", "keras", "twice"]:
        shutil.rmtree(HERE / name, ignore_errors=True)
    write_pytorch()
    write_keras()
    write_twice()
    expected = {
        "pytorch": by_accumulator(HERE / "pytorch"),
        "keras": by_plugins(HERE / "keras"),
        "twice": by_accumulator(HERE / "twice"),
    }
    (HERE / "expected.json").write_text(json.dumps(expected, separators=(",", ":")).replace("],[", "],\n[") + "\n")
