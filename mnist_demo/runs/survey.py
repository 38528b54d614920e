"""A list of everything that all labs keep on disk, item by item, for the sweep."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mnist_demo.runs.annotations import read_annotations
from mnist_demo.runs.lab import Lab, is_lab_id
from mnist_demo.runs.run import Run
from mnist_demo.runs.run_id import is_run_id


class Kind(StrEnum):
    """The kind of an item that a lab keeps."""

    RUN = "run"
    BINNED = "binned"  # a deleted run that can still be restored
    DATA = "data"
    SMALL = "small"  # the experiment, drawings and other small files


@dataclass(frozen=True, kw_only=True)
class Stored:
    """One item that a lab keeps.

    Attributes:
        path: The folder of a run, or a file.
        lab: The lab's id.
        kind: The kind of the item.
        size: Bytes of the item, all files of a folder together.
        changed: The time of the last change, in seconds since 1970: for data, of the last use; for a deleted run, of
            the deletion.
        created: The time when a run was created; `changed` for every other kind.
        pinned: Whether the visitor pinned the run.
        data: The digest of uploaded data: of the item itself, or of the data that a run or the lab's experiment uses.
    """

    path: Path
    lab: str
    kind: Kind
    size: int
    changed: float
    created: float
    pinned: bool = False
    data: str = ""


def survey(home: Path, labs: Iterable[str] | None = None) -> list[Stored]:
    """List everything that labs keep. An item that cannot be read counts with what the folder tells of it.

    Args:
        home: The folder that holds all labs.
        labs: Only the labs with these ids; all by default.
    """
    found: list[Stored] = []
    for lab in sorted(_labs(home) if labs is None else filter(is_lab_id, labs)):
        found += _items(Lab(home, lab))
    return found


def _labs(home: Path) -> set[str]:
    # The rooms are resolved, because the owner of the server may have linked them to another disk.
    rooms = [Path(os.path.realpath(home / room)) for room in ("runs", "data", "drawings", "labs")]
    folders = {entry.name for room in rooms[:3] for entry in _entries(room, folders=True)}
    files = {Path(entry.name).stem for entry in _entries(rooms[3], folders=False)}
    return set(filter(is_lab_id, folders | files))


def _items(lab: Lab) -> Iterator[Stored]:
    runs = lab.runs
    # If the lab's folder is a link, the bin lies outside of the home.
    bins = () if runs.folder.is_symlink() else ((runs.bin_folder, Kind.BINNED),)
    for folder, kind in ((runs.folder, Kind.RUN), *bins):
        for entry in _entries(folder, folders=True):
            if is_run_id(entry.name) and (run := _run(lab.id, Path(entry.path), kind)):
                yield run
    yield from _files(lab.id, lab.home / "data" / lab.id, Kind.DATA)
    for folder in (runs.folder, lab.home / "drawings" / lab.id):
        yield from _files(lab.id, folder, Kind.SMALL)
    kept = lab.experiment
    for suffix, digest in ((".json", kept.data.digest if kept else ""), (".run", ""), (".lessons", "")):
        if item := _file(lab.id, lab.home / "labs" / f"{lab.id}{suffix}", Kind.SMALL, digest):
            yield item


def _run(lab: str, folder: Path, kind: Kind) -> Stored | None:
    run = Run(folder)
    try:
        created = run.begun.timestamp()
        changed = folder.stat().st_mtime
    except (OSError, ValueError):
        # The run was deleted meanwhile, or the date in its id does not exist, so no lab made the folder.
        return None
    try:
        digest = run.experiment.data.digest
    except (OSError, ValueError):
        digest = ""
    pinned = kind is Kind.RUN and read_annotations(run).pinned
    return Stored(
        path=folder,
        lab=lab,
        kind=kind,
        size=_size(folder),
        changed=changed,
        created=created,
        pinned=pinned,
        data=digest,
    )


def _files(lab: str, folder: Path, kind: Kind) -> Iterator[Stored]:
    """Yield every file of a folder, half-written files included."""
    for entry in _entries(folder, folders=False):
        digest = Path(entry.name).stem if kind is Kind.DATA else ""
        if item := _file(lab, Path(entry.path), kind, digest):
            yield item


def _file(lab: str, path: Path, kind: Kind, digest: str) -> Stored | None:
    try:
        about = path.lstat()
    except OSError:
        return None
    changed = about.st_mtime
    return Stored(path=path, lab=lab, kind=kind, size=about.st_size, changed=changed, created=changed, data=digest)


def _size(folder: Path) -> int:
    """Return the bytes of all files below a folder; a file that is deleted meanwhile or cannot be read counts 0."""
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


def _entries(folder: Path, *, folders: bool) -> list[os.DirEntry[str]]:
    """Return the real folders of a real folder, or everything else in it, because a link could lead out of the home."""
    try:
        if folder.is_symlink():
            return []
        with os.scandir(folder) as entries:
            return [entry for entry in entries if entry.is_dir(follow_symlinks=False) == folders]
    except OSError:
        return []
