"""The page Runs: every run is in a table, its annotations are kept, and one click deletes nothing for good."""

import dataclasses
import errno
import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.app.runs import actions
from mnist_demo.app.session import housekeeping
from mnist_demo.data import MnistData, load_mnist
from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.export import archive_run
from mnist_demo.presets import PRESETS
from mnist_demo.runs import (
    Annotations,
    EventKind,
    EventWriter,
    Lab,
    Run,
    RunState,
    StoreLimits,
    create_run,
    final_predictions,
    home,
    read_annotations,
    write_annotations,
)
from tests.app.conftest import LAB, OpenPage
from tests.pages import script

OTHER_ID = "20260102-120000-abcdef"


@pytest.fixture
def two_runs(trained_run: Run, small_experiment: Experiment) -> tuple[Run, Run]:
    """Return the trained run of the lab `LAB` and a newer run that never began."""
    other = create_run(trained_run.folder.parent / OTHER_ID, dataclasses.replace(small_experiment, name="never begun"))
    other.mark(RunState.STOPPED)
    return trained_run, other


def table(app: AppTest) -> pd.DataFrame:
    found: pd.DataFrame = app.dataframe[0].value
    return found


def choose(app: AppTest, *places: int) -> AppTest:
    """Choose rows of the table by its list, because AppTest cannot click in a table."""
    app.session_state["runs_table"] = {"selection": {"rows": list(places), "columns": [], "cells": []}}
    app.session_state["runs_chosen"] = [app.session_state["runs_shown"][place] for place in places]
    return app.run()


def test_an_empty_lab_invites(open_page: OpenPage) -> None:
    app = open_page("runs")
    assert app.button(key="train_fast").label == "Train the fast network"
    assert app.button(key="runs_duel").label == "Duel: codelab against dense"
    assert table(app)["What differs"].str.endswith(" (example)").all()


@pytest.mark.parametrize("page", ["train", "runs", "evaluate", "time_machine"])
def test_an_unreadable_run_does_not_hide_the_others(open_page: OpenPage, two_runs: tuple[Run, Run], page: str) -> None:
    _, other = two_runs
    (other.folder / "experiment.json").write_bytes(b"\xff\xfe")
    app = open_page(page, LAB)
    assert not app.error
    assert any("small" in each.value for each in app.sidebar.markdown)
    if page == "runs":
        assert table(app)["Name"].tolist() == ["small"]
        assert any("Not shown: 1 run whose folder is damaged" in each.value for each in app.caption)


def test_every_run_is_a_row(open_page: OpenPage, two_runs: tuple[Run, Run]) -> None:
    trained, _ = two_runs
    (trained.folder.parent / "20260103-120000-abcdef").mkdir()
    rows = table(open_page("runs", LAB))
    assert rows["Name"].tolist() == ["never begun", "small"]
    assert rows["Parameters"].tolist() == [28 * 28 * 16 + 16 + 16 * 10 + 10] * 2
    assert rows["Preset"].tolist() == ["your own"] * 2
    assert next(iter(rows)) == "What differs"
    assert rows["What differs"].tolist() == ["your own"] * 2
    accuracies = 100 * trained.history().epochs["val_accuracy"]
    assert rows["Validation, final"].tolist()[1] == pytest.approx(accuracies[-1])
    assert rows["Best epoch"].tolist()[1] == pytest.approx(accuracies.max())
    assert rows["State"].tolist() == ["stopped", "finished"]
    assert rows["Begun"].tolist()[0] == pd.Timestamp("2026-01-02 12:00")
    assert rows["Test"].isna().all()


def test_hours_of_training_are_shown_to_the_minute(open_page: OpenPage, trained_run: Run) -> None:
    # A duration with seconds does not fit, and the table would cut off the hour.
    assert table(open_page("runs", LAB))["Time"].tolist()[0] < pd.Timedelta(hours=1)
    figures = {"loss": 0.1, "accuracy": 1.0, "learning_rate": 0.001}
    with EventWriter(trained_run.events_path) as writer:
        writer.write(EventKind.BATCH, step=21, images=2_100, seconds=4_285.2, **figures)
    assert table(open_page("runs", LAB))["Time"].tolist() == [pd.Timedelta(hours=1, minutes=11)]


def test_steering_during_the_training_is_a_change_too(open_page: OpenPage, trained_run: Run) -> None:
    with EventWriter(trained_run.events_path) as writer:
        writer.write(EventKind.RATE, step=3, images=300, learning_rate=0.01)
        writer.write(EventKind.PLAN, epochs=5, steps_per_epoch=10, images_per_epoch=1000, parameters=12_730)
    rows = table(open_page("runs", LAB))
    assert rows["What differs"].tolist() == ["your own, rate changed while training, trained on to 5 epochs"]
    assert rows["State"].tolist() == ["finished after 2 of 5 epochs"]


def test_missing_test_results_are_computed_and_kept(open_page: OpenPage, two_runs: tuple[Run, Run]) -> None:
    app = open_page("runs", LAB)
    button = app.button(key="runs_test")
    assert button.label == "Work out 1 missing test result"
    button.click().run()
    assert not app.exception
    answers = final_predictions(two_runs[0])
    assert answers is not None
    assert len(answers) == 10_000
    assert table(app)["Test"].tolist()[1] == pytest.approx(answers.correct_count / 100)
    app.run()
    assert "runs_test" not in [each.key for each in app.button]


def test_a_pass_on_evaluate_is_kept_too(open_page: OpenPage, trained_run: Run) -> None:
    app = open_page("evaluate", LAB)
    answers = final_predictions(trained_run)
    assert answers is not None
    (accuracy,) = (metric.value for metric in app.metric if metric.label == "Accuracy")
    assert accuracy == f"{answers.correct_count / 10_000:.1%}"


def test_a_name_a_note_and_a_pin_are_kept_with_the_run(open_page: OpenPage, two_runs: tuple[Run, Run]) -> None:
    app = choose(open_page("runs", LAB), 1)
    app.text_input[0].set_value("  my best ")
    app.text_area[0].set_value("one line\nand another")
    next(button for button in app.button if button.label == "Save").click().run()
    assert not app.session_state["runs_edit"]
    app.button(key="runs_pin").click().run()
    assert not app.exception
    assert read_annotations(two_runs[0]) == Annotations(name="my best", note="one line and another", pinned=True)
    assert two_runs[0].experiment.name == "small"
    rows = table(app)
    assert rows["Name"].tolist() == ["never begun", "my best"]
    assert rows["Pinned"].tolist() == ["", "pinned"]


def test_delete_and_undo(open_page: OpenPage, two_runs: tuple[Run, Run]) -> None:
    trained, other = two_runs
    app = choose(open_page("runs", LAB), 0, 1)
    app.button(key="runs_delete").click().run()
    assert not app.exception
    assert list(Lab(home(), LAB).runs) == []
    app.button(key="runs_undo").click().run()
    assert not app.exception
    assert [run.id for run in Lab(home(), LAB).runs] == [other.id, trained.id]
    assert table(app)["Name"].tolist() == ["never begun", "small"]
    # A restored run is chosen, so that the visitor need not look for it.
    assert set(app.session_state["runs_chosen"]) == {trained.id, other.id}


def test_a_page_that_is_loaded_again_still_offers_to_undo(
    open_page: OpenPage, two_runs: tuple[Run, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    trained, other = two_runs
    choose(open_page("runs", LAB), 0, 1).button(key="runs_delete").click().run()
    app = open_page("runs", LAB)
    assert any("**never begun** · **small**" in each.value for each in app.markdown)
    app.button(key="runs_undo").click().run()
    assert not app.exception
    assert [run.id for run in Lab(home(), LAB).runs] == [other.id, trained.id]
    # A declined undo is not offered again, and neither is the undo of an old deletion.
    choose(app, 0).button(key="runs_delete").click().run()
    app.button(key="runs_dismiss").click().run()
    assert "runs_undo" not in [each.key for each in app.button]
    monkeypatch.setattr(actions, "_OFFERED", -1.0)
    assert "runs_undo" not in [each.key for each in open_page("runs", LAB).button]


def test_runs_are_chosen_from_the_list_too(open_page: OpenPage, two_runs: tuple[Run, Run]) -> None:
    app = open_page("runs", LAB)
    app.multiselect(key="runs_list").select(two_runs[0].id).run()
    assert app.session_state["runs_chosen"] == [two_runs[0].id]
    assert app.session_state["runs_table"]["selection"]["rows"] == [1]
    assert app.query_params["compare"] == two_runs[0].id


def test_runs_of_one_name_begun_in_one_minute_are_two_in_the_list_too(open_page: OpenPage, trained_run: Run) -> None:
    others = [trained_run.folder.with_name(f"20260101-1200{ending}") for ending in ("00-abcdee", "41-abcdef")]
    for folder in others:
        shutil.copytree(trained_run.folder, folder)
    # The runs have the same name, and the widget identifies its options by their labels.
    chosen = [others[1].name, trained_run.id, others[0].name]
    app = open_page("runs", LAB)
    app.multiselect(key="runs_list").set_value(chosen).run()
    assert not app.exception
    assert app.session_state["runs_chosen"] == chosen
    options = app.multiselect(key="runs_list").options
    assert options[0] == "small, 01 Jan 12:00:41"
    assert options[1:] == ["small, 01 Jan 12:00:00 (abcdef)", "small, 01 Jan 12:00:00 (abcdee)"]
    app.switch_page(script("evaluate")).run()
    app.selectbox(key="chosen_run").select(others[0].name).run()
    assert not app.exception
    assert app.session_state["run_id"] == others[0].name


def test_undo_after_the_bin_was_emptied_says_so(open_page: OpenPage, two_runs: tuple[Run, Run]) -> None:
    app = choose(open_page("runs", LAB), 0)
    app.button(key="runs_delete").click().run()
    shutil.rmtree(Path(two_runs[0].folder.parent) / "bin")
    app.button(key="runs_undo").click().run()
    assert not app.exception
    assert "bin was emptied" in app.error[0].value


def test_opening_makes_a_run_the_current_run(open_page: OpenPage, two_runs: tuple[Run, Run]) -> None:
    app = choose(open_page("runs", LAB), 1)
    assert any(markdown.value == "**never begun**" for markdown in app.sidebar.markdown)
    app.button(key="runs_open").click().run()
    assert app.session_state["run_id"] == two_runs[0].id
    assert app.button(key="runs_open").disabled


def test_a_link_names_the_chosen_runs_and_only_those_of_the_lab(open_page: OpenPage, two_runs: tuple[Run, Run]) -> None:
    app = open_page("explore", LAB)
    app.query_params["compare"] = [two_runs[0].id, "../../etc", "20250101-000000-000000"]
    app.switch_page(script("runs")).run()
    assert not app.exception
    assert app.session_state["runs_chosen"] == [two_runs[0].id]


def test_a_full_lab_evicts_its_oldest_run_and_says_so(
    open_page: OpenPage, two_runs: tuple[Run, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_DEMO_MAX_RUNS", "2")
    app = open_page("train", LAB)
    app.button(key="train").click().run()
    assert ["small" in toast.value and "a lab keeps 2 runs" in toast.value for toast in app.toast] == [True]
    app.button(key="stop").click().run()
    assert not app.toast
    assert not app.exception
    fresh, kept = Lab(home(), LAB).runs
    assert fresh.experiment.name == "fast"
    assert kept.id == two_runs[1].id
    app.switch_page(script("runs")).run()
    assert any("small" in each.value and "Pin what you want to keep" in each.value for each in app.markdown)
    app.button(key="dropped_dismiss").click().run()
    assert not any("Pin what you want to keep" in each.value for each in app.markdown)


def test_a_lab_full_of_pinned_runs_says_what_to_do(
    open_page: OpenPage, trained_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_DEMO_MAX_RUNS", "1")
    write_annotations(trained_run, Annotations(pinned=True))
    app = open_page("train", LAB)
    app.button(key="train").click().run()
    assert "unpin or delete one" in app.error[0].value
    assert [run.id for run in Lab(home(), LAB).runs] == [trained_run.id]


def test_a_limit_that_is_no_number_is_refused(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MNIST_DEMO_MAX_RUNS", "none at all")
    assert housekeeping.limits() == StoreLimits()
    assert "accepted is a whole number from 1 to 10,000" in caplog.text


def test_a_downloaded_archive_works_as_described(open_page: OpenPage, trained_run: Run, tmp_path: Path) -> None:
    app = choose(open_page("runs", LAB), 0)
    assert [each.proto.label for each in app.get("download_button")] == ["Download"]
    with zipfile.ZipFile(io.BytesIO(archive_run(trained_run))) as archive:
        archive.extractall(tmp_path)
    told = (tmp_path / "read me.txt").read_text()
    recipe = "\n".join(line[4:] for line in told.splitlines() if line.startswith("    "))
    images = load_mnist().test.images[:200]
    np.save(tmp_path / "images.npy", images)
    script = f"import numpy as np\nimages = np.load('images.npy')\n{recipe}\nnp.save('answers.npy', probabilities)"
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True)
    with np.load(tmp_path / "weights.npz") as weights:
        kernel, bias, last_kernel, last_bias = (weights[name] for name in sorted(weights.files))
    # The network of the lab's only run has two dense layers without an activation between them.
    scores = np.exp((images.reshape(-1, 784) / 255.0 @ kernel + bias) @ last_kernel + last_bias)
    np.testing.assert_allclose(
        np.load(tmp_path / "answers.npy"), scores / scores.sum(axis=1, keepdims=True), rtol=1e-3, atol=1e-5
    )


def test_a_result_that_cannot_be_kept_is_named_and_tried_once(
    open_page: OpenPage, two_runs: tuple[Run, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("mnist_demo.inference.predictions.keep_predictions", full)
    for app in (open_page("runs", LAB).button(key="runs_test").click().run(), choose(open_page("runs", LAB), 0, 1)):
        assert not app.exception
        assert any("**small** could not be kept; the disk may be full" in each.value for each in app.warning)


def test_a_run_that_was_deleted_elsewhere_is_skipped(
    open_page: OpenPage, two_runs: tuple[Run, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("runs", LAB)

    def deleted_meanwhile(reference: DataReference) -> MnistData:
        shutil.rmtree(two_runs[0].folder / "snapshots", ignore_errors=True)
        return load_mnist()

    monkeypatch.setattr("mnist_demo.app.session.datasets.load", deleted_meanwhile)
    app.button(key="runs_test").click().run()
    assert not app.exception
    assert any("**small** cannot be tested" in each.value for each in app.warning)


def test_the_current_run_stays_the_current_one(open_page: OpenPage, two_runs: tuple[Run, Run]) -> None:
    app = choose(open_page("runs", LAB), 1)
    app.button(key="runs_open").click().run()
    assert app.session_state["run_id"] == two_runs[0].id
    again = open_page("runs", LAB)
    assert any(markdown.value == "**small**" for markdown in again.sidebar.markdown)
    assert again.session_state["run_id"] == two_runs[0].id


def test_a_duel_uses_the_data_of_the_current_experiment(
    open_page: OpenPage, two_runs: tuple[Run, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Experiment] = []

    def begin(first: Experiment, second: Experiment) -> tuple[Run, Run]:
        begun.extend((first, second))
        return two_runs

    monkeypatch.setattr(
        "mnist_demo.app.session.trainings.preset", lambda name: dataclasses.replace(PRESETS[name], seed=7)
    )
    monkeypatch.setattr("mnist_demo.app.session.trainings.start_together", begin)
    open_page("runs", LAB).button(key="runs_duel").click().run()
    assert [(experiment.name, experiment.seed) for experiment in begun] == [("codelab", 7), ("dense", 7)]
