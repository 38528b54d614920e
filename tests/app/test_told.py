"""Comments where a visitor meets them: on Train, with what may be tried, and on Evaluate."""

import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.data import load_mnist
from mnist_demo.runs import EventKind, EventWriter, LabRuns, Run, RunState
from mnist_demo.training import Continuation
from tests.app.conftest import LAB, OpenPage
from tests.jobs.fake_executor import FakeExecutor


def told(app: AppTest) -> str:
    """Return the comment on Train, which is the only small text of the page."""
    (text,) = (each.value for each in app.markdown if each.value.startswith(":small["))
    return str(text).removeprefix(":small[").removesuffix("]")


def offered(app: AppTest) -> list[str]:
    return [button.label for button in app.button if str(button.key).startswith("told_")]


def epoch_event(run: Run, number: int, loss: float, val_loss: float, val_accuracy: float) -> dict[str, float]:
    settings = run.experiment.training
    return {
        "epoch": number,
        "step": number * settings.steps(),
        "images": number * settings.train_images,
        "loss": loss,
        "accuracy": 0.1,
        "val_loss": val_loss,
        "val_accuracy": val_accuracy,
        "seconds": 9.0 + number,
    }


@pytest.fixture
def collapsed_run(trained_run: Run) -> Run:
    """Return the trained run after a third epoch at a rate of 10."""
    before = trained_run.history()
    with EventWriter(trained_run.events_path) as writer:
        writer.write(EventKind.RATE, step=before.step, images=before.images, learning_rate=10.0)
        writer.write(EventKind.EPOCH, **epoch_event(trained_run, 3, 900.0, 5.0, 0.1))
        writer.write(EventKind.DIGITS, step=before.step + 10, answers=[7] * 20, confidences=[1.0] * 20)
    return trained_run


def test_an_ended_run_tells_what_was_learned_and_two_next_steps(
    open_page: OpenPage, trained_run: Run, executor: FakeExecutor
) -> None:
    app = open_page("train", LAB)
    validation = trained_run.history().validation
    assert validation is not None
    share = f"{validation.newest:.1%}"
    largest = max(list(load_mnist().validation.labels[:500]).count(label) for label in range(10)) / 500
    assert told(app) == f"It reads {share} of digits that it never learned from; guessing gets {largest:.0%}."
    assert offered(app) == ["Train more", "See its mistakes"]
    app.button(key="told_more").click().run()
    assert not app.exception
    assert executor.next().continuation == Continuation(epochs=2)


def test_a_next_step_leads_to_its_page(open_page: OpenPage, trained_run: Run) -> None:
    app = open_page("train", LAB)
    app.button(key="told_evaluate").click().run()
    assert app.title[0].value == "Evaluate"


def test_an_example_is_not_commented_on(open_page: OpenPage) -> None:
    assert offered(open_page("train")) == []


def test_a_collapsed_run_offers_two_ways_out(open_page: OpenPage, collapsed_run: Run, executor: FakeExecutor) -> None:
    app = open_page("train", LAB)
    assert told(app) == (
        "After epoch 3 it answers 7 to all digits below. Its loss is 5.000; guessing gives 2.303. "
        "The rate of 10 was most likely too high."
    )
    assert offered(app) == ["Back to epoch 2", "Try 0.001"]
    app.button(key="told_try").click().run()
    assert not app.exception
    tried = executor.next().run
    assert tried.experiment.training.learning_rate == 0.001
    assert tried.experiment.training.epochs == collapsed_run.experiment.training.epochs
    assert not tried.initial_path.exists()
    assert app.session_state["experiment"] == tried.experiment


def test_going_back_begins_with_the_weights_of_that_epoch(
    open_page: OpenPage, collapsed_run: Run, executor: FakeExecutor
) -> None:
    app = open_page("train", LAB)
    app.button(key="told_back").click().run()
    assert not app.exception
    started = executor.next().run
    assert started.id != collapsed_run.id
    assert started.initial_path.read_bytes() == collapsed_run.snapshots[2].read_bytes()
    assert started.experiment.training.learning_rate == 0.001
    assert len(LabRuns(collapsed_run.folder.parent)) == 2


def test_weights_that_are_gone_are_not_offered(open_page: OpenPage, collapsed_run: Run) -> None:
    collapsed_run.snapshots[2].unlink()
    assert offered(open_page("train", LAB)) == ["Try 0.001"]


def test_97_percent_offers_the_error_rate(open_page: OpenPage, executor: FakeExecutor) -> None:
    app = open_page("train")
    app.button(key="train").click().run()
    run = executor.next().run
    run.mark(RunState.TRAINING)
    assert offered(app) == []
    with EventWriter(run.events_path) as writer:
        writer.write(EventKind.EPOCH, **epoch_event(run, 1, 0.1, 0.1, 0.976))
    app.run()
    assert told(app) == "97.6% after epoch 1: from here on, the error rate shows its progress better."
    app.button(key="told_error").click().run()
    assert app.session_state["train_measure"] == "error"


def test_a_pair_that_is_confused_most_shows_its_images(open_page: OpenPage, trained_run: Run) -> None:
    app = open_page("evaluate", LAB)
    (line,) = (each.value for each in app.markdown if "are confused most" in each.value)
    app.button(key="evaluate_confused").click().run()
    assert not app.exception
    true, predicted = app.session_state["evaluate_true"], app.session_state["evaluate_predicted"]
    assert f"**{min(true, predicted)}** and **{max(true, predicted)}**" in line
    (heading,) = (each.value for each in app.header if "wrong image" in each.value)
    assert heading.endswith(f"of {true}, read as {predicted}")
    assert f" {heading.split()[0]} " in line
