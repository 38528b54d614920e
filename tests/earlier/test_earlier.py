"""What the version before the moves kept is still read: runs, their stop reasons, a link, drawings."""

from pathlib import Path

from mnist_demo.app.stop_reason_words import in_words
from mnist_demo.drawing.collection import Collection
from mnist_demo.experiment import Experiment
from mnist_demo.runs import Lab, LabRuns, RunState, name_of, read_annotations

FOLDER = Path(__file__).parent
LAB = "legacy-lab-0123456789A"


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
