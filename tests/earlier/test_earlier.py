"""What the version before the moves kept is still read: runs, their stop reasons, a link, drawings, predictions."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.app.words.stop_reasons import in_words
from mnist_demo.data import load_mnist
from mnist_demo.drawing.collection import Collection
from mnist_demo.experiment import Experiment
from mnist_demo.runs import Lab, LabRuns, Run, RunState, final_predictions, name_of, read_annotations, read_summary
from mnist_demo.runs.predictions import read_predictions

FOLDER = Path(__file__).parent
LAB = "legacy-lab-0123456789A"
WRITTEN = 1795689262986576240
"""When the snapshot with test predictions was written, in nanoseconds."""


def lab_runs() -> LabRuns:
    return Lab(FOLDER / "home", LAB).runs


def test_every_run_is_read() -> None:
    states = {run.experiment.name: run.state for run in lab_runs()}
    assert states == {
        "strangers": RunState.FINISHED,
        "target": RunState.FINISHED,
        "patience": RunState.FINISHED,
        "diverged": RunState.FAILED,
        "stopped": RunState.STOPPED,
    }


def test_why_a_run_stopped_is_shown_as_before() -> None:
    shown = {run.experiment.name: in_words(run.reason) for run in lab_runs() if run.reason}
    assert shown == {
        "target": r"Reached its target after epoch 1\: validation accuracy is 11\.00%, and 11% was asked for\.",
        "patience": r"Ended early after epoch 2\: validation loss had not improved for one epoch\.",
        "diverged": "The loss stopped being a number at batch 8: the steps were too large. "
        "Try a learning rate ten times smaller.",
    }
    # "Train more" offers a smaller rate for this one alone.
    assert [run.experiment.name for run in lab_runs() if run.reason and run.reason.has_diverged] == ["diverged"]


def test_a_renamed_field_keeps_its_value() -> None:
    (run,) = (run for run in lab_runs() if run.experiment.name == "strangers")
    assert run.experiment.training.augmentation.non_digits == 0.2
    assert name_of(run) == "My first"
    assert read_annotations(run).pinned
    shared = Experiment.from_query((FOLDER / "link.txt").read_text())
    assert shared == run.experiment
    assert "strangers" not in str(shared.to_json()["training"])


def test_a_collection_is_read() -> None:
    assert len(Collection.from_npz((FOLDER / "home" / "drawings" / LAB / "collection.npz").read_bytes())) == 12


@pytest.fixture
def tested(tmp_path: Path) -> Run:
    """The run whose predictions for the test images and for 100 validation images were kept."""
    (found,) = (run for run in lab_runs() if run.experiment.name == "strangers")
    shutil.copytree(found.folder, tmp_path / found.id)
    run = Run(tmp_path / found.id)
    # The test predictions were of a file by its time, which a checkout does not keep.
    os.utime(run.snapshots[-1], ns=(WRITTEN, WRITTEN))
    return run


def test_predictions_are_read(tested: Run) -> None:
    data, snapshot = load_mnist(), tested.snapshots[-1]
    final = final_predictions(tested)
    assert final is not None
    np.testing.assert_array_equal(final.labels, data.test.labels)
    assert read_summary(tested).test_accuracy == final.correct_count / 10_000
    validation = read_predictions(snapshot, "validation-100", data.validation.labels[:100])
    assert validation is not None
    assert validation.correct_count == round(100 * tested.history().epochs["val_accuracy"][-1])
    assert validation.confidences[:20].all()
    # Other images have no predictions there.
    assert read_predictions(snapshot, "validation", data.validation.labels) is None
    assert read_predictions(snapshot, "test", data.validation.labels) is None


def test_predictions_of_other_weights_or_damaged_ones_do_not_count(tested: Run) -> None:
    snapshot, labels = tested.snapshots[-1], load_mnist().validation.labels[:100]
    os.utime(snapshot, ns=(WRITTEN + 1, WRITTEN + 1))
    assert final_predictions(tested) is None
    kept = tested.folder / "answers" / snapshot.name
    kept.write_bytes(kept.read_bytes()[:-100])
    assert read_predictions(snapshot, "validation-100", labels) is None
