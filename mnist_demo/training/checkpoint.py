"""Where a training stands, on disk: everything that the next batch depends on, so that it can go on to the digit.

Weights alone would not do: the optimizer's moments, the dropout layers' random generators and the sums over the epoch
so far belong to it. The order of the images and their augmentation do not, being functions of seed, epoch and batch.
"""

import dataclasses
import io
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data import NPZ_FAULTS
from mnist_demo.runs import write_atomically
from mnist_demo.training.continuation import MAX_EPOCHS

VERSION = 1
_ABOUT = "about"

Sums = tuple[int, float, float]
NOTHING: Sums = (0, 0.0, 0.0)


class CheckpointError(ValueError):
    """A checkpoint that cannot be used; the message says why."""


@dataclass(frozen=True)
class Position:
    """The place that a training has reached.

    Attributes:
        epoch: finished epochs.
        batch: batches done in the one after them.
        first_epoch: where the part of the run that the schedule is spread over begins.
        last_epoch: where that part ends.
        seconds: spent training so far, pauses not included.
        rate_factor: what somebody multiplied the learning rate by.
        sums: images, summed loss and right answers of the epoch so far.
        reported: the same when the last batch event was written.
        reported_step: batches of the whole run then.
        best_loss: the lowest validation loss of an epoch; None before the first.
        waited: epochs since then.
        target_reached: whether the target accuracy has ended the training; who goes on after that means it.

    Raises:
        ValueError: on construction, when this is no place in a training.
    """

    epoch: int
    batch: int
    first_epoch: int
    last_epoch: int
    seconds: float = 0.0
    rate_factor: float = 1.0
    sums: Sums = NOTHING
    reported: Sums = NOTHING
    reported_step: int = 0
    best_loss: float | None = None
    waited: int = 0
    target_reached: bool = False

    def __post_init__(self) -> None:
        places = (self.epoch, self.batch, self.first_epoch, self.last_epoch, self.reported_step, self.waited)
        if not all(type(place) is int and place >= 0 for place in places):
            raise ValueError(f"a place in a training is counted from 0, not {places}")
        if not (self.epoch <= self.last_epoch <= MAX_EPOCHS and self.first_epoch < self.last_epoch):
            raise ValueError(f"epoch {self.epoch} does not lie within {self.first_epoch} to {self.last_epoch}")
        for name in ("sums", "reported"):
            if not isinstance(found := getattr(self, name), tuple) or len(found) != len(NOTHING):
                raise ValueError(f"{name} is {found!r:.40}; accepted are {len(NOTHING)} numbers")
        figures = (self.seconds, self.rate_factor, *self.sums, *self.reported)
        if not all(isinstance(figure, int | float) and math.isfinite(figure) for figure in figures):
            raise ValueError("the figures so far are not all numbers")
        if not isinstance(self.best_loss, int | float | None):
            raise ValueError(f"best_loss is {self.best_loss!r:.40}; accepted is a number or nothing")
        if not isinstance(self.target_reached, bool):
            raise ValueError(f"target_reached is {self.target_reached!r:.40}; accepted is true or false")

    @property
    def is_end(self) -> bool:
        """Whether nothing is left to do."""
        return self.epoch >= self.last_epoch


def save_checkpoint(path: Path, model: Any, position: Position) -> None:
    """Write a compiled Keras model's whole state, atomically.

    Raises:
        OSError: when it cannot be written.
    """
    arrays = {name: np.asarray(variable) for name, variable in _variables(model)}
    about = {"version": VERSION, **dataclasses.asdict(position)}
    arrays[_ABOUT] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    write_atomically(path, buffer.getvalue())


def read_position(path: Path) -> Position:
    """Where a checkpoint stands, without reading its weights.

    Raises:
        CheckpointError: when there is none, or it is damaged.
    """
    return _read(path, with_arrays=False)[0]


def load_checkpoint(path: Path, model: Any) -> Position:
    """Put a Keras model of the same network, its optimizer built, into the state that was kept.

    Returns:
        The place that had been reached.

    Raises:
        CheckpointError: when there is none, it is damaged, or of another network; the model is unchanged then.
    """
    position, arrays = _read(path, with_arrays=True)
    variables = dict(_variables(model))
    if arrays.keys() != variables.keys() or not all(
        # A damaged member is bytes and has no shape.
        isinstance(arrays[name], np.ndarray)
        and (arrays[name].shape, arrays[name].dtype) == (tuple(variable.shape), np.asarray(variable).dtype)
        for name, variable in variables.items()
    ):
        raise CheckpointError(f"{path.name} belongs to another network or optimizer.")
    for name, variable in variables.items():
        variable.assign(arrays[name])
    return position


def _variables(model: Any) -> Iterator[tuple[str, Any]]:
    for kind, variables in (
        # Of the layers one by one, since that includes random generators.
        ("layer", [variable for layer in model.layers for variable in layer.variables]),
        ("optimizer", model.optimizer.variables),
    ):
        for index, variable in enumerate(variables):
            yield f"{kind}{index:03d}", variable


def _read(path: Path, *, with_arrays: bool) -> tuple[Position, dict[str, NDArray[Any]]]:
    try:
        # Opened here: numpy leaves a file open that turns out to be no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            about = json.loads(kept[_ABOUT].tobytes())
            arrays = {name: kept[name] for name in kept.files if with_arrays and name != _ABOUT}
        if about.pop("version") != VERSION:
            raise CheckpointError(f"{path.name} was written by another version of the lab.")
        about.update({name: tuple(about[name]) for name in ("sums", "reported")})
        return Position(**about), arrays
    except NPZ_FAULTS as error:
        raise CheckpointError(f"{path.name} cannot be read ({error}).") from error
