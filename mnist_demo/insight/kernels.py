"""What the first layer looks for: its weights as pictures, read from a snapshot without building the network."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.files import unpack_npz
from mnist_demo.network import IMAGE_CHANNELS, IMAGE_SIDE, Conv2D, Dense, DepthwiseConv2D, Network

MAX_VALUES = 16_384
"""Weights shown of one layer: 64 kernels of 11×11 are fewer, and 20 units that look at all 784 pixels."""

MAX_PICTURES = 64
"""Kernels shown of one layer."""


@dataclass(frozen=True)
class FirstKernels:
    """The weights of the first layer that has some, where each of its outputs looks at a square of the image.

    Attributes:
        side: pixels of the square, both ways; after a pooling layer these are pixels of the pooled image.
        count: outputs of the layer, each with weights of its own.
        slides: whether the square slides over the image, as in a convolution, or is the whole of it.
    """

    side: int
    count: int
    slides: bool

    @property
    def shown(self) -> int:
        """How many of them there is room for: the first ones."""
        return min(self.count, MAX_PICTURES, MAX_VALUES // self.side**2)


def first_kernels(network: Network) -> FirstKernels | None:
    """The kernels of a network's first layer; None where it sees no picture, but averages of one."""
    side: int | None = IMAGE_SIDE
    for layer, row in zip(network.layers, network.report().layers, strict=False):
        match layer:
            case Conv2D():
                return FirstKernels(layer.kernel_size, layer.filters, slides=True)
            case DepthwiseConv2D():
                return FirstKernels(layer.kernel_size, layer.depth_multiplier, slides=True)
            case Dense():
                return FirstKernels(side, layer.units, slides=False) if side else None
        shape = row.output_shape
        if shape is not None and len(shape) == 3:
            side = shape[0]
        elif shape is not None and side is not None and shape != (side * side * IMAGE_CHANNELS,):
            side = None  # averaged over the whole image
    output = network.report().layers[-1].output_shape
    return FirstKernels(side, output[0], slides=False) if side and output else None


def read_kernels(content: bytes, kernels: FirstKernels) -> NDArray[np.float32]:
    """The pictures of the first layer.

    Args:
        content: a snapshot: a file that `save_weights` wrote.
        kernels: what `first_kernels` says of the run's network.

    Returns:
        float32 (kernels.shown, side, side), finite.

    Raises:
        ValueError: when the content is damaged or of another network.
    """
    shape = (kernels.side, kernels.side, 1, kernels.count)
    weights = _first_with_kernels(content)
    # Depthwise weights have the same order as a convolution's on one channel, a Dense layer's are flat.
    if weights.size != np.prod(shape) or weights.shape[-1] != kernels.count:
        raise ValueError(f"The snapshot's first weights are {weights.shape}, and {shape} were expected.")
    pictures = weights.reshape(shape)[:, :, 0, : kernels.shown].transpose(2, 0, 1)  # (shown, side, side)
    return np.nan_to_num(pictures.astype(np.float32), posinf=0.0, neginf=0.0)


def _first_with_kernels(content: bytes) -> NDArray[Any]:
    # The vectors before it are the statistics of a normalization.
    for _, each in sorted(unpack_npz("The snapshot", io.BytesIO(content)).items()):
        if each.ndim > 1 and np.issubdtype(each.dtype, np.floating):
            return each
    raise ValueError("The snapshot holds no weights of a layer.")
