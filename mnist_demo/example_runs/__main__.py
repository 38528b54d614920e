"""Make the example runs again, in some minutes: `python -m mnist_demo.example_runs`."""

import argparse
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from mnist_demo.data import load_mnist
from mnist_demo.example_runs import Example
from mnist_demo.example_runs.trimming import trim
from mnist_demo.files import SHIPPED
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Run, RunId
from mnist_demo.training import train

EPOCHS = {Example.CODELAB: range(11), Example.CANVAS: (0, 1, 4, 8)}
"""The snapshots that are kept of each run."""


def main(arguments: list[str] | None = None, folder: Path = SHIPPED) -> int:
    """Train the presets of the examples, and put the trimmed runs into the package.

    Args:
        arguments: The names of the examples; all without names.
        folder: The folder of the examples in the package.

    Returns:
        The exit code, 0.
    """
    parser = argparse.ArgumentParser(prog="python -m mnist_demo.example_runs", description="Make the example runs.")
    parser.add_argument("names", nargs="*", type=Example, metavar="NAME", help=f"of {', '.join(Example)}; without, all")
    with tempfile.TemporaryDirectory() as place:
        for example in parser.parse_args(arguments).names or Example:
            run_id = str(RunId.after(None, datetime.now(UTC)))
            run = train(PRESETS[example], load_mnist(), Path(place) / "whole" / run_id)
            ship(trim(run, Path(place) / "small" / run_id, load_mnist(), EPOCHS[example]), example, folder)
    return 0


def ship(trimmed: Run, example: Example, folder: Path) -> Path:
    """Put a trimmed run into the package, in the place of the former one.

    Returns:
        The folder of the run in the package.
    """
    shutil.rmtree(folder / example, ignore_errors=True)
    return Path(shutil.copytree(trimmed.folder, folder / example / trimmed.id))


if __name__ == "__main__":
    sys.exit(main())
