"""Compute missing test accuracies after the training: one pass of the final network over all test images, kept."""

from collections.abc import Sequence

from streamlit.delta_generator import DeltaGenerator

from mnist_demo.app.runs.rows import RunRow
from mnist_demo.app.session import datasets, server
from mnist_demo.app.words import escape_markdown
from mnist_demo.data import DataError
from mnist_demo.inference import InferenceError
from mnist_demo.runs.predictions import TEST


def work_out(rows: Sequence[RunRow], place: DeltaGenerator) -> list[str]:
    """Compute the missing test accuracies and show the progress.

    Any click interrupts the computation, and the next call continues it.

    Args:
        rows: The runs; those that have an accuracy or still train are skipped.
        place: The place on the page for the progress.

    Returns:
        The reasons why accuracies could not be computed, a sentence for each.
    """
    wanted = [row for row in rows if row.lacks_test]
    refused: list[str] = []
    for index, row in enumerate(wanted):
        try:
            if not _work_out(row, index, len(wanted), place):
                refused.append(
                    f"The test result of **{escape_markdown(row.name)}** could not be kept; the disk may be full."
                )
        except (OSError, DataError):
            refused.append(
                f"**{escape_markdown(row.name)}** cannot be tested: its images or its weights are no longer kept. "
                f"It was trained on {escape_markdown(row.experiment.data.name)}."
            )
        except InferenceError as error:
            refused.append(f"**{escape_markdown(row.name)}** could not be asked. {escape_markdown(str(error))}")
    place.empty()
    return refused


def _work_out(row: RunRow, index: int, count: int, place: DeltaGenerator) -> bool:
    data = datasets.load(row.experiment.data)
    snapshot = row.run.newest_snapshot
    prediction = server.prediction_pass(row.run, snapshot, TEST, data.test, with_probabilities=True)
    while not prediction.is_done:
        share = (index + prediction.done / len(prediction)) / count
        which = f", run {index + 1} of {count}" if count > 1 else ""
        place.progress(share, text=f"**{escape_markdown(row.name)}** reads the test images{which}")
        prediction.step()
    return server.keep_final(row.run, snapshot, prediction)
