"""Makes the event files beside this script, and what TensorBoard's own reader finds in them.

tensorboard 2.21.0, tensorboardX 2.6.5, numpy 1.26 or newer: pip install tensorboard tensorboardX
"""

import glob
import json
import math
import os
import shutil
import tempfile

import numpy as np
from tensorboard.backend.event_processing import event_accumulator
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboardX import SummaryWriter

HERE = os.path.dirname(os.path.abspath(__file__))


def only_file(folder):
    (path,) = glob.glob(os.path.join(folder, "events.out.tfevents.*"))
    return path


def torch_like(folder):
    """As PyTorch and tensorboardX write: simple values and histograms."""
    writer = SummaryWriter(folder)
    rng = np.random.default_rng(1)
    for step in range(0, 40, 2):
        writer.add_scalar("cost/train", math.exp(-step / 20), step, walltime=1795349492.5 + step)
        if step == 10:
            writer.add_scalar("cost/train", math.nan, step + 1, walltime=1795349503.0)
        if step % 10 == 0:
            writer.add_histogram("layer1/weights", rng.normal(size=200), step, walltime=1795349492.5 + step)
    writer.close()


def tensor(dtype, values, shape):
    proto = tensor_pb2.TensorProto(dtype=dtype)
    for size in shape:
        proto.tensor_shape.dim.add(size=size)
    numpy_type = {types_pb2.DT_FLOAT: "<f4", types_pb2.DT_DOUBLE: "<f8"}[dtype]
    if shape:
        proto.tensor_content = np.asarray(values, dtype=numpy_type).tobytes()
    elif dtype == types_pb2.DT_FLOAT:
        proto.float_val.append(values)
    else:
        proto.double_val.append(values)
    return proto


def keras_like(folder):
    """As TensorFlow 2 and Keras write: everything a tensor, with the name of its plugin; begun again at step 6."""
    writer = EventFileWriter(folder)

    def add(step, tag, plugin, proto, time):
        metadata = summary_pb2.SummaryMetadata()
        metadata.plugin_data.plugin_name = plugin
        value = summary_pb2.Summary.Value(tag=tag, tensor=proto, metadata=metadata)
        event = event_pb2.Event(wall_time=time, step=step)
        event.summary.value.append(value)
        writer.add_event(event)

    def add_steps(steps, factor, time):
        for step in steps:
            add(step, "epoch_loss", "scalars", tensor(types_pb2.DT_FLOAT, factor / (1 + step), ()), time + step)
            rows = [[-1.0, 0.0, 3.0 + step], [0.0, 0.5, 4.0], [0.5, 2.0, factor]]
            proto = tensor(types_pb2.DT_DOUBLE, rows, (3, 3))
            add(step, "kernel_0", "histograms", proto, time + step)

    add_steps(range(9), 1.0, 1795349492.0)
    restart = event_pb2.Event(wall_time=1795350000.0, step=6)
    restart.session_log.status = event_pb2.SessionLog.START
    writer.add_event(restart)
    add_steps(range(6, 12), 2.0, 1795350000.0)
    writer.close()


def finite(value):
    return value if math.isfinite(value) else None


def stitched(rows):
    """Without what a restart made worthless: that reader leaves it in among tensors."""
    kept = []
    for row in rows:
        kept = [other for other in kept if other[0] < row[0]] + [row]
    return kept


def expected(path):
    """What TensorBoard's reader finds, everything kept."""
    everything = {name: 0 for name in ("scalars", "histograms", "tensors", "compressedHistograms", "images", "audio")}
    found = event_accumulator.EventAccumulator(path, size_guidance=everything)
    found.Reload()
    curves, distributions = {}, {}
    for tag in found.Tags()["scalars"]:
        curves[tag] = [[e.step, e.wall_time * 1000, finite(e.value)] for e in found.Scalars(tag)]
    for tag in found.Tags()["histograms"]:
        rows = []
        for event in found.Histograms(tag):
            histogram = event.histogram_value
            rows.append([event.step, sum(histogram.bucket), histogram.min, histogram.max])
        distributions[tag] = rows
    for tag in found.Tags()["tensors"]:
        plugin = found.SummaryMetadata(tag).plugin_data.plugin_name
        for event in found.Tensors(tag):
            proto = event.tensor_proto
            if plugin == "scalars":
                curves.setdefault(tag, []).append([event.step, event.wall_time * 1000, finite(proto.float_val[0])])
            elif plugin == "histograms" and proto.tensor_content:
                rows = np.frombuffer(proto.tensor_content, "<f8").reshape(-1, 3)
                row = [event.step, float(rows[:, 2].sum()), float(rows[0, 0]), float(rows[-1, 1])]
                distributions.setdefault(tag, []).append(row)
    stitch = lambda all_rows: {tag: stitched(rows) for tag, rows in all_rows.items()}
    return {"curves": stitch(curves), "distributions": stitch(distributions)}


for name, make in (("torch_like", torch_like), ("keras_like", keras_like)):
    with tempfile.TemporaryDirectory() as folder:
        make(folder)
        target = os.path.join(HERE, name + ".tfevents")
        shutil.copy(only_file(folder), target)
        with tempfile.TemporaryDirectory() as other:
            shutil.copy(target, os.path.join(other, "events.out.tfevents.1"))
            with open(os.path.join(HERE, name + ".json"), "w", encoding="utf-8") as file:
                json.dump(expected(only_file(other)), file, indent=1)
                file.write("\n")
