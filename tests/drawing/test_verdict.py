"""The verdict on a drawing: whether it is a digit, which one, and why not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from scipy.special import softmax
from scipy.stats import entropy

from mnist_demo.data import load_mnist
from mnist_demo.drawing import Arrangement, digit_from_strokes, verdict
from mnist_demo.drawing.decidedness import DECIDED, TWO_BEST, decidedness
from mnist_demo.drawing.verdict import count_pieces, drawing_problem, ink_problem
from tests.drawing.samples import DOT, LINE, SEVEN

SURE = np.full(10, 0.001, np.float32)
SURE[7] = 0.991
EMPTY = np.zeros((28, 28), np.uint8)


def test_a_sure_prediction_of_a_digit_is_shown() -> None:
    said = verdict(SURE, digit_from_strokes(SEVEN))
    assert said.is_digit
    assert said.labels == (7,)
    assert said.confidence == pytest.approx(0.991)
    assert said.reason == ""


def test_rivals_are_named_most_probable_first() -> None:
    torn = np.full(10, 0.001, np.float32)
    torn[[4, 9]] = 0.392, 0.60
    said = verdict(torn, digit_from_strokes(SEVEN))
    assert said.is_digit
    assert said.labels == (9, 4)
    assert said.confidence == pytest.approx(0.6)


def test_probabilities_are_at_the_given_temperature() -> None:
    logits = np.random.default_rng(0).normal(0, 3, 10)
    said = verdict(softmax(logits), digit_from_strokes(SEVEN), temperature=1.7)
    assert said.probabilities == pytest.approx(softmax(logits / 1.7))
    assert said.confidence == max(said.probabilities)


def test_blank_paper_dots_and_blots_are_no_digits_even_for_a_sure_network() -> None:
    dots = digit_from_strokes([[(0, 0)], [(9, 0)], [(5, 8)]])
    scribble = digit_from_strokes([np.random.default_rng(0).random((200, 2))])
    for picture, reason in (
        (EMPTY, "no ink"),
        (digit_from_strokes(DOT), "a dot"),
        (dots, "dots"),
        (scribble, "too much ink"),
    ):
        said = verdict(SURE, picture)
        assert not said.is_digit
        assert said.labels == ()
        assert reason in said.reason


def test_a_level_line_and_ink_in_pieces_are_no_digits() -> None:
    level = digit_from_strokes([LINE[0][:, ::-1]])
    assert "wider" in verdict(SURE, level).reason
    dashes = digit_from_strokes([np.array([[x, y], [x + 5, y]]) for x in (0, 20) for y in (0, 10, 20)])
    assert "pieces" in verdict(SURE, dashes).reason


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.6))
@settings(max_examples=40)
def test_the_number_of_pieces_equals_scipys(seed: int, density: float) -> None:
    inked = np.random.default_rng(seed).random((28, 28)) < density
    assert count_pieces(inked) == ndimage.label(inked, np.ones((3, 3)))[1]


def test_an_unsure_network_names_no_class_and_does_not_refuse_the_drawing() -> None:
    said = verdict(np.full(10, 0.1), digit_from_strokes(SEVEN))
    assert said.is_digit
    assert said.labels == ()
    assert said.confidence == pytest.approx(0.1)
    assert said.reason == ""


def test_the_network_has_no_say_in_what_is_refused() -> None:
    answers = np.random.default_rng(0).dirichlet(np.full(10, 0.1), 300)
    images = load_mnist().test.images[:300]
    accepted = np.array([verdict(answer, image).is_digit for answer, image in zip(answers, images, strict=True)])
    assert accepted.tolist() == [not drawing_problem(image) for image in images]
    assert 0.98 <= accepted.mean() < 1
    assert all(verdict(answers[0], image, is_known_digit=True).is_digit for image in images)


@pytest.mark.parametrize(
    ("arrangement", "reason"),
    [(Arrangement.SIDE_BY_SIDE, "one digit at a time"), (Arrangement.ENCLOSED, "without the box")],
)
def test_a_drawing_of_more_than_a_digit_is_refused_with_advice(arrangement: Arrangement, reason: str) -> None:
    said = verdict(SURE, digit_from_strokes(SEVEN), arrangement=arrangement)
    assert not said.is_digit
    assert said.labels == ()
    assert reason in said.reason


def test_a_letter_is_no_digit_although_a_network_for_digits_is_sure() -> None:
    letter = digit_from_strokes([[(0, 1), (0.1, 0), (0.5, 0.65), (0.9, 0), (1, 1)]])  # the letter M
    said = verdict(SURE, letter)
    assert not said.is_digit
    assert "letter or a shape" in said.reason
    assert said.labels == ()
    assert verdict(SURE, letter, is_known_digit=True).labels == (7,)


def test_no_digit_of_mnist_is_refused_for_its_ink() -> None:
    images = load_mnist().test.images[::5]
    assert np.mean([not ink_problem(image) for image in images]) >= 0.997
    assert verdict(SURE, digit_from_strokes(LINE)).is_digit


def test_decidedness_is_the_divergence_from_ten_equal_probabilities() -> None:
    answers = np.random.default_rng(0).dirichlet(np.ones(10), 5)
    expected = [entropy(np.full(10, 0.1), answer) for answer in answers]
    np.testing.assert_allclose(decidedness(answers), expected)
    assert decidedness(np.full(10, 0.1)) == pytest.approx(0)


def test_no_class_is_named_when_many_are_possible() -> None:
    spread = np.full(10, 0.03, np.float64)
    spread[3] = 0.73
    assert spread[3] + spread[1] < TWO_BEST
    assert verdict(spread, digit_from_strokes(SEVEN)).labels == ()
    # The best two classes have enough probability here, but no class is ruled out.
    undecided = np.full(10, 0.0125, np.float64)
    undecided[[3, 5]] = 0.5, 0.4
    assert decidedness(undecided) < DECIDED
    assert verdict(undecided, digit_from_strokes(SEVEN)).labels == ()


@pytest.mark.parametrize(
    ("probabilities", "digit", "temperature"),
    [(SURE[:9], EMPTY, 1.0), (SURE, EMPTY[:27], 1.0), (SURE * np.nan, EMPTY, 1.0), (SURE, EMPTY, 0.0)],
)
def test_arrays_that_are_no_probabilities_are_refused(
    probabilities: np.ndarray, digit: np.ndarray, temperature: float
) -> None:
    with pytest.raises(ValueError, match="verdict needs"):
        verdict(probabilities, digit, temperature=temperature)
