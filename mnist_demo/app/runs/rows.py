"""The lab's runs as rows: the annotations of each run, its results, and its differences from its preset."""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mnist_demo.app.session import lab, server
from mnist_demo.example_runs import example_runs
from mnist_demo.experiment import Experiment
from mnist_demo.experiment.difference import nearest_preset
from mnist_demo.experiment.short_names import full_name, is_named
from mnist_demo.presets import PRESETS, shown_name
from mnist_demo.runs import Annotations, Run, RunState, Summary, read_annotations, read_summary

OWN = "your own"
"""Stands in the place of a preset for a network that equals no preset."""


@dataclass(frozen=True)
class _Asked:
    experiment: Experiment
    parameters: int
    preset: str
    what_differs: str


@dataclass(frozen=True)
class RunRow:
    """One run of the lab, as the table and the comparison show it.

    Attributes:
        state: The state of the run by its events and the queue.
        preset: The preset that the run most likely began with, or `OWN`.
        what_differs: The preset, the changes from it, and those made during the training, in words.
    """

    run: Run
    about: Annotations
    summary: Summary
    state: RunState
    experiment: Experiment
    parameters: int
    preset: str
    what_differs: str

    @property
    def id(self) -> str:
        """The run's id."""
        return self.run.id

    @property
    def name(self) -> str:
        """The run's name."""
        name = self.about.name or shown_name(self.experiment)
        return _marked(self.run, name)

    @property
    def given_name(self) -> str:
        """The name that somebody gave to the run or its experiment; empty for none."""
        own = self.experiment.name if is_named(self.experiment, PRESETS) else ""
        return self.about.name or own

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
    what_differs = _marked(run, ", ".join((asked.what_differs, *_while_training(asked.experiment, summary))))
    # The queue decides, because a run without a last event may be active or abandoned.
    now = server.run_state(run) if summary.state.is_active else summary.state
    return RunRow(
        run, read_annotations(run), summary, now, asked.experiment, asked.parameters, asked.preset, what_differs
    )


def _marked(run: Run, text: str) -> str:
    return f"{text} (example)" if run.is_example else text


def _while_training(experiment: Experiment, summary: Summary) -> list[str]:
    """Return how people steered a run while it was trained, which its experiment does not tell."""
    done = []
    if summary.rate_changes:
        done.append("rate changed while training")
    if summary.epochs_planned > experiment.training.epochs:
        done.append(f"trained on to {summary.epochs_planned} epochs")
    return done


@functools.lru_cache(maxsize=2048)
def _asked(path: Path, changed: int) -> _Asked:
    """Return a run's request, cached because it never changes and takes a millisecond to read."""
    del changed  # part of the cache key
    experiment = Run(path.parent).experiment
    nearest = nearest_preset(experiment, PRESETS)
    parameters = experiment.network.report().parameters
    what_differs = full_name(experiment, PRESETS) or OWN
    return _Asked(experiment, parameters, nearest[0] if nearest else OWN, what_differs)
