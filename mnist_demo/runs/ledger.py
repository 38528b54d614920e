"""A lab's ledger: where its runs are, checked before any name touches a path."""

import os
import re
import secrets
import time
from pathlib import Path

from mnist_demo.experiment import Experiment
from mnist_demo.runs.run import Run, create_run

HOME_VARIABLE = "MNIST_DEMO_HOME"
"""The environment variable that says where runs and uploaded data are kept; ~/.mnist_demo without it."""

_LAB_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_RUN_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")


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

    def create(self, experiment: Experiment) -> Run:
        """A new run's folder for an experiment.

        Raises:
            OSError: when the folder cannot be written.
        """
        run_id = time.strftime("%Y%m%d-%H%M%S", time.gmtime()) + "-" + secrets.token_hex(3)
        return create_run(self.folder / run_id, experiment)

    def runs(self) -> list[Run]:
        """The lab's runs, newest first."""
        if not self.folder.is_dir():
            return []
        names = (path.name for path in self.folder.iterdir())
        return [Run(self.folder / name) for name in sorted(filter(_RUN_ID.fullmatch, names), reverse=True)]

    def run(self, run_id: str) -> Run | None:
        """A run by its id, or None when the lab has no such run."""
        if not _RUN_ID.fullmatch(run_id) or not (self.folder / run_id / "experiment.json").is_file():
            return None
        return Run(self.folder / run_id)
