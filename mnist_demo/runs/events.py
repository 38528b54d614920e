"""What happens during a run, one JSON event a line, appended as it happens."""

import json
import os
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

Event = dict[str, Any]


class RunState(StrEnum):
    """Where a run stands; the last state event of a run says so."""

    QUEUED = "queued"
    STARTING = "starting"
    TRAINING = "training"
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

    - state: `state`, and `reason` when there is one
    - plan: `epochs`, `steps_per_epoch`, `images_per_epoch`, `parameters`
    - batch: `step`, `images`, `loss`, `accuracy`, `learning_rate`, `seconds`: means over the batches since the last one
    - epoch: `epoch`, `step`, `images`, `loss`, `accuracy`, `val_loss`, `val_accuracy`, `seconds`
    - digits: `step`, `answers`, `confidences`: what the network says of the fixed validation digits
    """

    STATE = "state"
    PLAN = "plan"
    BATCH = "batch"
    EPOCH = "epoch"
    DIGITS = "digits"


class EventWriter:
    """Appends events to a file; each line is one write, so two processes may append to the same file."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        # A line torn by a crash must not swallow the next event.
        if path.stat().st_size and not _ends_with_newline(path):
            os.write(self._file, b"\n")

    def write(self, kind: EventKind, **values: object) -> None:
        """Append one event; `time` is the wall clock in seconds and only for people, durations are in the events."""
        event = {"kind": str(kind), "time": round(time.time(), 3), **values}
        os.write(self._file, json.dumps(event, separators=(",", ":")).encode() + b"\n")

    def close(self) -> None:
        """Release the file."""
        os.close(self._file)

    def __enter__(self) -> "EventWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_events(path: Path) -> Iterator[Event]:
    """The events of a file in order; a torn or damaged line is passed over, a missing file has none."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    for line in content.splitlines():
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict) and event.get("kind") in tuple(EventKind):
            yield event


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
