"""A network that works: the hidden layers between the image (28, 28, 1) and the final Dense 10, softmax."""

from dataclasses import dataclass
from typing import Any

from mnist_demo.network.analysis import analyse
from mnist_demo.network.choices import Initializer
from mnist_demo.network.fields import Choice, LayerError, shown
from mnist_demo.network.layers import LAYER_TYPES, Layer
from mnist_demo.network.report import MAX_LAYERS, NetworkReport, Problem
from mnist_demo.network.serialization import layer_from_json, layer_to_json

_LAYERS = "layers"
_OUTPUT_INITIALIZER = "output_initializer"
_OUTPUT_RULE = Choice(Initializer, "How the weights of the final Dense 10 are drawn before training.")


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
        layers: hidden layers, first to last; a list is taken as a tuple. Input and final layer are not among
        them.
        output_initializer: how the weights of the final Dense 10 are drawn.

    Raises:
        NetworkError: something in `layers` is no layer, or `analyse` finds a problem; the message is the
            first of them.
    """

    layers: tuple[Layer, ...]
    output_initializer: Initializer = Initializer.GLOROT_UNIFORM

    def __post_init__(self) -> None:
        layers: object = self.layers
        if not isinstance(layers, tuple | list):
            raise NetworkError(f"The layers of a network must be a tuple of layers, not {shown(layers)}.")
        for index, layer in enumerate(layers, start=1):
            if type(layer) not in LAYER_TYPES.values():
                raise NetworkError(
                    f"Layer {index} must be one of {', '.join(LAYER_TYPES)}, not {shown(layer)}."
                )
        object.__setattr__(self, "layers", tuple(layers))
        try:
            initializer = _OUTPUT_RULE.check(self.output_initializer)
        except ValueError as refusal:
            found = shown(self.output_initializer)
            raise NetworkError(f"{_OUTPUT_INITIALIZER} must be {refusal}, not {found}.") from None
        object.__setattr__(self, _OUTPUT_INITIALIZER, initializer)
        problems = self.report().problems
        if problems:
            raise NetworkError(problems[0].message, problems)

    def report(self) -> NetworkReport:
        """Shapes, parameters, cost and receptive field of each layer, the final one included."""
        return analyse(self.layers)

    def to_json(self) -> dict[str, Any]:
        """The network as plain JSON values, with every field of every layer."""
        return {
            _LAYERS: [layer_to_json(layer) for layer in self.layers],
            _OUTPUT_INITIALIZER: str(self.output_initializer),
        }

    @classmethod
    def from_json(cls, value: object) -> "Network":
        """The network that `to_json` wrote; `output_initializer` may be left out.

        Raises:
            NetworkError: `value` is no such object, or the network cannot work; one sentence says where and
                why.
        """
        if not isinstance(value, dict):
            raise NetworkError(f"A network must be an object with the field {_LAYERS}, not {shown(value)}.")
        for name in value:
            if name not in (_LAYERS, _OUTPUT_INITIALIZER):
                accepted = f"{_LAYERS} and {_OUTPUT_INITIALIZER}"
                raise NetworkError(f"A network has no field {shown(name)}; its fields are {accepted}.")
        if _LAYERS not in value:
            raise NetworkError(f"The network has no field {_LAYERS}, which must be a list of layers.")
        layers = layers_from_json(value[_LAYERS])
        return cls(layers, value.get(_OUTPUT_INITIALIZER, Initializer.GLOROT_UNIFORM))


def layers_from_json(value: object) -> tuple[Layer, ...]:
    """Valid layers that need not work together yet, such as a draft on the Design page.

    Raises:
        NetworkError: `value` is no list, is longer than `MAX_LAYERS`, or holds something that is no layer.
    """
    if not isinstance(value, list | tuple):
        raise NetworkError(f"The layers of a network must be a list, not {shown(value)}.")
    if len(value) > MAX_LAYERS:
        raise NetworkError(f"The network has {len(value):,} layers, and this lab allows {MAX_LAYERS}.")
    layers = []
    for index, item in enumerate(value, start=1):
        try:
            layers.append(layer_from_json(item))
        except LayerError as refusal:
            raise NetworkError(f"Layer {index}: {refusal}") from None
    return tuple(layers)
