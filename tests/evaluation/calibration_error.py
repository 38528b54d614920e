"""How far confidence is from accuracy: what calibration is measured by."""

import numpy as np
from numpy.typing import NDArray


def expected_calibration_error(
    labels: NDArray[np.integer], probabilities: NDArray[np.floating], bins: int = 15
) -> float:
    """Return how far confidence is from accuracy, on average over equally wide bins of confidence.

    Args:
        labels: The true classes, (n,), n at least 1.
        probabilities: (n, classes), 0 to 1, rows summing to 1.
        bins: At least 1; the first is above 0, the last up to 1.

    Returns:
        0 (answers with a confidence of 90% are correct nine times in ten) to 1.
    """
    confidences = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    bin_of = np.clip(np.ceil(confidences * bins).astype(int) - 1, 0, bins - 1)
    surplus = np.bincount(bin_of, weights=confidences - right, minlength=bins)
    return float(np.abs(surplus).sum() / len(labels))
