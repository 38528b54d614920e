"""The place from which a run continues, and the state of its model there."""

import dataclasses
from typing import Any

import numpy as np

from mnist_demo.dimensions import CLASSES
from mnist_demo.experiment import Experiment
from mnist_demo.files import DamagedFileError
from mnist_demo.runs import Run
from mnist_demo.training.checkpoint import NOTHING, Position, load_checkpoint, read_position
from mnist_demo.training.continuation import MAX_EPOCHS, Continuation
from mnist_demo.training.weights import load_weights

_MEMORY_LOST = "The optimizer's memory could not be read, so training went on from the weights of the last whole epoch."


class TrainingError(ValueError):
    """A training that cannot begin; the message names the value that does not fit."""


class NothingLeftError(TrainingError):
    """A run that has done all its epochs, without a request for more."""


def begin_at(experiment: Experiment) -> Position:
    """Return the place where a training of this experiment begins."""
    return Position(epoch=0, batch=0, first_epoch=0, last_epoch=experiment.training.epochs)


def continue_at(run: Run, asked: Continuation) -> Position:
    """Return the place from which a run continues, and its new last epoch.

    Raises:
        TrainingError: If all epochs are done, or the run would have too many.
        OSError: If the folder holds no experiment.
        ValueError: If the experiment cannot be read.
    """
    reached = reached_by(run)
    if not reached.is_end:
        return reached
    last = reached.epoch + asked.epochs
    if last == reached.epoch:
        raise NothingLeftError("This run has done all its epochs; say how many more there should be.")
    if last > MAX_EPOCHS:
        raise TrainingError(f"This run would have {last} epochs; accepted are up to {MAX_EPOCHS}.")
    # The learning-rate schedule begins again over the added epochs.
    return dataclasses.replace(reached, first_epoch=reached.epoch, last_epoch=last, waited=0)


def take_up(run: Run, model: Any, start: Position) -> tuple[Position, str | None]:
    """Restore a compiled model to the last state of a run.

    Returns:
        The place of the restored state, and a note for the visitor if the last state is lost.

    Raises:
        OSError, DamagedFileError: If no weights can be read, the run's first weights included.
    """
    # The variables are made here, because Keras makes them with the first batch, and no batch comes if only the
    # validation of an epoch is left.
    model.optimizer.build(model.trainable_variables)
    model.compute_metrics(None, np.zeros((1,), np.int32), np.zeros((1, CLASSES), np.float32))
    try:
        _kept_position(run)
        load_checkpoint(run.checkpoint_path, model)
    except (OSError, DamagedFileError):
        epoch = _load_newest_snapshot(run, model)
    else:
        return start, None
    steps = epoch * run.experiment.training.steps()
    model.optimizer.iterations.assign(steps)
    position = dataclasses.replace(start, epoch=epoch, batch=0, sums=NOTHING, reported=NOTHING, reported_step=steps)
    return position, _MEMORY_LOST if epoch else None


def reached_by(run: Run) -> Position:
    """Return the place that a run has reached, from its events if its checkpoint cannot be read.

    Raises:
        OSError: If the folder holds no experiment.
        ValueError: If the experiment cannot be read.
    """
    try:
        return _kept_position(run)
    except (OSError, DamagedFileError):
        # Each epoch in the events has a snapshot, because a snapshot is written before the event of its epoch.
        history = run.history()
        whole = int(history.epochs["epoch"][-1]) if len(history.epochs["epoch"]) else 0
        last = min(history.plan.epochs, MAX_EPOCHS) if history.plan else run.experiment.training.epochs
        return Position(epoch=min(whole, last), batch=0, first_epoch=0, last_epoch=last, seconds=history.seconds)


def _kept_position(run: Run) -> Position:
    """Read the place of a run's checkpoint, and check that the place exists in the run's experiment."""
    position, settings = read_position(run.checkpoint_path), run.experiment.training
    images = min(position.batch * settings.batch_size, settings.train_images)
    if position.batch > settings.steps() or not position.reported[0] <= position.sums[0] == images:
        raise DamagedFileError(run.checkpoint_path.name, "its place is not one of this experiment")
    return position


def _load_newest_snapshot(run: Run, model: Any) -> int:
    """Load the newest readable weights of a finished epoch, and return the number of that epoch.

    Raises:
        OSError: If neither a snapshot nor the run's first weights can be read.
        DamagedFileError: If neither a snapshot nor the run's first weights can be used.
    """
    history = run.history()
    whole = {0, *(int(epoch) for epoch in history.epochs["epoch"])}
    for snapshot in reversed(run.snapshots):
        if int(snapshot.stem) not in whole:
            continue
        try:
            load_weights(snapshot, model)
        except (OSError, ValueError):
            continue
        return int(snapshot.stem)
    if run.initial_path.exists():
        load_weights(run.initial_path, model)
    return 0
