"""The evaluation checked with scikit-learn, and the arrays that it refuses."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as reference

from mnist_demo.evaluation import Evaluation, EvaluationError, evaluate

CLASSES = list(range(10))


def some_predictions(n: int, seed: int, sharpness: float = 1.0) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return random labels and float32 softmax rows, which are correct more often the higher the sharpness."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, n).astype(np.uint8)
    logits = rng.normal(size=(n, 10)) * 2 + sharpness * np.eye(10)[labels]
    powers = np.exp(logits - logits.max(axis=1, keepdims=True)).astype(np.float32)
    return labels, powers / powers.sum(axis=1, keepdims=True)


predictions = st.builds(some_predictions, st.integers(1, 80), st.integers(0, 2**32 - 1), st.floats(0, 8))


@settings(max_examples=40)
@given(predictions)
def test_every_figure_equals_scikit_learns(
    given_predictions: tuple[NDArray[np.uint8], NDArray[np.float32]],
) -> None:
    labels, probabilities = given_predictions
    answer = probabilities.argmax(axis=1)
    evaluation = evaluate(labels, probabilities)

    assert evaluation.accuracy == pytest.approx(reference.accuracy_score(labels, answer))
    expected_loss = reference.log_loss(labels, probabilities, labels=CLASSES)
    assert evaluation.loss == pytest.approx(expected_loss, rel=1e-4, abs=1e-6)
    np.testing.assert_array_equal(evaluation.confusion, reference.confusion_matrix(labels, answer, labels=CLASSES))
    np.testing.assert_allclose(
        evaluation.confusion_rates,
        reference.confusion_matrix(labels, answer, labels=CLASSES, normalize="true"),
    )
    report = reference.classification_report(labels, answer, labels=CLASSES, output_dict=True, zero_division=np.nan)
    for score in evaluation.class_scores:
        row = report[str(score.label)]
        expected = (row["precision"], row["recall"], row["f1-score"], row["support"])
        assert (score.precision, score.recall, score.f1, score.support) == pytest.approx(expected, nan_ok=True)


@settings(max_examples=40)
@given(predictions)
def test_every_view_agrees_with_the_others(
    given_predictions: tuple[NDArray[np.uint8], NDArray[np.float32]],
) -> None:
    labels, probabilities = given_predictions
    evaluation = evaluate(labels, probabilities)
    cells = [(t, p, evaluation.indices(t, p)) for t in CLASSES for p in CLASSES]

    # Each image is in exactly one cell, and each cell has as many images as the matrix counts.
    assert sorted(np.concatenate([indices for _, _, indices in cells]).tolist()) == list(range(len(labels)))
    for true, predicted, indices in cells:
        assert len(indices) == evaluation.confusion[true, predicted]
        assert (labels[indices] == true).all()
        assert (np.diff(evaluation.confidences[indices]) <= 0).all()
    mistaken = {int(i) for true, predicted, indices in cells if true != predicted for i in indices}
    assert {mistake.index for mistake in evaluation.mistakes} == mistaken
    assert evaluation.accuracy == pytest.approx(1 - len(mistaken) / len(labels))
    assert evaluation.accuracy_interval.low <= evaluation.accuracy <= evaluation.accuracy_interval.high


def test_mistakes_come_most_confident_first() -> None:
    probabilities = np.full((4, 10), 0.02)
    for image, (answer, confidence) in enumerate([(1, 0.6), (2, 0.82), (3, 0.7), (2, 0.82)]):
        probabilities[image] = (1 - confidence) / 9
        probabilities[image, answer] = confidence
    evaluation = evaluate([0, 0, 3, 5], probabilities)
    assert [(m.index, m.true, m.predicted) for m in evaluation.mistakes] == [(1, 0, 2), (3, 5, 2), (0, 0, 1)]
    assert [m.confidence for m in evaluation.mistakes] == pytest.approx([0.82, 0.82, 0.6])


def test_unknown_figures_are_nan() -> None:
    evaluation = evaluate([0, 0], np.eye(10)[[0, 1]])
    zero, one, two = evaluation.class_scores[:3]
    assert (zero.precision, zero.recall) == (1.0, 0.5)
    assert (one.precision, one.support) == (0.0, 0)
    assert np.isnan([one.recall, two.precision, two.recall, two.f1]).all()
    assert evaluation.confusion_rates[2].tolist() == [0.0] * 10


def test_class_names() -> None:
    labels, probabilities = some_predictions(5, 0)
    names = ["top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"]
    assert [score.name for score in evaluate(labels, probabilities, names).class_scores] == names
    assert [score.name for score in evaluate(labels, probabilities).class_scores] == list("0123456789")


def test_an_evaluation_is_frozen() -> None:
    labels, probabilities = some_predictions(20, 1)
    evaluation = evaluate(labels, probabilities)
    before = evaluation.accuracy
    probabilities[:] = 0.1
    labels[:] = 0
    assert evaluation.accuracy == before
    assert evaluation.predictions.tolist() != [0] * 20
    with pytest.raises(FrozenInstanceError):
        evaluation.labels = evaluation.predictions  # type: ignore[misc]
    for array in (evaluation.labels, evaluation.probabilities, evaluation.confusion, evaluation.correct):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize(
    ("labels", "probabilities", "message"),
    [
        ([], np.empty((0, 10)), r"shape \(n,\) with n at least 1, not \(0,\)"),
        ([[1]], np.eye(10)[[1]], r"shape \(n,\) with n at least 1, not \(1, 1\)"),
        ([0.0], np.eye(10)[[0]], "integers, not float64"),
        ([True], np.eye(10)[[0]], "integers, not bool"),
        ([10], np.eye(10)[[0]], "from 0 to 9; 10 is among them"),
        ([-1], np.eye(10)[[0]], "from 0 to 9; -1 is among them"),
        ([[1], [2, 3]], np.eye(10), "rows of equal length"),
        ([1], np.eye(9)[[1]], r"shape \(n, 10\), not \(1, 9\)"),
        ([1], np.eye(10)[1], r"shape \(n, 10\), not \(10,\)"),
        ([1], [[str(p) for p in np.eye(10)[1]]], "must be numbers"),
        ([1], np.eye(10)[[1, 2]], "1 labels but 2 rows"),
        ([1, 2], [np.eye(10)[1], [np.nan] * 10], "image 1 are not"),
        ([1], [[np.inf] + [0] * 9], "image 0 are not"),
        ([1], [[1.5, -0.5] + [0] * 8], "image 0 has 1.5 for class 0"),
        ([1], [[0.09] * 10], "image 0 sum to 0.9"),
    ],
)
def test_arrays_that_cannot_be_evaluated_are_refused(labels: object, probabilities: object, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        evaluate(labels, probabilities)  # type: ignore[arg-type]


@pytest.mark.parametrize("names", [["a"] * 9, ["a"] * 9 + [""], list(range(10))])
def test_class_names_are_checked(names: list[str]) -> None:
    with pytest.raises(EvaluationError, match="10 class names"):
        evaluate([1], np.eye(10)[[1]], names)


def test_a_cell_outside_the_matrix_is_refused() -> None:
    evaluation = Evaluation(np.array([1]), np.eye(10)[[1]])
    with pytest.raises(EvaluationError, match="predicted class must be from 0 to 9; it is 10"):
        evaluation.indices(1, 10)
