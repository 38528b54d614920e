"""The kinds of comments on a training, with their values; `app/words/comments.py` makes the sentences."""

from dataclasses import dataclass
from enum import StrEnum


class NextStep(StrEnum):
    """What a visitor may do after a training."""

    TRAIN_MORE = "train_more"
    MISTAKES = "mistakes"
    DRAW = "draw"


class Verdict(StrEnum):
    """How a run compares with an earlier run."""

    BETTER = "better"
    ALIKE = "alike"  # the intervals of the two accuracies overlap
    WORSE = "worse"


@dataclass(frozen=True, kw_only=True)
class FirstRight:
    """The first of the fixed digits are classified correctly.

    Attributes:
        step: Batches that the network had learned from.
        right: The number of correct answers.
        of: The number of fixed digits.
        label: The class of the first correct digit.
    """

    step: int
    right: int
    of: int
    label: int


@dataclass(frozen=True, kw_only=True)
class AllRight:
    """All `of` fixed digits were classified correctly for the first time, after `step` batches."""

    step: int
    of: int


@dataclass(frozen=True, kw_only=True)
class AccuracyReached:
    """The validation accuracy, 0–1, first reached `ACCURACY_MARK` after `epoch`."""

    epoch: int
    accuracy: float


@dataclass(frozen=True, kw_only=True)
class Parted:
    """The validation loss has risen since its lowest value while the training loss fell: overfitting.

    Attributes:
        lowest_epoch, lowest: The epoch with the lowest validation loss, and this loss.
        newest_epoch, newest: The newest epoch and its validation loss.
    """

    lowest_epoch: int
    lowest: float
    newest_epoch: int
    newest: float


@dataclass(frozen=True, kw_only=True)
class Guessing:
    """After `epoch`, the network is no better than guessing.

    Attributes:
        epoch: The newest epoch.
        loss: The validation loss.
        guessing_loss: The loss of giving each class the same probability.
        answer: The class that the network answers to every fixed digit; None if the answers differ.
        rate: The learning rate that is the likely cause; None if the rate was not high.
        try_rate: A learning rate to try; None if the rate is not the likely cause.
        back_to: The newest epoch after which the network was better than guessing; None without such an epoch.
    """

    epoch: int
    loss: float
    guessing_loss: float
    answer: int | None
    rate: float | None
    try_rate: float | None
    back_to: int | None


@dataclass(frozen=True, kw_only=True)
class Diverged:
    """The loss or the weights are not finite.

    Attributes:
        rate: The highest learning rate since the last good epoch.
        usual_rate: The optimizer's usual learning rate.
        try_rate: A learning rate to try, below `rate`.
        back_to: The newest epoch after which the network was better than guessing; None without such an epoch.
    """

    rate: float
    usual_rate: float
    try_rate: float
    back_to: int | None


@dataclass(frozen=True)
class Earlier:
    """An earlier run with the same validation images: its name and its validation accuracy, 0–1."""

    name: str
    accuracy: float


@dataclass(frozen=True, kw_only=True)
class Learned:
    """A training has ended, and the network is better than guessing.

    Attributes:
        accuracy: The validation accuracy of the newest epoch, 0–1.
        guessing: The accuracy of always answering the most frequent class, 0–1.
        earlier: The best earlier run; None without one.
        verdict: How the run compares with `earlier`; None without one.
        next_steps: Two things to do next.
    """

    accuracy: float
    guessing: float
    earlier: Earlier | None
    verdict: Verdict | None
    next_steps: tuple[NextStep, NextStep]

    def __post_init__(self) -> None:
        if (self.earlier is None) != (self.verdict is None):
            raise ValueError(
                f"verdict is {self.verdict} with the earlier run {self.earlier}; accepted is both or none."
            )


Comment = FirstRight | AllRight | AccuracyReached | Parted | Guessing | Diverged | Learned
