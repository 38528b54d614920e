"""A drawn digit looks like MNIST's, in whatever way it was drawn."""

from contextlib import suppress
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mnist_demo.data import load_mnist
from mnist_demo.drawing import (
    ALL_STEPS,
    DrawingError,
    Stages,
    Step,
    digit_from_strokes,
    stages_from_strokes,
    verdict,
)
from mnist_demo.drawing.decidedness import is_clear
from mnist_demo.drawing.digit import BOX, CENTRE, PEN_WIDTH
from mnist_demo.drawing.ink import centre_of_mass
from tests.drawing.samples import DOT, LINE, SEVEN, Strokes, curve, drawings, waves

# Most grey values (0–255) by which a pixel may change when a shape is drawn elsewhere, larger, or sampled otherwise.
SAME = 12


def difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    return int(np.abs(one.astype(int) - other.astype(int)).max())


def extent(digit: NDArray[np.uint8], threshold: int) -> tuple[int, int]:
    """Return width and height of the pixels above the threshold."""
    rows, columns = np.nonzero(digit > threshold)
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


def test_the_digit_is_white_ink_on_black_and_upright() -> None:
    digit = digit_from_strokes(SEVEN)
    assert digit.shape == (28, 28)
    assert digit.dtype == np.uint8
    assert digit.max() == 255
    assert digit[:3].max() == digit[:, :3].max() == digit[:, -3:].max() == 0
    # A 7 has its bar at the top and its foot to the left of its head.
    columns, rows = np.arange(28), np.flatnonzero(digit.max(axis=1) == 255)
    head, foot = digit[rows[0]].astype(float), digit[rows[-1]].astype(float)
    assert head.sum() > 2 * foot.sum()
    assert (columns @ foot) / foot.sum() < (columns @ head) / head.sum()


@settings(max_examples=40)
@given(drawings, st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), st.floats(-3, 4))
def test_place_and_size_do_not_matter(strokes: Strokes, x: float, y: float, power: float) -> None:
    moved = [stroke * 10**power + (x, y) for stroke in strokes]
    assert difference(digit_from_strokes(strokes), digit_from_strokes(moved)) <= SAME


@settings(max_examples=40)
@given(drawings, st.floats(0.001, 0.02), st.tuples(st.floats(1, 500), st.floats(1, 500)))
def test_the_pen_and_the_canvas_do_not_matter(strokes: Strokes, pen: float, canvas: tuple[float, float]) -> None:
    other = digit_from_strokes(strokes, drawn_pen_width=pen, canvas=canvas)
    assert difference(digit_from_strokes(strokes), other) <= SAME


@settings(max_examples=40)
@given(drawings, st.integers(1, 30))
def test_more_points_on_the_same_lines_do_not_matter(strokes: Strokes, more: int) -> None:
    steps = np.linspace(0, 1, more, endpoint=False)[:, None]
    denser = [np.concatenate([*(a + (b - a) * steps for a, b in pairwise(s)), s[-1:]]) for s in strokes]
    assert difference(digit_from_strokes(strokes), digit_from_strokes(denser)) <= SAME


@settings(max_examples=40)
@given(waves, st.integers(60, 600), st.floats(0, 0.5))
def test_how_fast_the_pen_moved_does_not_matter(shape: list[tuple[float, float]], samples: int, uneven: float) -> None:
    quick, slow = curve(shape, 60), curve(shape, samples, uneven)
    assert difference(digit_from_strokes([quick]), digit_from_strokes([slow])) <= 2 * SAME


@settings(max_examples=40)
@given(drawings)
def test_order_direction_and_repetition_do_not_matter(strokes: Strokes) -> None:
    other = [stroke[::-1] for stroke in strokes[::-1]] + [np.repeat(strokes[0], 3, axis=0)]
    assert difference(digit_from_strokes(strokes), digit_from_strokes(other)) <= SAME


@settings(max_examples=60)
@given(drawings)
def test_the_longer_side_is_20_pixels_and_the_mass_is_where_mnist_has_it(strokes: Strokes) -> None:
    stages = stages_from_strokes(strokes)
    left, top, right, bottom = stages.redrawn.box
    assert max(right - left, bottom - top) == pytest.approx(BOX)
    assert max(extent(stages.digit, 0)) in (20, 21)
    assert max(extent(stages.digit, 128)) in (19, 20)
    assert min(left, top, 28 - right, 28 - bottom) >= -1e-6
    # Ink with nearly all of its mass at one end is not centred, because it would leave the field.
    if min(left, top, 28 - right, 28 - bottom) > 1e-6:
        # The digit is centred by another drawing of the strokes, whose mass differs by up to 0.0503 in 2,000 examples.
        assert centre_of_mass(stages.digit) == pytest.approx((CENTRE, CENTRE), abs=0.1)


def test_the_constants_are_mnists_centre_of_mass_and_stroke_width() -> None:
    images = load_mnist().train.images[:5000].astype(np.float64) / 255
    centres = np.mean([centre_of_mass(image) for image in images], axis=0)
    assert centres == pytest.approx((CENTRE, CENTRE), abs=0.03)
    assert mean_width(images) == pytest.approx(2.75, abs=0.05)
    # The measure is checked on lines of a known width, in all directions.
    angles = np.linspace(0, np.pi, 40, endpoint=False)
    lines = [[np.array([[0, 0], [np.cos(a), np.sin(a)]])] for a in angles]
    ours = np.stack([digit_from_strokes(line) for line in lines]).astype(np.float64) / 255
    assert mean_width(ours) == pytest.approx(PEN_WIDTH, abs=0.1)


def mean_width(images: NDArray[np.float64]) -> float:
    """Return the mean width of strokes by the area and the edge of the ink, as the comment at PEN_WIDTH explains."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    area = padded.sum(axis=(1, 2))
    a, b, c, d = padded[:, :-1, :-1], padded[:, :-1, 1:], padded[:, 1:, :-1], padded[:, 1:, 1:]
    edge = np.hypot((b + d - a - c) / 2, (c + d - a - b) / 2).sum(axis=(1, 2))
    root = np.sqrt(np.maximum(edge**2 / 4 - np.pi * area, 0))
    return float(((edge / 2 - root) / (np.pi / 2)).mean())


def test_a_dot_stays_a_dot_in_the_middle() -> None:
    for strokes in (DOT, [DOT[0], DOT[0]], [np.repeat(DOT[0], 50, axis=0)]):
        digit = digit_from_strokes(strokes)
        assert extent(digit, 0) == (3, 3)
        assert centre_of_mass(digit) == pytest.approx((CENTRE, CENTRE), abs=0.01)


def test_ink_smaller_than_half_the_pen_is_a_dot() -> None:
    trembling = [np.array([[100.0, 100], [103, 101], [101, 104]])]
    assert extent(digit_from_strokes(trembling, drawn_pen_width=20), 128) <= (4, 4)
    assert max(extent(digit_from_strokes(trembling, drawn_pen_width=2), 127)) == 20


def test_a_straight_line_is_20_pixels_long_and_a_pen_wide() -> None:
    for upright in (digit_from_strokes(LINE), digit_from_strokes([LINE[0][:, ::-1]]).T):
        # A line's profile is full ink except at its ends, whose grey value is the covered part of the pixel.
        assert upright.max(axis=1).sum() / 255 == pytest.approx(BOX, abs=0.2)
        assert upright.max(axis=0).sum() / 255 == pytest.approx(PEN_WIDTH, abs=0.1)
        assert centre_of_mass(upright) == pytest.approx((CENTRE, CENTRE), abs=0.05)


def test_hundreds_of_strokes_are_drawn() -> None:
    rng = np.random.default_rng(0)
    scribble = [rng.random((11, 2)) for _ in range(900)]
    digit = digit_from_strokes(scribble)
    assert digit[8:20, 8:20].min() == 255
    assert max(extent(digit, 128)) in (19, 20)


def same_strokes(stages: Stages, one: str, other: str) -> bool:
    a, b = getattr(stages, one), getattr(stages, other)
    return a.pen_width == b.pen_width and all(np.array_equal(x, y) for x, y in zip(a.strokes, b.strokes, strict=True))


def test_the_stages_show_each_step() -> None:
    stages = stages_from_strokes(SEVEN, canvas=(280, 280), drawn_pen_width=20)
    np.testing.assert_allclose(stages.drawn.strokes[0], SEVEN[0] / 10)
    assert stages.drawn.pen_width == 2
    left, top, right, bottom = stages.bounded.box
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((14, 14))
    assert right - left == pytest.approx(13)  # 110 of 280 for the strokes, and the drawn pen
    left, top, right, bottom = stages.scaled.box
    assert np.ptp(np.concatenate(stages.scaled.strokes)[:, 1]) == pytest.approx(BOX - PEN_WIDTH)
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((14, 14))
    assert not same_strokes(stages, "scaled", "centred")
    assert stages.redrawn.pen_width == PEN_WIDTH
    np.testing.assert_array_equal(stages.digit, stages.redrawn.picture())
    np.testing.assert_array_equal(stages.digit, digit_from_strokes(SEVEN))
    assert stages.drawn.picture(280).shape == (280, 280)


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        (Step.BOUND, "drawn", "bounded"),
        (Step.SCALE, "bounded", "scaled"),
        (Step.CENTRE, "scaled", "centred"),
        (Step.REDRAW, "centred", "redrawn"),
    ],
)
def test_a_step_that_is_left_out_does_not_change_the_drawing(step: Step, before: str, after: str) -> None:
    drawing = {"canvas": (280.0, 280.0), "drawn_pen_width": 40.0}
    assert not same_strokes(stages_from_strokes(SEVEN, **drawing), before, after)  # type: ignore[arg-type]
    without = stages_from_strokes(SEVEN, steps=ALL_STEPS - {step}, **drawing)  # type: ignore[arg-type]
    assert same_strokes(without, before, after)


def test_without_redrawing_the_drawn_pen_grows_with_the_digit() -> None:
    stages = stages_from_strokes(SEVEN, steps=ALL_STEPS - {Step.REDRAW}, drawn_pen_width=40)
    _, top, _, bottom = stages.redrawn.box
    assert bottom - top == pytest.approx(BOX)
    assert stages.redrawn.pen_width == pytest.approx(40 * BOX / (155 + 40))


def test_without_any_step_the_canvas_is_the_field() -> None:
    stages = stages_from_strokes(SEVEN, steps=frozenset(), canvas=(560, 280), drawn_pen_width=20)
    # The canvas is twice as wide as high, so 20 of its pixels become one, with paper above and below.
    assert stages.redrawn.box == pytest.approx((60 / 20, 45 / 20 + 7, 190 / 20, 220 / 20 + 7))
    assert stages.digit[9:19, 3:10].sum() == stages.digit.sum() > 0


nan, inf = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("strokes", "message"),
    [
        ([], "no ink yet"),
        ([[], []], "no ink yet"),
        (np.empty((0, 2)), "no ink yet"),
        (None, "sequence of strokes, not NoneType"),
        ("strokes", "sequence of strokes, not str"),
        ({"objects": []}, "sequence of strokes, not dict"),
        ([None], "Stroke 1 must be a sequence"),
        ([[(1, 2)], "M 1 2"], "Stroke 2 must be a sequence"),
        ([[1, 2, 3]], "Stroke 1 must be made of"),
        ([[(1, 2, 3)]], "Stroke 1 must be made of"),
        ([[(1, 2), (3,)]], "Stroke 1 must be made of"),
        ([[("1", "2")]], "Stroke 1 must be made of"),
        ([[(1j, 2)]], "Stroke 1 must be made of"),
        ([[(None, 2)]], "Stroke 1 must be made of"),
        ([[(10**400, 2)]], "Stroke 1 must be made of"),
        ([[(nan, 2)]], "Stroke 1 has a point that is not finite"),
        ([[(1, 2)], [(1, -inf)]], "Stroke 2 has a point that is not finite"),
        ([[(1e300, 2), (0, 0)]], "Stroke 1 has a point beyond"),
        ([[(0, 0)]] * 1001, "more than 1,000 strokes"),
        ([np.zeros((10_001, 2))], "more than 10,000 points"),
        ([np.zeros((101, 2))] * 100, "more than 10,000 points"),
    ],
)
def test_values_that_are_no_drawing_are_refused_in_one_sentence(strokes: object, message: str) -> None:
    with pytest.raises(DrawingError, match=message):
        digit_from_strokes(strokes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pen_width": 0.0}, "pen_width must be from 0.5 to 10; it is 0"),
        ({"pen_width": nan}, "pen_width must be from 0.5 to 10; it is nan"),
        ({"drawn_pen_width": -1.0}, "drawn_pen_width must be"),
        ({"canvas": (0.0, 100.0)}, "canvas must be"),
        ({"canvas": (inf, 100.0)}, "canvas must be"),
        ({"canvas": (0.001, 0.001)}, "reaches too far beyond its canvas"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(DrawingError, match=message):
        digit_from_strokes(SEVEN, **options)  # type: ignore[arg-type]


coordinates = st.floats(-1e9, 1e9) | st.floats(-1, 1)


@settings(max_examples=80)
@given(
    st.lists(st.lists(st.tuples(coordinates, coordinates), max_size=6), max_size=6),
    st.sets(st.sampled_from(list(Step))),
    st.none() | st.tuples(st.floats(1e-3, 1e9), st.floats(1e-3, 1e9)),
    st.none() | st.floats(1e-3, 1e9),
)
@example([[(1e9, 1e9), (-1e9, -1e9)]], set(), None, 1e-3)
@example([[(5e-324, 0.0), (0.0, 0.0)]], set(Step), None, None)
def test_any_drawing_gives_a_digit_or_a_reason(
    strokes: list[list[tuple[float, float]]],
    steps: set[Step],
    canvas: tuple[float, float] | None,
    pen: float | None,
) -> None:
    with suppress(DrawingError):
        digit = digit_from_strokes(strokes, steps=frozenset(steps), canvas=canvas, drawn_pen_width=pen)
        assert digit.shape == (28, 28)
        assert digit.dtype == np.uint8
        if steps == ALL_STEPS or (Step.REDRAW in steps and canvas is None):
            assert digit.max() > 0


@st.composite
def degenerate(draw: st.DrawFn) -> Strokes:
    """Return dots, one straight line, ink over the edge of its canvas, or hundreds of strokes."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = draw(st.sampled_from(("dots", "line", "over the edge", "hundreds")))
    if kind == "dots":
        return list(rng.uniform(0, 300, (draw(st.integers(1, 5)), 1, 2)))
    if kind == "line":
        return [rng.uniform(0, 300, (2, 2))]
    if kind == "over the edge":
        return [rng.uniform(-300, 600, (draw(st.integers(2, 20)), 2))]
    return list(rng.uniform(0, 300, (draw(st.integers(100, 900)), 3, 2)))


@settings(max_examples=40)
@given(degenerate(), st.sets(st.sampled_from(list(Step))), st.integers(0, 2**32 - 1), st.floats(0.05, 20))
def test_degenerate_ink_gets_a_consistent_verdict(
    strokes: Strokes, steps: set[Step], seed: int, temperature: float
) -> None:
    digit = digit_from_strokes(strokes, steps=frozenset(steps), canvas=(300, 300), drawn_pen_width=24)
    # The probabilities are random, as from any network.
    probabilities = np.random.default_rng(seed).dirichlet(np.full(10, 0.1))
    judged = verdict(probabilities, digit, temperature=temperature)
    assert judged.is_digit == (not judged.reason)
    assert bool(judged.labels) == (judged.is_digit and is_clear(np.array(judged.probabilities)))
    assert 0 <= judged.confidence <= 1
    assert not judged.labels or judged.labels[0] == int(np.argmax(judged.probabilities))
    if not digit.any():
        assert not judged.is_digit
