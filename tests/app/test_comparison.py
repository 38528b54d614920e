"""The comparison of runs: curves on one chart, the conclusion that the test allows, and the same images only."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.app.runs.comparison_charts import Progress, axis_end, comparison_frame, comparison_spec
from mnist_demo.app.runs.conclusion import conclusion
from mnist_demo.app.widgets.learning_curves import Measure
from mnist_demo.data import load_mnist
from mnist_demo.evaluation import McNemar
from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.runs import Lab, Predictions, Run, home, keep_predictions
from mnist_demo.runs.predictions import TEST, snapshot_digest
from tests.app.conftest import LAB, OpenPage
from tests.pages import script

LABELS = load_mnist().test.labels.astype(np.uint8)


def copy_of(run: Run, number: int, **changes: object) -> Run:
    """Return another run of the lab, created later, with another experiment and the same network."""
    copied = Run(run.folder.parent / f"2026020{number}-120000-abcdef")
    shutil.copytree(run.folder, copied.folder)
    experiment: Experiment = dataclasses.replace(run.experiment, **changes)  # type: ignore[arg-type]
    (copied.folder / "experiment.json").write_text(json.dumps(experiment.to_json()))
    return copied


def answer(run: Run, wrong: slice) -> None:
    """Keep test predictions with a run that are correct except for some images."""
    predictions = LABELS.copy()
    predictions[wrong] = (predictions[wrong] + 1) % 10
    probabilities = np.full((len(LABELS), 10), 0.1 / 9, np.float32)
    probabilities[np.arange(len(LABELS)), predictions] = 0.9
    snapshot = run.snapshots[-1]
    keep_predictions(snapshot, snapshot_digest(snapshot), TEST, Predictions.of(LABELS, probabilities))


def compare(open_page: OpenPage, *runs: Run) -> AppTest:
    app = open_page("explore", LAB)
    app.query_params["compare"] = [run.id for run in runs]
    app.switch_page(script("runs")).run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return "\n".join(each.value for each in [*app.markdown, *app.caption, *app.warning])


def test_two_runs_are_compared_with_the_images_on_which_they_differ(open_page: OpenPage, trained_run: Run) -> None:
    other = copy_of(trained_run, 1, name="other", seed=5)
    answer(trained_run, slice(0, 100))
    answer(other, slice(90, 390))
    app = compare(open_page, trained_run, other)
    assert {metric.label: metric.value for metric in app.metric} == {"A small": "99.00%", "B other": "97.0%"}
    assert "A small reads better than B other." in said(app)
    assert "On 380 images just one of the two is right: A small on 290, B other on 90." in said(app)
    assert app.segmented_control(key="compare_who").options == ["Only A is right (290)", "Only B is right (90)"]
    settings = next(frame.value for frame in app.dataframe if "A small" in frame.value.columns)
    assert settings.to_dict("index") == {"Seed": {"A small": "0", "B other": "5"}}
    assert len(app.get("arrow_vega_lite_chart")) + len(app.get("vega_lite_chart")) == 1


def test_missing_test_results_are_computed_for_the_comparison(open_page: OpenPage, trained_run: Run) -> None:
    other = copy_of(trained_run, 1, name="other")
    app = compare(open_page, trained_run, other)
    assert len({metric.value for metric in app.metric}) == 1
    assert "right and wrong on the very same images" in said(app)
    assert "Nothing: these runs had the same network" in said(app)


def test_three_runs_have_intervals_and_no_test(open_page: OpenPage, trained_run: Run) -> None:
    runs = [trained_run, copy_of(trained_run, 1), copy_of(trained_run, 2)]
    for place, run in enumerate(runs):
        answer(run, slice(0, 100 * (place + 1)))
    app = compare(open_page, *runs)
    assert [metric.label for metric in app.metric] == ["A small", "B small", "C small"]
    assert "between 98.79 and 99.18%" in said(app)
    assert "McNemar" not in said(app)


def test_runs_on_different_data_are_not_compared_on_accuracy(open_page: OpenPage, trained_run: Run) -> None:
    other = copy_of(trained_run, 1, data=DataReference("kana", "ab" * 32))
    answer(trained_run, slice(0, 100))
    answer(other, slice(90, 390))
    app = compare(open_page, trained_run, other)
    assert "tested on different images" in app.warning[0].value
    assert "McNemar" not in said(app)


def test_at_most_six_runs_are_compared(open_page: OpenPage, trained_run: Run) -> None:
    runs = [trained_run, *(copy_of(trained_run, number) for number in range(1, 8))]
    for run in runs:
        answer(run, slice(0, 100))
    app = compare(open_page, *runs)
    assert "The first 6 of the 8 chosen runs are compared." in said(app)
    assert len(app.metric) == 6


def test_the_duel_queues_both_and_chooses_them(open_page: OpenPage, trained_run: Run) -> None:
    app = open_page("runs", LAB)
    app.button(key="runs_duel").click().run()
    assert not app.exception
    dense, codelab, _ = Lab(home(), LAB).runs
    assert {codelab.experiment.name, dense.experiment.name} == {"codelab", "dense"}
    names = [Lab(home(), LAB).runs.folder / run_id for run_id in app.session_state["runs_chosen"]]
    assert [Run(folder).experiment.name for folder in names] == ["codelab", "dense"]
    assert app.button(key="runs_duel").disabled
    assert "wait until both are done" in said(app)
    assert not app.metric
    app.button(key="sidebar_stop").click().run()


@pytest.mark.parametrize(
    ("test", "words"),
    [
        (McNemar(0, 0), ["very same images"]),
        (McNemar(34, 27), ["do not tell A and B apart", "A on 34, B on 27", "44 of 100 cases", "does not show"]),
        (McNemar(27, 34), ["do not tell A and B apart", "B on 34, A on 27"]),
        (McNemar(7, 7), ["do not tell A and B apart", "nearly every case"]),
        (McNemar(1, 0), ["On 1 image ", "do not tell"]),
        (McNemar(10, 40), ["B reads better than A", "about once in 42,000 tries"]),
        (McNemar(104, 521), ["B reads better than A", "less than once in a million tries"]),
        (McNemar(40, 20), ["A reads better than B", "about once in 74 tries"]),
    ],
)
def test_a_conclusion_claims_what_the_test_allows(test: McNemar, words: list[str]) -> None:
    said = conclusion(test, "A", "B")
    assert [each for each in words if each not in said] == []


def test_the_chart_has_every_run_and_a_letter_at_its_end(trained_run: Run) -> None:
    history = trained_run.history()
    histories = {"A one": history, "B other": history}
    frame = comparison_frame(histories)
    assert frame["run"].unique().tolist() == ["A one", "B other"]
    ends = frame[frame["letter"] != ""]
    assert ends["letter"].tolist() == ["A", "B"]
    assert ends["epochs"].tolist() == [2.0, 2.0]
    training = trained_run.experiment.training
    settings = {"A one": training, "B other": dataclasses.replace(training, epochs=7)}
    # The axis has room for the plan of the active run, and for the actual epochs of the ended run.
    assert axis_end(histories, settings, Progress.EPOCHS, ["A one"]) == 2
    assert axis_end(histories, settings, Progress.EPOCHS, ["B other"]) == 7
    assert axis_end(histories, settings, Progress.IMAGES, ["B other"]) == 7000
    assert axis_end(histories, settings, Progress.EPOCHS, []) == 2
    assert axis_end(histories, settings, Progress.IMAGES, []) == 2000
    assert history.seconds <= axis_end(histories, settings, Progress.SECONDS, []) <= 2 * history.seconds + 1
    assert axis_end({}, {}, Progress.EPOCHS, []) == 1
    for measure in Measure:
        for against in Progress:
            spec = comparison_spec(measure, against, 2.0, tuple(histories), True)
            fields = {layer["encoding"]["y"]["field"] for layer in spec["layer"]}
            assert fields == {str(measure)}
            assert {layer["encoding"]["x"]["field"] for layer in spec["layer"]} == {str(against)} <= set(frame)


def test_a_run_that_has_not_begun_has_no_curve(tmp_path: Path) -> None:
    history = Run(tmp_path / "nothing").history()
    assert comparison_frame({"A new": history}).empty
    assert axis_end({"A new": history}, {}, Progress.IMAGES, []) == 1
