"""Makes a run small enough to ship, with the same answers: coarser weights, fewer events, and only what pages read."""

import itertools
import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data import MnistData, Split
from mnist_demo.files import read_npz
from mnist_demo.inference.worker import predict
from mnist_demo.runs import Predictions, Run, keep_predictions
from mnist_demo.runs.events import Event, EventKind
from mnist_demo.runs.predictions import TEST, VALIDATION, snapshot_digest, validation_part

MOST_BATCH_EVENTS = 300
"""Most batch events of a trimmed run, as many as a chart shows."""

MANTISSA_BITS = 10
"""Bits of a trimmed weight's mantissa, as float16 has; the other 13 bits of float32 are zero and compress well."""


def trim(run: Run, folder: Path, data: MnistData, epochs: Iterable[int]) -> Run:
    """Copy a finished run into a new folder, made small.

    Args:
        run: The run.
        folder: The folder of the copy, whose name becomes its id.
        data: The images of the run.
        epochs: The epochs whose snapshots are kept, the last one included.

    Returns:
        The copy, with the predictions that the pages ask for.
    """
    (folder / "snapshots").mkdir(parents=True)
    shutil.copyfile(run.folder / "experiment.json", folder / "experiment.json")
    lines = (json.dumps(event, separators=(",", ":")) for event in thinned(run.events()))
    (folder / "events.jsonl").write_text("\n".join(lines) + "\n")
    for epoch in epochs:
        name = f"{epoch:03d}.npz"
        weights = {key: rounded(array) for key, array in read_npz(run.folder / "snapshots" / name).items()}
        np.savez_compressed(folder / "snapshots" / name, allow_pickle=False, **weights)
    trimmed = Run(folder)
    _keep_answers(trimmed, data)
    return trimmed


def rounded(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Round finite float32 weights to `MANTISSA_BITS`."""
    dropped = 23 - MANTISSA_BITS
    bits = weights.view(np.uint32) + np.uint32(1 << (dropped - 1))
    return (bits >> dropped << dropped).view(np.float32)


def thinned(events: Sequence[Event]) -> list[Event]:
    """Return the events with at most `MOST_BATCH_EVENTS` means over batches, and only the last answers to digits."""
    batches = [event for event in events if event["kind"] == EventKind.BATCH]
    last_digits = max((i for i, event in enumerate(events) if event["kind"] == EventKind.DIGITS), default=None)
    # The first batch event stands alone, because the speed is measured from its end.
    size = -(-(len(batches) - 1) // (MOST_BATCH_EVENTS - 1))
    means = {}
    for before, *group in _groups(batches, max(1, size)):
        means[group[-1]["step"]] = _mean(before, group)
    kept = []
    for index, event in enumerate(events):
        match event["kind"]:
            case EventKind.BATCH:
                kept += [means[event["step"]]] if event["step"] in means else []
            case EventKind.DIGITS:
                kept += [event] if index == last_digits else []
            case _:
                kept.append(event)
    return kept


def _groups(batches: Sequence[Event], size: int) -> Iterable[list[Event]]:
    """Return neighbouring events, at most `size`, each group behind the last event of the previous group."""
    nothing: Event = {"images": 0}
    ends = [0, *range(1, len(batches), size), len(batches)]
    for start, end in itertools.pairwise(ends):
        yield [batches[start - 1] if start else nothing, *batches[start:end]]


def _mean(before: Event, group: Sequence[Event]) -> Event:
    if len(group) == 1:
        return group[0]
    images = np.diff([event["images"] for event in (before, *group)])
    means = {name: float(np.average([each[name] for each in group], weights=images)) for name in ("loss", "accuracy")}
    return {**group[-1], **{name: float(f"{mean:.6g}") for name, mean in means.items()}}


def _keep_answers(run: Run, data: MnistData) -> None:
    """Keep the predictions that the pages Evaluate, Time machine and Draw ask for."""
    count = run.experiment.training.validation_images
    part = validation_part(count, len(data.validation))
    for snapshot in run.snapshots:
        _keep(snapshot, part, data.validation[:count], with_probabilities=False)
    _keep(run.newest_snapshot, VALIDATION, data.validation, with_probabilities=True)
    _keep(run.newest_snapshot, TEST, data.test, with_probabilities=True)


def _keep(snapshot: Path, part: str, split: Split, *, with_probabilities: bool) -> None:
    whole = Predictions.of(split.labels, predict(snapshot, split.images))
    kept = whole if with_probabilities else Predictions(whole.labels, whole.classes, whole.confidences)
    keep_predictions(snapshot, snapshot_digest(snapshot), part, kept)
