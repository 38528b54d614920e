"""Comments on runs made for each, and none where the figures do not bear one out."""

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mnist_demo.comments import (
    AccuracyReached,
    AllRight,
    Comment,
    Diverged,
    Earlier,
    FirstRight,
    Guessing,
    Learned,
    NextStep,
    Parted,
    Verdict,
    comment_on,
)
from mnist_demo.data import load_mnist
from mnist_demo.presets import PRESETS
from mnist_demo.runs import EventKind, Run, RunState, StopCode, StopReason, create_run
from mnist_demo.runs.history import History, history_of
from tests.comments.conftest import MADE

IMAGES = 1000
CODELAB = PRESETS["codelab"]


@pytest.fixture(scope="session")
def labels() -> NDArray[np.uint8]:
    return load_mnist().validation.labels[:IMAGES]


def at_each_moment(run: Run, labels: NDArray[np.uint8]) -> list[Comment]:
    """Return what a visitor who watches the training reads, without repeats."""
    history = run.history()
    moments = sorted({*history.batches["images"].tolist(), *history.epochs["images"].tolist()})
    comments: list[Comment] = []
    for images in moments:
        comment = comment_on(run.experiment, history.up_to(int(images)), labels, RunState.TRAINING)
        if comment is not None and comment not in comments:
            comments.append(comment)
    return comments


def at_the_end(run: Run, labels: NDArray[np.uint8], earlier: Earlier | None = None) -> Comment | None:
    return comment_on(run.experiment, run.history(), labels, run.state, run.reason, earlier)


def epochs(*figures: tuple[float, float, float], answers: list[int] | None = None) -> History:
    """Return the history of a run by its epochs: training loss, validation loss, validation accuracy."""
    events = [
        {
            "kind": EventKind.EPOCH,
            "epoch": number,
            "step": number * 10,
            "images": number * 1000,
            "loss": loss,
            "accuracy": 0.5,
            "val_loss": val_loss,
            "val_accuracy": val_accuracy,
            "seconds": float(number),
        }
        for number, (loss, val_loss, val_accuracy) in enumerate(figures, start=1)
    ]
    if answers is not None:
        events.append(
            {
                "kind": EventKind.DIGITS,
                "step": len(figures) * 10,
                "answers": answers,
                "confidences": [1.0] * len(answers),
            }
        )
    return history_of(events)


def while_training(history: History, labels: NDArray[np.uint8]) -> Comment | None:
    return comment_on(CODELAB, history, labels, RunState.TRAINING)


def test_a_training_that_goes_well(made: dict[str, Run], labels: NDArray[np.uint8]) -> None:
    run = made["good"]
    first, every, high = at_each_moment(run, labels)
    assert isinstance(first, FirstRight)
    assert 1 <= first.right <= first.of == 20
    assert first.label in labels[:20]
    assert isinstance(every, AllRight)
    answered = {event["step"]: event["answers"] for event in run.history().answered}
    assert answered[every.step] == labels[:20].tolist()
    assert all(answers != labels[:20].tolist() for step, answers in answered.items() if step < every.step)
    assert isinstance(high, AccuracyReached)
    accuracies = run.history().epochs["val_accuracy"]
    assert accuracies[: high.epoch - 1].max() < 0.97 <= accuracies[high.epoch - 1] == high.accuracy


def test_the_end_of_a_good_training(made: dict[str, Run], labels: NDArray[np.uint8]) -> None:
    run = made["good"]
    learned = at_the_end(run, labels)
    assert isinstance(learned, Learned)
    assert learned.accuracy == run.history().epochs["val_accuracy"][-1]
    assert learned.guessing == np.bincount(labels).max() / IMAGES
    assert (learned.earlier, learned.verdict) == (None, None)
    assert len(set(learned.next_steps)) == 2


@pytest.mark.parametrize(
    ("accuracy", "verdict"), [(0.5, Verdict.BETTER), (0.96, Verdict.ALIKE), (0.999, Verdict.WORSE)]
)
def test_a_run_is_compared_with_an_earlier_one(
    made: dict[str, Run], labels: NDArray[np.uint8], accuracy: float, verdict: Verdict
) -> None:
    learned = at_the_end(made["good"], labels, Earlier("before", accuracy))
    assert isinstance(learned, Learned)
    assert learned.verdict is verdict


def test_a_training_that_still_improves_is_to_go_on(made: dict[str, Run], labels: NDArray[np.uint8]) -> None:
    learned = at_the_end(made["short"], labels)
    assert isinstance(learned, Learned)
    assert NextStep.TRAIN_MORE in learned.next_steps
    # A stopped run has no epochs to add.
    stopped = comment_on(made["short"].experiment, made["short"].history(), labels, RunState.STOPPED)
    assert isinstance(stopped, Learned)
    assert NextStep.TRAIN_MORE not in stopped.next_steps


def test_training_and_validation_part(made: dict[str, Run], labels: NDArray[np.uint8]) -> None:
    run = made["overfitted"]
    for comment in (at_each_moment(run, labels)[-1], at_the_end(run, labels)):
        assert isinstance(comment, Parted)
        losses = run.history().epochs["val_loss"]
        assert (comment.lowest, comment.newest) == (losses.min(), losses[-1])
        assert comment.lowest_epoch == losses.argmin() + 1
    assert not any(isinstance(comment, Parted) for comment in at_each_moment(made["good"], labels))


def test_a_rate_of_10_makes_a_network_guess(made: dict[str, Run], labels: NDArray[np.uint8]) -> None:
    run = made["guessing"]
    for comment in (at_each_moment(run, labels)[-1], at_the_end(run, labels)):
        assert isinstance(comment, Guessing)
        assert (comment.rate, comment.try_rate, comment.back_to) == (10.0, 0.001, None)
        assert comment.guessing_loss == pytest.approx(2.303, abs=5e-4)
        (answer,) = set(run.history().answered[-1]["answers"])
        assert comment.answer == answer


def test_a_rate_that_was_raised_leads_back_to_the_last_good_epoch(
    made: dict[str, Run], labels: NDArray[np.uint8]
) -> None:
    comment = at_the_end(made["collapsed"], labels)
    assert isinstance(comment, Guessing)
    assert (comment.epoch, comment.rate, comment.try_rate, comment.back_to) == (3, 10.0, 0.001, 2)


def test_weights_of_zero_are_not_blamed_on_the_rate(made: dict[str, Run], labels: NDArray[np.uint8]) -> None:
    assert MADE["zeros"].training.learning_rate == 0.1
    comment = at_the_end(made["zeros"], labels)
    assert isinstance(comment, Guessing)
    assert (comment.rate, comment.try_rate) == (None, None)


def test_guessing_at_the_usual_rate_has_no_known_cause(labels: NDArray[np.uint8]) -> None:
    comment = while_training(epochs((2.3, 2.303, 0.1), answers=[1] * 20), labels)
    assert isinstance(comment, Guessing)
    assert (comment.answer, comment.rate) == (1, None)
    differing = while_training(epochs((2.3, 2.303, 0.1), answers=[1] * 19 + [2]), labels)
    assert isinstance(differing, Guessing)
    assert differing.answer is None


def test_a_loss_that_is_no_number(labels: NDArray[np.uint8], tmp_path: Path) -> None:
    codelab_at_1 = dataclasses.replace(CODELAB, training=dataclasses.replace(CODELAB.training, learning_rate=1.0))
    run = create_run(tmp_path, codelab_at_1)
    run.mark(RunState.FAILED, StopReason(code=StopCode.DIVERGED, batch=3))
    assert at_the_end(run, labels) == Diverged(rate=1.0, usual_rate=0.001, try_rate=0.001, back_to=None)
    # At the usual rate, a smaller one is tried.
    slow = create_run(tmp_path / "slow", CODELAB)
    events = [{"kind": "epoch", "epoch": 1, "step": 9, "images": 900, "loss": 1.0, "accuracy": 0.7, "val_loss": 1.0}]
    events[0] |= {"val_accuracy": 0.7, "seconds": 1.0}
    slow.events_path.write_text(json.dumps(events[0]) + "\n")
    slow.mark(RunState.FAILED, StopReason(code=StopCode.DIVERGED, batch=12))
    assert at_the_end(slow, labels) == Diverged(rate=0.001, usual_rate=0.001, try_rate=0.0001, back_to=1)


def test_another_failure_brings_no_comment(made: dict[str, Run], labels: NDArray[np.uint8]) -> None:
    run = made["short"]
    reason = StopReason(code=StopCode.DISK_FULL)
    assert comment_on(run.experiment, run.history(), labels, RunState.FAILED, reason) is None
    assert comment_on(CODELAB, history_of([]), labels, RunState.QUEUED) is None
    assert comment_on(CODELAB, run.history(), labels[:0], RunState.FINISHED) is None


@given(answer=st.integers(0, 9))
def test_one_answer_to_all_digits_reads_none_of_them(answer: int) -> None:
    labels = load_mnist().validation.labels[:IMAGES]
    events = [{"kind": EventKind.DIGITS, "step": 1, "answers": [answer] * 20, "confidences": [0.2] * 20}]
    assert while_training(history_of(events), labels) is None


_NOISE = st.floats(0.95, 1.05)


@given(st.lists(st.tuples(_NOISE, _NOISE), min_size=1, max_size=30))
def test_noise_is_no_overfitting(noise: list[tuple[float, float]]) -> None:
    labels = load_mnist().validation.labels[:IMAGES]
    figures = [(one / (1 + number), 0.3 * other, 0.9) for number, (one, other) in enumerate(noise)]
    assert while_training(epochs(*figures), labels) is None


@given(st.lists(st.floats(0.3, 3.0), min_size=4, max_size=12), st.floats(0.2, 3.0))
def test_no_overfitting_while_the_training_loss_does_not_fall(losses: list[float], training: float) -> None:
    labels = load_mnist().validation.labels[:IMAGES]
    assert while_training(epochs(*((training, loss, 0.9) for loss in losses)), labels) is None


@given(st.floats(0.2, 0.965), st.floats(0.01, 20.0))
def test_a_network_that_reads_beyond_chance_does_not_guess(accuracy: float, loss: float) -> None:
    labels = load_mnist().validation.labels[:IMAGES]
    assert while_training(epochs((loss, loss, accuracy)), labels) is None


@given(st.floats(0.0, 1.0), st.floats(0.01, 20.0))
def test_a_handful_of_images_says_nothing(accuracy: float, loss: float) -> None:
    few = load_mnist().validation.labels[:20]
    for state in (RunState.TRAINING, RunState.FINISHED):
        assert comment_on(CODELAB, epochs((loss, loss, accuracy)), few, state) is None


@given(st.floats(0.08, 0.12))
def test_accuracy_within_the_interval_of_guessing_is_not_learned(accuracy: float) -> None:
    labels = load_mnist().validation.labels[:IMAGES]
    comment = comment_on(CODELAB, epochs((2.0, 2.0, accuracy)), labels, RunState.FINISHED)
    # A loss below that of guessing tells that something was learned, so the network does not guess either.
    assert comment is None


def test_the_interval_of_guessing_is_wilsons() -> None:
    balanced = np.repeat(np.arange(10, dtype=np.uint8), 100)
    assert while_training(epochs((9.0, 9.0, 0.118)), balanced) is not None  # low end 0.0995
    assert while_training(epochs((9.0, 9.0, 0.121)), balanced) is None  # low end 0.1022
    assert math.log(10) == pytest.approx(2.3026, abs=1e-4)
