"""Hypothesis strategies for layers and networks, made from the bounds that the layers declare."""

from hypothesis import strategies as st

from mnist_demo import fields
from mnist_demo.network import LAYER_TYPES, Conv2D, Dense, DepthwiseConv2D, Flatten, Layer, Network, Padding, analyse


def values_of(spec: fields.FieldSpec) -> st.SearchStrategy[object]:
    """Return a strategy for all values that a field accepts."""
    match spec:
        case fields.Number(integral=True):
            numbers = st.integers(int(spec.low), int(spec.high))
            return st.one_of(st.none(), numbers) if spec.optional else numbers
        case fields.Number():
            return st.floats(spec.low, spec.high)
        case fields.Choice():
            return st.sampled_from(list(spec.options))
        case _:
            raise NotImplementedError(spec)


def layers_of_type(layer_type: type[Layer]) -> st.SearchStrategy[Layer]:
    specs = fields.field_specs(layer_type)
    return st.builds(layer_type, **{name: values_of(spec) for name, spec in specs.items()})


# The strategy makes each layer with all values within the bounds.
any_layer: st.SearchStrategy[Layer] = st.one_of(*map(layers_of_type, LAYER_TYPES.values()))


# Keras builds these layers quickly; kernels, strides and windows go to their bounds.
small_layer: st.SearchStrategy[Layer] = st.one_of(
    *(layers_of_type(kind) for kind in LAYER_TYPES.values() if kind not in (Conv2D, Dense, DepthwiseConv2D)),
    st.builds(
        Conv2D,
        filters=st.integers(1, 8),
        kernel_size=st.integers(1, 11),
        strides=st.integers(1, 8),
        padding=st.sampled_from(Padding),
    ),
    st.builds(
        DepthwiseConv2D,
        kernel_size=st.integers(1, 11),
        strides=st.integers(1, 8),
        padding=st.sampled_from(Padding),
        depth_multiplier=st.integers(1, 3),
    ),
    st.builds(Dense, units=st.integers(1, 16)),
)


working_networks: st.SearchStrategy[Network] = (
    st.tuples(st.lists(small_layer, max_size=4), st.just([Flatten()]), st.lists(small_layer, max_size=2))
    .map(lambda parts: tuple(layer for part in parts for layer in part))
    .filter(lambda layers: analyse(layers).works)
    .map(Network)
)
