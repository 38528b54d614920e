"""The bench in the sidebar: what is trained next and what was trained last, and which network a figure is of."""

import dataclasses
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.experiment import Experiment
from mnist_demo.runs import EventKind, EventWriter, Lab, Run, create_run, home
from tests.app.conftest import LAB, OpenPage

OTHER_ID = "20260102-120000-abcdef"


def captions(app: AppTest) -> list[str]:
    return [caption.value for caption in app.sidebar.caption]


def design(experiment: Experiment) -> None:
    """Make an experiment the current one of the lab."""
    Lab(home(), LAB).keep_experiment(experiment)


def longer(experiment: Experiment) -> Experiment:
    return dataclasses.replace(experiment, training=dataclasses.replace(experiment.training, epochs=7))


def test_a_design_and_its_run_have_one_heading(open_page: OpenPage, trained_run: Run) -> None:
    design(trained_run.experiment)
    app = open_page("explore", LAB)
    assert "Current experiment" in captions(app)
    assert not {"Next to train", "Last trained", "Chosen run"} & set(captions(app))


def test_a_design_and_a_run_of_another_one_have_two(open_page: OpenPage, trained_run: Run) -> None:
    design(dataclasses.replace(longer(trained_run.experiment), name="what comes next"))
    app = open_page("explore", LAB)
    assert "Next to train" in captions(app)
    assert "Last trained" in captions(app)
    bold = [markdown.value for markdown in app.sidebar.markdown if markdown.value.startswith("**")]
    assert [each.split("**")[1] for each in bold] == ["what comes next", "small"]
    # An earlier run is not the last one that was trained.
    create_run(trained_run.folder.with_name(OTHER_ID), trained_run.experiment)
    Lab(home(), LAB).keep_current_run(trained_run.id)
    assert "Chosen run" in captions(open_page("explore", LAB))


@pytest.mark.parametrize("page", ["train", "evaluate", "time_machine"])
def test_a_former_run_is_shown_as_former(open_page: OpenPage, trained_run: Run, page: str) -> None:
    design(trained_run.experiment)
    app = open_page(page, LAB)
    assert "former run" not in said(app)
    app.session_state["experiment"] = longer(trained_run.experiment)
    app.run()
    assert "the design has changed since (Epochs 2 → 7)" in said(app)


def test_the_final_network_and_the_best_epoch_are_told_apart(open_page: OpenPage, trained_run: Run) -> None:
    design(trained_run.experiment)
    with EventWriter(trained_run.events_path) as writer:
        figures = {"loss": 0.1, "accuracy": 1.0, "val_loss": 0.1, "learning_rate": 0.001}
        writer.write(EventKind.EPOCH, epoch=3, step=30, images=3_000, seconds=3.0, val_accuracy=0.9876, **figures)
        writer.write(EventKind.EPOCH, epoch=4, step=40, images=4_000, seconds=4.0, val_accuracy=0.9765, **figures)
    app = open_page("explore", LAB)
    assert "Validation, final network: 97.7%  \nBest epoch 3: 98.8%" in captions(app)
    # After further batches, the accuracy is that of an epoch, and no longer that of the network.
    with EventWriter(trained_run.events_path) as writer:
        writer.write(EventKind.BATCH, step=41, images=4_100, seconds=4.1, loss=0.1, accuracy=1.0, learning_rate=0.001)
    assert "Validation, epoch 4: 97.7%  \nBest epoch 3: 98.8%" in captions(open_page("explore", LAB))


def test_the_list_of_runs_names_what_differs(open_page: OpenPage, trained_run: Run) -> None:
    other = trained_run.folder.with_name(OTHER_ID)
    shutil.copytree(trained_run.folder, other)
    changed = dataclasses.replace(longer(trained_run.experiment), name="fast, changed")
    (other / "experiment.json").unlink()
    create_run(other, dataclasses.replace(changed, about="Begun from the preset fast."))
    options = open_page("evaluate", LAB).selectbox(key="chosen_run").options
    assert options[0].startswith("fast · no convolutions, no pooling, +")
    assert options[1].startswith("small, final network ")


def said(app: AppTest) -> str:
    captions = [caption.value for caption in app.main.caption]
    return "\n".join([*captions, *(progress.text for progress in app.progress)])
