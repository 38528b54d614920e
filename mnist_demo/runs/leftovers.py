"""The removal of half-written files and folders, which processes leave that are killed while they write."""

import logging
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from mnist_demo.runs.clock import Now

# `write_atomically` names a file '.state.npz.4711.part', the trainer '.4711.part.keras', and `LabRuns.create` a folder
# '.20260101-120000-abcdef.4711.part'.
_PART = re.compile(r"\.(.+\.)?\d+\.part(\.keras)?")

PATIENCE = 600.0
"""Seconds without a write after which a writer counts as dead; the largest file takes one second."""

_log = logging.getLogger(__name__)


def sweep_leftovers(home: Path, now: Now) -> None:
    """Remove half-written files and folders of all labs.

    The age of a file decides and not its writer's process, because the writer may run on another machine that shares
    the disk. A file whose time lies in the future stays until the clock reaches that time.
    """
    for path in _parts(home):
        try:
            if now.age(path.lstat().st_mtime) <= PATIENCE:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            _log.warning("A half-written file could not be removed: %s", error)


def _parts(home: Path) -> Iterator[Path]:
    for room in ("runs", "labs", "drawings"):
        # `os.walk` does not follow links, because a link could lead out of the home.
        for folder, folders, names in os.walk(home / room):
            yield from (Path(folder, name) for name in (*folders, *names) if _PART.fullmatch(name))
