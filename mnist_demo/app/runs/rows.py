"""The lab's runs as rows: the annotations of each run, its results, and its differences from its preset."""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mnist_demo.app.session import lab, server
from mnist_demo.example_runs import example_runs
from mnist_demo.experiment import Experiment
from mnist_demo.experiment.difference import in_words, nearest_preset
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Annotations, Run, RunState, Summary, read_annotations, read_summary

OWN = "your own"
"""Stands in the place of a preset for a network that equals no preset."""


@dataclass(frozen=True)
class _Asked:
    experiment: Experiment
    parameters: int
    preset: str
    changes: str


@dataclass(frozen=True)
class RunRow:
    """One run of the lab, as the table and the comparison show it.

    Attributes:
        state: The state of the run by its events and the queue.
        preset: The preset that the run most likely began with, or `OWN`.
        changes: The changes from the preset, and those made during the training, in words; empty for none.
    """

    run: Run
    about: Annotations
    summary: Summary
    state: RunState
    experiment: Experiment
    parameters: int
    preset: str
    changes: str

    @property
    def id(self) -> str:
        """The run's id."""
        return self.run.id

    @property
    def name(self) -> str:
        """The run's name."""
        name = self.about.name or self.experiment.name
        return f"{name} (example)" if self.run.is_example else name

    @property
    def begun(self) -> datetime:
        """When the run was created, in UTC, according to its id."""
        return self.run.begun

    @property
    def lacks_test(self) -> bool:
        """Whether the run has a final network whose test accuracy is unknown."""
        is_final = self.summary.learned and not self.state.is_active
        # An example run is read-only, and has its test result.
        return is_final and self.summary.test_right is None and not self.run.is_example


def rows() -> list[RunRow]:
    """Return the lab's readable runs, newest first, or the example runs where there is none."""
    return _rows(lab.lab().runs) or _rows(example_runs())


def rows_of(earlier: Sequence[RunRow]) -> list[RunRow]:
    """Return the current rows of the same runs."""
    return [_row(row.run) or row for row in earlier]


def _rows(runs: Iterable[Run]) -> list[RunRow]:
    return [row for run in runs if (row := _row(run)) is not None]


def _row(run: Run) -> RunRow | None:
    path = run.folder / "experiment.json"
    try:
        asked = _asked(path, path.stat().st_mtime_ns)
        _ = run.begun
    except (OSError, ValueError):
        # The folder is not a run of this version, so nothing of it can be shown.
        return None
    summary = read_summary(run)
    changes = ", ".join(filter(None, (asked.changes, *_while_training(asked.experiment, summary))))
    # The queue decides, because a run without a last event may be active or abandoned.
    now = server.run_state(run) if summary.state.is_active else summary.state
    return RunRow(run, read_annotations(run), summary, now, asked.experiment, asked.parameters, asked.preset, changes)


def _while_training(experiment: Experiment, summary: Summary) -> list[str]:
    """Return how people steered a run while it was trained, which its experiment does not tell."""
    done = []
    if summary.rate_changes:
        done.append("Learning rate changed while training")
    if summary.epochs_planned > experiment.training.epochs:
        done.append(f"Trained on to {summary.epochs_planned} epochs")
    return done


@functools.lru_cache(maxsize=2048)
def _asked(path: Path, changed: int) -> _Asked:
    """Return a run's request, cached because it never changes and takes a millisecond to read."""
    del changed  # part of the cache key
    experiment = Run(path.parent).experiment
    nearest = nearest_preset(experiment, PRESETS)
    parameters = experiment.network.report().parameters
    return _Asked(experiment, parameters, nearest[0] if nearest else OWN, in_words(nearest[1]) if nearest else "")
