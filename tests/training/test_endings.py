"""The sentences on how a training ended."""

import errno

import numpy as np
import pytest

from mnist_demo.training.endings import (
    CANNOT_WRITE,
    DISK_FULL,
    DISK_IS_FULL,
    got_no_better,
    is_reached,
    reached_target,
    why_it_died,
    why_it_failed,
)


@pytest.mark.parametrize("images", [5, 100, 5_000])
def test_a_target_is_reached_from_the_first_image_on_that_makes_it_up(images: int) -> None:
    for right in range(1, images + 1):
        target = right / images
        assert is_reached(target, float(np.float32(target)), images)
        assert not is_reached(target, float(np.float32((right - 1) / images)), images)


@pytest.mark.parametrize(("target", "said"), [(0.99, "99%"), (0.9955, "99.55%"), (1.0, "100%"), (1 / 3, "33.3333%")])
def test_a_target_is_said_in_the_unit_of_what_was_reached(target: float, said: str) -> None:
    sentence = reached_target(6, 0.9962, target)
    assert sentence == f"Reached its target after epoch 6: validation accuracy is 99.62%, and {said} was asked for."


def test_one_epoch_is_one_epoch() -> None:
    assert got_no_better(10, 1).endswith("had not improved for one epoch.")
    assert got_no_better(10, 2).endswith("had not improved for 2 epochs.")


def test_a_run_that_could_not_be_written_has_no_full_disk_for_that() -> None:
    assert why_it_died(DISK_IS_FULL) == why_it_failed(OSError(errno.ENOSPC, "no space")) == DISK_FULL
    assert "full" not in why_it_died(CANNOT_WRITE)
