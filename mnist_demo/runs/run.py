"""A run: the folder that a training process writes and everything else reads."""

import errno
import functools
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.experiment import MAX_JSON_BYTES, Experiment
from mnist_demo.files import read_json, write_atomically
from mnist_demo.runs.events import FIELDS, Event, EventKind, EventWriter, RunState, read_events
from mnist_demo.runs.run_id import RunId
from mnist_demo.runs.stop_reasons import StopReason

FloatArray = NDArray[np.float64]

_SHORTEST = 1e-4
"""The precision of the times in events, in seconds; a shorter time says nothing about speed."""


@dataclass(frozen=True)
class Plan:
    """The planned epochs, batches and images of a run, and the size of its network."""

    epochs: int
    steps_per_epoch: int
    images_per_epoch: int
    parameters: int


@dataclass(frozen=True)
class DigitAnswers:
    """The network's predictions for the fixed validation digits after `step` batches."""

    step: int
    answers: tuple[int, ...]
    confidences: tuple[float, ...]


@dataclass(frozen=True)
class History:
    """A run's figures: float64 columns of equal length by name, of batches, epochs and changes of the learning rate."""

    batches: dict[str, FloatArray]
    epochs: dict[str, FloatArray]
    rates: dict[str, FloatArray]
    plan: Plan | None
    digits: DigitAnswers | None

    @property
    def step(self) -> int:
        """Batches that the network has learned from so far."""
        done = [column["step"][-1] for column in (self.batches, self.epochs) if len(column["step"])]
        return int(max(done, default=0))

    @property
    def images(self) -> int:
        """Images that the network has learned from so far, repeats included."""
        done = [column["images"][-1] for column in (self.batches, self.epochs) if len(column["images"])]
        return int(max(done, default=0))

    @property
    def seconds(self) -> float:
        """Seconds of training so far, pauses excluded."""
        done = [column["seconds"][-1] for column in (self.batches, self.epochs) if len(column["seconds"])]
        return float(max(done, default=0.0))

    @property
    def progress(self) -> float:
        """The share of the planned batches that is done, 0–1."""
        if self.plan is None:
            return 0.0
        return min(1.0, self.step / max(1, self.plan.epochs * self.plan.steps_per_epoch))

    @property
    def images_per_second(self) -> float | None:
        """The training speed since the first batch event, validation included; None before the speed is known."""
        if len(self.batches["step"]) < 2:
            return None
        # The first batch waits for the graph to be built and says nothing about speed.
        images = self.images - float(self.batches["images"][0])
        seconds = self.seconds - float(self.batches["seconds"][0])
        return images / seconds if images > 0 and seconds >= _SHORTEST else None

    @property
    def seconds_left(self) -> float | None:
        """Expected seconds to the end at the speed so far; None before the speed is known."""
        if self.plan is None or self.images_per_second is None:
            return None
        left = self.plan.epochs * self.plan.images_per_epoch - self.images
        return max(0.0, left / self.images_per_second)

    @property
    def best_validation_accuracy(self) -> float | None:
        """The highest validation accuracy of any epoch; None before the first epoch ends."""
        accuracies = self.epochs["val_accuracy"]
        return float(accuracies.max()) if len(accuracies) else None


class Run:
    """One run: a folder that one worker writes and every page reads (`Lab` draws its files).

    Reading never fails after a crash or on a bad disk: a run without readable events is queued, and readers skip a
    damaged line.

    Example:
        >>> import tempfile
        >>> from mnist_demo.presets import PRESETS
        >>> from mnist_demo.runs import Run, create_run
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     created = create_run(folder, PRESETS["fast"])
        ...     run = Run(folder)
        ...     print(run.experiment.name, run.state, run.events(), run.model_path.name)
        fast queued [] model.keras

    Args:
        folder: The run's folder, which need not exist yet.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    @property
    def id(self) -> str:
        """The run's name within its lab."""
        return self.folder.name

    @property
    def begun(self) -> datetime:
        """When the run was created, in UTC, to the second.

        Raises:
            ValueError: If the folder's name is not a run's id.
        """
        return RunId.parse(self.id).begun

    @functools.cached_property
    def experiment(self) -> Experiment:
        """The experiment that the run trains.

        Raises:
            OSError: If the folder holds no experiment.
            ValueError: If the file is not an experiment.
        """
        path = self.folder / "experiment.json"
        found = path.stat()
        return _experiment_when(path, found.st_size, found.st_mtime_ns)

    @property
    def events_path(self) -> Path:
        """The file of the events."""
        return self.folder / "events.jsonl"

    @property
    def checkpoint_path(self) -> Path:
        """The file from which the training resumes: weights, optimizer state, random generators, the place reached."""
        return self.folder / "state.npz"

    @property
    def initial_path(self) -> Path:
        """The file of the first weights if they are another run's; without the file, they were drawn at random."""
        return self.folder / "initial.npz"

    @property
    def own_data_path(self) -> Path:
        """The file of the images if they belong to this run alone; without the file, the experiment names the data."""
        return self.folder / "data.npz"

    @property
    def model_path(self) -> Path:
        """The trained model in Keras' own format, which exists after the training has ended."""
        return self.folder / "model.keras"

    @property
    def snapshots(self) -> list[Path]:
        """The first weights, then the weights after each epoch; a stop within an epoch adds one snapshot."""
        return sorted((self.folder / "snapshots").glob("[0-9][0-9][0-9].npz"))

    @property
    def newest_snapshot(self) -> Path:
        """The last snapshot.

        Raises:
            FileNotFoundError: If there is no snapshot, because the run has not begun or is gone.
        """
        if not (snapshots := self.snapshots):
            raise FileNotFoundError(errno.ENOENT, "There are no weights", str(self.folder / "snapshots"))
        return snapshots[-1]

    @property
    def live_path(self) -> Path:
        """The file of the weights about once a second, so that pages need not wait for an epoch's end."""
        return self.folder / "snapshots" / "live.npz"

    @property
    def newest_weights(self) -> Path | None:
        """The file of the newest weights: the last snapshot, or the live weights if newer; None without weights."""
        snapshots = self.snapshots
        if not snapshots:
            return None
        try:
            is_newer = self.live_path.stat().st_mtime_ns > snapshots[-1].stat().st_mtime_ns
        except FileNotFoundError:
            return snapshots[-1]
        return self.live_path if is_newer else snapshots[-1]

    def events(self) -> list[Event]:
        """Return all events so far, in order."""
        return list(_events(self.events_path))

    @property
    def state(self) -> RunState:
        """The state of the run, as its last state event says; `Jobs.state` corrects it by what the queue knows."""
        return self._standing_state()[0]

    @property
    def reason(self) -> StopReason | None:
        """Why the run is in its state; None without a reason."""
        return self._standing_state()[1]

    def history(self) -> History:
        """Return the figures so far, from one reading of the events."""
        events = _standing(self.events())
        plans = [event for event in events if event["kind"] == EventKind.PLAN]
        digits = [event for event in events if event["kind"] == EventKind.DIGITS]
        return History(
            batches=_columns(events, EventKind.BATCH),
            epochs=_columns(events, EventKind.EPOCH),
            rates=_columns(events, EventKind.RATE),
            plan=_plan(plans[-1]) if plans else None,
            digits=_digits(digits[-1]) if digits else None,
        )

    def mark(self, state: RunState, reason: StopReason | None = None) -> None:
        """Append a change of state."""
        with EventWriter(self.events_path) as writer:
            write_state(writer, state, reason)

    def _standing_state(self) -> tuple[RunState, StopReason | None]:
        return self._last_state(lambda _: True) or (RunState.QUEUED, None)

    @property
    def last_ending(self) -> tuple[RunState, StopReason | None] | None:
        """The state in which the run last ended, and why; None if the run never ended. The run may be active again."""
        return self._last_state(lambda state: not state.is_active)

    def _last_state(self, is_meant: Callable[[RunState], bool]) -> tuple[RunState, StopReason | None] | None:
        for event in reversed(self.events()):
            if event["kind"] == EventKind.STATE and is_meant(RunState(event["state"])):
                return RunState(event["state"]), StopReason.from_json(event["reason"]) if "reason" in event else None
        return None


def _events(path: Path) -> tuple[Event, ...]:
    """Return the events of a file, read again only after a change, because one rerun asks for them several times."""
    try:
        found = path.stat()
        return _events_when(path, found.st_size, found.st_mtime_ns)
    except OSError:
        # A file that is missing or cannot be read has no events.
        return ()


# 40 files suit the thirty visitors that the benchmarks simulate; the events of a long run take a megabyte.
@functools.lru_cache(maxsize=40)
def _events_when(path: Path, size: int, changed: int) -> tuple[Event, ...]:
    del size, changed  # part of the key
    return tuple(read_events(path))


# An experiment is read and checked once for all pages and fragments.
@functools.lru_cache(maxsize=1024)
def _experiment_when(path: Path, size: int, changed: int) -> Experiment:
    del size, changed  # part of the key
    return Experiment.from_json(read_json(path, MAX_JSON_BYTES))


def create_run(folder: str | os.PathLike[str], experiment: Experiment) -> Run:
    """Make a run's folder with its experiment; an existing folder keeps its files.

    Raises:
        OSError: If the folder cannot be written.
    """
    run = Run(folder)
    (run.folder / "snapshots").mkdir(parents=True, exist_ok=True)
    write_atomically(run.folder / "experiment.json", json.dumps(experiment.to_json(), indent=2).encode())
    return run


def write_state(writer: EventWriter, state: RunState, reason: StopReason | None = None) -> None:
    """Append a change of state to an open events file."""
    writer.write(EventKind.STATE, state=str(state), **({"reason": reason.to_json()} if reason else {}))


def _standing(events: Sequence[Event]) -> list[Event]:
    """Return the events that count, without those from beyond a place at which the run was resumed."""
    standing: list[Event] = []
    for event in events:
        if event["kind"] == EventKind.RESUME:
            standing = [earlier for earlier in standing if _is_before(earlier, event)]
        standing.append(event)
    return standing


def _is_before(event: Event, resume: Event) -> bool:
    match event["kind"]:
        case EventKind.EPOCH:
            # An epoch is done after its validation, and its last batch before, so the step alone does not decide.
            return bool(event["epoch"] <= resume["epoch"])
        case EventKind.BATCH:
            return bool(event["step"] <= resume.get("reported", resume["step"]))
        case _:
            return bool(event.get("step", 0) <= resume["step"])


def _columns(events: list[Event], kind: EventKind) -> dict[str, FloatArray]:
    rows = [event for event in events if event["kind"] == kind]
    return {name: np.array([row[name] for row in rows], dtype=np.float64) for name in FIELDS[kind]}


def _plan(event: dict[str, Any]) -> Plan:
    return Plan(event["epochs"], event["steps_per_epoch"], event["images_per_epoch"], event["parameters"])


def _digits(event: dict[str, Any]) -> DigitAnswers:
    return DigitAnswers(event["step"], tuple(event["answers"]), tuple(event["confidences"]))
