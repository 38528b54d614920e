"""Data on disk, so that a training process can take up what a visitor uploaded."""

import json
import os
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

from mnist_demo.data.errors import DataError, quoted
from mnist_demo.data.splits import MnistData, Split, SplitName

VERSION = 1


def save_data(data: MnistData, path: Path) -> None:
    """Write data to a file: an uncompressed ``.npz`` with the three splits and a member ``about`` of JSON.

    The file appears whole or not at all: it is written beside its place and then renamed.

    Args:
        data: What to keep.
        path: The file; its folder must exist. A file that is there is replaced.

    Raises:
        OSError: If it cannot be written.
    """
    about = {"version": VERSION, "name": data.name, "class_names": data.class_names, "seed": data.seed}
    arrays = {"about": np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)}
    for split in SplitName:
        arrays[f"{split}_images"] = data.split(split).images
        arrays[f"{split}_labels"] = data.split(split).labels
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def load_data(path: Path) -> MnistData:
    """Read what ``save_data`` wrote; the same digest, name, class names and splits.

    Raises:
        DataError: If there is no such file, or it is damaged or something else.
    """
    try:
        # Opened here: numpy leaves a file open that turns out to be no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            about = json.loads(archive["about"].tobytes())
            if about["version"] != VERSION:
                raise DataError(f"it has version {about['version']!r}")
            splits = {str(split): Split(archive[f"{split}_images"], archive[f"{split}_labels"]) for split in SplitName}
            return MnistData(name=about["name"], class_names=tuple(about["class_names"]), seed=about["seed"], **splits)
    except (
        OSError,
        EOFError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise DataError(
            f"{quoted(path.name)} cannot be read ({error}): accepted is data of version {VERSION} as the lab keeps it."
        ) from error
