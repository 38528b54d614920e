"""What a process that was killed in the middle of a write left beside the file that it was writing."""

import logging
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

# As `write_atomically` and the trainer call them: '.state.npz.4711.part', '.4711.part.keras'.
_PART = re.compile(r"\.(.+\.)?\d+\.part(\.keras)?")

PATIENCE = 600.0
"""Seconds without a byte written after which nobody is writing any more; the largest file takes one."""

_log = logging.getLogger(__name__)


def sweep_leftovers(home: Path) -> None:
    """Remove what writers left half written, in the runs, experiments and drawings of all labs.

    By its age and not by its writer's process: that may run on another machine that shares the disk. What seems to
    have been written in the future stays until the clock has got there.
    """
    now = time.time()
    for path in _parts(home):
        try:
            if now - path.lstat().st_mtime > PATIENCE:
                path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            _log.warning("What was left half written could not be removed: %s", error)


def _parts(home: Path) -> Iterator[Path]:
    for place in ("runs", "labs", "drawings"):
        # Links are not followed: one could lead out of the store.
        for folder, _, names in os.walk(home / place):
            yield from (Path(folder, name) for name in names if _PART.fullmatch(name))
