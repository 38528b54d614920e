"""What a snapshot answers to a part of the data: from memory, then from disk, then from the network in parts."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data import Split
from mnist_demo.inference.client import InferenceError
from mnist_demo.runs.predictions import Predictions, keep_predictions, read_predictions, snapshot_digest

CHUNK = 1_000
"""Images in one question: the smallest networks answer it in 0.02 s and the largest in about a second."""

MAX_KEPT = 32
"""Prediction passes in memory; one over 10,000 images has 400 kB. The least recently used is dropped first."""

Ask = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

_log = logging.getLogger(__name__)


class PredictionPass:
    """One snapshot's predictions for one part of the data, computed part by part.

    Any click may interrupt a page between two steps; the next page continues with the same pass. Every method may be
    called from any thread.

    Args:
        split: the images and their labels, at least one.
        ask: returns the probabilities, float32 (m, 10), of m images.
        keep: writes the complete predictions to disk.
    """

    def __init__(self, split: Split, ask: Ask, keep: Callable[[Predictions], None] | None = None) -> None:
        self._split: Split | None = split
        self._ask = ask
        self._keep = keep
        self._lock = threading.Lock()
        self._labels = split.labels.astype(np.uint8)
        self._probabilities = np.zeros((len(split.labels), 10), np.float32)
        self._predictions: Predictions | None = None
        self._done = 0
        self._seconds = 0.0
        self._timed = 0
        self._is_kept = False

    @classmethod
    def of(cls, kept: Predictions) -> "PredictionPass":
        """Return a complete pass with predictions that were read from disk."""
        found = cls.__new__(cls)
        found._split, found._predictions, found._done, found._is_kept = None, kept, len(kept), True
        found._labels, found._probabilities = kept.labels, kept.probabilities
        found._lock, found._seconds, found._timed = threading.Lock(), 0.0, 0
        return found

    def __len__(self) -> int:
        """Return the number of images of the whole pass."""
        return len(self._labels)

    @property
    def done(self) -> int:
        """Return how many images are answered."""
        return self._done

    @property
    def is_done(self) -> bool:
        """Return whether all images are answered."""
        return self._done == len(self)

    @property
    def seconds_left(self) -> float | None:
        """Return the expected seconds to the end; None before the second part, as the first loads the network."""
        return self._seconds * (len(self) - self._done) / self._timed if self._timed else None

    def step(self) -> None:
        """Ask for the next part; do nothing when all images are answered.

        Raises:
            InferenceError: when the network cannot answer; finished parts stay.
        """
        with self._lock:
            if self._split is None:
                return
            part = self._split.images[self._done : self._done + CHUNK]
            began = time.perf_counter()
            if len(part):
                self._probabilities[self._done : self._done + len(part)] = self._ask(part)
            if self._done:
                self._seconds += time.perf_counter() - began
                self._timed += len(part)
            self._done += len(part)
            if self.is_done:
                self._predictions = Predictions(self._labels, self._probabilities)
                # Predictions stay in memory for long; uploaded images must not stay with them.
                self._split = None

    def predictions(self) -> Predictions:
        """Return the complete predictions; parts that are missing are asked for first.

        Raises:
            InferenceError: when the network cannot answer.
        """
        while self._predictions is None:
            self.step()
        return self._predictions

    def keep(self) -> bool:
        """Write the complete predictions to disk unless they are there; return whether they are.

        Raises:
            InferenceError: when predictions are missing and the network cannot answer.
        """
        predictions = self.predictions()
        with self._lock:
            if not self._is_kept and self._keep is not None:
                try:
                    self._keep(predictions)
                    self._is_kept = True
                except OSError as error:
                    # The page shows its figures all the same; the next server computes them again.
                    _log.warning("The predictions of a run could not be kept: %s", error)
        return self._is_kept


class PredictionStore:
    """The newest prediction passes of a server, by snapshot content and part of the data."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._passes: OrderedDict[tuple[Path, str, str], PredictionPass] = OrderedDict()

    def get(self, snapshot: Path, part: str, split: Split, ask: Ask) -> PredictionPass:
        """Return the prediction pass of a snapshot over a part of its run's data: complete, begun or new.

        Args:
            snapshot: the file with the weights; other content under the same name is another pass.
            part: the name of the images, for the key and the file's name; a run's data never changes.
            split: the images and their labels.
            ask: returns the snapshot's probabilities.

        Raises:
            OSError: when the snapshot is gone.
        """
        digest = snapshot_digest(snapshot)
        key = (snapshot, digest, part)
        with self._lock:
            found = self._passes.get(key)
        if found is None:
            kept = read_predictions(snapshot, part)
            is_sound = kept is not None and np.array_equal(kept.labels, split.labels)
            found = PredictionPass.of(kept) if kept and is_sound else _new_pass(snapshot, digest, part, split, ask)
        with self._lock:
            found = self._passes.setdefault(key, found)
            self._passes.move_to_end(key)
            while len(self._passes) > MAX_KEPT:
                self._passes.popitem(last=False)
        return found


def _new_pass(snapshot: Path, digest: str, part: str, split: Split, ask: Ask) -> PredictionPass:
    def ask_these_weights(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        probabilities = ask(images)
        # A resumed training writes its last snapshot anew; predictions of two networks must not mix.
        if snapshot_digest(snapshot) != digest:
            raise InferenceError("The network has learned more in the meantime. Look again.")
        return probabilities

    return PredictionPass(split, ask_these_weights, lambda done: keep_predictions(snapshot, digest, part, done))
