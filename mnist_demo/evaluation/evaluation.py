"""What one prediction pass says about a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_demo.dimensions import CLASSES
from mnist_demo.evaluation.metrics import (
    Interval,
    confusion_matrix,
    cross_entropy,
    precision_recall_f1,
    wilson_interval,
)

# float32 softmax rows sum to 1 within 1e-6; float16 weights or a rounded file stay within this.
SUM_TOLERANCE = 1e-3
DIGIT_NAMES = tuple(str(digit) for digit in range(CLASSES))

S = TypeVar("S", bound=np.generic)


class EvaluationError(ValueError):
    """The labels and probabilities cannot be evaluated; the message says which value and what is accepted."""


@dataclass(frozen=True)
class ClassScore:
    """The scores of one class. A figure that would divide by zero is nan."""

    label: int
    name: str
    precision: float  # share of the images classified as this class that are of it
    recall: float  # share of the images of this class that are classified as it
    f1: float  # harmonic mean of the two
    support: int  # number of images of this class


@dataclass(frozen=True)
class Mistake:
    """One misclassified image."""

    index: int  # position in the labels and probabilities
    true: int
    predicted: int
    confidence: float  # the probability given to the wrong class


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Every figure of a network, from the predictions of one pass: they cannot contradict each other.

    Build it with `evaluate`. The arrays are read-only copies; figures are computed on first access.

    Attributes:
        labels: the true classes, int64 (n,), 0–9.
        probabilities: the network's answers, float64 (n, 10), rows summing to 1.
        class_names: ten names, in the order of the labels.
    """

    labels: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    class_names: tuple[str, ...] = DIGIT_NAMES

    def __post_init__(self) -> None:
        labels = _checked_labels(self.labels)
        probabilities = _checked_probabilities(self.probabilities)
        if len(labels) != len(probabilities):
            raise EvaluationError(
                f"There are {len(labels)} labels but {len(probabilities)} rows of probabilities; "
                "each image needs one of each."
            )
        labels.setflags(write=False)
        probabilities.setflags(write=False)
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "probabilities", probabilities)
        object.__setattr__(self, "class_names", _checked_names(self.class_names))

    def __len__(self) -> int:
        """Return the number of images, at least 1."""
        return len(self.labels)

    @cached_property
    def predictions(self) -> NDArray[np.int64]:
        """The most probable class of each image, int64 (n,); of equal ones the lowest."""
        return _frozen(self.probabilities.argmax(axis=1).astype(np.int64))

    @cached_property
    def confidences(self) -> NDArray[np.float64]:
        """The probability of the predicted class, float64 (n,), 0.1–1."""
        return _frozen(self.probabilities.max(axis=1))

    @cached_property
    def correct(self) -> NDArray[np.bool_]:
        """Whether each image is classified correctly, bool (n,)."""
        return _frozen(self.predictions == self.labels)

    @cached_property
    def accuracy(self) -> float:
        """The share of images classified correctly, 0–1."""
        return float(self.correct.mean())

    @cached_property
    def accuracy_interval(self) -> Interval:
        """The 95% Wilson interval of the accuracy: how far off it may be, these images being a sample."""
        return wilson_interval(int(self.correct.sum()), len(self))

    @cached_property
    def loss(self) -> float:
        """The mean cross-entropy in nats, as Keras reports it."""
        return float(cross_entropy(self.labels, self.probabilities).mean())

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """The number of images of each true class (row) read as each class (column), int64 (10, 10)."""
        return _frozen(confusion_matrix(self.labels, self.predictions, CLASSES))

    @cached_property
    def confusion_rates(self) -> NDArray[np.float64]:
        """The confusion matrix as shares of each true class, float64 (10, 10).

        Each row sums to 1, except that the row of a class without images is all 0.
        """
        support = self.confusion.sum(axis=1, keepdims=True)
        return _frozen(self.confusion / np.maximum(support, 1))

    @cached_property
    def class_scores(self) -> tuple[ClassScore, ...]:
        """Precision, recall, F1 and support of each class, in the order of the labels."""
        precision, recall, f1 = precision_recall_f1(self.confusion)
        support = self.confusion.sum(axis=1)
        return tuple(
            ClassScore(
                label,
                name,
                float(precision[label]),
                float(recall[label]),
                float(f1[label]),
                int(support[label]),
            )
            for label, name in enumerate(self.class_names)
        )

    @cached_property
    def mistakes(self) -> tuple[Mistake, ...]:
        """The misclassified images, the most confident first; equally confident ones in their order."""
        wrong = self._most_confident_first(~self.correct)
        return tuple(
            Mistake(int(i), int(self.labels[i]), int(self.predictions[i]), float(self.confidences[i])) for i in wrong
        )

    def indices(self, true: int, predicted: int) -> NDArray[np.int64]:
        """Return the images behind one cell of the confusion matrix, the most confident first.

        Args:
            true: the row, 0–9.
            predicted: the column, 0–9.

        Returns:
            int64 (k,), k being `confusion[true, predicted]`.

        Raises:
            EvaluationError: if a class is outside 0–9.
        """
        for name, value in (("true", true), ("predicted", predicted)):
            if not 0 <= value < CLASSES:
                raise EvaluationError(f"The {name} class must be from 0 to {CLASSES - 1}; it is {value}.")
        return self._most_confident_first((self.labels == true) & (self.predictions == predicted))

    def _most_confident_first(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        indices = np.flatnonzero(chosen).astype(np.int64)
        return indices[np.argsort(-self.confidences[indices], kind="stable")]


def evaluate(labels: ArrayLike, probabilities: ArrayLike, class_names: Sequence[str] | None = None) -> Evaluation:
    """Evaluate one prediction pass.

    Args:
        labels: the true classes, integers (n,), 0–9, n at least 1.
        probabilities: the network's answers, (n, 10), 0–1, each row summing to 1 within 0.001.
        class_names: ten names in the order of the labels; the digits "0" to "9" if not given.

    Returns:
        The figures, all derived from these same predictions.

    Raises:
        EvaluationError: if shapes, types or values are not these; the message names what was found.
    """
    # Evaluation checks and converts; the annotation of its fields says what they are afterwards.
    return Evaluation(
        labels,  # type: ignore[arg-type]
        probabilities,  # type: ignore[arg-type]
        DIGIT_NAMES if class_names is None else tuple(class_names),
    )


def _frozen(array: NDArray[S]) -> NDArray[S]:
    # Several readers share the figures, so nobody may change them.
    array.setflags(write=False)
    return array


def _checked_labels(labels: ArrayLike) -> NDArray[np.int64]:
    array = _as_array("labels", labels)
    if array.ndim != 1 or len(array) == 0:
        raise EvaluationError(f"The labels must have the shape (n,) with n at least 1, not {array.shape}.")
    if not np.issubdtype(array.dtype, np.integer):
        raise EvaluationError(f"The labels must be integers, not {array.dtype}.")
    wrong = array[(array < 0) | (array >= CLASSES)]
    if len(wrong):
        raise EvaluationError(f"The labels must be from 0 to {CLASSES - 1}; {wrong[0]} is among them.")
    return array.astype(np.int64)


def _checked_probabilities(probabilities: ArrayLike) -> NDArray[np.float64]:
    array = _as_array("probabilities", probabilities)
    if array.ndim != 2 or array.shape[1] != CLASSES:
        raise EvaluationError(f"The probabilities must have the shape (n, {CLASSES}), not {array.shape}.")
    if not (np.issubdtype(array.dtype, np.floating) or np.issubdtype(array.dtype, np.integer)):
        raise EvaluationError(f"The probabilities must be numbers, not {array.dtype}.")
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        row = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
        raise EvaluationError(f"The probabilities must be finite; those of image {row} are not.")
    outside = (array < -SUM_TOLERANCE) | (array > 1 + SUM_TOLERANCE)
    if outside.any():
        row, column = np.argwhere(outside)[0]
        raise EvaluationError(
            f"The probabilities must be from 0 to 1; image {row} has {array[row, column]:g} for class {column}."
        )
    sums = array.sum(axis=1)
    off = np.flatnonzero(np.abs(sums - 1) > SUM_TOLERANCE)
    if len(off):
        raise EvaluationError(
            f"The probabilities of an image must sum to 1 within {SUM_TOLERANCE:g}; "
            f"those of image {off[0]} sum to {sums[off[0]]:.4g}."
        )
    return array


def _as_array(name: str, values: ArrayLike) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError:  # rows of different length
        raise EvaluationError(f"The {name} must be one array with rows of equal length.") from None


def _checked_names(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(names) != CLASSES or not all(isinstance(name, str) and name for name in names):
        raise EvaluationError(f"There must be {CLASSES} class names, each some text; these are {names!r:.80}.")
    return names
