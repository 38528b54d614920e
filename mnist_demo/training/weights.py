"""A network's weights as plain arrays in an .npz, a file that holds no code."""

import io
from pathlib import Path
from typing import Any

import numpy as np

from mnist_demo.data import NPZ_FAULTS
from mnist_demo.runs import write_atomically


def save_weights(path: Path, model: Any) -> None:
    """Write a Keras model's weights in its own order, atomically."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **{f"{i:03d}": w for i, w in enumerate(model.get_weights())})
    write_atomically(path, buffer.getvalue())


def load_weights(path: Path, model: Any) -> None:
    """Read weights that `save_weights` wrote into a model of the same network.

    Raises:
        OSError: when the file cannot be read.
        ValueError: when it is damaged or of another network.
    """
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            weights = [arrays[name] for name in sorted(arrays.files)]
    except OSError:
        raise
    except NPZ_FAULTS as error:
        # What numpy says is for programmers, and advises to load it unsafely.
        raise ValueError(f"{path.name} is damaged.") from error
    # Checked first: Keras sets one array after the other, and a damaged member is bytes without a shape.
    shapes = [tuple(weight.shape) for weight in model.weights]
    if not all(isinstance(array, np.ndarray) for array in weights) or [array.shape for array in weights] != shapes:
        raise ValueError(f"{path.name} is damaged, or belongs to another network.")
    model.set_weights(weights)
