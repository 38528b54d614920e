"""Layers to and from JSON, `{"type": "Conv2D", "filters": 8, …}`; one clear sentence for anything else."""

from typing import Any

from mnist_demo import fields
from mnist_demo.network.layers import LAYER_TYPES, Flatten, Layer, LayerError

_TYPE = "type"


def layer_to_json(layer: Layer) -> dict[str, Any]:
    """Return the layer with all its fields, so that it survives a change of the defaults."""
    return {_TYPE: layer.type_name, **fields.to_json(layer)}


def layer_from_json(value: object, what: str = "The layer") -> Layer:
    """Read the layer that `layer_to_json` wrote. Fields left out take their default.

    Args:
        value: What the JSON held; nothing about it is trusted.
        what: How to name the layer in an error, such as "Layer 3".

    Raises:
        LayerError: It is no object, its type or one of its fields is unknown, or a value is not accepted.
    """
    layer_type = _layer_type(value, what)
    known = {_TYPE: None, **fields.field_specs(layer_type)}
    try:
        given = fields.object_fields(value, known, what)
        del given[_TYPE]
        return layer_type(**given)
    except fields.FieldError as refusal:
        message = str(refusal)
        raise LayerError(message if message.startswith(what) else f"{what}, {message}") from None


def _layer_type(value: object, what: str) -> type[Layer]:
    if not isinstance(value, dict):
        # Let `object_fields` refuse it: any known fields will do.
        return Flatten
    kind = value.get(_TYPE)
    if isinstance(kind, str) and kind in LAYER_TYPES:
        return LAYER_TYPES[kind]
    found = f"is of type {fields.shown(kind)}" if isinstance(kind, str) else "has no type"
    raise LayerError(f"{what} {found}; the types are {', '.join(LAYER_TYPES)}.")
