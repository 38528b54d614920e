"""Holding the server's store of runs within its limits: at the start, and whenever a run is created."""

import logging
import tempfile
import threading
from pathlib import Path

import streamlit as st

from mnist_demo import fields, runs
from mnist_demo.app.words import escape_markdown
from mnist_demo.jobs.jobs import Jobs
from mnist_demo.runs import HOME_VARIABLE, Ledger, Run, StoreLimits, home

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


def unwritable_home() -> str | None:
    """Why nothing can be kept where the lab keeps everything, such as 'Read-only file system'; None when it can."""
    try:
        home().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home()):
            return None
    except OSError as error:
        return error.strerror or type(error).__name__


def log_unwritable_home() -> None:
    """Name a data folder that cannot be written, and the variable that names another, in the log."""
    if (reason := unwritable_home()) is not None:
        _log.error("The data folder %s cannot be written (%s); %s names another.", home(), reason, HOME_VARIABLE)


def warn_of_unwritable_home() -> None:
    """Say on the page that nothing can be kept, where, and how whoever runs the server mends that."""
    if (reason := unwritable_home()) is not None:
        st.error(
            f"Nothing can be kept: the data folder {escape_markdown(str(home()))} cannot be written "
            f"({escape_markdown(reason)}). Whoever runs the lab can name another in `{HOME_VARIABLE}`.",
            icon=":material/folder_off:",
        )
