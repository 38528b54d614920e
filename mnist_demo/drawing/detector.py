"""A second judgement of a drawing, by a small network that has also learned from non-digits.

A network that learned nothing but digits is sure of letters too. No rule on its answers changes that, nor did any
distance to MNIST's images that was tried: at 2% of pen-written digits refused, the five nearest neighbours accepted
28% of letters, and the residual from each class's principal components 32%. So the preset `canvas`, which learned from
MNIST and from non-digits made of MNIST (`Augmentation.non_digits`), was trained once and its weights come with the
package. The detector answers whether a drawing is a digit, never which one. It has 80,000 weights, needs numpy alone
and takes a fraction of a millisecond. `tests/detector_recipe.py` made the weights, and can make them again.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_demo.files import read_npz

WEIGHTS = Path(__file__).with_name("detector.npz")

_POOLED = (True, False, True)
"""Whether a 2×2 max pooling follows each of the convolutions."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class WeightLayer:
    """Weights of a layer, then a scale and a shift of each output, which include the learned normalization.

    Attributes:
        kernel: (height, width, channels, outputs) of a convolution, or (inputs, outputs).
        scale: (outputs,).
        shift: (outputs,).
    """

    kernel: Floats
    scale: Floats
    shift: Floats

    def __post_init__(self) -> None:
        if not self.scale.shape == self.shift.shape == self.kernel.shape[-1:]:
            raise ValueError("A layer has one scale and one shift for each output.")


WeightLayers = tuple[WeightLayer, ...]


def detect(digit: NDArray[np.uint8], layers: WeightLayers | None = None) -> NDArray[np.float64]:
    """Return the detector's answer to a picture: ten nearly equal probabilities where the picture is no digit.

    Args:
        digit: uint8 (28, 28), white ink on black.
        layers: Three convolutions and two dense layers; by default those of the package.

    Returns:
        float64 (10,), 0 to 1, summing to 1, calibrated on MNIST's validation images.
    """
    layers = read_layers(WEIGHTS) if layers is None else layers
    maps = (digit[..., np.newaxis] / 255).astype(np.float32)  # (28, 28, 1)
    for layer, is_pooled in zip(layers, _POOLED, strict=False):
        maps = _convolved(maps, layer.kernel)
        if is_pooled:
            maps = _pooled(maps)
        maps = np.maximum(layer.scale * maps + layer.shift, 0)
    # (12, 12, 16), (10, 10, 32) and (4, 4, 32)
    hidden, last = layers[len(_POOLED) :]
    seen = np.maximum(hidden.scale * (maps.ravel() @ hidden.kernel) + hidden.shift, 0)
    logits = (last.scale * (seen @ last.kernel) + last.shift).astype(np.float64)
    powers = np.exp(logits - logits.max())
    shares: NDArray[np.float64] = powers / powers.sum()
    return shares


@functools.lru_cache(maxsize=1)
def read_layers(path: Path) -> WeightLayers:
    """Read the layers that `write_layers` wrote."""
    arrays = read_npz(path)
    names = sorted({name.split(".")[0] for name in arrays})
    return tuple(
        WeightLayer(*(arrays[f"{name}.{part}"].astype(np.float32) for part in ("kernel", "scale", "shift")))
        for name in names
    )


def write_layers(path: Path, layers: WeightLayers) -> None:
    """Write layers to a file, as plain arrays; half precision is enough for kernels and halves the file."""
    arrays: dict[str, NDArray[np.floating]] = {}
    for index, layer in enumerate(layers):
        arrays[f"{index}.kernel"] = layer.kernel.astype(np.float16)
        arrays[f"{index}.scale"], arrays[f"{index}.shift"] = layer.scale, layer.shift
    np.savez_compressed(path, allow_pickle=False, **arrays)


def _convolved(maps: Floats, kernel: Floats) -> Floats:
    """Slide each kernel over the maps (height, width, channels), without padding."""
    windows = np.lib.stride_tricks.sliding_window_view(maps, kernel.shape[:2], axis=(0, 1))  # (h, w, channels, kh, kw)
    convolved: Floats = np.tensordot(windows, kernel, axes=((3, 4, 2), (0, 1, 2)))
    return convolved


def _pooled(maps: Floats) -> Floats:
    """Return the highest value of each 2×2 square; both sides must be even."""
    height, width, channels = maps.shape
    pooled: Floats = maps.reshape(height // 2, 2, width // 2, 2, channels).max(axis=(1, 3))
    return pooled
