"""The words and the ten bars of an answer claim no more than the network's probabilities."""

from typing import Any

import numpy as np
import pytest

from mnist_demo.app.widgets.drawing.answer_chart import answer_spec, answer_table
from mnist_demo.app.widgets.drawing.answer_words import answer_in_words, answer_text, whole_percent

DIGITS = tuple("0123456789")


def shares(**given: float) -> np.ndarray:
    """Return ten probabilities: the given ones, and the rest shared evenly."""
    rest = (1 - sum(given.values())) / (10 - len(given))
    return np.array([given.get(f"d{digit}", rest) for digit in range(10)], np.float32)


@pytest.mark.parametrize(
    ("probabilities", "label", "sureness"),
    [
        (shares(d7=0.98, d1=0.011), "7", "98% sure"),
        (shares(d7=0.9999), "7", "over 99% sure"),
        (shares(d3=0.5, d8=0.4), "3 or 8", "not sure"),
        (shares(d3=0.32, d8=0.36, d5=0.29), "8, 3 or 5", "not sure"),
        (shares(d3=0.6, d8=0.2), "3", "only 60% sure"),
        (shares(), "?", "cannot tell"),
        (np.full(10, np.nan, np.float32), "?", "no answer"),
    ],
)
def test_words_claim_no_more_than_the_probabilities(probabilities: np.ndarray, label: str, sureness: str) -> None:
    words = answer_in_words(probabilities, DIGITS)
    assert (words.label, words.sureness) == (label, sureness)
    assert words.sentence.endswith(".")


def test_classes_that_are_not_digits_have_their_names() -> None:
    names = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
    words = answer_in_words(shares(d9=0.9, d7=0.08), names)
    assert (words.label, words.sentence) == ("Ankle boot", "The next best is Sneaker, at 8%.")
    assert answer_text(shares(d9=0.9, d7=0.08), names).startswith("Probabilities: Ankle boot 90%, Sneaker 8%, ")


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "under 1%"), (0.006, "1%"), (0.5, "50%"), (0.994, "99%"), (0.9951, "over 99%")]
)
def test_nothing_is_rounded_to_certainty(share: float, text: str) -> None:
    assert whole_percent(share) == text


def rows(probabilities: np.ndarray | None) -> list[dict[Any, Any]]:
    """Return the rows of the ten bars."""
    found: list[dict[Any, Any]] = answer_table(probabilities, DIGITS).to_pylist()
    return found


def test_only_the_data_of_the_bars_changes() -> None:
    assert answer_spec("#3a55b4") == answer_spec("#3a55b4")
    at_rest, full = rows(None), rows(shares(d7=0.98))
    assert [row["probability"] for row in at_rest] == [0.0] * 10
    assert [row["probability"] for row in full] == pytest.approx(shares(d7=0.98))
    assert [row["class"] for row in full if row["highest"]] == ["7"]
    assert not any(row["highest"] or row["percent"] for row in at_rest)


def test_bars_are_empty_without_finite_probabilities() -> None:
    assert rows(np.full(10, np.nan, np.float32)) == rows(None)
    assert answer_text(np.full(10, np.nan, np.float32), DIGITS) == answer_text(None, DIGITS)
