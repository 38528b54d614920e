"""The comment on a training, from its figures."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_demo.comments.comment import (
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
)
from mnist_demo.comments.guessing import FEWEST_IMAGES, UNIFORM_LOSS, Chance, chance
from mnist_demo.evaluation.metrics import wilson_interval
from mnist_demo.experiment import Experiment
from mnist_demo.experiment.settings import USUAL_LEARNING_RATES
from mnist_demo.network import Initializer
from mnist_demo.runs import History, RunState, StopReason

ACCURACY_MARK = 0.97
"""The validation accuracy from which an accuracy axis hides the progress, 0–1."""

RISEN_EPOCHS = 3
"""Number of newest epochs whose validation loss must all lie above the lowest by a margin."""

_LEAST_RISE = 0.2
_RISE_OF_FEW = 6.0
_TRAINING_FALL = 0.9

_HIGH_RATE = 3.0
"""A learning rate is high from this multiple of its optimizer's usual rate on."""


@dataclass(frozen=True)
class _Moment:
    """A comment and the batch at which it became true."""

    step: int
    comment: Comment


def comment_on(
    experiment: Experiment,
    history: History,
    labels: NDArray[np.integer],
    state: RunState,
    reason: StopReason | None = None,
    earlier: Earlier | None = None,
) -> Comment | None:
    """Return the comment on a run's newest moment; None if its figures bear no comment out.

    Args:
        experiment: The run's experiment.
        history: The run's figures.
        labels: The labels of the validation images that the run uses, integers (n,).
        state: The state of the run.
        reason: Why the run ended.
        earlier: The best earlier run with the same validation images.
    """
    if not len(labels):
        return None
    guess = chance(labels)
    if reason is not None and reason.has_diverged and not state.is_active:
        return _diverged(experiment, history, guess)
    # At the end, what was learned is told, unless the network learned nothing or too much.
    if (newest := _guessing(experiment, history, guess) or _parted(history, guess.images)) and not state.is_active:
        return newest
    if not state.is_active:
        return None if state is RunState.FAILED else _learned(history, guess, state, earlier)
    moments = [*_digits(history, labels), *_accuracy(history, guess)]
    if newest is not None:
        moments.append(_Moment(int(history.epochs["step"][-1]), newest))
    # The later of two comments on the same batch has more to say.
    return max(enumerate(moments), key=lambda each: (each[1].step, each[0]))[1].comment if moments else None


def _digits(history: History, labels: NDArray[np.integer]) -> list[_Moment]:
    """Return the first moments with one and with all of the fixed digits right."""
    moments: list[_Moment] = []
    for event in history.answered:
        answers: list[int] = event["answers"]
        true: list[int] = labels[: len(answers)].tolist()
        right = [label for label, answer in zip(true, answers, strict=False) if label == answer]
        step = int(event["step"])
        # A network that answers the same to all digits reads none of them.
        if not moments and right and len(set(answers)) > 1:
            first = FirstRight(step=step, right=len(right), of=len(answers), label=right[0])
            moments.append(_Moment(step, first))
        if len(right) == len(answers) > 1:
            return [*moments, _Moment(step, AllRight(step=step, of=len(answers)))]
    return moments


def _accuracy(history: History, guess: Chance) -> list[_Moment]:
    """Return the first moment with a high validation accuracy."""
    reached = np.flatnonzero(history.epochs["val_accuracy"] >= ACCURACY_MARK)
    # With few images, a single one would decide.
    if not len(reached) or guess.images < FEWEST_IMAGES:
        return []
    at = {name: column[reached[0]] for name, column in history.epochs.items()}
    comment = AccuracyReached(epoch=int(at["epoch"]), accuracy=float(at["val_accuracy"]))
    return [_Moment(int(at["step"]), comment)]


def _parted(history: History, images: int) -> Parted | None:
    """Return whether the validation loss rose while the training loss fell.

    The training loss of an epoch is a mean over the epoch, with dropout and varied images, and lags behind the
    validation loss at its end. So each is compared with its own past, and never with the other.
    """
    epochs, losses, training = (history.epochs[name] for name in ("epoch", "val_loss", "loss"))
    if len(losses) <= RISEN_EPOCHS or not np.isfinite([losses, training]).all():
        return None
    lowest = int(losses.argmin())
    if len(losses) - 1 - lowest < RISEN_EPOCHS:
        return None
    # The fewer the images, the more a loss varies by chance.
    margin = max(_LEAST_RISE, _RISE_OF_FEW / math.sqrt(images))
    has_risen = losses[-RISEN_EPOCHS:].min() >= losses[lowest] * (1 + margin)
    has_fallen = training[-1] <= _TRAINING_FALL * training[lowest + 1]
    if not has_risen or not has_fallen:
        return None
    return Parted(
        lowest_epoch=int(epochs[lowest]),
        lowest=float(losses[lowest]),
        newest_epoch=int(epochs[-1]),
        newest=float(losses[-1]),
    )


def _guessing(experiment: Experiment, history: History, guess: Chance) -> Guessing | None:
    epochs = history.epochs
    if not len(epochs["epoch"]) or not guess.explains(epochs["val_accuracy"][-1], epochs["val_loss"][-1]):
        return None
    back_to = guess.newest_good_epoch(history)
    rate, usual = _highest_rate(experiment, history, back_to), USUAL_LEARNING_RATES[experiment.training.optimizer]
    # A layer whose weights begin at zero keeps the network from learning at any rate.
    is_cause = rate >= _HIGH_RATE * usual and not _has_zero_layer(experiment)
    return Guessing(
        epoch=int(epochs["epoch"][-1]),
        loss=float(epochs["val_loss"][-1]),
        guessing_loss=UNIFORM_LOSS,
        answer=_only_answer(history),
        rate=rate if is_cause else None,
        try_rate=usual if is_cause else None,
        back_to=back_to,
    )


def _only_answer(history: History) -> int | None:
    """Return the class that the network of the newest epoch answers to all fixed digits."""
    step = history.epochs["step"][-1]
    found = (event["answers"] for event in reversed(history.answered) if event["step"] == step)
    answers: list[int] = next(found, [])
    return int(answers[0]) if len(answers) > 1 and len(set(answers)) == 1 else None


def _diverged(experiment: Experiment, history: History, guess: Chance) -> Diverged:
    back_to = guess.newest_good_epoch(history)
    rate, usual = _highest_rate(experiment, history, back_to), USUAL_LEARNING_RATES[experiment.training.optimizer]
    return Diverged(
        rate=rate,
        usual_rate=usual,
        try_rate=usual if rate > usual else float(f"{rate / 10:.6g}"),
        back_to=back_to,
    )


def _highest_rate(experiment: Experiment, history: History, since_epoch: int | None) -> float:
    """Return the highest learning rate since the end of an epoch, or since the beginning."""
    ends = history.epochs["step"][history.epochs["epoch"] == (since_epoch or 0)]
    step = ends[-1] if len(ends) else 0
    used = [
        *history.batches["learning_rate"][history.batches["step"] > step],
        # The batch at which a loss diverges writes no event.
        *history.rates["learning_rate"][history.rates["step"] >= step],
    ]
    return float(max(used)) if used else experiment.training.learning_rate


def _has_zero_layer(experiment: Experiment) -> bool:
    """Return whether the weights of a layer before the last begin at zero."""
    starts = (getattr(layer, "kernel_initializer", None) for layer in experiment.network.layers)
    return Initializer.ZEROS in starts


def _learned(history: History, guess: Chance, state: RunState, earlier: Earlier | None) -> Learned | None:
    validation = history.validation
    if validation is None or not guess.is_beaten_by(validation.newest):
        return None
    return Learned(
        accuracy=validation.newest,
        guessing=guess.accuracy,
        earlier=earlier,
        verdict=_verdict(validation.newest, earlier.accuracy, guess.images) if earlier else None,
        next_steps=_next_steps(history, state),
    )


def _verdict(accuracy: float, earlier: float, images: int) -> Verdict:
    here, there = (wilson_interval(min(images, round(each * images)), images) for each in (accuracy, earlier))
    if here.low > there.high:
        return Verdict.BETTER
    return Verdict.WORSE if here.high < there.low else Verdict.ALIKE


def _next_steps(history: History, state: RunState) -> tuple[NextStep, NextStep]:
    losses = history.epochs["val_loss"]
    is_improving = len(losses) > 1 and bool(losses[-1] < losses[:-1].min())
    if state is RunState.FINISHED and is_improving:
        return NextStep.TRAIN_MORE, NextStep.MISTAKES
    return NextStep.MISTAKES, NextStep.DRAW
