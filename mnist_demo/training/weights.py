"""A network's weights as plain arrays in an .npz, a file that holds no code."""

from pathlib import Path
from typing import Any

from mnist_demo.files import DamagedFileError, read_npz, write_npz


def save_weights(path: Path, model: Any) -> None:
    """Write a Keras model's weights in its own order, atomically."""
    write_npz(path, {f"{index:03d}": weights for index, weights in enumerate(model.get_weights())})


def load_weights(path: Path, model: Any) -> None:
    """Read weights that `save_weights` wrote into a model of the same network.

    Raises:
        OSError: If the file cannot be read.
        DamagedFileError: If the file is damaged or of another network.
    """
    weights = [array for _, array in sorted(read_npz(path).items())]
    # All shapes are checked first, because Keras sets one array after the other.
    forms = [(tuple(weight.shape), weight.dtype) for weight in model.weights]
    if [(array.shape, array.dtype.name) for array in weights] != forms:
        raise DamagedFileError(path.name, "its weights are not those of this network")
    model.set_weights(weights)
