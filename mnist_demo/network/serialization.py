"""Layers to and from JSON, `{"type": "Conv2D", "filters": 8, …}`; one clear sentence for anything else."""

from typing import Any

from mnist_demo.network.fields import LayerError, shown
from mnist_demo.network.layers import LAYER_TYPES, Layer

_TYPE = "type"


def layer_to_json(layer: Layer) -> dict[str, Any]:
    """The layer with all its fields, so that what was meant survives a change of the defaults."""
    values = {item.name: getattr(layer, item.name) for item in layer.options()}
    plain = {name: str(value) if isinstance(value, str) else value for name, value in values.items()}
    return {_TYPE: layer.type_name, **plain}


def layer_from_json(value: object) -> Layer:
    """The layer that `layer_to_json` wrote. Fields left out take their default.

    Raises:
        LayerError: `value` is no object, its type or one of its fields is unknown, or a field's value is not
            accepted.
    """
    if not isinstance(value, dict):
        raise LayerError(f"A layer must be an object such as {{'type': 'Flatten'}}, not {shown(value)}.")
    kind = value.get(_TYPE)
    if not isinstance(kind, str) or kind not in LAYER_TYPES:
        found = shown(kind) if _TYPE in value else "missing"
        raise LayerError(f"The type of a layer must be one of {', '.join(LAYER_TYPES)}; it is {found}.")
    layer_type = LAYER_TYPES[kind]
    known = [item.name for item in layer_type.options()]
    for name in value:
        if name != _TYPE and name not in known:
            accepted = f"its fields are {', '.join(known)}" if known else "it has no fields"
            raise LayerError(f"{kind} has no field {shown(name)}; {accepted}.")
    return layer_type(**{name: item for name, item in value.items() if name != _TYPE})
