"""Keeps all labs within the limits: when the server starts, and before a lab keeps more."""

import logging
import tempfile
import threading
from pathlib import Path

import streamlit as st

from mnist_demo import fields, runs
from mnist_demo.app.words import escape_markdown
from mnist_demo.data import MnistData
from mnist_demo.experiment import DataReference
from mnist_demo.jobs.jobs import Jobs
from mnist_demo.runs import HOME_VARIABLE, Lab, Run, StoreFullError, StoreLimits, home

_log = logging.getLogger(__name__)
_sweeping = threading.Lock()
_full: set[Path] = set()
"""Homes in which the last sweep found more than the limits allow, all of it pinned or in use."""


def limits() -> StoreLimits:
    """Return the limits that the environment sets, or the defaults if those are not accepted."""
    try:
        return StoreLimits.from_environment()
    except fields.FieldError as refusal:
        _log.warning("%s The default limits of the store are used.", refusal)
        return StoreLimits()


def make_room(lab: Lab, jobs: Jobs) -> None:
    """Delete a lab's oldest unpinned runs and data until one more run fits.

    Raises:
        StoreFullError: If all that the lab keeps is pinned or in use, or all labs together are full.
    """
    _check_all_labs(lab, jobs)
    runs.make_room(lab, limits(), lambda folder: jobs.is_active(Run(folder)))


def keep_data(lab: Lab, uploaded: MnistData, jobs: Jobs) -> DataReference:
    """Keep uploaded data with a lab, which gives up its oldest unpinned runs and data for it.

    Raises:
        StoreFullError: If the data do not fit beside what is pinned or in use, or all labs together are full.
        OSError: If the data cannot be written.
    """
    _check_all_labs(lab, jobs)
    return runs.keep_data(lab, uploaded, limits(), lambda folder: jobs.is_active(Run(folder)))


def _check_all_labs(lab: Lab, jobs: Jobs) -> None:
    if lab.home in _full:
        # Another sweep begins, because a visitor may have deleted a run since the last sweep.
        sweep_soon(jobs)
        raise StoreFullError(
            "this server keeps all that it may, and everything is pinned or in use; delete a run, or try again later"
        )


def sweep_soon(jobs: Jobs) -> None:
    """Sweep all labs in the background, because many labs take seconds to examine."""
    threading.Thread(target=_sweep, args=(jobs, home()), name="store-sweep", daemon=True).start()


def _sweep(jobs: Jobs, root: Path) -> None:
    # Only one sweep runs at a time, and its result serves all requests meanwhile.
    if _sweeping.acquire(blocking=False):
        try:
            if runs.sweep(root, limits(), lambda folder: jobs.is_active(Run(folder))):
                _full.add(root)
            else:
                _full.discard(root)
        finally:
            _sweeping.release()


def unwritable_home() -> str | None:
    """Return why the data folder cannot be written, such as 'Read-only file system'; None when it can be written."""
    try:
        home().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home()):
            return None
    except OSError as error:
        return error.strerror or type(error).__name__


def log_unwritable_home() -> None:
    """Log that the data folder cannot be written, with the environment variable that names another folder."""
    if (reason := unwritable_home()) is not None:
        _log.error("The data folder %s cannot be written (%s); %s names another.", home(), reason, HOME_VARIABLE)


def warn_of_unwritable_home() -> None:
    """Show on the page that nothing can be kept, in which folder, and how the server's owner can change that."""
    if (reason := unwritable_home()) is not None:
        st.error(
            f"Nothing can be kept: the data folder {escape_markdown(str(home()))} cannot be written "
            f"({escape_markdown(reason)}). Whoever runs the lab can name another in `{HOME_VARIABLE}`.",
            icon=":material/folder_off:",
        )
