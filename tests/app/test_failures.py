"""The sentence on a failed write names the reason, and gives no advice that contradicts the reason."""

import errno

import pytest

from mnist_demo.app.words import could_not
from mnist_demo.drawing import DrawingError
from mnist_demo.jobs.limits import QueueFullError
from mnist_demo.runs import StoreFullError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/a/path"), "the disk is full. Nothing was lost; try again."),
        (OSError(errno.EIO, "Input/output error"), "Input/output error. Nothing was lost; try again."),
        (OSError(errno.EROFS, "Read-only file system"), "the data folder may not be written to. Nothing was lost."),
        (OSError("no number"), "OSError. Nothing was lost; try again."),
        (StoreFullError("all runs are pinned; unpin or delete one"), "all runs are pinned; unpin or delete one."),
        (QueueFullError("200 trainings wait; try again"), "200 trainings wait; try again."),
        (DrawingError("There is room for 500 drawings."), "There is room for 500 drawings."),
    ],
)
def test_a_failure_has_a_cause_and_advice(error: Exception, said: str) -> None:
    assert could_not("It could not be kept", error) == f"It could not be kept: {said}"
