"""Test results that are kept with their runs."""

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_demo.app.session import server
from mnist_demo.inference.passes import PredictionPass
from mnist_demo.runs import FinalAnswers, Run, keep_final_answers, kept_final_answers

_log = logging.getLogger(__name__)


def keep(run: Run, snapshot: Path, reading: PredictionPass, labels: NDArray[np.uint8]) -> bool:
    """Keep a complete pass over the test images with its run, if it is the final network's and not kept yet.

    The test images are for the final evaluation: nothing is kept of a network that is still learning.

    Returns:
        Whether nothing kept it from being kept.
    """
    if server.run_state(run).is_active or [snapshot] != run.snapshots[-1:] or kept_final_answers(run) is not None:
        return True
    try:
        # A run that was taken up meanwhile has written that snapshot anew, and some answers are of the old one.
        if snapshot.stat().st_mtime_ns != reading.written:
            return True
        keep_final_answers(run, snapshot, FinalAnswers.of(labels, reading.probabilities()))
    except OSError as error:
        # The figures are on the page all the same; they are worked out again next time.
        _log.warning("The test answers of a run could not be kept: %s", error)
        return False
    return True
