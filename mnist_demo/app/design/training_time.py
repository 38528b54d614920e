"""How long trainings are expected to take on this machine."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import streamlit as st

from mnist_demo.app.session.lab import lab
from mnist_demo.app.words import duration
from mnist_demo.experiment import Experiment
from mnist_demo.jobs.estimate import Observation, estimate_seconds, observe
from mnist_demo.runs import Run

_REMEMBERED_RUNS = 12
"""Number of the lab's last runs that correct the estimate."""

_LONGEST_IN_SECONDS = 95
"""Seconds from which a rough time is told in minutes, and minutes from which it is told in hours."""


def expected(experiment: Experiment, past: Sequence[Observation]) -> str:
    """Return the expected time of a training in a reader's words: '47 s', '2 min 20 s'."""
    return duration(_rounded(estimate_seconds(experiment, past)))


def roughly(experiment: Experiment, past: Sequence[Observation]) -> str:
    """Return the expected time in one figure: '7 s', '80 s', '3 min'."""
    seconds = estimate_seconds(experiment, past)
    if seconds < _LONGEST_IN_SECONDS:
        return f"{_rounded(seconds):.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < _LONGEST_IN_SECONDS else f"{minutes / 60:.0f} h"


def past() -> list[Observation]:
    """Return the times of the lab's last runs, which correct the expectation."""
    found = []
    for run in islice(lab().runs, _REMEMBERED_RUNS):
        try:
            changed = run.events_path.stat().st_mtime_ns
        except OSError:
            continue
        if (observation := _observed(str(run.folder), changed)) is not None:
            found.append(observation)
    return found


@st.cache_data(max_entries=500, show_spinner=False)
def _observed(folder: str, changed: int) -> Observation | None:
    del changed  # part of the cache key, so that a run that still trains is read again
    return observe(Run(Path(folder)))


def _rounded(seconds: float) -> float:
    """Round to as many digits as an estimate deserves: 47 s, 2 min 20 s, 1 h 10 min."""
    step = 1 if seconds < 60 else 10 if seconds < 600 else 60 if seconds < 3600 else 600
    return round(seconds / step) * step
