"""The frames of a run's time machine, made from the predictions of each snapshot."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from mnist_demo.data import Split
from mnist_demo.inference import InferenceError
from mnist_demo.inference.predictions import PredictionPass
from mnist_demo.insight.kernels import FirstKernels, first_kernels, read_kernels
from mnist_demo.insight.time_machine import Frame, make_frame
from mnist_demo.runs import Run

PassOf = Callable[[Path], PredictionPass]


class EpochFrames:
    """The frames of a run, one for each snapshot; every method may be called from any thread.

    Args:
        run: The run with the snapshots.
        split: The images of the predictions.
        pass_of: Returns the prediction pass of a snapshot over these images.
    """

    def __init__(self, run: Run, split: Split, pass_of: PassOf) -> None:
        self._run = run
        self.split = split
        self._pass_of = pass_of
        self._lock = threading.Lock()
        self._frames: dict[tuple[str, int], Frame] = {}
        self._failed: dict[tuple[str, int], str] = {}
        self._seconds = 0.0
        self._timed = 0
        self.kernels: FirstKernels | None = first_kernels(run.experiment.network)

    @property
    def frames(self) -> list[Frame]:
        """Return the finished frames, by epoch."""
        return [self._frames[key] for key in self._keys() if key in self._frames]

    @property
    def failures(self) -> dict[int, str]:
        """Return by epoch why a snapshot cannot be shown."""
        return {int(key[0]): self._failed[key] for key in self._keys() if key in self._failed}

    @property
    def missing(self) -> int:
        """Return how many snapshots have neither a frame nor a failure."""
        return sum(key not in self._frames and key not in self._failed for key in self._keys())

    @property
    def seconds_left(self) -> float | None:
        """Return the expected seconds to the last frame; None before the first pass is complete."""
        return self._seconds / self._timed * self.missing if self._timed else None

    def forget_failures(self) -> None:
        """Forget the failures, so that `advance` tries their snapshots again."""
        self._failed = {}

    def advance(self, seconds: float) -> None:
        """Make missing frames in the order of the epochs until a number of seconds has passed."""
        until = time.monotonic() + seconds
        with self._lock:
            for key, snapshot in self._snapshots().items():
                if key in self._frames or key in self._failed:
                    continue
                try:
                    frame = self._frame(snapshot, until)
                except (InferenceError, OSError, ValueError) as error:
                    self._failed[key] = str(error)
                else:
                    if frame is not None:
                        self._frames[key] = frame
                if time.monotonic() >= until:
                    return

    def _snapshots(self) -> dict[tuple[str, int], Path]:
        """Return the snapshots by name and time, because a resumed training writes its last snapshot anew."""
        found = {}
        for path in self._run.snapshots:
            try:
                found[path.stem, path.stat().st_mtime_ns] = path
            except FileNotFoundError:
                continue  # the snapshot was removed after it was listed
        return found

    def _keys(self) -> list[tuple[str, int]]:
        return list(self._snapshots())

    def _frame(self, snapshot: Path, until: float) -> Frame | None:
        """Return a snapshot's frame, or None when time is up before all images are answered."""
        kernels = read_kernels(snapshot.read_bytes(), self.kernels) if self.kernels else None
        prediction = self._pass_of(snapshot)
        if prediction.done < len(prediction) and not self._advanced(prediction, until):
            return None
        prediction.keep()
        return make_frame(int(snapshot.stem), prediction.predictions(), kernels)

    def _advanced(self, prediction: PredictionPass, until: float) -> bool:
        """Take one step at least, and more until time is up; return whether all images are answered."""
        began = time.monotonic()
        prediction.step()
        while not prediction.is_done and time.monotonic() < until:
            prediction.step()
        self._seconds += time.monotonic() - began
        self._timed += prediction.is_done
        return prediction.is_done
