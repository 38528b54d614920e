"""Holding the server's store of runs within its limits: at the start, and whenever a run is created."""

import logging
import threading
from pathlib import Path

import streamlit as st

from mnist_demo import fields, runs
from mnist_demo.jobs.jobs import Jobs
from mnist_demo.runs import Ledger, Run, StoreLimits, home

_log = logging.getLogger(__name__)
_sweeping = threading.Lock()


def limits() -> StoreLimits:
    """What whoever runs the server set, or the defaults where that is not accepted."""
    try:
        return StoreLimits.from_environment()
    except fields.FieldError as refusal:
        _log.warning("%s The default limits of the store are used.", refusal)
        return StoreLimits()


def make_room(ledger: Ledger, jobs: Jobs) -> None:
    """Drop a lab's oldest runs until another one fits in.

    Raises:
        OSError: when all its runs are pinned or active.
    """
    runs.make_room(ledger, limits(), lambda folder: jobs.is_active(Run(folder)))


@st.cache_resource(show_spinner=False)
def open_once(_jobs: Jobs) -> None:
    """Drop what is too old when the server starts."""
    sweep_soon(_jobs)


def sweep_soon(jobs: Jobs) -> None:
    """Hold the whole store within its limits, in the background: a large one takes seconds to look through."""
    threading.Thread(target=_sweep, args=(jobs, home()), name="store-sweep", daemon=True).start()


def _sweep(jobs: Jobs, root: Path) -> None:
    # One at a time; whoever comes meanwhile is served by the one that is going on.
    if _sweeping.acquire(blocking=False):
        try:
            runs.sweep(root / "runs", limits(), lambda folder: jobs.is_active(Run(folder)))
            runs.sweep_leftovers(root)
            runs.sweep_uploads(root, limits(), lambda folder: jobs.is_active(Run(folder)))
        finally:
            _sweeping.release()
