"""The two classes that are confused most, and none where no pair stands out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_demo.comments import MostConfused, most_confused
from mnist_demo.evaluation import Evaluation, evaluate


def with_mistakes(mistakes: dict[tuple[int, int], int], right: int = 100) -> Evaluation:
    """Return an evaluation with these counts of (true, predicted), and `right` correct images of each class."""
    counts = {(label, label): right for label in range(10)} | mistakes
    labels = np.concatenate([np.full(count, true) for (true, _), count in counts.items()])
    predictions = np.concatenate([np.full(count, predicted) for (_, predicted), count in counts.items()])
    return evaluate(labels, np.eye(10)[predictions])


def test_fours_that_are_read_as_nines() -> None:
    found = most_confused(with_mistakes({(4, 9): 8, (9, 4): 3, (7, 2): 4, (3, 5): 2, (0, 6): 2}))
    assert found == MostConfused(true=4, predicted=9, count=8, reverse=3)


def test_the_more_frequent_mistake_is_named_first() -> None:
    found = most_confused(with_mistakes({(4, 9): 3, (9, 4): 8}))
    assert found == MostConfused(true=9, predicted=4, count=8, reverse=3)


@pytest.mark.parametrize(
    "mistakes",
    [
        {},
        {(4, 9): 4},  # too few
        {(4, 9): 8, (3, 5): 8, (7, 2): 1},  # two pairs with as many
        {(4, 9): 3, (9, 4): 5, (3, 5): 8},
    ],
)
def test_no_pair_stands_out(mistakes: dict[tuple[int, int], int]) -> None:
    assert most_confused(with_mistakes(mistakes)) is None


def test_mistakes_that_are_spread_evenly_name_no_pair() -> None:
    evenly = {(one, other): 5 for one in range(10) for other in range(10) if one != other}
    assert most_confused(with_mistakes(evenly | {(4, 9): 8})) is None


@given(st.integers(0, 9), st.lists(st.integers(1, 200), min_size=10, max_size=10))
def test_a_network_that_answers_the_same_to_everything_confuses_no_pair(answer: int, counts: list[int]) -> None:
    labels = np.repeat(np.arange(10), counts)
    evaluation = evaluate(labels, np.eye(10)[np.full(len(labels), answer)])
    if evaluation.accuracy < 0.5:
        assert most_confused(evaluation) is None


def test_the_count_is_that_of_the_matrix() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 2000)
    predictions = labels.copy()
    fours = np.flatnonzero(labels == 4)[:20]
    predictions[fours] = 9
    evaluation = evaluate(labels, np.eye(10)[predictions])
    found = most_confused(evaluation)
    assert found is not None
    assert found.count == evaluation.confusion[found.true, found.predicted] == 20
