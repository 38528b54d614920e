"""A network's weights as plain arrays in an .npz: nothing in the file can run."""

import io
from pathlib import Path
from typing import Any

import numpy as np

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
    with np.load(path, allow_pickle=False) as arrays:
        model.set_weights([arrays[name] for name in sorted(arrays.files)])
