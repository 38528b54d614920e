"""Working out test accuracies after the training: one pass of the final network over all test images, kept for good."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from mnist_demo.app import datasets, state
from mnist_demo.app.markdown import plain
from mnist_demo.app.passes import PredictionPass
from mnist_demo.app.run_rows import RunRow
from mnist_demo.data import DataError
from mnist_demo.inference import InferenceError
from mnist_demo.runs import FinalAnswers, Run, keep_final_answers, kept_final_answers

_log = logging.getLogger(__name__)


def keep(run: Run, snapshot: Path, reading: PredictionPass, labels: NDArray[np.uint8]) -> bool:
    """Keep a complete pass over the test images with its run, if it is the final network's and not kept yet.

    The test images are for the final evaluation: nothing is kept of a network that is still learning.

    Returns:
        Whether nothing kept it from being kept.
    """
    if state.run_state(run).is_active or [snapshot] != run.snapshots[-1:] or kept_final_answers(run) is not None:
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


def work_out(rows: Sequence[RunRow], place: DeltaGenerator) -> list[str]:
    """Work out the test accuracies that are missing, saying how far it is.

    Any click interrupts it, and the next time it goes on where it was.

    Args:
        rows: the runs; those whose accuracy is known or that are still learning are passed over.
        place: where to say it.

    Returns:
        Why some could not be worked out, a sentence for each.
    """
    wanted = [row for row in rows if row.lacks_test]
    refused: list[str] = []
    for index, row in enumerate(wanted):
        try:
            if not _work_out(row, index, len(wanted), place):
                refused.append(f"The test result of **{plain(row.name)}** could not be kept; the disk may be full.")
        except (OSError, DataError):
            refused.append(
                f"**{plain(row.name)}** cannot be tested: its images or its weights are no longer kept. "
                f"It was trained on {plain(row.experiment.data.name)}."
            )
        except InferenceError as error:
            refused.append(f"**{plain(row.name)}** could not be asked. {plain(str(error))}")
    place.empty()
    return refused


def _work_out(row: RunRow, index: int, count: int, place: DeltaGenerator) -> bool:
    data = datasets.load(row.experiment.data)
    snapshot = row.run.newest_snapshot
    reading = state.prediction_pass(snapshot, "test", data.test.images, row.run)
    while not reading.is_done:
        share = (index + reading.done / len(reading)) / count
        which = f", run {index + 1} of {count}" if count > 1 else ""
        place.progress(share, text=f"**{plain(row.name)}** reads the test images{which}")
        reading.step()
    return keep(row.run, snapshot, reading, data.test.labels)
