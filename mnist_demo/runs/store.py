"""Keeping all labs within the limits, with a note for each lab that loses runs."""

import contextlib
import logging
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from mnist_demo.data import MnistData
from mnist_demo.experiment import DataReference
from mnist_demo.runs.annotations import name_of
from mnist_demo.runs.clock import read_clock
from mnist_demo.runs.evicted import EvictionReason
from mnist_demo.runs.lab import Lab
from mnist_demo.runs.leftovers import sweep_leftovers
from mnist_demo.runs.limits import StoreLimits
from mnist_demo.runs.retention import Eviction, IsActive, choose_evictions
from mnist_demo.runs.run import Run
from mnist_demo.runs.survey import Kind, Stored, survey

_MEGABYTE = 1_000_000

_log = logging.getLogger(__name__)


class StoreFullError(OSError):
    """A lab has no room for more; the message says what the visitor can do."""


def make_room(lab: Lab, limits: StoreLimits, is_active: IsActive) -> None:
    """Delete the oldest unpinned runs and data of a lab until one more run fits.

    Raises:
        StoreFullError: If all that the lab keeps is pinned or in use.
    """
    left = _hold_lab(lab, limits, is_active, room_in=lab.id)
    if sum(item.kind is Kind.RUN for item in left) >= limits.max_runs:
        raise StoreFullError(
            f"this lab may keep {limits.max_runs:,} runs, and all of them are pinned or waiting; unpin or delete one"
        )
    _check_share(left, limits)


def keep_data(lab: Lab, uploaded: MnistData, limits: StoreLimits, is_active: IsActive) -> DataReference:
    """Keep an uploaded data set with a lab, which gives up its oldest unpinned runs and data for it.

    Raises:
        StoreFullError: If the data do not fit beside what is pinned or in use.
        OSError: If the data cannot be written.
    """
    path = lab.data(DataReference("", uploaded.digest))
    was_kept = path is None or path.exists()
    reference = lab.keep_data(uploaded)
    if path is not None and not was_kept:
        # The size of the data is known only after they are compressed.
        try:
            _check_share(_hold_lab(lab, limits, lambda item: item == path or is_active(item)), limits)
        except StoreFullError:
            path.unlink(missing_ok=True)
            raise
    return reference


def sweep(home: Path, limits: StoreLimits, is_active: IsActive) -> bool:
    """Keep all labs within the limits, empty their bins, and remove what killed writers left.

    Args:
        home: The folder that holds all labs.
        limits: The limits on what labs keep.
        is_active: Tells whether the run in a folder waits or trains.

    Returns:
        Whether all labs together keep too much that must stay, so that no lab should add to it.
    """
    stored = survey(home)
    now = read_clock(home, max((item.changed for item in stored), default=time.time()))
    sweep_leftovers(home, now)
    evictions, is_full = choose_evictions(stored, limits, is_active, now)
    _evict(home, evictions, is_active)
    gone = {eviction.item.path for eviction in evictions}
    _remove_empty_folders(home, {item.lab for item in stored} - {item.lab for item in stored if item.path not in gone})
    return is_full


def _hold_lab(lab: Lab, limits: StoreLimits, is_active: IsActive, room_in: str | None = None) -> list[Stored]:
    """Keep one lab within its own limits, and return what is left of it."""
    stored = survey(lab.home, [lab.id])
    evictions, _ = choose_evictions(stored, limits, is_active, room_in=room_in)
    gone = {eviction.item.path for eviction in evictions}
    # The check comes first, so a refused run or data set evicts nothing.
    _check_share([item for item in stored if item.path not in gone], limits)
    _evict(lab.home, evictions, is_active)
    return survey(lab.home, [lab.id])


def _check_share(left: Sequence[Stored], limits: StoreLimits) -> None:
    if sum(item.size for item in left) >= limits.max_lab_megabytes * _MEGABYTE:
        raise StoreFullError(
            f"this lab may keep {limits.max_lab_megabytes:,} MB, and all it has is pinned or in use; "
            "unpin or delete a run"
        )


def _evict(home: Path, evictions: Sequence[Eviction], is_active: IsActive) -> None:
    for eviction in evictions:
        item = eviction.item
        try:
            match item.kind:
                case Kind.BINNED:
                    shutil.rmtree(item.path)
                case Kind.RUN:
                    # The run may have been queued again since the survey.
                    if eviction.reason is not None and not is_active(item.path):
                        _evict_run(Lab(home, item.lab), item.path.name, eviction.reason)
                case Kind.DATA | Kind.SMALL:
                    item.path.unlink(missing_ok=True)
        except OSError as error:
            # The loop goes on, because an item that cannot be removed must not keep the others.
            _log.warning("A %s could not be evicted: %s", item.kind, error)


def _evict_run(lab: Lab, run_id: str, reason: EvictionReason) -> None:
    name = _name(lab.runs.folder / run_id)
    # The run goes through the bin, so an interrupted removal leaves no half run in the lab.
    if not lab.runs.discard(run_id):
        return
    try:
        shutil.rmtree(lab.runs.bin_folder / run_id)
    finally:
        # The note comes last, because a full disk has no room for it before.
        lab.note_evicted(name, reason)


def _name(folder: Path) -> str:
    try:
        return name_of(Run(folder))
    except (OSError, ValueError):
        return folder.name


def _remove_empty_folders(home: Path, labs: set[str]) -> None:
    for lab in labs:
        for folder in (home / "runs" / lab / "bin", *(home / room / lab for room in ("runs", "data", "drawings"))):
            # A folder that is missing or not empty stays as it is.
            with contextlib.suppress(OSError):
                folder.rmdir()
