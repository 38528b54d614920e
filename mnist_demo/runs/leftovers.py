"""Half-written files and folders, which a process left that was killed in the middle of writing."""

import logging
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from mnist_demo.runs.clock import Now

# As `write_atomically`, the trainer and `LabRuns.create` call them:
# '.state.npz.4711.part', '.4711.part.keras', '.20260101-120000-abcdef.4711.part'.
_PART = re.compile(r"\.(.+\.)?\d+\.part(\.keras)?")

PATIENCE = 600.0
"""Seconds without a byte written after which a writer counts as dead; the largest file takes one second."""

_log = logging.getLogger(__name__)


def sweep_leftovers(home: Path, now: Now) -> None:
    """Remove half-written files and folders of all labs.

    The age decides and not the writer's process, which may run on another machine that shares the disk. A time of
    writing in the future keeps a file until the clock has got there.
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
        # Links are not followed: one could lead out of the home.
        for folder, folders, names in os.walk(home / room):
            yield from (Path(folder, name) for name in (*folders, *names) if _PART.fullmatch(name))
