"""Temperature scaling, which makes a network's confidence match its accuracy.

Source: C. Guo, G. Pleiss, Y. Sun and K. Weinberger, "On calibration of modern neural networks", ICML 2017. One number,
the temperature, is enough; it is fitted on images that the network has not learned from, and never changes which class
is the most probable.
"""

import numpy as np
from numpy.typing import NDArray

COLDEST, HOTTEST = 0.05, 20.0
"""The range in which a temperature is sought; the best temperature of a network without mistakes would be 0."""

_LEAST = 1e-30
"""The probability that takes the place of a float32 that was rounded down to 0."""

_HALVINGS = 50


def calibrated(probabilities: NDArray[np.floating], temperature: float) -> NDArray[np.float64]:
    """Return the probabilities at another temperature: the softmax of the logits divided by the temperature.

    Args:
        probabilities: (..., classes), 0 to 1, summing to 1.
        temperature: Above 0; above 1 makes the network less sure, below 1 surer.

    Returns:
        float64, the same shape, summing to 1.

    Raises:
        ValueError: If the temperature is not above 0 and finite.
    """
    if not 0 < temperature < np.inf:
        raise ValueError(f"A temperature must be above 0 and finite; it is {temperature}.")
    # Logarithms of the probabilities serve as logits, because softmax ignores a constant added to all logits.
    scaled = _logarithms(probabilities) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def fit_temperature(labels: NDArray[np.integer], probabilities: NDArray[np.floating]) -> float:
    """Return the temperature with the lowest mean cross-entropy.

    Args:
        labels: The true classes of images that the network has not learned from, (n,), n at least 1.
        probabilities: The network's predictions, (n, classes), 0 to 1, rows summing to 1.

    Returns:
        0.05 to 20; 1 for a network that is calibrated already.

    Raises:
        ValueError: If there is no image, or a probability is not finite.
    """
    logarithms = _logarithms(probabilities)
    if len(logarithms) == 0 or not np.isfinite(logarithms).all():
        raise ValueError("A temperature needs at least one answer, all of finite probabilities.")
    given = logarithms[np.arange(len(labels)), labels].mean()
    coldest, hottest = np.log(COLDEST), np.log(HOTTEST)
    for _ in range(_HALVINGS):
        middle = (coldest + hottest) / 2
        expected = (calibrated(probabilities, float(np.exp(middle))) * logarithms).sum(axis=-1).mean()
        # The cross-entropy is convex in 1/T with the slope expected − given, so it has one minimum.
        if expected > given:
            coldest = middle
        else:
            hottest = middle
    return float(np.exp((coldest + hottest) / 2))


def _logarithms(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    logarithms: NDArray[np.float64] = np.log(np.maximum(probabilities.astype(np.float64), _LEAST))
    return logarithms
