"""Calibration checked with SciPy's minimum, scikit-learn's curve, and networks of a known temperature."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.calibration import calibration_curve
from sklearn.metrics import log_loss

from mnist_demo.evaluation import calibrated, fit_temperature
from tests.evaluation.calibration_error import expected_calibration_error


def answers(temperature: float, count: int = 4_000) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return labels drawn by their probabilities, and the probabilities made too sure by a temperature."""
    rng = np.random.default_rng(5)
    logits = rng.normal(0, 2, (count, 10))
    true = softmax(logits, axis=1)
    labels = (true.cumsum(axis=1) > rng.random((count, 1))).argmax(axis=1)
    return labels, softmax(logits * temperature, axis=1)


def test_calibrated_probabilities_are_the_softmax_of_the_divided_logits() -> None:
    logits = np.random.default_rng(1).normal(0, 5, (50, 10))
    np.testing.assert_allclose(calibrated(softmax(logits, axis=1), 2.5), softmax(logits / 2.5, axis=1), atol=1e-12)
    np.testing.assert_allclose(calibrated(softmax(logits[0]), 0.3), softmax(logits[0] / 0.3), atol=1e-12)
    sure = np.array([1, 0, 0], np.float32)
    assert calibrated(sure, 1.5).tolist() == pytest.approx([1, 0, 0])


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.0, 5.0])
def test_a_known_temperature_is_found(temperature: float) -> None:
    labels, probabilities = answers(temperature)
    found = fit_temperature(labels, probabilities)
    assert found == pytest.approx(temperature, rel=0.05)

    def loss(other: float) -> float:
        return float(log_loss(labels, calibrated(probabilities, other), labels=range(10)))

    assert found == pytest.approx(minimize_scalar(loss, bounds=(0.05, 20), method="bounded").x, rel=1e-3)
    before, after = (expected_calibration_error(labels, p) for p in (probabilities, calibrated(probabilities, found)))
    assert after < 0.03
    if temperature >= 2:
        assert before > 5 * after


def test_a_network_without_mistakes_gets_the_lowest_temperature() -> None:
    labels = np.arange(10)
    probabilities = np.full((10, 10), 0.01, np.float32) + np.eye(10, dtype=np.float32) * 0.9
    assert fit_temperature(labels, probabilities) == pytest.approx(0.05)
    assert fit_temperature((labels + 1) % 10, probabilities) == pytest.approx(20)


def test_the_calibration_error_equals_that_of_scikit_learns_curve() -> None:
    labels, probabilities = answers(2.0)
    confidences, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    accuracy, confidence = calibration_curve(right, confidences, n_bins=10)
    sizes = np.histogram(confidences, np.linspace(0, 1, 11))[0]
    expected = np.abs(accuracy - confidence) @ sizes[sizes > 0] / len(labels)
    assert expected_calibration_error(labels, probabilities, bins=10) == pytest.approx(expected)


def test_probabilities_without_a_temperature_are_refused() -> None:
    with pytest.raises(ValueError, match="above 0 and finite; it is 0"):
        calibrated(np.full(10, 0.1), 0)
    with pytest.raises(ValueError, match="at least one answer"):
        fit_temperature(np.zeros(0, int), np.zeros((0, 10)))
    with pytest.raises(ValueError, match="finite"):
        fit_temperature(np.zeros(1, int), np.full((1, 10), np.nan))
