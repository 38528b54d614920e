"""How much is kept: bounds on the store of runs, and which runs are dropped to hold them."""

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from mnist_demo import fields
from mnist_demo.runs.annotations import read_annotations
from mnist_demo.runs.ledger import BIN, is_lab_id, is_run_id
from mnist_demo.runs.run import Run

DAY = 86_400.0
BIN_SECONDS = 3_600.0
"""How long a deleted run can be brought back."""


@dataclass(frozen=True, kw_only=True)
class StoreLimits:
    """What the store of runs may hold; each field is set by an environment variable, such as MNIST_DEMO_MAX_RUNS.

    Raises:
        FieldError: on construction, when a value is not accepted; the message says what is.
    """

    max_runs: int = fields.integer(200, 1, 10_000, "Runs that one lab keeps.")
    max_megabytes: int = fields.integer(5_000, 10, 100_000_000, "Megabytes that the runs of all labs take together.")
    max_data_megabytes: int = fields.integer(2_000, 100, 100_000_000, "Megabytes that all uploaded data take together.")
    max_days: int = fields.integer(180, 1, 36_500, "Days that a run is kept after its last change, unless pinned.")

    def __post_init__(self) -> None:
        fields.check(self)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "StoreLimits":
        """The limits that the environment sets, and the defaults where it says nothing.

        Raises:
            FieldError: when a variable is not a number that is accepted.
        """
        given: dict[str, int] = {}
        for name, spec in fields.field_specs(cls).items():
            variable = f"MNIST_DEMO_{name.upper()}"
            text = environment.get(variable, "").strip()
            if not text:
                continue
            if not re.fullmatch(r"\d{1,12}", text):
                raise fields.FieldError(f"{variable} is {text!r:.40}; accepted is {spec.accepted}.")
            given[name] = int(text)
        return cls(**given)


class EvictionReason(StrEnum):
    """Why a run is dropped."""

    COUNT = "count"
    AGE = "age"
    BYTES = "bytes"


@dataclass(frozen=True)
class StoredRun:
    """A run as the store sees it.

    Attributes:
        folder: where it lies.
        lab: whose it is.
        created: seconds since 1970, from its id.
        changed: when something was last written into it, its name or a test result included.
        size: bytes of all its files.
        pinned: whether its people want to keep it.
        binned: when it was deleted, in seconds since 1970; None when it was not.
    """

    folder: Path
    lab: str
    created: float
    changed: float
    size: int
    pinned: bool
    binned: float | None = None


@dataclass(frozen=True)
class Eviction:
    """A run that is to be dropped, and why; none for what lay in the bin."""

    run: StoredRun
    reason: EvictionReason | None


def survey(root: Path, labs: Iterable[str] | None = None) -> list[StoredRun]:
    """Everything that a store holds, the bins included; what cannot be read is taken for what can be seen of it.

    Args:
        root: the folder of all labs' runs.
        labs: only these; all by default.
    """
    names = [entry.name for entry in _folders(root)] if labs is None else list(labs)
    found: list[StoredRun] = []
    for lab in filter(is_lab_id, names):
        for folder, binned in ((root / lab, False), (root / lab / BIN, True)):
            stored = (_stored(Path(entry.path), lab, binned) for entry in _folders(folder) if is_run_id(entry.name))
            found += [run for run in stored if run is not None]
    return found


def choose_evictions(
    runs: Sequence[StoredRun],
    limits: StoreLimits,
    now: float,
    is_active: Callable[[Path], bool],
    room_in: str | None = None,
) -> list[Eviction]:
    """Which runs are dropped so that a store stays within its limits, the first to go first.

    Oldest first, the unpinned before the pinned, and never one that waits or is trained. Age drops no pinned run, and
    neither does the number of runs of a lab; only when the disk would overflow do pinned ones go too.

    A clock that went backwards makes changes lie in the future, which is not long ago.

    Args:
        runs: what there is, from `survey`.
        limits: what may be.
        now: seconds since 1970.
        is_active: whether the run in a folder waits or is trained.
        room_in: a lab that is about to get another run.
    """
    binned = [run for run in runs if run.binned is not None]
    kept = sorted((run for run in runs if run.binned is None), key=lambda run: run.created)
    evictable = [run for run in kept if not is_active(run.folder)]
    loose = [run for run in evictable if not run.pinned]
    # In either direction: nothing says how long ago it was when the clock was turned back.
    evictions = [Eviction(run, None) for run in binned if abs(now - (run.binned or 0)) > BIN_SECONDS]
    evictions += [Eviction(run, EvictionReason.AGE) for run in loose if now - run.changed > limits.max_days * DAY]
    gone = {eviction.run.folder for eviction in evictions}
    for lab in sorted({run.lab for run in kept}):
        mine = [run for run in kept if run.lab == lab and run.folder not in gone]
        surplus = len(mine) + (lab == room_in) - limits.max_runs
        candidates = [run for run in loose if run.lab == lab and run.folder not in gone]
        evictions += [Eviction(run, EvictionReason.COUNT) for run in candidates[: max(0, surplus)]]
    gone = {eviction.run.folder for eviction in evictions}
    size = sum(run.size for run in runs if run.folder not in gone)
    pinned = [run for run in evictable if run.pinned]
    for run in (*binned, *loose, *pinned):
        if size <= limits.max_megabytes * 1_000_000:
            break
        if run.folder not in gone:
            evictions.append(Eviction(run, None if run.binned is not None else EvictionReason.BYTES))
            size -= run.size
    return evictions


def _stored(folder: Path, lab: str, binned: bool) -> StoredRun | None:
    try:
        created = datetime.strptime(folder.name[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC).timestamp()
        changed = folder.stat().st_mtime
    except (OSError, ValueError):
        # It went meanwhile; or an id whose date does not exist, which no lab ever made.
        return None
    pinned = read_annotations(Run(folder)).pinned
    return StoredRun(folder, lab, created, changed, _size(folder), pinned, changed if binned else None)


def _size(folder: Path) -> int:
    """Bytes of all files below a folder; what goes or cannot be read meanwhile counts nothing."""
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    total += _size(Path(entry.path))
                else:
                    total += entry.stat(follow_symlinks=False).st_size
    except OSError:
        return total
    return total


def _folders(folder: Path) -> list[os.DirEntry[str]]:
    """The real folders in a folder: a link could lead out of the store."""
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
