"""The weights of the first layer as pictures, read from a snapshot without building the network."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.files import unpack_npz
from mnist_demo.network import IMAGE_CHANNELS, IMAGE_SIDE, Conv2D, Dense, DepthwiseConv2D, Network
from mnist_demo.runs import Run

MAX_VALUES = 16_384
"""Most weights shown of one layer: 64 kernels of 11×11 or 20 units over all 784 pixels have fewer."""

MAX_PICTURES = 64
"""Most kernels shown of one layer."""


@dataclass(frozen=True)
class FirstKernels:
    """The shape of the first layer with weights, each of whose outputs depends on a square of the image.

    Attributes:
        side: Width and height of the square in pixels; after a pooling layer, in pixels of the pooled image.
        count: Outputs of the layer, each with weights of its own.
        slides: Whether the square slides over the image, as in a convolution, or covers the whole image.
    """

    side: int
    count: int
    slides: bool

    @property
    def shown(self) -> int:
        """Return how many kernels are shown; they are the first ones of the layer."""
        return min(self.count, MAX_PICTURES, MAX_VALUES // self.side**2)


def first_kernels(network: Network) -> FirstKernels | None:
    """Return the kernels of a network's first layer; None where the layer sees averages of the image only."""
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
            side = None  # the layer averages over the whole image
    output = network.report().layers[-1].output_shape
    return FirstKernels(side, output[0], slides=False) if side and output else None


def read_kernels(content: bytes, kernels: FirstKernels) -> NDArray[np.float32]:
    """Return the pictures of the first layer.

    Args:
        content: A snapshot, which `save_weights` wrote.
        kernels: The result of `first_kernels` for the run's network.

    Returns:
        float32 (kernels.shown, side, side), finite.

    Raises:
        ValueError: If the content is damaged or of another network.
    """
    shape = (kernels.side, kernels.side, 1, kernels.count)
    weights = _first_with_kernels(content)
    # Depthwise weights have the order of a convolution's on one channel; a Dense layer's weights are flat.
    if weights.size != np.prod(shape) or weights.shape[-1] != kernels.count:
        raise ValueError(f"The snapshot's first weights are {weights.shape}, and {shape} were expected.")
    pictures = weights.reshape(shape)[:, :, 0, : kernels.shown].transpose(2, 0, 1)  # (shown, side, side)
    return np.nan_to_num(pictures.astype(np.float32), posinf=0.0, neginf=0.0)


def kernel_change(run: Run) -> float | None:
    """Return how far a training has moved the weights of the first layer.

    Returns:
        The length of the change since before the first batch, as a share of the length at first: 0 for no change. None
        where the run has no epoch yet, the first layer has no kernels, or a snapshot cannot be read.
    """
    kernels = first_kernels(run.experiment.network)
    snapshots = run.snapshots
    if kernels is None or len(snapshots) < 2:
        return None
    try:
        first, last = (read_kernels(path.read_bytes(), kernels) for path in (snapshots[0], snapshots[-1]))
    except (OSError, ValueError):
        return None
    length = float(np.linalg.norm(first))
    return float(np.linalg.norm(last - first)) / length if length else None


def _first_with_kernels(content: bytes) -> NDArray[Any]:
    # The vectors before the first matrix are the statistics of a normalization.
    for _, each in sorted(unpack_npz("The snapshot", io.BytesIO(content)).items()):
        if each.ndim > 1 and np.issubdtype(each.dtype, np.floating):
            return each
    raise ValueError("The snapshot holds no weights of a layer.")
