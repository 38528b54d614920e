"""The frames of a run's time machine: each snapshot asked once, in parts, and kept by the server and in the folder."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data import Split
from mnist_demo.inference import InferenceError
from mnist_demo.inference.passes import PredictionPass
from mnist_demo.insight.answers import Answers, keep_answers, kept_answers, snapshot_digest
from mnist_demo.insight.kernels import FirstKernels, first_kernels, read_kernels
from mnist_demo.insight.time_machine import Frame, make_frame
from mnist_demo.runs import Run

AskSnapshot = Callable[[Path, NDArray[np.uint8]], NDArray[np.float32]]

_log = logging.getLogger(__name__)


class EpochFrames:
    """What a run's network was after each epoch; every method may be called from any thread.

    Args:
        run: whose snapshots.
        split: the images that are asked about; the answers are about exactly these.
        ask: gives a snapshot's probabilities, float32 (m, 10), of m images.
    """

    def __init__(self, run: Run, split: Split, ask: AskSnapshot) -> None:
        self._run = run
        self.split = split
        self._ask = ask
        self._lock = threading.Lock()
        self._frames: dict[tuple[str, int], Frame] = {}
        self._failed: dict[tuple[str, int], str] = {}
        self._begun: tuple[str, PredictionPass] | None = None  # a snapshot's digest and how far it was asked
        self._seconds = 0.0
        self._timed = 0
        self.kernels: FirstKernels | None = first_kernels(run.experiment.network)

    @property
    def frames(self) -> list[Frame]:
        """Those that are worked out, by epoch."""
        return [self._frames[key] for key in self._keys() if key in self._frames]

    @property
    def failures(self) -> dict[int, str]:
        """Why the snapshots of some epochs cannot be shown."""
        return {int(key[0]): self._failed[key] for key in self._keys() if key in self._failed}

    @property
    def missing(self) -> int:
        """Snapshots that are still to be worked out."""
        return sum(key not in self._frames and key not in self._failed for key in self._keys())

    @property
    def seconds_left(self) -> float | None:
        """Expected seconds to the end; None before the first snapshot was asked."""
        return self._seconds / self._timed * self.missing if self._timed else None

    def forget_failures(self) -> None:
        """Try again what failed."""
        self._failed = {}

    def advance(self, seconds: float) -> None:
        """Work out missing frames for about some seconds, in the order of the epochs."""
        until = time.monotonic() + seconds
        with self._lock:
            for key, snapshot in self._snapshots().items():
                if key in self._frames or key in self._failed:
                    continue
                try:
                    frame = self._frame(snapshot, until)
                except (InferenceError, OSError, ValueError) as error:
                    self._failed[key] = str(error)
                    self._begun = None
                else:
                    if frame is not None:
                        self._frames[key] = frame
                if time.monotonic() >= until:
                    return

    def _snapshots(self) -> dict[tuple[str, int], Path]:
        """The snapshots by name and time: another content under the same name is another frame."""
        found = {}
        for path in self._run.snapshots:
            try:
                found[path.stem, path.stat().st_mtime_ns] = path
            except FileNotFoundError:
                continue  # removed since it was listed
        return found

    def _keys(self) -> list[tuple[str, int]]:
        return list(self._snapshots())

    def _frame(self, snapshot: Path, until: float) -> Frame | None:
        """A snapshot's frame, or None when time is up before all images are answered."""
        content = snapshot.read_bytes()
        digest = snapshot_digest(content)
        answers = kept_answers(snapshot, digest, len(self.split.labels))
        if answers is None:
            answers = self._asked(snapshot, digest, until)
        if answers is None:
            return None
        kernels = read_kernels(content, self.kernels) if self.kernels else None
        return make_frame(int(snapshot.stem), self.split.labels, answers, kernels)

    def _asked(self, snapshot: Path, digest: str, until: float) -> Answers | None:
        if self._begun is None or self._begun[0] != digest:
            self._begun = (digest, PredictionPass(self.split.images, lambda part: self._ask(snapshot, part)))
        asked = self._begun[1]
        began = time.monotonic()
        asked.step()
        while not asked.is_done and time.monotonic() < until:
            asked.step()
        self._seconds += time.monotonic() - began
        if not asked.is_done:
            return None
        self._timed += 1
        self._begun = None
        answers = Answers.of(asked.probabilities())
        try:
            keep_answers(snapshot, digest, answers)
        except OSError as error:
            # A full disk costs the next server this pass, and this visitor nothing.
            _log.warning("Answers of a run could not be kept: %s", error)
        return answers
