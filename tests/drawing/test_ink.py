"""The ink of a round pen, checked with the area that the pen covers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_demo.drawing.ink import centre_of_mass, draw

places = st.tuples(st.floats(4, 24), st.floats(4, 24))


@settings(max_examples=40)
@given(places, places, st.floats(1.5, 5))
def test_the_ink_of_a_line_equals_its_area(start: tuple[float, float], end: tuple[float, float], pen: float) -> None:
    picture = draw((np.array([start, end]),), pen)
    length = np.hypot(end[0] - start[0], end[1] - start[1])
    area = pen * length + np.pi * pen**2 / 4
    assert float(picture.sum()) == pytest.approx(area, rel=0.05, abs=0.5)
    middle = (np.array(start) + np.array(end)) / 2
    assert centre_of_mass(picture) == pytest.approx(middle, abs=0.1)


@settings(max_examples=20)
@given(places, places, places)
def test_each_pixels_grey_value_is_its_covered_part(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]
) -> None:
    stroke = np.array([a, b, c])
    # The independent and much slower method takes 16×16 points in each pixel, each inked or not.
    grid = (np.arange(28 * 16) + 0.5) / 16
    x, y = np.meshgrid(grid, grid)
    inked = np.zeros(x.shape, dtype=bool)
    for (x0, y0), (x1, y1) in ((a, b), (b, c)):
        length2 = (x1 - x0) ** 2 + (y1 - y0) ** 2 or 1.0
        t = np.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length2, 0, 1)
        inked |= np.hypot(x - x0 - t * (x1 - x0), y - y0 - t * (y1 - y0)) <= 1.25
    covered = inked.reshape(28, 16, 28, 16).mean(axis=(1, 3))
    error = np.abs(draw((stroke,), 2.5) - covered)
    assert error.max() < 0.3  # the largest error is where two edges meet in one pixel
    assert error.sum() < 0.03 * covered.sum() + 0.5


def test_a_larger_picture_shows_the_same_ink() -> None:
    stroke = np.array([[5.0, 6], [20, 9], [12, 22]])
    large = draw((stroke,), 2.5, 280).reshape(28, 10, 28, 10).mean(axis=(1, 3))
    np.testing.assert_allclose(large, draw((stroke,), 2.5), atol=0.15)


def test_ink_beyond_the_field_is_cut_off() -> None:
    picture = draw((np.array([[-50.0, 14], [14, 14]]),), 2)
    assert picture[14, :14].min() == 1
    assert picture[:, 16:].max() == 0
