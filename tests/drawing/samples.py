"""Drawings for tests."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Strokes = list[NDArray[np.float64]]

SEVEN: Strokes = [np.array([[70.0, 60], [180, 55], [120, 210]]), np.array([[100.0, 130], [170, 126]])]
LINE: Strokes = [np.array([[10.0, 10], [10, 90]])]
DOT: Strokes = [np.array([[42.0, 17]])]


def curve(waves: list[tuple[float, float]], samples: int, uneven: float = 0.0) -> NDArray[np.float64]:
    """Return a smooth open or closed curve, (samples, 2): a sum of slow waves, as a hand moves.

    With `uneven` between 0 and 1, the pen is fast at one end of the curve and slow at the other.
    """
    t = np.linspace(0, 1, samples)
    t = t + uneven * t * (1 - t)
    x = sum(a * np.sin((k + 1) * 2.2 * t + b) for k, (a, b) in enumerate(waves))
    y = sum(a * np.cos((k + 1) * 1.7 * t - b) for k, (a, b) in enumerate(waves)) + 2 * t
    return np.stack([x, y], axis=1)


numbers = st.floats(-1, 1, allow_nan=False, width=32)
waves = st.lists(st.tuples(numbers, numbers), min_size=2, max_size=3)
polylines = st.lists(st.tuples(numbers, numbers), min_size=2, max_size=12).map(np.array)
drawings = st.lists(polylines, min_size=1, max_size=4).filter(
    lambda strokes: np.ptp(np.concatenate(strokes), axis=0).max() > 0.01
)
