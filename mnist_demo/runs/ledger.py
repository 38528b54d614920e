"""A lab's ledger: where its runs are, checked before any name touches a path."""

import calendar
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from mnist_demo.experiment import Experiment
from mnist_demo.runs.run import Run, create_run

HOME_VARIABLE = "MNIST_DEMO_HOME"
"""The environment variable that says where runs and uploaded data are kept; ~/.mnist_demo without it."""

_LAB_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_STAMP = "%Y%m%d-%H%M%S"
_STAMP_LENGTH = 15
_RUN_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")

BIN = "bin"
"""The folder of a lab into which its deleted runs go."""


class LedgerError(ValueError):
    """A lab or run that cannot be, named in one sentence."""


def home() -> Path:
    """Where everything that is kept lies."""
    return Path(os.environ.get(HOME_VARIABLE) or Path.home() / ".mnist_demo")


def new_lab_id() -> str:
    """A fresh lab's id: 128 bits that nobody can guess, safe in an address and in a path."""
    return secrets.token_urlsafe(16)


def is_lab_id(text: str) -> bool:
    """Whether a text from an address has the form of a lab's id."""
    return _LAB_ID.fullmatch(text) is not None


def is_run_id(text: str) -> bool:
    """Whether a name has the form of a run's id."""
    return _RUN_ID.fullmatch(text) is not None


class Ledger:
    """The runs of one lab.

    Args:
        lab: the lab's id.
        root: the folder of all labs' runs.

    Raises:
        LedgerError: when the id does not have the form of one.
    """

    def __init__(self, lab: str, root: Path | None = None) -> None:
        if not is_lab_id(lab):
            raise LedgerError("The lab's id in the address is damaged; accepted are 22 letters, digits, - and _.")
        self.lab = lab
        self.folder = (root or home() / "runs") / lab

    @property
    def bin_folder(self) -> Path:
        """Where deleted runs wait to be brought back."""
        return self.folder / BIN

    def create(self, experiment: Experiment, fill: Callable[[Run], None] | None = None) -> Run:
        """A new run's folder for an experiment.

        Args:
            experiment: what is asked.
            fill: puts into the folder what the run needs besides; the run is there only when it has all of it.

        Raises:
            OSError: when the folder cannot be written.
        """
        folder = self.folder / f"{self._next_stamp()}-{secrets.token_hex(3)}"
        if fill is not None:
            try:
                folder.mkdir(parents=True)
                fill(Run(folder))
            except OSError:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        return create_run(folder, experiment)

    def _next_stamp(self) -> str:
        """The time in UTC, but always later than the newest run's: ids are in order even if the clock goes back."""
        now = time.strftime(_STAMP, time.gmtime(time.time()))
        newest = next((run.id[:_STAMP_LENGTH] for run in self.runs()), "")
        if now > newest:
            return now
        try:
            later = calendar.timegm(time.strptime(newest, _STAMP)) + 1
        except ValueError:  # of the right form, but no time
            return now
        return time.strftime(_STAMP, time.gmtime(later))

    def runs(self) -> list[Run]:
        """The lab's runs, newest first; a folder without an experiment is none, or not yet."""
        if not self.folder.is_dir():
            return []
        names = filter(_RUN_ID.fullmatch, (path.name for path in self.folder.iterdir()))
        return [run for name in sorted(names, reverse=True) if (run := self.run(name))]

    def run(self, run_id: str) -> Run | None:
        """A run by its id, or None when the lab has no such run."""
        if not _RUN_ID.fullmatch(run_id) or not (self.folder / run_id / "experiment.json").is_file():
            return None
        return Run(self.folder / run_id)

    def discard(self, run_id: str) -> bool:
        """Move a run into the lab's bin, from where `restore` brings it back; False when the lab has no such run.

        Whoever calls makes sure that nobody trains it.

        Raises:
            OSError: when it cannot be moved.
        """
        if not _RUN_ID.fullmatch(run_id) or not (self.folder / run_id).is_dir():
            return False
        place = self.bin_folder / run_id
        place.parent.mkdir(exist_ok=True)
        (self.folder / run_id).rename(place)
        # The bin is emptied by how long ago things came into it.
        os.utime(place)
        return True

    def discarded(self, seconds: float) -> list[Run]:
        """The runs that came into the bin no longer ago than that, newest first."""
        try:
            folders = [path for path in self.bin_folder.iterdir() if _RUN_ID.fullmatch(path.name)]
            recent = [path for path in folders if abs(time.time() - path.stat().st_mtime) <= seconds]
        except OSError:
            # No bin, or one that is being emptied.
            return []
        return [Run(path) for path in sorted(recent, reverse=True)]

    def restore(self, run_id: str) -> bool:
        """Bring a run back from the bin; False when it is not there any more.

        Raises:
            OSError: when it cannot be moved.
        """
        if not _RUN_ID.fullmatch(run_id) or not (self.bin_folder / run_id).is_dir():
            return False
        (self.bin_folder / run_id).rename(self.folder / run_id)
        return True
