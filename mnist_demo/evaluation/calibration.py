"""Calibrate a network's confidence by temperature scaling.

C. Guo, G. Pleiss, Y. Sun and K. Weinberger, "On calibration of modern neural networks", ICML 2017: one number, fitted
on images that the network has not learned from, is enough to make confidence mean what it says. It never changes
which class is the most probable.
"""

import numpy as np
from numpy.typing import NDArray

COLDEST, HOTTEST = 0.05, 20.0
"""The fitted temperature lies between these; a network that is never wrong would otherwise need 0."""

_LEAST = 1e-30
"""Replaces a probability that float32 rounded to 0."""

_HALVINGS = 50


def calibrated(probabilities: NDArray[np.floating], temperature: float) -> NDArray[np.float64]:
    """Return the probabilities at another temperature: those of the same logits divided by it.

    Args:
        probabilities: (..., classes), 0 to 1, summing to 1.
        temperature: above 0; over 1 makes the network less sure, under 1 surer.

    Returns:
        float64, the same shape, summing to 1.

    Raises:
        ValueError: when the temperature is not above 0 and finite.
    """
    if not 0 < temperature < np.inf:
        raise ValueError(f"A temperature must be above 0 and finite; it is {temperature}.")
    # Softmax forgets what it subtracted from all logits, and so does dividing them.
    scaled = _logarithms(probabilities) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def fit_temperature(labels: NDArray[np.integer], probabilities: NDArray[np.floating]) -> float:
    """Find the temperature at which the mean cross-entropy is least.

    Args:
        labels: the true classes of images that the network has not learned from, (n,), n at least 1.
        probabilities: its answers, (n, classes), 0 to 1, rows summing to 1.

    Returns:
        0.05 to 20; 1 when the network is calibrated already.

    Raises:
        ValueError: when there is no image, or a probability is not finite.
    """
    logarithms = _logarithms(probabilities)
    if len(logarithms) == 0 or not np.isfinite(logarithms).all():
        raise ValueError("A temperature needs at least one answer, all of finite probabilities.")
    given = logarithms[np.arange(len(labels)), labels].mean()
    coldest, hottest = np.log(COLDEST), np.log(HOTTEST)
    for _ in range(_HALVINGS):
        middle = (coldest + hottest) / 2
        expected = (calibrated(probabilities, float(np.exp(middle))) * logarithms).sum(axis=-1).mean()
        # The cross-entropy is convex in 1/T with the slope expected − given, so it has one least.
        if expected > given:
            coldest = middle
        else:
            hottest = middle
    return float(np.exp((coldest + hottest) / 2))


def _logarithms(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    logarithms: NDArray[np.float64] = np.log(np.maximum(probabilities.astype(np.float64), _LEAST))
    return logarithms
