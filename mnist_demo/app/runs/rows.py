"""The lab's runs as rows: what people say about each, what it came to, and how it differs from its preset."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mnist_demo.app.session import lab, server
from mnist_demo.experiment import Experiment
from mnist_demo.experiment.difference import in_words, nearest_preset
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Annotations, Run, RunState, Summary, read_annotations, read_summary

OWN = "your own"
"""Stands for the preset of a network that is none of them."""


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
        state: Where it stands, the queue's knowledge included.
        preset: The one that it most likely began with, or `OWN`.
        changes: What was changed since, and while it was trained, in words; empty for none.
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
        """Return the run's id."""
        return self.run.id

    @property
    def name(self) -> str:
        """Return what it is called."""
        return self.about.name or self.experiment.name

    @property
    def begun(self) -> datetime:
        """When it was created, in UTC, as its id says."""
        return self.run.begun

    @property
    def lacks_test(self) -> bool:
        """Return whether it has a final network whose test accuracy nobody has computed yet."""
        return self.summary.learned and not self.state.is_active and self.summary.test_right is None


def rows() -> list[RunRow]:
    """Return the lab's runs that can be read, newest first."""
    found = (_row(run) for run in lab.lab().runs)
    return [row for row in found if row is not None]


def rows_of(earlier: Sequence[RunRow]) -> list[RunRow]:
    """Return the same runs as they are now."""
    return [_row(row.run) or row for row in earlier]


def _row(run: Run) -> RunRow | None:
    path = run.folder / "experiment.json"
    try:
        asked = _asked(path, path.stat().st_mtime_ns)
        _ = run.begun
    except (OSError, ValueError):
        # The folder is not a run, or not one of this version: nothing of it could be shown.
        return None
    summary = read_summary(run)
    changes = ", ".join(filter(None, (asked.changes, *_while_training(asked.experiment, summary))))
    # Only the queue knows whether a run that was not ended is still worked on.
    now = server.run_state(run) if summary.state.is_active else summary.state
    return RunRow(run, read_annotations(run), summary, now, asked.experiment, asked.parameters, asked.preset, changes)


def _while_training(experiment: Experiment, summary: Summary) -> list[str]:
    """Return what people did to a run while it was trained, which its experiment does not know."""
    done = []
    if summary.rate_changes:
        done.append("Learning rate changed while training")
    if summary.epochs_planned > experiment.training.epochs:
        done.append(f"Trained on to {summary.epochs_planned} epochs")
    return done


@functools.lru_cache(maxsize=2048)
def _asked(path: Path, changed: int) -> _Asked:
    """Return what a run was asked to do, which never changes and takes a millisecond to read."""
    del changed  # part of the key
    experiment = Run(path.parent).experiment
    nearest = nearest_preset(experiment, PRESETS)
    parameters = experiment.network.report().parameters
    return _Asked(experiment, parameters, nearest[0] if nearest else OWN, in_words(nearest[1]) if nearest else "")
