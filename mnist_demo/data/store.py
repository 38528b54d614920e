"""Write data to disk and read it, so that a training process can load what a visitor uploaded."""

import contextlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data.errors import DataError, quoted, reason
from mnist_demo.data.limits import MAX_FILES, MAX_IMAGES_PER_FILE
from mnist_demo.data.splits import MnistData, Split, SplitName
from mnist_demo.dimensions import PIXELS
from mnist_demo.fields import shown
from mnist_demo.files import ZIP_FAULTS, DamagedFileError, damage_named, read_npz

VERSION = 1

MAX_BYTES = 2 * MAX_FILES * MAX_IMAGES_PER_FILE * (PIXELS + 1)
"""Most bytes that a data file of ours unpacks to: twice the most that an upload has."""


def save_data(data: MnistData, path: Path) -> None:
    """Write data to a file: a compressed `.npz` with the three splits and a member `about` of JSON.

    The file appears whole or not at all: it is written beside its place and then renamed.

    Args:
        data: What to keep.
        path: The file; its folder must exist. A file that is there is replaced.

    Raises:
        OSError: If it cannot be written.
    """
    about = {"version": VERSION, "name": data.name, "class_names": data.class_names, "seed": data.seed}
    arrays: dict[str, NDArray[np.uint8]] = {"about": np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)}
    for split in SplitName:
        arrays[f"{split}_images"] = data.split(split).images
        arrays[f"{split}_labels"] = data.split(split).labels
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            _write_npz(file, arrays)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def is_whole(path: Path) -> bool:
    """Tell whether a file of `save_data` is there and unchanged; little of the file is in memory at a time."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except ZIP_FAULTS:
        return False


def load_sizes(path: Path) -> tuple[int, int]:
    """Count the training and the validation images in a file of `save_data`, without reading the images.

    Raises:
        DataError: As `load_data` does.
    """
    with _named(path):
        arrays = read_npz(path, ["train_labels", "validation_labels"], MAX_BYTES)
        train, validation = (len(labels) for labels in arrays.values())
        return train, validation


def load_data(path: Path) -> MnistData:
    """Read what `save_data` wrote; the same digest, name, class names and splits.

    Raises:
        DataError: If there is no such file, or it is damaged or something else.
    """
    with _named(path):
        arrays = read_npz(path, most=MAX_BYTES)
        about = json.loads(arrays["about"].tobytes())
        if about["version"] != VERSION:
            raise ValueError(f"it has version {shown(about['version'])}")
        splits = {str(split): Split(arrays[f"{split}_images"], arrays[f"{split}_labels"]) for split in SplitName}
        return MnistData(name=about["name"], class_names=tuple(about["class_names"]), seed=about["seed"], **splits)


def _write_npz(file: IO[bytes], arrays: Mapping[str, NDArray[np.uint8]]) -> None:
    """Write as `numpy.savez_compressed` does, but at the quickest level, and without copies of the arrays."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=1) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array_header_1_0(member, np.lib.format.header_data_from_array_1_0(array))
                member.write(array.data)


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Let a `DataError` say that a file is not there, damaged or something else."""
    try:
        with damage_named(path.name):
            yield
    except (OSError, DamagedFileError) as error:
        raise DataError(
            f"{quoted(path.name)} cannot be read ({reason(error)}): "
            f"accepted is data of version {VERSION} as the lab keeps it."
        ) from error
