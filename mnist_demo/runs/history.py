"""A run's figures, from its events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.runs.events import FIELDS, Event, EventKind

FloatArray = NDArray[np.float64]

_SHORTEST = 1e-4
"""The precision of the times in events, in seconds; a shorter time says nothing about speed."""


@dataclass(frozen=True)
class Plan:
    """The planned epochs, batches and images of a run, and the size of its network."""

    epochs: int
    steps_per_epoch: int
    images_per_epoch: int
    parameters: int


@dataclass(frozen=True)
class DigitAnswers:
    """The network's predictions for the fixed validation digits after `step` batches."""

    step: int
    answers: tuple[int, ...]
    confidences: tuple[float, ...]


@dataclass(frozen=True)
class Validation:
    """The validation accuracies, 0–1, of a run's newest and of its best epoch, of equally good epochs the last.

    Attributes:
        is_whole: Whether the network learned nothing after its newest epoch, so that the accuracy is the network's own.
    """

    newest: float
    newest_epoch: int
    best: float
    best_epoch: int
    is_whole: bool


@dataclass(frozen=True)
class History:
    """A run's figures: float64 columns of equal length by name, of batches, epochs and changes of the learning rate.

    `answered` has the events with the predictions for the fixed digits; a long run has thousands of them.
    """

    batches: dict[str, FloatArray]
    epochs: dict[str, FloatArray]
    rates: dict[str, FloatArray]
    plan: Plan | None
    answered: tuple[Event, ...]

    @property
    def digits(self) -> DigitAnswers | None:
        """The newest predictions for the fixed digits; None before the first."""
        return _digits(self.answered[-1]) if self.answered else None

    @property
    def step(self) -> int:
        """Batches that the network has learned from so far."""
        done = [column["step"][-1] for column in (self.batches, self.epochs) if len(column["step"])]
        return int(max(done, default=0))

    @property
    def images(self) -> int:
        """Images that the network has learned from so far, repeats included."""
        done = [column["images"][-1] for column in (self.batches, self.epochs) if len(column["images"])]
        return int(max(done, default=0))

    @property
    def seconds(self) -> float:
        """Seconds of training so far, pauses excluded."""
        done = [column["seconds"][-1] for column in (self.batches, self.epochs) if len(column["seconds"])]
        return float(max(done, default=0.0))

    @property
    def progress(self) -> float:
        """The share of the planned batches that is done, 0–1."""
        if self.plan is None:
            return 0.0
        return min(1.0, self.step / max(1, self.plan.epochs * self.plan.steps_per_epoch))

    @property
    def images_per_second(self) -> float | None:
        """The training speed since the first batch event, validation included; None before the speed is known."""
        if len(self.batches["step"]) < 2:
            return None
        # The first batch waits for the graph to be built and says nothing about speed.
        images = self.images - float(self.batches["images"][0])
        seconds = self.seconds - float(self.batches["seconds"][0])
        return images / seconds if images > 0 and seconds >= _SHORTEST else None

    @property
    def seconds_left(self) -> float | None:
        """Expected seconds to the end at the speed so far; None before the speed is known."""
        if self.plan is None or self.images_per_second is None:
            return None
        left = self.plan.epochs * self.plan.images_per_epoch - self.images
        return max(0.0, left / self.images_per_second)

    @property
    def best_validation_accuracy(self) -> float | None:
        """The highest validation accuracy of any epoch; None before the first epoch ends."""
        return self.validation.best if self.validation else None

    @property
    def validation(self) -> Validation | None:
        """The validation accuracy of the newest and of the best epoch; None before the first epoch ends."""
        accuracies = self.epochs["val_accuracy"]
        if not len(accuracies):
            return None
        best = int(np.flatnonzero(accuracies == accuracies.max())[-1])
        return Validation(
            newest=float(accuracies[-1]),
            newest_epoch=int(self.epochs["epoch"][-1]),
            best=float(accuracies[best]),
            best_epoch=int(self.epochs["epoch"][best]),
            is_whole=self.step == self.epochs["step"][-1],
        )

    def up_to(self, images: int) -> "History":
        """Return the figures as they were when the network had learned from this many images."""

        def earlier(columns: dict[str, FloatArray]) -> dict[str, FloatArray]:
            return {name: column[columns["images"] <= images] for name, column in columns.items()}

        batches, epochs = earlier(self.batches), earlier(self.epochs)
        done = max([0.0, *batches["step"][-1:], *epochs["step"][-1:]])
        answered = tuple(event for event in self.answered if event["step"] <= done)
        return History(batches, epochs, earlier(self.rates), self.plan, answered)


def history_of(events: Sequence[Event]) -> History:
    """Return the figures that a run's events tell of."""
    counted = _standing(events)
    plans = [event for event in counted if event["kind"] == EventKind.PLAN]
    digits = [event for event in counted if event["kind"] == EventKind.DIGITS]
    return History(
        batches=_columns(counted, EventKind.BATCH),
        epochs=_columns(counted, EventKind.EPOCH),
        rates=_columns(counted, EventKind.RATE),
        plan=_plan(plans[-1]) if plans else None,
        answered=tuple(digits),
    )


def _standing(events: Sequence[Event]) -> list[Event]:
    """Return the events that count, without those from beyond a place at which the run was resumed."""
    standing: list[Event] = []
    for event in events:
        if event["kind"] == EventKind.RESUME:
            standing = [earlier for earlier in standing if _is_before(earlier, event)]
        standing.append(event)
    return standing


def _is_before(event: Event, resume: Event) -> bool:
    match event["kind"]:
        case EventKind.EPOCH:
            # An epoch is done after its validation, and its last batch before, so the step alone does not decide.
            return bool(event["epoch"] <= resume["epoch"])
        case EventKind.BATCH:
            return bool(event["step"] <= resume.get("reported", resume["step"]))
        case _:
            return bool(event.get("step", 0) <= resume["step"])


def _columns(events: list[Event], kind: EventKind) -> dict[str, FloatArray]:
    rows = [event for event in events if event["kind"] == kind]
    return {name: np.array([row[name] for row in rows], dtype=np.float64) for name in FIELDS[kind]}


def _plan(event: dict[str, Any]) -> Plan:
    return Plan(event["epochs"], event["steps_per_epoch"], event["images_per_epoch"], event["parameters"])


def _digits(event: dict[str, Any]) -> DigitAnswers:
    return DigitAnswers(event["step"], tuple(event["answers"]), tuple(event["confidences"]))
