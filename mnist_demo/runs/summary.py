"""The figures of a run for one row of a table, in a small file so that hundreds of runs are read at once."""

import functools
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mnist_demo.files import DamagedFileError, damage_named, read_json, write_atomically
from mnist_demo.runs.events import RunState
from mnist_demo.runs.predictions import final_predictions
from mnist_demo.runs.run import Run

_FILE = "summary.json"
_VERSION = 4
_MAX_BYTES = 4_000


@dataclass(frozen=True)
class Summary:
    """The outcome of a run, as its folder says.

    Attributes:
        state: The last written state; only the queue knows whether a process still trains the run.
        epochs_planned, epochs_done: The planned and the finished epochs.
        images: Images that the network has learned from, repeats included.
        seconds: Seconds of training, pauses excluded.
        validation_accuracy: The validation accuracy after the last finished epoch, 0–1.
        best_validation_accuracy: The highest validation accuracy of any epoch, 0–1.
        rate_changes: How many commands changed the learning rate.
        learned: Whether the run has weights after its first weights.
        test_right, test_images: The test images that the final network classifies correctly, of how many; None if
            unknown.

    Raises:
        ValueError: On construction, if a value has another type or range.
    """

    state: RunState
    epochs_planned: int
    epochs_done: int
    images: int
    seconds: float
    validation_accuracy: float | None
    best_validation_accuracy: float | None
    rate_changes: int
    learned: bool
    test_right: int | None
    test_images: int | None

    def __post_init__(self) -> None:
        tested = ("test_right", "test_images")
        _check(self, ("state",), lambda value: isinstance(value, RunState), "a state of a run")
        _check(self, ("epochs_planned", "epochs_done", "images", "rate_changes"), _is_count, "a whole number from 0")
        _check(self, ("seconds",), _is_figure, "a number from 0")
        accuracies = ("validation_accuracy", "best_validation_accuracy")
        _check(self, accuracies, lambda value: value is None or _is_figure(value), "a number from 0")
        _check(self, ("learned",), lambda value: isinstance(value, bool), "true or false")
        _check(self, tested, lambda value: value is None or _is_count(value), "a whole number from 0 or nothing")
        if (self.test_right is None) != (self.test_images is None) or (self.test_right or 0) > (self.test_images or 0):
            raise ValueError(f"test_right is {self.test_right} of test_images {self.test_images}; accepted is a part.")

    @property
    def test_accuracy(self) -> float | None:
        """The share of the test images that are classified correctly, 0–1; None if unknown."""
        return self.test_right / self.test_images if self.test_right is not None and self.test_images else None


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_figure(value: object) -> bool:
    return _is_count(value) or (isinstance(value, float) and math.isfinite(value) and value >= 0)


def _check(summary: Summary, names: tuple[str, ...], is_accepted: Callable[[object], bool], accepted: str) -> None:
    for name in names:
        if not is_accepted(value := getattr(summary, name)):
            raise ValueError(f"{name} is {value!r:.40}; accepted is {accepted}.")


def read_summary(run: Run) -> Summary:
    """Return a run's summary, even for a run that a crash left behind.

    The summary is computed from the events once and then kept, with the run and in this process, until the run changes.
    """
    return _summary(run.folder, _sources(run))


Sources = tuple[tuple[int, int], ...]


def _sources(run: Run) -> Sources:
    """Return size and time of each file and folder that a summary depends on."""
    # A folder's time changes with each file that is renamed into it.
    return tuple(_stamp(path) for path in (run.events_path, run.folder / "snapshots", run.folder / "predictions"))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_size, found.st_mtime_ns)


@functools.lru_cache(maxsize=4096)
def _summary(folder: Path, sources: Sources) -> Summary:
    run = Run(folder)
    kept = _kept(run, sources)
    if kept is not None:
        return kept
    fresh = _computed(run)
    # The summary of an active run is not kept, because the run changes all the time; an example run is read-only.
    if not fresh.state.is_active and not run.is_example:
        _keep(run, sources, fresh)
    return fresh


def _computed(run: Run) -> Summary:
    history = run.history()
    validation = history.validation
    tested = final_predictions(run)
    return Summary(
        state=run.state,
        epochs_planned=history.plan.epochs if history.plan else 0,
        epochs_done=len(history.epochs["epoch"]),
        images=history.images,
        seconds=history.seconds,
        validation_accuracy=validation.newest if validation else None,
        best_validation_accuracy=validation.best if validation else None,
        rate_changes=len(history.rates["step"]),
        learned=len(run.snapshots) > 1,
        test_right=tested.correct_count if tested else None,
        test_images=len(tested) if tested else None,
    )


def _kept(run: Run, sources: Sources) -> Summary | None:
    try:
        content = read_json(run.folder / _FILE, _MAX_BYTES)
        with damage_named(_FILE):
            if content["version"] != _VERSION or content["sources"] != [list(stamp) for stamp in sources]:
                return None
            values: dict[str, Any] = content["summary"]
            return Summary(**{**values, "state": RunState(values["state"])})
    except (OSError, DamagedFileError):
        return None


def _keep(run: Run, sources: Sources, summary: Summary) -> None:
    content = {"version": _VERSION, "sources": sources, "summary": asdict(summary)}
    try:
        write_atomically(run.folder / _FILE, json.dumps(content).encode())
    except OSError:
        # On a full or read-only disk, the summary is computed again next time.
        return
