"""What a snapshot predicts for a part of the data: from memory, then from disk, then from the network."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data import Split
from mnist_demo.files import is_shipped
from mnist_demo.inference.client import InferenceError
from mnist_demo.runs.predictions import Predictions, keep_predictions, read_predictions, snapshot_digest

CHUNK = 1_000
"""Images in one question, which the smallest networks answer in 0.02 s and the largest in about a second."""

MAX_KEPT = 32
"""Most prediction passes in memory, 400 kB each for 10,000 images; the least recently used is dropped first."""

Ask = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

_log = logging.getLogger(__name__)


class PredictionPass:
    """One snapshot's predictions for one part of the data, computed part by part.

    Any click may interrupt a page between two steps; the next page continues with the same pass. Every method may be
    called from any thread.

    Args:
        split: The images and their labels, at least one.
        ask: Returns the probabilities, float32 (m, 10), of m images.
        keep: Writes the complete predictions to disk.
        kept: The complete predictions, where the disk has them; nothing is asked then.
    """

    def __init__(
        self,
        split: Split,
        ask: Ask,
        keep: Callable[[Predictions], None] | None = None,
        kept: Predictions | None = None,
    ) -> None:
        self._split = None if kept else split
        self._ask = ask
        self._keep = keep
        self._kept = kept  # what the disk has
        self._predictions = kept
        self._lock = threading.Lock()
        self._labels = split.labels.astype(np.uint8)
        self._probabilities = np.zeros((0 if kept else len(split.labels), 10), np.float32)
        self._done = len(kept) if kept else 0
        self._seconds = 0.0
        self._timed = 0

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
            InferenceError: If the network cannot answer; finished parts stay.
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
                self._predictions = Predictions.of(self._labels, self._probabilities)
                # Predictions stay in memory for long; uploaded images must not stay with them.
                self._split = None

    def predictions(self) -> Predictions:
        """Return the complete predictions; parts that are missing are asked for first.

        Raises:
            InferenceError: If the network cannot answer.
        """
        while self._predictions is None:
            self.step()
        return self._predictions

    def probabilities(self) -> NDArray[np.float32]:
        """Return all probabilities, float32 (n, 10); parts that are missing are asked for first.

        Raises:
            InferenceError: If the network cannot answer.
            ValueError: If the disk had the classes only, because nobody asked for `with_probabilities`.
        """
        probabilities = self.predictions().probabilities
        if probabilities is None:
            raise ValueError("probabilities are not kept; a pass that is got `with_probabilities` has them.")
        return probabilities

    def serves(self, split: Split, *, with_probabilities: bool) -> bool:
        """Return whether the pass is over the images of a split and has, or will have, what is asked for."""
        is_short = self._predictions is not None and self._predictions.probabilities is None
        return np.array_equal(self._labels, split.labels) and not (with_probabilities and is_short)

    def keep(self, *, with_probabilities: bool = False) -> bool:
        """Write the complete predictions to disk unless they are there; return whether they are.

        Args:
            with_probabilities: Whether the file has the probabilities too, at five times the bytes.

        Raises:
            InferenceError: If predictions are missing and the network cannot answer.
        """
        wanted = self.predictions() if with_probabilities else replace(self.predictions(), probabilities=None)
        with self._lock:
            is_more = self._kept is None or (self._kept.probabilities is None and wanted.probabilities is not None)
            if is_more and self._keep is not None:
                try:
                    self._keep(wanted)
                    self._kept = wanted
                except OSError as error:
                    # The page shows its figures all the same; the next server computes them again.
                    _log.warning("The predictions of a run could not be kept: %s", error)
        return self._kept is not None


class PredictionStore:
    """The newest prediction passes of a server, by snapshot content and part of the data."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._passes: OrderedDict[tuple[Path, str, str], PredictionPass] = OrderedDict()

    def get(
        self, snapshot: Path, part: str, split: Split, ask: Ask, *, with_probabilities: bool = False
    ) -> PredictionPass:
        """Return the prediction pass of a snapshot over a part of its run's data: complete, begun or new.

        Args:
            snapshot: The file with the weights; other content under the same name is another pass.
            part: The name of the images, for the key and the file's name; a run's data never changes.
            split: The images and their labels.
            ask: Returns the snapshot's probabilities.
            with_probabilities: Whether the classes and their confidences are not enough.

        Raises:
            OSError: If the snapshot is gone.
        """
        digest = snapshot_digest(snapshot)
        key = (snapshot, digest, part)
        with self._lock:
            found = self._passes.get(key)
            if found is None or not found.serves(split, with_probabilities=with_probabilities):
                kept = read_predictions(snapshot, part, split.labels)
                if with_probabilities and kept is not None and kept.probabilities is None:
                    kept = None
                found = self._passes[key] = _new_pass(snapshot, digest, part, split, ask, kept)
            self._passes.move_to_end(key)
            while len(self._passes) > MAX_KEPT:
                self._passes.popitem(last=False)
        return found


def _new_pass(
    snapshot: Path, digest: str, part: str, split: Split, ask: Ask, kept: Predictions | None
) -> PredictionPass:
    def ask_these_weights(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        probabilities = ask(images)
        # A resumed training writes its last snapshot anew; predictions of two networks must not mix.
        if snapshot_digest(snapshot) != digest:
            raise InferenceError("The network has learned more in the meantime. Look again.")
        return probabilities

    def keep(done: Predictions) -> None:
        keep_predictions(snapshot, digest, part, done)

    # An example run is read-only; the predictions that the pages ask for come with it.
    return PredictionPass(split, ask_these_weights, None if is_shipped(snapshot) else keep, kept)
