"""The formulas checked with scikit-learn and SciPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn import metrics as reference

from mnist_demo.evaluation import confusion_matrix, cross_entropy, precision_recall_f1, wilson_interval

CLASSES = list(range(10))
pairs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=60)


@given(st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_equals_scipys(trial: tuple[int, int]) -> None:
    successes, trials = trial
    for confidence in (0.9, 0.95, 0.99):
        expected = binomtest(successes, trials).proportion_ci(confidence, method="wilson")
        interval = wilson_interval(successes, trials, confidence)
        assert interval == pytest.approx((expected.low, expected.high), abs=1e-12)
        assert 0 <= interval.low <= successes / trials <= interval.high <= 1


def test_wilson_interval_of_a_good_network() -> None:
    # For 99.0% of 10,000 and z = 1.959964, the middle is 0.990192 / 1.000384 and the half-width 0.00195957 / 1.000384.
    low, high = wilson_interval(9_900, 10_000)
    assert (round(low, 5), round(high, 5)) == (0.98785, 0.99177)


@pytest.mark.parametrize(
    ("successes", "trials", "confidence", "named"),
    [
        (0, 0, 0.95, "trials"),
        (-1, 5, 0.95, "successes"),
        (6, 5, 0.95, "successes"),
        (1, 5, 1.0, "confidence"),
    ],
)
def test_wilson_interval_refuses_numbers_that_are_no_proportion(
    successes: int, trials: int, confidence: float, named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        wilson_interval(successes, trials, confidence)


@given(pairs)
def test_confusion_matrix_equals_scikit_learns(answers: list[tuple[int, int]]) -> None:
    true, predicted = np.array(answers, dtype=np.uint8).T
    expected = reference.confusion_matrix(true, predicted, labels=CLASSES)
    np.testing.assert_array_equal(confusion_matrix(true, predicted, 10), expected)


@given(pairs)
def test_precision_recall_and_f1_equal_scikit_learns(answers: list[tuple[int, int]]) -> None:
    true, predicted = np.array(answers).T
    expected = reference.precision_recall_fscore_support(true, predicted, labels=CLASSES, zero_division=np.nan)
    ours = precision_recall_f1(confusion_matrix(true, predicted, 10))
    for mine, theirs in zip(ours, expected[:3], strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)


def test_cross_entropy_of_a_probability_of_0_is_finite() -> None:
    certain = np.eye(10)[[3, 4]]
    np.testing.assert_allclose(cross_entropy(np.array([3, 5]), certain), [0.0, -np.log(1e-7)])
