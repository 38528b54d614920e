"""What the version before the moves kept is still read: runs, their stop reasons, a link, drawings."""

from pathlib import Path

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
