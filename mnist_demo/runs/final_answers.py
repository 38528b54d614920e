"""What a run's final network says of every test image: worked out once, after the training, and kept with the run."""

import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data import NPZ_FAULTS
from mnist_demo.files import write_atomically
from mnist_demo.runs.run import Run

CLASSES = 10
_FILE = "test-answers.npz"
_MAX_IMAGES = 100_000
_MAX_BYTES = 2_000_000


@dataclass(frozen=True, eq=False)
class FinalAnswers:
    """One answer to each test image, in the order of the test split.

    Attributes:
        labels: the true classes, uint8 (n,), 0–9.
        predictions: the predicted classes, uint8 (n,), 0–9.
        confidences: the probability given to each prediction, float32 (n,), 0–1.

    Raises:
        ValueError: on construction, when they are not these.
    """

    labels: NDArray[np.uint8]
    predictions: NDArray[np.uint8]
    confidences: NDArray[np.float32]

    def __post_init__(self) -> None:
        for name, kind in (("labels", np.uint8), ("predictions", np.uint8), ("confidences", np.float32)):
            column = getattr(self, name)
            if column.dtype != kind or column.shape != self.labels.shape or column.ndim != 1:
                raise ValueError(f"{name} is {column.dtype} {column.shape}; accepted is {kind.__name__} (n,).")
            column.setflags(write=False)
        if not 1 <= len(self.labels) <= _MAX_IMAGES:
            raise ValueError(f"There are {len(self.labels)} answers; accepted are 1 to {_MAX_IMAGES:,}.")
        if max(self.labels.max(), self.predictions.max()) >= CLASSES:
            raise ValueError(f"A class is outside 0 to {CLASSES - 1}.")
        # NaN fails the comparison too.
        if not ((self.confidences >= 0) & (self.confidences <= 1.001)).all():
            raise ValueError("A confidence is outside 0 to 1.")

    @classmethod
    def of(cls, labels: NDArray[np.integer], probabilities: NDArray[np.floating]) -> "FinalAnswers":
        """The answers in a prediction pass.

        Args:
            labels: the true classes, (n,), 0–9.
            probabilities: (n, 10), rows summing to 1; of equally probable classes the lowest is the answer.
        """
        return cls(
            labels.astype(np.uint8),
            probabilities.argmax(axis=1).astype(np.uint8),
            probabilities.max(axis=1).astype(np.float32),
        )

    def __len__(self) -> int:
        """Return the number of test images."""
        return len(self.labels)

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """Whether each image was read rightly, bool (n,)."""
        right: NDArray[np.bool_] = self.predictions == self.labels
        return right

    @property
    def right_count(self) -> int:
        """How many images were read rightly."""
        return int(self.right.sum())


def final_answers_path(run: Run) -> Path:
    """Where they are kept."""
    return run.folder / _FILE


def keep_final_answers(run: Run, snapshot: Path, answers: FinalAnswers) -> None:
    """Keep the answers of a snapshot with its run.

    Raises:
        OSError: when they cannot be written, or the snapshot is gone.
    """
    content = io.BytesIO()
    np.savez_compressed(
        content,
        allow_pickle=False,
        snapshot=_identity(snapshot),
        labels=answers.labels,
        predictions=answers.predictions,
        confidences=answers.confidences,
    )
    write_atomically(final_answers_path(run), content.getvalue())


def kept_final_answers(run: Run) -> FinalAnswers | None:
    """The kept answers of the run's newest snapshot; None when there are none, or they are an earlier network's."""
    path, snapshots = final_answers_path(run), run.snapshots
    try:
        if not snapshots or path.stat().st_size > _MAX_BYTES:
            return None
        # Opened here: numpy leaves a file open that turns out to be no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            if not np.array_equal(kept["snapshot"], _identity(snapshots[-1])):
                return None
            return FinalAnswers(kept["labels"], kept["predictions"], kept["confidences"])
    except NPZ_FAULTS:
        return None


def _identity(snapshot: Path) -> NDArray[np.int64]:
    """What tells a snapshot from another one of the run, and from one of the same name that was written later."""
    found = snapshot.stat()
    return np.array([int(snapshot.stem), found.st_size, found.st_mtime_ns], np.int64)
