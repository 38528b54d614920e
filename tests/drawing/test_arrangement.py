"""Several digits and a digit in a box are told from one digit, which may be drawn in any number of strokes."""

import numpy as np
import pytest

from mnist_demo.data import load_mnist
from mnist_demo.drawing import Arrangement, arrangement_of, read_photo
from mnist_demo.drawing.strokes import MAX_POINTS, MAX_STROKES, Strokes
from tests.drawing.photos import encoded, photo

PEN = 24.0
SIZE = 200


def line(*points: tuple[float, float]) -> np.ndarray:
    """Return a stroke; the points are shares of the digit's height."""
    return np.array(points, dtype=np.float64) * SIZE


def arc(x: float, y: float, width: float, height: float, start: float = 0, end: float = 360) -> np.ndarray:
    """Return a part of an ellipse from one angle to another, in degrees clockwise from the right."""
    angles = np.radians(np.linspace(start, end, 40))
    return np.stack([x + width / 2 * np.cos(angles), y + height / 2 * np.sin(angles)], axis=1) * SIZE


ZERO = arc(0.35, 0.5, 0.65, 1)
ONE = line((0.35, 0), (0.34, 0.5), (0.35, 1))
THREE = np.concatenate([arc(0.3, 0.25, 0.6, 0.5, -150, 90), arc(0.3, 0.75, 0.6, 0.5, -90, 150)])
SEVEN = line((0.05, 0), (0.7, 0), (0.3, 1))

DIGITS: dict[str, list[np.ndarray]] = {
    "0": [ZERO],
    "0 in two halves": [arc(0.4, 0.5, 0.6, 1, 90, 270), arc(0.6, 0.5, 0.6, 1, -90, 90)],
    "0 with a slash inside": [ZERO, line((0.2, 0.75), (0.5, 0.25))],
    "0 with a slash across": [ZERO, line((0, 1), (0.7, 0))],
    "0 with a dot": [ZERO, line((0.35, 0.5))],
    "0 in dots": [point[None] for point in arc(0.5, 0.5, 0.9, 1, 0, 350)[::4]],
    "0 in dashes": [arc(0.35, 0.5, 0.7, 1, angle, angle + 30) for angle in range(0, 360, 45)],
    "1 with a base": [line((0.3, 0.2), (0.5, 0), (0.5, 0.85)), line((0.2, 1), (0.8, 1))],
    "1 in dots": [line((0.5, y)) for y in np.linspace(0, 1, 8)],
    "2 with a base": [line((0.2, 0.2), (0.4, 0), (0.7, 0.2), (0.2, 0.8)), line((0.1, 1), (0.8, 1))],
    "3 in two bows": [arc(0.3, 0.25, 0.6, 0.5, -150, 90), arc(0.3, 0.75, 0.6, 0.5, -90, 150)],
    "4 in two strokes": [line((0.3, 0), (0.1, 0.55), (0.85, 0.55)), line((0.7, 0.1), (0.7, 1))],
    "4 with a gap": [line((0.2, 0), (0.1, 0.55), (0.45, 0.55)), line((0.7, 0.1), (0.7, 1))],
    "5 with its bar apart": [
        line((0.2, 0.2), (0.2, 0.5), (0.5, 0.45), (0.75, 0.65), (0.6, 0.95), (0.1, 0.95)),
        line((0.35, 0), (0.95, 0)),
    ],
    "6 in two strokes": [line((0.7, 0), (0.2, 0.6)), arc(0.45, 0.75, 0.5, 0.5)],
    "7 with a crossbar": [SEVEN, line((0.25, 0.5), (0.7, 0.5))],
    "8 in two circles": [arc(0.5, 0.25, 0.5, 0.45), arc(0.5, 0.78, 0.6, 0.45)],
    "9 in two strokes": [arc(0.4, 0.25, 0.5, 0.5), line((0.7, 0), (0.65, 1))],
}
BOXES: dict[str, list[np.ndarray]] = {
    "one stroke": [line((-0.2, -0.2), (0.9, -0.2), (0.9, 1.2), (-0.2, 1.2), (-0.2, -0.17))],
    "two strokes": [line((-0.2, 1.2), (-0.2, -0.2), (0.9, -0.2)), line((0.9, -0.18), (0.9, 1.2), (-0.18, 1.2))],
    "four strokes": [
        line((-0.2, -0.2), (0.9, -0.2)),
        line((0.9, -0.2), (0.9, 1.2)),
        line((0.9, 1.2), (-0.2, 1.2)),
        line((-0.2, 1.2), (-0.2, -0.2)),
    ],
    "a circle": [arc(0.35, 0.5, 1.6, 1.6, 0, 355)],
}


def moved(strokes: list[np.ndarray], x: float, y: float = 0.0, size: float = 1.0) -> list[np.ndarray]:
    """Move strokes by shares of the digit's height."""
    return [stroke * size + np.array([x, y]) * SIZE for stroke in strokes]


@pytest.mark.parametrize("name", DIGITS)
def test_a_digit_in_several_strokes_is_one_digit(name: str) -> None:
    for pen in (PEN, PEN / 2):
        assert arrangement_of(tuple(DIGITS[name]), pen) is Arrangement.ONE


@pytest.mark.parametrize("left", [[ONE], [ZERO], DIGITS["7 with a crossbar"], DIGITS["4 in two strokes"]])
@pytest.mark.parametrize("right", [[ONE], [THREE], [SEVEN]])
@pytest.mark.parametrize(("gap", "size"), [(0.2, 1.0), (0.4, 0.8), (0.6, 1.2)])
def test_digits_side_by_side_are_told(left: list[np.ndarray], right: list[np.ndarray], gap: float, size: float) -> None:
    start = float(np.concatenate(left)[:, 0].max()) / SIZE + gap
    first = float(np.concatenate(right)[:, 0].min()) / SIZE * size
    beside = moved(right, start - first, 0.05, size)
    assert arrangement_of((*left, *beside), PEN) is Arrangement.SIDE_BY_SIDE
    assert arrangement_of((*beside, *left), PEN) is Arrangement.SIDE_BY_SIDE


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("digit", [[ONE], [THREE], DIGITS["7 with a crossbar"], DIGITS["4 in two strokes"]])
def test_a_digit_in_a_box_is_told_whichever_is_drawn_first(box: str, digit: list[np.ndarray]) -> None:
    around = BOXES[box]
    assert arrangement_of((*around, *digit), PEN) is Arrangement.ENCLOSED
    assert arrangement_of((*digit, *around), PEN) is Arrangement.ENCLOSED


def test_a_box_in_the_middle_of_the_strokes_is_told_when_the_digit_does_not_touch_it() -> None:
    bar, body = DIGITS["7 with a crossbar"]
    assert arrangement_of((bar, *BOXES["one stroke"], body), PEN) is Arrangement.ENCLOSED


def test_an_empty_box_and_a_digit_beside_a_box_are_no_digit_in_a_box() -> None:
    box = BOXES["one stroke"]
    assert arrangement_of(tuple(box), PEN) is Arrangement.ONE
    assert arrangement_of((*box, *moved([ONE], 1.5)), PEN) is not Arrangement.ENCLOSED
    assert arrangement_of((*box, line((0.3, 0.5))), PEN) is Arrangement.ONE


def test_a_photo_of_one_digit_is_one_digit() -> None:
    test = load_mnist().test
    for index in (15, 16, 106, 126, 179):  # their ink is cut into loops that hold other strokes
        found = read_photo(encoded(photo(test.images[index], index), "PNG"))
        assert arrangement_of(found.strokes, found.pen_width, is_photo=True) is Arrangement.ONE


@pytest.mark.parametrize(
    "strokes",
    [
        (line((0.5, 0.5)), line((0.5, 0.5))),
        tuple(np.random.default_rng(0).random((MAX_STROKES, 2, 2)) * SIZE),
        tuple(np.random.default_rng(0).random((2, MAX_POINTS // 2, 2)) * SIZE),
    ],
    ids=["two dots in one place", "most strokes", "most points"],
)
def test_dots_and_scribbles_of_any_length_are_answered(strokes: Strokes) -> None:
    assert arrangement_of(strokes, PEN) is Arrangement.ONE
