"""Holding the store of runs within its limits, and telling each lab what it lost by that."""

import json
import logging
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mnist_demo.files import write_atomically
from mnist_demo.runs.annotations import name_of
from mnist_demo.runs.ledger import Ledger
from mnist_demo.runs.retention import Eviction, EvictionReason, StoreLimits, choose_evictions, survey
from mnist_demo.runs.run import Run

_FILE = "dropped.json"
_MAX_BYTES = 2_000

_log = logging.getLogger(__name__)

IsActive = Callable[[Path], bool]


class StoreFullError(OSError):
    """No further run fits in a lab; the message says what to do."""


@dataclass(frozen=True)
class Evicted:
    """Runs that a lab lost to the limits: how many, what the last one was called, and why that one was dropped."""

    count: int
    name: str
    reason: EvictionReason


def make_room(ledger: Ledger, limits: StoreLimits, is_active: IsActive) -> None:
    """Drop the oldest unpinned runs of a lab until another one fits in.

    Raises:
        StoreFullError: when all its runs are pinned or active.
    """
    root = ledger.folder.parent
    runs = survey(root, [ledger.lab])
    evictions = choose_evictions(runs, limits, time.time(), is_active, room_in=ledger.lab)
    # The store as a whole is the sweep's business: here only this lab is known.
    _evict(root, [eviction for eviction in evictions if eviction.reason is not EvictionReason.BYTES], is_active)
    left = [run for run in runs if run.binned is None and run.folder.is_dir()]
    if len(left) >= limits.max_runs:
        raise StoreFullError(
            f"this lab may keep {limits.max_runs:,} runs, and all of them are pinned or waiting; unpin or delete one"
        )


def sweep(root: Path, limits: StoreLimits, is_active: IsActive) -> None:
    """Hold all labs' runs within the limits, and empty the bins of what was deleted some time ago.

    Args:
        root: the folder of all labs' runs.
    """
    _evict(root, choose_evictions(survey(root), limits, time.time(), is_active), is_active)


def evicted_path(ledger: Ledger) -> Path:
    """Where a lab is told what it lost."""
    return ledger.folder / _FILE


def read_evicted(ledger: Ledger) -> Evicted | None:
    """What a lab lost to the limits since `forget_dropped`; None for nothing."""
    try:
        with evicted_path(ledger).open("rb") as file:
            value = json.loads(file.read(_MAX_BYTES))
        return Evicted(int(value["count"]), str(value["name"])[:60], EvictionReason(value["reason"]))
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def forget_evicted(ledger: Ledger) -> None:
    """The visitor has taken note.

    Raises:
        OSError: when the file cannot be removed.
    """
    evicted_path(ledger).unlink(missing_ok=True)


def _evict(root: Path, evictions: Sequence[Eviction], is_active: IsActive) -> None:
    for eviction in evictions:
        ledger, run_id = Ledger(eviction.run.lab, root), eviction.run.folder.name
        try:
            if eviction.reason is None:
                shutil.rmtree(ledger.bin_folder / run_id)
            # It may have been taken up again since it was looked at.
            elif not is_active(eviction.run.folder):
                _evict_run(ledger, run_id, eviction.reason)
        except OSError as error:
            # One folder that cannot be removed must not keep the others.
            _log.warning("A run could not be dropped: %s", error)


def _evict_run(ledger: Ledger, run_id: str, reason: EvictionReason) -> None:
    name = _name(ledger.folder / run_id)
    # By way of the bin: a removal that is cut off half way leaves no half a run in the lab.
    if not ledger.discard(run_id):
        return
    try:
        shutil.rmtree(ledger.bin_folder / run_id)
    finally:
        # Last, as there may be no room on the disk before.
        _tell(ledger, name, reason)


def _name(folder: Path) -> str:
    try:
        return name_of(Run(folder))
    except (OSError, ValueError):
        return folder.name


def _tell(ledger: Ledger, name: str, reason: EvictionReason) -> None:
    before = read_evicted(ledger)
    evicted = Evicted((before.count if before else 0) + 1, name, reason)
    write_atomically(evicted_path(ledger), json.dumps(asdict(evicted)).encode())
