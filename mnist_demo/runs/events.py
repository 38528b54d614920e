"""What happens during a run, one JSON event a line, appended as it happens."""

import errno
import json
import os
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from mnist_demo.dimensions import CLASSES
from mnist_demo.runs.stop_reasons import StopReason

Event = dict[str, Any]

FIXED_DIGITS = 20
"""How many validation digits a run reads throughout its training: the first of the split."""

MAX_BYTES = 16_000_000
"""Bytes of a file of events that are read. The fixed digits make most of them: 2 million an hour."""

_MAX_LINE_BYTES = 10_000
"""Bytes of an event; the answers to the fixed digits have 260, the longest reason 2,000."""

_FAR_TOO_MANY = 10**12


class RunState(StrEnum):
    """Where a run stands; the last state event of a run says so."""

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
        """Whether something may still happen."""
        return self not in (RunState.STOPPED, RunState.FINISHED, RunState.FAILED)


class EventKind(StrEnum):
    """What an event tells.

    - state: `state`, and `reason` (a `StopReason`; a sentence in runs of the former version) when there is one
    - plan: `epochs`, `steps_per_epoch`, `images_per_epoch`, `parameters`
    - batch: `step`, `images`, `loss`, `accuracy`, `learning_rate`, `seconds`: means over the batches since the last one
    - epoch: `epoch`, `step`, `images`, `loss`, `accuracy`, `val_loss`, `val_accuracy`, `seconds`
    - resume: `epoch`, `step`, `reported`, `seconds`: the run goes on from there; what the file tells from beyond that
      place counts no more, nor do batch events after step `reported`, as the next one covers these batches too
    - rate: `step`, `images`, `learning_rate`: somebody changed the learning rate after so many batches
    - digits: `step`, `answers`, `confidences`: what the network says of the fixed validation digits
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
"""The fields that an event of each kind must have."""


class EventWriter:
    """Appends events to a file; each line is one write, so two processes may append to the same file."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        # A line torn by a crash must not swallow the next event.
        self._torn = path.stat().st_size > 0 and not _ends_with_newline(path)

    def write(self, kind: EventKind, **values: object) -> None:
        """Append one event; `time` is the wall clock in seconds and only for people, durations are in the events.

        Raises:
            OSError: when it cannot be written, or only a part of it: the disk is full.
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
    """Return the events of a file in order; a torn or damaged line is passed over, a missing file has none.

    Of a file longer than `MAX_BYTES` the end is read, because the last events say how the run stands.
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
    """Tell whether an event has all that its readers use, with values that a training can write."""
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
            # A diverging training has a loss that is not finite.
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
    # NaN fails every comparison.
    return type(value) in (int, float) and 0 <= value < _FAR_TOO_MANY


def _is_share(value: Any) -> bool:
    return _is_figure(value) and value <= 1.001


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
