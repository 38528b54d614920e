"""A network that works: the hidden layers between the image (28, 28, 1) and the final Dense 10, softmax."""

from dataclasses import dataclass
from typing import Any

from mnist_demo import fields
from mnist_demo.network.analysis import analyse
from mnist_demo.network.choices import Initializer
from mnist_demo.network.layers import LAYER_TYPES, Layer, LayerError
from mnist_demo.network.report import MAX_LAYERS, NetworkReport, Problem
from mnist_demo.network.serialization import layer_from_json, layer_to_json

_LAYERS = "layers"


class NetworkError(ValueError):
    """A network cannot be made. Where its layers do not go together, `problems` holds all the reasons."""

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems

    def __reduce__(self) -> tuple[type["NetworkError"], tuple[str, tuple[Problem, ...]]]:
        # Exceptions cross processes by their arguments, which would leave the problems behind.
        return type(self), (str(self), self.problems)


@dataclass(frozen=True)
class Network:
    """The hidden layers of a network that is known to work within the bounds of the lab.

    Attributes:
        layers: Hidden layers, first to last; a list is taken as a tuple. Input and final layer are not among
        them.
        output_initializer: How the weights of the final Dense 10 are drawn.

    Raises:
        NetworkError: Something in `layers` is no layer, or `analyse` finds a problem; the message is the
            first of them.
    """

    layers: tuple[Layer, ...]
    output_initializer: Initializer = fields.choice(
        Initializer.GLOROT_UNIFORM, "How the weights of the final Dense 10 are drawn before training."
    )

    def __post_init__(self) -> None:
        layers: object = self.layers
        if not isinstance(layers, tuple | list):
            raise NetworkError(f"The layers of a network must be a tuple, not {type(layers).__name__}.")
        for index, layer in enumerate(layers, start=1):
            if type(layer) not in LAYER_TYPES.values():
                found = type(layer).__name__
                raise NetworkError(f"Layer {index} must be one of {', '.join(LAYER_TYPES)}, not {found}.")
        object.__setattr__(self, _LAYERS, tuple(layers))
        try:
            fields.check(self)
        except fields.FieldError as refusal:
            raise NetworkError(str(refusal)) from None
        problems = self.report().problems
        if problems:
            raise NetworkError(problems[0].message, problems)

    def report(self) -> NetworkReport:
        """Report shapes, parameters, cost and receptive field of each layer, the final one included."""
        return analyse(self.layers)

    def to_json(self) -> dict[str, Any]:
        """Return the network as plain JSON values, with every field of every layer."""
        return {_LAYERS: [layer_to_json(layer) for layer in self.layers], **fields.to_json(self)}

    @classmethod
    def from_json(cls, value: object) -> "Network":
        """Read the network that `to_json` wrote; `output_initializer` may be left out.

        Raises:
            NetworkError: `value` is no such object, or the network cannot work; the message says why.
        """
        try:
            given = fields.object_fields(value, {_LAYERS: None, **fields.field_specs(cls)}, "The network")
        except fields.FieldError as refusal:
            raise NetworkError(str(refusal)) from None
        if _LAYERS not in given:
            raise NetworkError(f"The network has no field {_LAYERS}, which must be a list of layers.")
        return cls(**{**given, _LAYERS: layers_from_json(given[_LAYERS])})


def layers_from_json(value: object) -> tuple[Layer, ...]:
    """Read valid layers that need not work together yet, such as a draft on the Design page.

    Raises:
        NetworkError: `value` is no list, is longer than `MAX_LAYERS`, or holds something that is no layer.
    """
    if not isinstance(value, list | tuple):
        raise NetworkError(f"The layers of a network must be a list, not {type(value).__name__}.")
    if len(value) > MAX_LAYERS:
        raise NetworkError(f"The network has {len(value):,} layers, and this lab allows {MAX_LAYERS}.")
    try:
        return tuple(layer_from_json(item, f"Layer {index}") for index, item in enumerate(value, start=1))
    except LayerError as refusal:
        raise NetworkError(str(refusal)) from None
