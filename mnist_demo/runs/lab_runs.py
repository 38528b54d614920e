"""The runs of one lab: created whole, found by id, deleted by way of a bin."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from mnist_demo.experiment import Experiment
from mnist_demo.runs.run import Run, create_run
from mnist_demo.runs.run_id import RunId, is_run_id

BIN = "bin"
"""The folder of a lab into which its deleted runs go."""


class LabRuns:
    """The runs in a lab's folder, newest first. A folder without an experiment is not a run.

    Args:
        folder: The lab's folder of runs, which need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __iter__(self) -> Iterator[Run]:
        try:
            names = sorted((path.name for path in self.folder.iterdir()), reverse=True)
        except (FileNotFoundError, NotADirectoryError):
            return
        yield from (run for name in names if (run := self.get(name)))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def get(self, run_id: str) -> Run | None:
        """Find a run by its id; None if the lab has no such run."""
        if not is_run_id(run_id) or not (self.folder / run_id / "experiment.json").is_file():
            return None
        return Run(self.folder / run_id)

    def create(self, experiment: Experiment, fill: Callable[[Run], None] | None = None) -> Run:
        """Create a run's folder. The folder appears with all its files, or not at all.

        Args:
            experiment: The experiment that the run trains.
            fill: A function that writes the run's other files; its argument is the run under a temporary name.

        Raises:
            OSError: If the folder cannot be written.
        """
        run_id = str(RunId.after(self._newest_id(), datetime.fromtimestamp(time.time(), UTC)))
        # The sweep knows the name that a killed process leaves (`leftovers.py`).
        beside = self.folder / f".{run_id}.{os.getpid()}.part"
        try:
            create_run(beside, experiment)
            if fill is not None:
                fill(Run(beside))
            beside.rename(self.folder / run_id)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        return Run(self.folder / run_id)

    def _newest_id(self) -> RunId | None:
        for run in self:
            try:
                return RunId.parse(run.id)
            except ValueError:  # the folder has the form of an id, but its time does not exist
                continue
        return None

    @property
    def bin_folder(self) -> Path:
        """The folder in which deleted runs wait to be restored."""
        return self.folder / BIN

    def discard(self, run_id: str) -> bool:
        """Move a run into the bin; False if the lab has no such run. Check before that nothing trains the run.

        Raises:
            OSError: If the run cannot be moved.
        """
        if not is_run_id(run_id) or not (self.folder / run_id).is_dir():
            return False
        place = self.bin_folder / run_id
        place.parent.mkdir(exist_ok=True)
        (self.folder / run_id).rename(place)
        # The folder's time says when the run came into the bin, which decides when the bin is emptied.
        os.utime(place)
        return True

    def discarded(self, seconds: float) -> list[Run]:
        """List the runs that came into the bin in the last `seconds` seconds, newest first."""
        try:
            folders = [path for path in self.bin_folder.iterdir() if is_run_id(path.name)]
            recent = [path for path in folders if abs(time.time() - path.stat().st_mtime) <= seconds]
        except OSError:
            # The lab has no bin, or a sweep empties it at this moment.
            return []
        return [Run(path) for path in sorted(recent, reverse=True)]

    def restore(self, run_id: str) -> bool:
        """Move a run back from the bin; False if the bin does not hold it any more.

        Raises:
            OSError: If the run cannot be moved.
        """
        if not is_run_id(run_id) or not (self.bin_folder / run_id).is_dir():
            return False
        (self.bin_folder / run_id).rename(self.folder / run_id)
        return True
