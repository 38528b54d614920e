"""Trained runs that ship with the package, so that every page has something to show on a first visit.

`python -m mnist_demo.example_runs` makes them again. They are ordinary runs in folders below this one, and read-only:
our writers refuse to write there (`mnist_demo/files.py`).
"""

import functools
from enum import StrEnum
from pathlib import Path

from mnist_demo.files import SHIPPED
from mnist_demo.runs import Run


class Example(StrEnum):
    """An example run, by the name of its preset and folder."""

    CODELAB = "codelab"
    CANVAS = "canvas"


def example_run(example: Example, folder: Path = SHIPPED) -> Run:
    """Return an example run; only its folder's name is read.

    Raises:
        FileNotFoundError: If the package lacks the run.
    """
    return Run(_run_folder(folder / example))


def example_runs() -> list[Run]:
    """Return all example runs."""
    return [example_run(example) for example in Example]


@functools.cache
def _run_folder(folder: Path) -> Path:
    for experiment in folder.glob("*/experiment.json"):
        return experiment.parent
    raise FileNotFoundError(f"{folder} has no run; `python -m mnist_demo.example_runs` makes it.")
