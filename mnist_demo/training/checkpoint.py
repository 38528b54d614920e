"""Keep the state of a training on disk: everything that the next batch depends on, so that it resumes exactly.

Weights alone would not do: the optimizer's moments, the dropout layers' random generators and the sums over the epoch
so far belong to it. The order of the images and their augmentation do not, being functions of seed, epoch and batch.
"""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.fields import shown
from mnist_demo.files import DamagedFileError, damage_named, read_npz, write_npz
from mnist_demo.training.continuation import MAX_EPOCHS

VERSION = 1
_ABOUT = "about"

_MOST = 1e15
"""Counts and figures of a training lie below this, whatever a damaged file says."""

Sums = tuple[int, float, float]
NOTHING: Sums = (0, 0.0, 0.0)


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
        target_reached: whether the target accuracy has ended the training; a continuation ignores the target then.

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
        for field in dataclasses.fields(self):
            value, (is_accepted, accepted) = getattr(self, field.name), _ACCEPTED[field.type]
            if not is_accepted(value):
                raise ValueError(f"Position: {field.name} is {shown(value)}; accepted is {accepted}")
        if not (self.epoch <= self.last_epoch <= MAX_EPOCHS and self.first_epoch < self.last_epoch):
            raise ValueError(f"epoch {self.epoch} does not lie within {self.first_epoch} to {self.last_epoch}")

    @property
    def is_end(self) -> bool:
        """Whether nothing is left to do."""
        return self.epoch >= self.last_epoch


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < _MOST


def _is_figure(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < _MOST


_ACCEPTED: dict[Any, tuple[Callable[[Any], bool], str]] = {
    int: (_is_count, "a whole number from 0"),
    float: (_is_figure, "a number from 0"),
    float | None: (lambda value: value is None or _is_figure(value), "a number from 0, or nothing"),
    bool: (lambda value: type(value) is bool, "true or false"),
    Sums: (
        lambda value: type(value) is tuple and len(value) == 3 and _is_count(value[0]) and all(map(_is_figure, value)),
        "images, loss and correct answers",
    ),
}
"""Which values a field of a position accepts, by its type."""


def save_checkpoint(path: Path, model: Any, position: Position) -> None:
    """Write a compiled Keras model's whole state, atomically.

    Raises:
        OSError: when it cannot be written.
    """
    arrays = {name: np.asarray(variable) for name, variable in _variables(model)}
    about = {"version": VERSION, **dataclasses.asdict(position)}
    write_npz(path, {**arrays, _ABOUT: np.frombuffer(json.dumps(about).encode(), np.uint8)})


def read_position(path: Path) -> Position:
    """Read where a checkpoint stands, without its weights.

    Raises:
        OSError: when it cannot be read.
        DamagedFileError: when it is damaged, or of another version of the lab.
    """
    return _position(path.name, read_npz(path, [_ABOUT]))


def load_checkpoint(path: Path, model: Any) -> Position:
    """Put a Keras model of the same network, its optimizer built, into the state that was kept.

    Returns:
        The place that had been reached.

    Raises:
        OSError: when it cannot be read; the model is unchanged then, as it is where the file is damaged.
        DamagedFileError: when it is damaged, of another network, or of another version of the lab.
    """
    arrays = read_npz(path)
    position = _position(path.name, arrays)
    variables = dict(_variables(model))
    forms = {name: (tuple(variable.shape), np.asarray(variable).dtype) for name, variable in variables.items()}
    if {name: (array.shape, array.dtype) for name, array in arrays.items() if name != _ABOUT} != forms:
        raise DamagedFileError(path.name, "it belongs to another network or optimizer")
    for name, variable in variables.items():
        variable.assign(arrays[name])
    return position


def _position(name: str, arrays: Mapping[str, NDArray[Any]]) -> Position:
    with damage_named(name):
        about = json.loads(arrays[_ABOUT].tobytes())
        if about.pop("version") != VERSION:
            raise ValueError("it was written by another version of the lab")
        return Position(**{**about, "sums": tuple(about["sums"]), "reported": tuple(about["reported"])})


def _variables(model: Any) -> Iterator[tuple[str, Any]]:
    for kind, variables in (
        # Of the layers one by one, since that includes random generators.
        ("layer", [variable for layer in model.layers for variable in layer.variables]),
        ("optimizer", model.optimizer.variables),
    ):
        for index, variable in enumerate(variables):
            yield f"{kind}{index:03d}", variable
