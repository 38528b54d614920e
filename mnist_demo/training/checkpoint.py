"""The state of a training on disk: everything that the next batch depends on, so that a resumed run has equal losses.

The state includes the weights, the optimizer's moments, the dropout layers' random generators and the sums over the
epoch so far. It does not include the order of the images and their augmentation, because these are functions of seed,
epoch and batch.
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
"""Counts and figures of a training lie below this; a larger value is damage."""

Sums = tuple[int, float, float]
NOTHING: Sums = (0, 0.0, 0.0)


@dataclass(frozen=True)
class Position:
    """The place that a training has reached.

    Attributes:
        epoch: Finished epochs.
        batch: Finished batches of the current epoch.
        first_epoch: The epoch at which the learning-rate schedule begins.
        last_epoch: The epoch at which the schedule ends, and the training.
        seconds: Seconds of training so far, pauses excluded.
        rate_factor: The factor by which commands changed the learning rate.
        sums: Images, summed loss and correct predictions of the epoch so far.
        reported: The sums at the last batch event.
        reported_step: Batches of the whole run at the last batch event.
        best_loss: The lowest validation loss of an epoch; None before the first epoch ends.
        waited: Epochs since the lowest validation loss.
        target_reached: Whether the target accuracy has ended the training, which must not end a continuation again.

    Raises:
        ValueError: On construction, if the values are no place in a training.
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
        """Whether all epochs are done."""
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
"""The check of a position's field, by the type of the field."""


def save_checkpoint(path: Path, model: Any, position: Position) -> None:
    """Write a compiled Keras model's whole state, atomically.

    Raises:
        OSError: If the checkpoint cannot be written.
    """
    arrays = {name: np.asarray(variable) for name, variable in _variables(model)}
    about = {"version": VERSION, **dataclasses.asdict(position)}
    write_npz(path, {**arrays, _ABOUT: np.frombuffer(json.dumps(about).encode(), np.uint8)})


def read_position(path: Path) -> Position:
    """Read the place of a checkpoint, without its weights.

    Raises:
        OSError: If the file cannot be read.
        DamagedFileError: If the file is damaged, or of another version of the lab.
    """
    return _position(path.name, read_npz(path, [_ABOUT]))


def load_checkpoint(path: Path, model: Any) -> Position:
    """Restore the state of a Keras model of the same network, whose optimizer is built.

    Returns:
        The place that the training had reached.

    Raises:
        OSError: If the file cannot be read; the model is unchanged.
        DamagedFileError: If the file is damaged, of another network, or of another version; the model is unchanged.
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
        # The variables of each layer include its random generators.
        ("layer", [variable for layer in model.layers for variable in layer.variables]),
        ("optimizer", model.optimizer.variables),
    ):
        for index, variable in enumerate(variables):
            yield f"{kind}{index:03d}", variable
