"""The predictions of a snapshot for a part of the data, kept in the run's folder for every page."""

import functools
import hashlib
import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.dimensions import CLASSES
from mnist_demo.files import check_writable, damage_named, read_npz, write_atomically
from mnist_demo.runs.run import Run

TEST = "test"
"""The part whose predictions by the newest snapshot are a run's test result."""
VALIDATION = "validation"
"""The part with all validation images; the first 1,000 of them are `validation-1000`."""

_MAX_IMAGES = 100_000
_MAX_BYTES = 5_000_000
"""Most bytes of a file, packed and unpacked; 100,000 images with their probabilities take 2.6 million."""

_SCALE = np.float32(2**15)
"""Factor of the probabilities on disk, so that float16 holds 2e-12 to 1; without the factor, 6e-8 is the least."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """A network's predictions for labelled images, in the order of the images.

    Attributes:
        labels: The true classes, uint8 (n,), 0–9.
        classes: The most probable class of each image, uint8 (n,), 0–9; the lowest of equally probable classes.
        confidences: The probability of that class, float32 (n,), 0–1; 0 where the probability is unknown or nan.
        probabilities: float32 (n, 10), 0–1, not finite where the training diverged; None if they are not kept.

    Raises:
        ValueError: On construction, if an array has another type, shape or range, or the arrays disagree.
    """

    labels: NDArray[np.uint8]
    classes: NDArray[np.uint8]
    confidences: NDArray[np.float32]
    probabilities: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        count = len(self.labels)
        if not 1 <= count <= _MAX_IMAGES:
            raise ValueError(f"There are predictions for {count} images; accepted are 1 to {_MAX_IMAGES:,}.")
        _check("labels", self.labels, np.uint8, (count,), CLASSES - 1)
        _check("classes", self.classes, np.uint8, (count,), CLASSES - 1)
        _check("confidences", self.confidences, np.float32, (count,), 1.001)
        if self.probabilities is not None:
            finite = np.nan_to_num(self.probabilities)
            _check("probabilities", self.probabilities, np.float32, (count, CLASSES), 1.001)
            if not (np.array_equal(finite.argmax(1), self.classes) and np.array_equal(finite.max(1), self.confidences)):
                raise ValueError("classes or confidences are not those of the probabilities.")

    @classmethod
    def of(cls, labels: NDArray[np.integer], probabilities: NDArray[np.float32]) -> "Predictions":
        """Build the predictions from probabilities, float32 (n, 10)."""
        finite = np.nan_to_num(probabilities)
        return cls(labels.astype(np.uint8), finite.argmax(1).astype(np.uint8), finite.max(1), probabilities)

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)

    @cached_property
    def correct(self) -> NDArray[np.bool_]:
        """Return whether each image is classified correctly, bool (n,)."""
        correct: NDArray[np.bool_] = self.classes == self.labels
        return correct

    @property
    def correct_count(self) -> int:
        """Return how many images are classified correctly."""
        return int(self.correct.sum())


def _check(name: str, array: NDArray[Any], kind: type[np.generic], shape: tuple[int, ...], highest: float) -> None:
    if array.dtype != kind or array.shape != shape:
        raise ValueError(f"{name} is {array.dtype} {array.shape}; accepted is {kind.__name__} {shape}.")
    # A probability of nan passes, because it belongs to a training that diverged.
    if ((array < 0) | (array > highest)).any():
        raise ValueError(f"{name} has a value outside 0 to {highest:g}.")
    array.setflags(write=False)


def snapshot_digest(snapshot: Path) -> str:
    """Return the SHA-256 of a snapshot's content, computed once for each version of the file.

    Raises:
        OSError: If the snapshot is gone.
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


def validation_part(images: int, of: int) -> str:
    """Return the name of the first images of `of` validation images, which all pages use alike."""
    return VALIDATION if images == of else f"{VALIDATION}-{images}"


def keep_predictions(snapshot: Path, digest: str, part: str, predictions: Predictions) -> None:
    """Write predictions into the run's folder: 4 bytes an image, and with probabilities about 20.

    Args:
        snapshot: A file of a run's `snapshots` folder.
        digest: The `snapshot_digest` of the weights that predicted.
        part: The name of the images, such as `TEST`.
        predictions: The predictions to keep.

    Raises:
        OSError: If the file cannot be written.
    """
    path = predictions_path(snapshot, part)
    check_writable(path)
    path.parent.mkdir(exist_ok=True)
    arrays: dict[str, NDArray[Any]] = {
        "labels": predictions.labels,
        "classes": predictions.classes,
        "confidences": predictions.confidences,
    }
    if predictions.probabilities is not None:
        others = predictions.probabilities * _SCALE
        # The predicted class has its exact probability in the confidences.
        np.put_along_axis(others, predictions.classes[:, None], 0, axis=1)
        arrays["others"] = others.astype(np.float16)
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, snapshot=np.array(digest), **arrays)
    write_atomically(path, content.getvalue())


def read_predictions(snapshot: Path, part: str, labels: NDArray[np.uint8] | None = None) -> Predictions | None:
    """Read a snapshot's kept predictions, also in the files of the former version.

    Args:
        snapshot: A file of a run's `snapshots` folder.
        part: The name of the images.
        labels: The true classes of the images, if they are known; predictions for other labels do not count.

    Returns:
        The predictions; None if there are none, or they are damaged, of other weights or of other images.
    """
    for read in (_read, _read_former):
        try:
            with damage_named("The predictions"):
                found = read(snapshot, part, labels)
        except (OSError, ValueError):
            continue
        if found is not None and (labels is None or np.array_equal(found.labels, labels)):
            return found
    return None


def final_predictions(run: Run) -> Predictions | None:
    """Read the kept test predictions of a run's newest snapshot; None if they are not computed yet."""
    snapshots = run.snapshots
    return read_predictions(snapshots[-1], TEST) if snapshots else None


def _read(snapshot: Path, part: str, labels: NDArray[np.uint8] | None) -> Predictions | None:
    del labels  # the file has its own
    kept = read_npz(predictions_path(snapshot, part), most=_MAX_BYTES)
    if str(kept["snapshot"]) != snapshot_digest(snapshot):
        return None
    classes, confidences = kept["classes"], kept["confidences"]
    if "others" not in kept:
        return Predictions(kept["labels"], classes, confidences)
    if (others := kept["others"]).dtype != np.float16:
        raise ValueError(f"others is {others.dtype}; accepted is float16.")
    # Rounding must not make another class as probable as the predicted class.
    below = np.nextafter(confidences, np.float32(0))[:, None]
    probabilities = np.minimum(others.astype(np.float32) / _SCALE, below)
    np.put_along_axis(probabilities, classes[:, None], confidences[:, None], axis=1)
    return Predictions(kept["labels"], classes, confidences, probabilities)


def _read_former(snapshot: Path, part: str, labels: NDArray[np.uint8] | None) -> Predictions | None:
    """Read the files of the versions up to November 2026: a file for the test images, a folder for validation."""
    run_folder = snapshot.parent.parent
    if part == TEST:
        kept = read_npz(run_folder / "test-answers.npz", most=_MAX_BYTES)
        found = snapshot.stat()
        if kept["snapshot"].tolist() != [int(snapshot.stem), found.st_size, found.st_mtime_ns]:
            return None
        return Predictions(kept["labels"], kept["predictions"], kept["confidences"])
    if labels is None or not part.startswith(VALIDATION):
        return None
    kept = read_npz(run_folder / "answers" / snapshot.name, most=_MAX_BYTES)
    if str(kept["digest"]) != snapshot_digest(snapshot):
        return None
    confidences = np.zeros(len(labels), np.float32)
    # The former files have confidences for the fixed digits alone, which come first.
    confidences[: len(kept["confidences"])] = kept["confidences"]
    return Predictions(labels.astype(np.uint8), kept["predictions"], confidences)
