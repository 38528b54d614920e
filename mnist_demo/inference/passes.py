"""Whole splits read by a network: every snapshot's answers, worked out once, in parts, and kept for all pages."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CHUNK = 1_000
"""Images in one question: the smallest networks answer it in 0.02 s and the largest in about a second."""

MAX_KEPT = 32
"""Passes kept; one over 10,000 images has 400 kB. The longest unused one is dropped first."""

Ask = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
Key = tuple[Path, int, str]


class PredictionPass:
    """One network's answers to one split, part by part.

    A page may be interrupted between two parts, by any click; the next look goes on where this one ended. Every method
    may be called from any thread.

    Args:
        images: uint8 (n, 28, 28), white ink on black.
        ask: gives the probabilities, float32 (m, 10), of m images.
        written: when the weights that answer were written, in nanoseconds.
    """

    def __init__(self, images: NDArray[np.uint8], ask: Ask, written: int = 0) -> None:
        self.written = written
        self._images: NDArray[np.uint8] | None = images
        self._ask = ask
        self._lock = threading.Lock()
        self._answers = np.zeros((len(images), 10), np.float32)
        self._done = 0
        self._seconds = 0.0
        self._timed = 0

    def __len__(self) -> int:
        """The images of the whole pass."""
        return len(self._answers)

    @property
    def done(self) -> int:
        """Images that are answered."""
        return self._done

    @property
    def is_done(self) -> bool:
        """Whether all images are answered."""
        return self._done == len(self)

    @property
    def seconds_left(self) -> float | None:
        """Expected seconds to the end; None before the second part, as the first one includes loading the network."""
        return self._seconds * (len(self) - self._done) / self._timed if self._timed else None

    def step(self) -> None:
        """Ask for the next part; nothing happens when all are answered.

        Raises:
            InferenceError: as the question does; what is answered stays.
        """
        with self._lock:
            if self._images is None:
                return
            part = self._images[self._done : self._done + CHUNK]
            if not len(part):
                return
            began = time.perf_counter()
            self._answers[self._done : self._done + len(part)] = self._ask(part)
            if self._done:
                self._seconds += time.perf_counter() - began
                self._timed += len(part)
            self._done += len(part)
            if self._done == len(self):
                # The answers are kept for long, and uploaded images are not to be kept with them.
                self._images = None

    def probabilities(self) -> NDArray[np.float32]:
        """All answers, float32 (n, 10), not to be changed; what is missing is asked for first.

        Raises:
            InferenceError: as the question does.
        """
        while not self.is_done:
            self.step()
        answers = self._answers.view()
        answers.flags.writeable = False
        return answers


class PassStore:
    """The last passes of a server, by snapshot and split."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, PredictionPass] = OrderedDict()

    def get(self, snapshot: Path, split: str, images: NDArray[np.uint8], ask: Ask) -> PredictionPass:
        """The pass of a snapshot over a split, begun or not.

        Args:
            snapshot: the file with the weights; another content under the same name is another pass.
            split: which images these are, as the key; a run's data never changes.
            images: uint8 (n, 28, 28).
            ask: how to ask this snapshot.

        Raises:
            OSError: when the snapshot is gone.
        """
        key = (snapshot, snapshot.stat().st_mtime_ns, split)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = PredictionPass(images, ask, key[1])
                while len(self._kept) > MAX_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]
