"""A run: the folder that a training process writes and everything else reads."""

import functools
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.experiment import Experiment
from mnist_demo.runs.events import Event, EventKind, EventWriter, RunState, read_events

FloatArray = NDArray[np.float64]

_BATCH_COLUMNS = ("step", "images", "loss", "accuracy", "learning_rate", "seconds")
_EPOCH_COLUMNS = ("epoch", "step", "images", "loss", "accuracy", "val_loss", "val_accuracy", "seconds")


@dataclass(frozen=True)
class Plan:
    """What a run set out to do."""

    epochs: int
    steps_per_epoch: int
    images_per_epoch: int
    parameters: int


@dataclass(frozen=True)
class DigitAnswers:
    """What the network said of the fixed validation digits after `step` batches."""

    step: int
    answers: tuple[int, ...]
    confidences: tuple[float, ...]


@dataclass(frozen=True)
class History:
    """A run's figures: float64 columns of equal length by name, `batches` and `epochs`."""

    batches: dict[str, FloatArray]
    epochs: dict[str, FloatArray]
    plan: Plan | None
    digits: DigitAnswers | None

    @property
    def step(self) -> int:
        """Batches learned from so far."""
        done = [column["step"][-1] for column in (self.batches, self.epochs) if len(column["step"])]
        return int(max(done, default=0))

    @property
    def images(self) -> int:
        """Images learned from so far, repeats included."""
        done = [column["images"][-1] for column in (self.batches, self.epochs) if len(column["images"])]
        return int(max(done, default=0))

    @property
    def seconds(self) -> float:
        """Seconds since the first batch began."""
        done = [column["seconds"][-1] for column in (self.batches, self.epochs) if len(column["seconds"])]
        return float(max(done, default=0.0))

    @property
    def progress(self) -> float:
        """Share of the planned batches that is done, 0 to 1."""
        if self.plan is None:
            return 0.0
        return min(1.0, self.step / max(1, self.plan.epochs * self.plan.steps_per_epoch))

    @property
    def images_per_second(self) -> float | None:
        """Training speed since the first batch, validation included; None before it can be known."""
        images, seconds = self.batches["images"], self.batches["seconds"]
        # The first batch waits for the graph to be built and says nothing about speed.
        if len(images) < 2 or self.seconds <= seconds[0]:
            return None
        return float((self.images - images[0]) / (self.seconds - seconds[0]))

    @property
    def seconds_left(self) -> float | None:
        """Expected seconds to the end at the speed so far; None before it can be known."""
        if self.plan is None or self.images_per_second is None:
            return None
        left = self.plan.epochs * self.plan.images_per_epoch - self.images
        return max(0.0, left / self.images_per_second)

    @property
    def best_validation_accuracy(self) -> float | None:
        """The highest validation accuracy of any epoch; None before the first one ends."""
        accuracies = self.epochs["val_accuracy"]
        return float(accuracies.max()) if len(accuracies) else None


class Run:
    """One run, read from its folder.

    Reading never fails for what a crash may leave behind: a missing or torn events file is a run that has not begun.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    @property
    def id(self) -> str:
        """The run's name within its lab."""
        return self.folder.name

    @functools.cached_property
    def experiment(self) -> Experiment:
        """What was asked.

        Raises:
            OSError: when the folder holds no experiment.
            ValueError: when the file is not an experiment.
        """
        return Experiment.from_json_text((self.folder / "experiment.json").read_text())

    @property
    def events_path(self) -> Path:
        """Where the events are."""
        return self.folder / "events.jsonl"

    @property
    def model_path(self) -> Path:
        """The trained model in Keras' own format; it exists once training has ended."""
        return self.folder / "model.keras"

    @property
    def snapshots(self) -> list[Path]:
        """The weights after each epoch in order, the untrained network first; a stop within an epoch adds one more."""
        return sorted((self.folder / "snapshots").glob("[0-9][0-9][0-9].npz"))

    def events(self) -> list[Event]:
        """Everything that happened so far, in order."""
        return list(_events(self.events_path))

    @property
    def state(self) -> RunState:
        """Where the run stands."""
        return self._last_state()[0]

    @property
    def reason(self) -> str | None:
        """Why the run is in its state, when there is something to say."""
        return self._last_state()[1]

    def history(self) -> History:
        """The figures so far, from one reading of the events."""
        events = self.events()
        plans = [event for event in events if event["kind"] == EventKind.PLAN]
        digits = [event for event in events if event["kind"] == EventKind.DIGITS]
        return History(
            batches=_columns(events, EventKind.BATCH, _BATCH_COLUMNS),
            epochs=_columns(events, EventKind.EPOCH, _EPOCH_COLUMNS),
            plan=_plan(plans[-1]) if plans else None,
            digits=_digits(digits[-1]) if digits else None,
        )

    def mark(self, state: RunState, reason: str | None = None) -> None:
        """Append a change of state."""
        with EventWriter(self.events_path) as writer:
            write_state(writer, state, reason)

    def _last_state(self) -> tuple[RunState, str | None]:
        state, reason = RunState.QUEUED, None
        for event in self.events():
            if event["kind"] == EventKind.STATE and event.get("state") in tuple(RunState):
                state, reason = RunState(event["state"]), event.get("reason")
        return state, reason


def _events(path: Path) -> tuple[Event, ...]:
    """The events of a file, read again only when it changed: a page asks for them several times while it is drawn."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return _events_when(path, found.st_size, found.st_mtime_ns)


# A long run has a megabyte of them.
@functools.lru_cache(maxsize=16)
def _events_when(path: Path, size: int, changed: int) -> tuple[Event, ...]:
    del size, changed  # part of the key
    return tuple(read_events(path))


def create_run(folder: str | os.PathLike[str], experiment: Experiment) -> Run:
    """Make a run's folder with its experiment; an existing folder keeps what it has.

    Raises:
        OSError: when the folder cannot be written.
    """
    run = Run(folder)
    (run.folder / "snapshots").mkdir(parents=True, exist_ok=True)
    write_atomically(run.folder / "experiment.json", json.dumps(experiment.to_json(), indent=2).encode())
    return run


def write_state(writer: EventWriter, state: RunState, reason: str | None = None) -> None:
    """Append a change of state to an open events file."""
    writer.write(EventKind.STATE, state=str(state), **({"reason": reason} if reason else {}))


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside, then rename: a reader sees the old content or the new, never a part."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    beside.write_bytes(content)
    beside.replace(path)


def _columns(events: list[Event], kind: EventKind, names: tuple[str, ...]) -> dict[str, FloatArray]:
    rows = [event for event in events if event["kind"] == kind and all(name in event for name in names)]
    return {name: np.array([row[name] for row in rows], dtype=np.float64) for name in names}


def _plan(event: dict[str, Any]) -> Plan:
    return Plan(event["epochs"], event["steps_per_epoch"], event["images_per_epoch"], event["parameters"])


def _digits(event: dict[str, Any]) -> DigitAnswers:
    return DigitAnswers(event["step"], tuple(event["answers"]), tuple(event["confidences"]))
