"""McNemar's test equals SciPy's exact binomial test on the images that only one network classifies correctly."""

import numpy as np
import pytest
from scipy.stats import binomtest, chi2

from mnist_demo.evaluation import McNemar, mcnemar
from mnist_demo.evaluation.mcnemar import images_needed


@pytest.mark.parametrize(
    ("first", "second"), [(0, 1), (5, 0), (0, 6), (3, 8), (8, 3), (7, 7), (34, 27), (104, 521), (4000, 4100)]
)
def test_the_p_value_equals_scipys(first: int, second: int) -> None:
    test = McNemar(first, second)
    assert test.p_value == pytest.approx(binomtest(first, first + second, 0.5).pvalue, rel=1e-9)
    assert test.p_value == McNemar(second, first).p_value
    assert test.is_significant == (test.p_value < 0.05)


def test_many_images_come_close_to_the_textbooks_chi_squared() -> None:
    first, second = 1_000, 1_080
    approximate = chi2.sf((abs(first - second) - 1) ** 2 / (first + second), 1)
    assert McNemar(first, second).p_value == pytest.approx(approximate, rel=0.01)


def test_the_extremes() -> None:
    assert McNemar(0, 0).p_value == 1.0
    assert McNemar(1, 1).p_value == 1.0
    assert McNemar(0, 10_000).p_value == 0.0
    with pytest.raises(ValueError, match="negative"):
        McNemar(-1, 3)


def test_only_images_that_one_network_classifies_correctly_count() -> None:
    first = np.array([True, True, False, False, True])
    second = np.array([True, False, True, False, False])
    assert mcnemar(first, second) == McNemar(2, 1)
    with pytest.raises(ValueError, match="same images"):
        mcnemar(first, second[:3])


def test_equal_networks_differ_significantly_in_one_case_of_twenty_at_most() -> None:
    random = np.random.default_rng(0)
    parted = random.binomial(200, 0.5, 500)
    found = [McNemar(int(first), 200 - int(first)).is_significant for first in parted]
    assert np.mean(found) <= 0.05


def test_the_images_needed_find_the_difference_four_times_in_five() -> None:
    needed = images_needed(McNemar(60, 40), 10_000)
    assert needed is not None
    rng, found = np.random.default_rng(0), 0
    for _ in range(400):
        only_first, only_second, _both = rng.multinomial(round(needed), [0.006, 0.004, 0.99])
        found += McNemar(int(only_first), int(only_second)).is_significant
    assert found / 400 == pytest.approx(0.8, abs=0.06)
    assert images_needed(McNemar(5, 5), 10_000) is None
