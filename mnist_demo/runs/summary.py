"""The figures of a run for one row of a table, in a small file so that hundreds of runs are read at once."""

import functools
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mnist_demo.files import write_atomically
from mnist_demo.runs.events import RunState
from mnist_demo.runs.predictions import final_predictions
from mnist_demo.runs.run import Run

_FILE = "summary.json"
_VERSION = 3
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
        rate_changes: How many commands changed the learning rate.
        learned: Whether the run has weights after its first weights.
        test_right, test_images: The test images that the final network classifies correctly, of how many; None if
            unknown.
    """

    state: RunState
    epochs_planned: int
    epochs_done: int
    images: int
    seconds: float
    validation_accuracy: float | None
    rate_changes: int
    learned: bool
    test_right: int | None
    test_images: int | None

    @property
    def test_accuracy(self) -> float | None:
        """The share of the test images that are classified correctly, 0–1; None if unknown."""
        return self.test_right / self.test_images if self.test_right is not None and self.test_images else None


def read_summary(run: Run) -> Summary:
    """Return a run's summary, even for a run that a crash left behind.

    The summary is computed from the events once and then kept, with the run and in this process, until the run changes.
    """
    return _summary(run.folder, _sources(run))


Sources = tuple[tuple[int, int], ...]


def _sources(run: Run) -> Sources:
    """Size and time of everything that a summary is made of: other ones, another summary."""
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
    fresh = _worked_out(run)
    # The summary of an active run is not kept, because the run changes all the time.
    if not fresh.state.is_active:
        _keep(run, sources, fresh)
    return fresh


def _worked_out(run: Run) -> Summary:
    history = run.history()
    accuracies = history.epochs["val_accuracy"]
    tested = final_predictions(run)
    return Summary(
        state=run.state,
        epochs_planned=history.plan.epochs if history.plan else 0,
        epochs_done=len(accuracies),
        images=history.images,
        seconds=history.seconds,
        validation_accuracy=float(accuracies[-1]) if len(accuracies) else None,
        rate_changes=len(history.rates["step"]),
        learned=len(run.snapshots) > 1,
        test_right=tested.correct_count if tested else None,
        test_images=len(tested) if tested else None,
    )


def _kept(run: Run, sources: Sources) -> Summary | None:
    try:
        with (run.folder / _FILE).open("rb") as file:
            content = json.loads(file.read(_MAX_BYTES))
        if content["version"] != _VERSION or content["sources"] != [list(stamp) for stamp in sources]:
            return None
        values: dict[str, Any] = content["summary"]
        return Summary(**{**values, "state": RunState(values["state"])})
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _keep(run: Run, sources: Sources, summary: Summary) -> None:
    content = {"version": _VERSION, "sources": sources, "summary": asdict(summary)}
    try:
        write_atomically(run.folder / _FILE, json.dumps(content).encode())
    except OSError:
        # On a full or read-only disk, the summary is computed again next time.
        return
