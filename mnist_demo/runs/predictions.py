"""What a snapshot answers to a part of the data, kept in the run's folder for every page: one format, one reader."""

import functools
import hashlib
import io
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_demo.files import NPZ_FAULTS, write_atomically
from mnist_demo.runs.run import Run

CLASSES = 10
TEST = "test"
"""The part whose predictions by the newest snapshot are a run's test result."""

_MAX_IMAGES = 100_000
_MAX_BYTES = 5_000_000
# The files of the version before this one. They hold no probabilities, so their predictions are computed anew.
_FORMER_FOLDER, _FORMER_FILE = "answers", "test-answers.npz"


@dataclass(frozen=True, eq=False)
class Predictions:
    """A network's predictions for labelled images, in the order of the images.

    Attributes:
        labels: the true classes, uint8 (n,), 0–9.
        probabilities: float32 (n, 10), 0–1; not finite where the training diverged.

    Raises:
        ValueError: on construction, when an array has another type, shape or range.
    """

    labels: NDArray[np.uint8]
    probabilities: NDArray[np.float32]

    def __post_init__(self) -> None:
        labels, probabilities = self.labels, self.probabilities
        if labels.dtype != np.uint8 or labels.ndim != 1 or not 1 <= len(labels) <= _MAX_IMAGES:
            raise ValueError(f"labels is {labels.dtype} {labels.shape}; accepted is uint8 (1 to {_MAX_IMAGES:,},).")
        if probabilities.dtype != np.float32 or probabilities.shape != (len(labels), CLASSES):
            accepted = f"float32 ({len(labels)}, {CLASSES})"
            raise ValueError(f"probabilities is {probabilities.dtype} {probabilities.shape}; accepted is {accepted}.")
        if labels.max() >= CLASSES:
            raise ValueError(f"A label is outside 0 to {CLASSES - 1}.")
        if (np.isinf(probabilities) | (probabilities < 0) | (probabilities > 1.001)).any():
            raise ValueError("A probability is outside 0 to 1.")
        labels.setflags(write=False)
        probabilities.setflags(write=False)

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)

    @cached_property
    def classes(self) -> NDArray[np.uint8]:
        """Return the most probable class of each image, uint8 (n,); of equal ones the lowest."""
        classes: NDArray[np.uint8] = np.nan_to_num(self.probabilities).argmax(axis=1).astype(np.uint8)
        return classes

    @cached_property
    def confidences(self) -> NDArray[np.float32]:
        """Return the probability of each predicted class, float32 (n,); 0 where it is no number."""
        confidences: NDArray[np.float32] = np.nan_to_num(self.probabilities).max(axis=1)
        return confidences

    @cached_property
    def correct(self) -> NDArray[np.bool_]:
        """Return whether each image is classified correctly, bool (n,)."""
        correct: NDArray[np.bool_] = self.classes == self.labels
        return correct

    @property
    def correct_count(self) -> int:
        """Return how many images are classified correctly."""
        return int(self.correct.sum())


def snapshot_digest(snapshot: Path) -> str:
    """Return the SHA-256 of a snapshot's content, computed once for each version of the file.

    Raises:
        OSError: when the snapshot is gone.
    """
    found = snapshot.stat()
    return _digest_when(snapshot, found.st_size, found.st_mtime_ns)


@functools.lru_cache(maxsize=4096)
def _digest_when(snapshot: Path, size: int, changed: int) -> str:
    del size, changed  # part of the key
    with snapshot.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def predictions_path(snapshot: Path, part: str) -> Path:
    """Return the file with a snapshot's predictions for a part of its run's data, such as `TEST`."""
    return snapshot.parent.parent / "predictions" / f"{snapshot.stem}-{part}.npz"


def keep_predictions(snapshot: Path, digest: str, part: str, predictions: Predictions) -> None:
    """Write predictions into the run's folder: 40 bytes an image before compression.

    Args:
        snapshot: a file of a run's `snapshots` folder.
        digest: the `snapshot_digest` of the weights that predicted.
        part: the name of the images, such as `TEST`.
        predictions: what is kept.

    Raises:
        OSError: when the file cannot be written.
    """
    path = predictions_path(snapshot, part)
    path.parent.mkdir(exist_ok=True)
    content = io.BytesIO()
    np.savez_compressed(
        content,
        allow_pickle=False,
        snapshot=np.array(digest),
        labels=predictions.labels,
        probabilities=predictions.probabilities,
    )
    write_atomically(path, content.getvalue())
    shutil.rmtree(snapshot.parent.parent / _FORMER_FOLDER, ignore_errors=True)
    (snapshot.parent.parent / _FORMER_FILE).unlink(missing_ok=True)


def read_predictions(snapshot: Path, part: str) -> Predictions | None:
    """Read a snapshot's kept predictions; None when there are none, or they are damaged or of other weights."""
    path = predictions_path(snapshot, part)
    try:
        if path.stat().st_size > _MAX_BYTES:
            return None
        # Opened here, because numpy leaves a file open that turns out to be no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            if str(kept["snapshot"]) != snapshot_digest(snapshot):
                return None
            return Predictions(kept["labels"], kept["probabilities"])
    except NPZ_FAULTS:
        return None


def final_predictions(run: Run) -> Predictions | None:
    """Read the kept test predictions of a run's newest snapshot; None when they are still to be computed."""
    snapshots = run.snapshots
    return read_predictions(snapshots[-1], TEST) if snapshots else None
