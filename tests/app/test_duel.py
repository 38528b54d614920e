"""The duel on the page Runs: both networks learn at once, and are drawn as far as the slower one has come."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.app.runs.comparison_charts import in_step
from mnist_demo.presets import PRESETS
from mnist_demo.runs import EventKind, EventWriter, Run, RunState, create_run
from mnist_demo.runs.events import FIXED_DIGITS
from tests.app.conftest import LAB, OpenPage
from tests.jobs.fake_executor import FakeExecutor
from tests.pages import script

CODELAB = PRESETS["codelab"]
EPOCH = CODELAB.training.train_images


def learn(run: Run, epochs: int) -> None:
    """Write the events of a run that has finished some epochs, with as many right answers as epochs."""
    figures = {"loss": 0.5, "accuracy": 0.5, "learning_rate": 0.001}
    with EventWriter(run.events_path) as writer:
        writer.write(EventKind.STATE, state=str(RunState.TRAINING))
        writer.write(EventKind.PLAN, epochs=10, steps_per_epoch=11, images_per_epoch=EPOCH, parameters=5_994)
        for epoch in range(1, epochs + 1):
            at = {"step": 11 * epoch, "images": EPOCH * epoch, "seconds": float(epoch)}
            writer.write(EventKind.BATCH, **at, **figures)
            writer.write(EventKind.EPOCH, epoch=epoch, **at, **figures, val_loss=0.5, val_accuracy=epoch / 10)
            confidences = [0.5] * FIXED_DIGITS
            writer.write(EventKind.DIGITS, step=11 * epoch, answers=[epoch] * FIXED_DIGITS, confidences=confidences)


@pytest.fixture
def begun(open_page: OpenPage, executor: FakeExecutor) -> tuple[AppTest, Run, Run]:
    """Begin a duel, and return the page with codelab's and dense's run."""
    app = open_page("runs", LAB)
    app.button(key="runs_duel").click().run()
    assert not app.exception
    first, second = executor.next().run, executor.next().run
    codelab, dense = sorted((first, second), key=lambda run: run.experiment.name)
    return app, codelab, dense


def said(app: AppTest) -> str:
    return "\n".join([*(each.value for each in app.caption), *(each.value for each in app.markdown)])


def test_both_train_at_once_and_stand_above_the_table(begun: tuple[AppTest, Run, Run]) -> None:
    app, codelab, dense = begun
    assert app.session_state["runs_chosen"] == [codelab.id, dense.id]
    learn(codelab, 2)
    learn(dense, 5)
    app.run()
    assert not app.exception
    progress = [bar.text for bar in app.progress]
    assert progress[0].startswith("**A codelab** · Epoch 3 of 10")
    assert progress[1].startswith("**B dense** · Epoch 6 of 10")
    # Both have answered 2 to every digit after as many images, and two of the digits are a 2.
    assert said(app).count("Twenty digits that it never learns from: 2 right") == 2
    kinds = [element.type for element in app.main]
    assert kinds.index("vega_lite_chart") < kinds.index("image") < kinds.index("dataframe")
    assert "McNemar" not in said(app)


def test_a_duel_that_was_left_is_on_top_again_until_another_choice(
    begun: tuple[AppTest, Run, Run], open_page: OpenPage
) -> None:
    _, codelab, dense = begun
    app = open_page("explore", LAB)
    app.query_params["compare"] = [codelab.id, dense.id]
    app.switch_page(script("runs")).run()
    assert app.button(key="duel_stop")
    app.multiselect(key="runs_list").set_value([codelab.id]).run()
    assert not app.exception
    assert "duel_stop" not in [button.key for button in app.button]


def test_both_are_stopped_with_one_press(begun: tuple[AppTest, Run, Run]) -> None:
    app, codelab, dense = begun
    app.button(key="duel_stop").click().run()
    assert not app.exception
    assert [run.state for run in (codelab, dense)] == [RunState.STOPPED, RunState.STOPPED]


def test_the_faster_is_drawn_as_far_as_the_slower_has_come(tmp_path: Path) -> None:
    slow, fast = create_run(tmp_path / "slow", CODELAB), create_run(tmp_path / "fast", CODELAB)
    learn(slow, 2)
    learn(fast, 5)
    histories = {"A slow": slow.history(), "B fast": fast.history()}
    both = in_step(histories, ["A slow", "B fast"])
    assert [history.images for history in both.values()] == [2 * EPOCH] * 2
    assert [history.epochs["val_accuracy"].tolist() for history in both.values()] == [[0.1, 0.2]] * 2
    assert [history.digits.step for history in both.values() if history.digits] == [22, 22]
    assert [history.digits.answers[0] for history in both.values() if history.digits] == [2, 2]
    # A run that has ended holds nobody back, and at the end all is shown.
    assert [history.images for history in in_step(histories, ["B fast"]).values()] == [2 * EPOCH, 5 * EPOCH]
    assert in_step(histories, []) == histories
