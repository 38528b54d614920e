"""Hint at what is legal in a network and hardly intended."""

from collections.abc import Iterator, Sequence

from mnist_demo.network.choices import ActivationName, Initializer
from mnist_demo.network.layers import (
    Activation,
    AveragePooling2D,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
)
from mnist_demo.network.report import Hint


def hints(layers: Sequence[Layer]) -> Iterator[Hint]:
    """Yield hints on legal mistakes: layers without effect, sums of sums, and units that cannot learn."""
    is_vector = False
    linear_before = ""
    for index, layer in enumerate(layers, start=1):
        who = f"Layer {index}, {layer.label},"
        match layer:
            case Flatten() if is_vector:
                yield Hint(index, f"{who} gets a vector already and changes nothing.")
            case Activation(activation=ActivationName.LINEAR) | Dropout(rate=0.0):
                yield Hint(index, f"{who} changes nothing.")
            case MaxPooling2D(pool_size=1) | AveragePooling2D(pool_size=1) if layer.stride == 1:
                yield Hint(index, f"{who} changes nothing: its window is a single pixel.")
            case Dense() if linear_before:
                yield Hint(
                    index,
                    f"{who} follows {linear_before}, which has no activation: two sums in a row are one sum. "
                    "Give the first one an activation such as relu.",
                )
            case _:
                pass
        if _is_dead(layer):
            yield Hint(
                index,
                f"{who} starts from zeros with relu: its outputs and their slopes are 0, so it never learns.",
            )
        is_vector = is_vector or isinstance(layer, Flatten | GlobalAveragePooling2D)
        if isinstance(layer, Dense):
            linear_before = f"layer {index}, {layer.label}" if layer.activation is ActivationName.LINEAR else ""
        elif not isinstance(layer, Flatten | Dropout):
            linear_before = ""
    if linear_before:
        yield Hint(
            len(layers) + 1,
            f"The final layer follows {linear_before}, which has no activation: "
            "two sums in a row are one sum. Give the first one an activation such as relu.",
        )


def _is_dead(layer: Layer) -> bool:
    # relu'(0) is 0 in TensorFlow, so no gradient gets through to a kernel of zeros. Other activations let it
    # through.
    return (
        isinstance(layer, Conv2D | DepthwiseConv2D | Dense)
        and layer.kernel_initializer is Initializer.ZEROS
        and layer.activation is ActivationName.RELU
    )
