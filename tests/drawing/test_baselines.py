"""The methods of other demos, which the benchmarks compare with ours."""

import numpy as np
import pytest

from mnist_demo.drawing import DrawingError, digit_from_strokes
from mnist_demo.drawing.digit import CENTRE
from mnist_demo.drawing.ink import centre_of_mass
from tests.benchmarks.baselines import canvas_picture, crop_and_centre, naive
from tests.drawing.samples import LINE, SEVEN

CANVAS = (280.0, 280.0)


def test_naive_shrinks_the_whole_canvas() -> None:
    picture = canvas_picture(SEVEN, CANVAS, 20)
    digit = naive(picture)
    assert digit.shape == (28, 28)
    np.testing.assert_allclose(digit, picture.reshape(28, 10, 28, 10).mean(axis=(1, 3)), atol=1)


def test_crop_and_centre_is_close_to_our_digit_for_a_pen_of_mnists_width() -> None:
    # At the size of this 7, a pen of 22 becomes 2.5 of the digit's 20 pixels.
    cropped = crop_and_centre(canvas_picture(SEVEN, CANVAS, 22))
    assert cropped.shape == (28, 28)
    assert centre_of_mass(cropped) == pytest.approx((CENTRE, CENTRE), abs=0.6)
    ours = digit_from_strokes(SEVEN)
    assert np.corrcoef(cropped.ravel(), ours.ravel())[0, 1] > 0.8
    # A thick pen makes a thick digit, which redrawing the strokes avoids.
    thick = crop_and_centre(canvas_picture(SEVEN, CANVAS, 60))
    assert thick.sum() > 1.4 * cropped.sum()


def test_crop_and_centre_keeps_a_line_a_line() -> None:
    digit = crop_and_centre(canvas_picture(LINE, (100, 100), 5))
    rows, columns = np.nonzero(digit > 127)
    assert np.ptp(rows) in (18, 19)
    assert np.ptp(columns) <= 2


def test_a_blank_picture_is_refused() -> None:
    with pytest.raises(DrawingError, match="no ink yet"):
        crop_and_centre(np.zeros((280, 280), dtype=np.uint8))
