"""The events of a run: one JSON object a line, appended as the training happens."""

import errno
import json
import os
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from mnist_demo.dimensions import CLASSES
from mnist_demo.files import check_writable
from mnist_demo.runs.stop_reasons import StopReason

Event = dict[str, Any]

FIXED_DIGITS = 20
"""Validation digits that a run predicts throughout its training: the first of the split."""

MAX_BYTES = 16_000_000
"""Most bytes that are read of a file of events. The fixed digits write most of them: 2 million an hour."""

_MAX_LINE_BYTES = 10_000
"""Most bytes of an event; the predictions for the fixed digits take 260, the longest reason 2,000."""

_FAR_TOO_MANY = 10**12


class RunState(StrEnum):
    """The state of a run, as the last state event of the run says."""

    QUEUED = "queued"
    STARTING = "starting"
    TRAINING = "training"
    PAUSED = "paused"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"

    @property
    def is_active(self) -> bool:
        """Whether the run waits or trains, so that more events may follow."""
        return self not in (RunState.STOPPED, RunState.FINISHED, RunState.FAILED)


class EventKind(StrEnum):
    """The kind of an event, which decides its fields.

    - state: `state`, and for some states `reason` (a `StopReason`; a sentence in runs of the former version)
    - plan: `epochs`, `steps_per_epoch`, `images_per_epoch`, `parameters`
    - batch: `step`, `images`, `loss`, `accuracy`, `learning_rate`, `seconds`: means since the last batch event
    - epoch: `epoch`, `step`, `images`, `loss`, `accuracy`, `val_loss`, `val_accuracy`, `seconds`
    - resume: `epoch`, `step`, `reported`, `seconds`: the run continues from this place. Earlier events from beyond the
      place do not count any more, nor do batch events after step `reported`, because the next batch event covers their
      batches too
    - rate: `step`, `images`, `learning_rate`: a command changed the learning rate after `step` batches
    - digits: `step`, `answers`, `confidences`: the network's predictions for the fixed validation digits
    """

    STATE = "state"
    PLAN = "plan"
    BATCH = "batch"
    EPOCH = "epoch"
    RESUME = "resume"
    RATE = "rate"
    DIGITS = "digits"


FIELDS: dict[EventKind, tuple[str, ...]] = {
    EventKind.STATE: ("state",),
    EventKind.PLAN: ("epochs", "steps_per_epoch", "images_per_epoch", "parameters"),
    EventKind.BATCH: ("step", "images", "loss", "accuracy", "learning_rate", "seconds"),
    EventKind.EPOCH: ("epoch", "step", "images", "loss", "accuracy", "val_loss", "val_accuracy", "seconds"),
    EventKind.RESUME: ("epoch", "step"),
    EventKind.RATE: ("step", "images", "learning_rate"),
    EventKind.DIGITS: ("step", "answers", "confidences"),
}
"""The required fields of each kind of event."""


class EventWriter:
    """Appends events to a file. Each line is one write, so two processes may append to the same file."""

    def __init__(self, path: Path) -> None:
        check_writable(path)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        # A line torn by a crash must not swallow the next event.
        self._torn = path.stat().st_size > 0 and not _ends_with_newline(path)

    def write(self, kind: EventKind, **values: object) -> None:
        """Append one event, with `time`: the system's clock in seconds, for people only.

        Raises:
            OSError: If the event cannot be written, or only a part of it because the disk is full.
        """
        event = {"kind": str(kind), "time": round(time.time(), 3), **values}
        line = json.dumps(event, separators=(",", ":")).encode() + b"\n"
        if self._torn:
            line = b"\n" + line
        written = os.write(self._file, line)
        self._torn = written < len(line)
        if self._torn:
            raise OSError(errno.ENOSPC, "the disk is full")

    def close(self) -> None:
        """Release the file."""
        os.close(self._file)

    def __enter__(self) -> "EventWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_events(path: Path) -> Iterator[Event]:
    """Return the events of a file in order. A torn or damaged line is skipped, and a missing file has no events.

    Only the end of a file longer than `MAX_BYTES` is read, because the last events tell the state of the run.
    """
    try:
        with path.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - MAX_BYTES))
            content = file.read(MAX_BYTES)
    except FileNotFoundError:
        return
    for line in content.splitlines():
        try:
            event = json.loads(line) if len(line) <= _MAX_LINE_BYTES else None
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict) and _is_sound(event):
            yield event


def _is_sound(event: Event) -> bool:
    """Tell whether an event has all fields of its kind, with values that a training can write."""
    kind = event.get("kind")
    if kind not in tuple(EventKind):
        return False
    asked = {name: event[name] for name in FIELDS[EventKind(kind)] if name in event}
    if len(asked) < len(FIELDS[EventKind(kind)]):
        return False
    optional = {name: event[name] for name in ("reason", "reported") if name in event}
    if not all(_is_accepted(name, value) for name, value in (asked | optional).items()):
        return False
    return kind != EventKind.DIGITS or len(event["answers"]) == len(event["confidences"]) <= FIXED_DIGITS


def _is_accepted(name: str, value: object) -> bool:
    match name:
        case "state":
            return value in tuple(RunState)
        case "reason":
            return _is_stop_reason(value)
        case "answers":
            return isinstance(value, list) and all(_is_count(answer) and answer < CLASSES for answer in value)
        case "confidences":
            return isinstance(value, list) and all(_is_share(share) for share in value)
        case "loss" | "val_loss":
            # The loss of a diverging training may be infinite or nan.
            return isinstance(value, float) or _is_count(value)
        case "accuracy" | "val_accuracy":
            return _is_share(value)
        case "learning_rate" | "seconds":
            return _is_figure(value)
        case "epochs" | "steps_per_epoch" | "images_per_epoch":
            return _is_count(value) and value != 0
        case _:
            return _is_count(value)


def _is_stop_reason(value: object) -> bool:
    try:
        return bool(StopReason.from_json(value))
    except ValueError:
        return False


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < _FAR_TOO_MANY


def _is_figure(value: Any) -> bool:
    # A nan is refused, because it fails every comparison.
    return type(value) in (int, float) and 0 <= value < _FAR_TOO_MANY


def _is_share(value: Any) -> bool:
    return _is_figure(value) and value <= 1.001


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
