"""Keras' `.npz`: a zip of `.npy` arrays named x_train, y_train, x_test and y_test."""

import io
import zipfile

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data.errors import DataError, quoted, reason
from mnist_demo.data.formats.format import WholeFormat
from mnist_demo.data.formats.npy import read_images, read_labels, read_npy_header
from mnist_demo.data.splits import Split
from mnist_demo.files import ZIP_FAULTS

ZIP_MAGIC = b"PK\x03\x04"
CENTRAL_ENTRY_MAGIC = b"PK\x01\x02"
MAX_MEMBERS = 32
SHOWN_MEMBERS = 6
MAX_EXPANSION = 300
"""Most times that an array is longer than its compressed bytes. MNIST reaches 25 as float64 and 136 when every pixel is
made 0 or 1; zeros reach 1,030, and 627 MB of them keep a core busy for two seconds."""
SMALL = 8_000_000
"""Bytes up to which an array may be compressed without bound, because it costs little, such as sorted labels."""
SUFFIX = ".npy"


# The keys are the names of the arrays, with SUFFIX or without, as `numpy.load` takes them.
Members = dict[str, zipfile.ZipInfo]


def is_npz(content: bytes) -> bool:
    """Tell whether the content begins like a zip archive that is not empty."""
    return content.startswith(ZIP_MAGIC)


def read_npz(name: str, content: bytes) -> tuple[Split, Split | None]:
    """Read Keras' `.npz`, compressed or not.

    Args:
        name: What the file is called in an error.
        content: The whole file.

    Returns:
        The training images, and the test images if there are any.

    Raises:
        DataError: If it is wrong, truncated or hostile. Nothing is unpickled; sizes are checked before values
            are read, and never is more decompressed than an array's header promises within bounds.
    """
    # Each entry of a zip's directory begins with these bytes, and zipfile makes an object of each entry.
    if content.count(CENTRAL_ENTRY_MAGIC) > MAX_MEMBERS:
        raise DataError(f"{quoted(name)} holds more than {MAX_MEMBERS} members: accepted is a Keras .npz with four.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read_archive(name, archive)
    except DataError:
        raise
    except ZIP_FAULTS as error:
        raise DataError(
            f"{quoted(name)} is a damaged zip archive ({reason(error)}): accepted is a whole Keras .npz."
        ) from error


def _read_archive(name: str, archive: zipfile.ZipFile) -> tuple[Split, Split | None]:
    arrays = [member.removesuffix(SUFFIX) for member in archive.namelist()]
    twice = {array for array in arrays if arrays.count(array) > 1}
    if twice:
        raise DataError(f"{quoted(name)} holds {quoted(min(twice))} twice: accepted is each array once.")
    if not {"x_train", "y_train"} <= set(arrays) or ("x_test" in arrays) != ("y_test" in arrays):
        more = [f"{len(arrays) - SHOWN_MEMBERS} more"] if len(arrays) > SHOWN_MEMBERS else []
        found = ", ".join([*map(quoted, arrays[:SHOWN_MEMBERS]), *more]) or "nothing"
        raise DataError(
            f"{quoted(name)} holds {found}: accepted is a Keras .npz with x_train and y_train, and x_test "
            "and y_test or neither."
        )
    members = dict(zip(arrays, archive.infolist(), strict=True))
    train = _read_pair(name, archive, members, "train")
    return train, _read_pair(name, archive, members, "test") if "x_test" in arrays else None


def _read_pair(name: str, archive: zipfile.ZipFile, members: Members, part: str) -> Split:
    images, labels = (_read_array(name, archive, members, f"{kind}_{part}") for kind in ("x", "y"))
    if len(images) != len(labels):
        raise DataError(
            f"{quoted(name)} holds {len(images):,} images in x_{part} and {len(labels):,} labels in "
            f"y_{part}: accepted is one label for each image."
        )
    return Split(images, labels)


def _read_array(name: str, archive: zipfile.ZipFile, members: Members, array: str) -> NDArray[np.uint8]:
    where = f"{quoted(array)} in {quoted(name)}"
    member = members[array]
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DataError(
            f"{where} is compressed by method {member.compress_type}: accepted are 'stored' and 'deflated'."
        )
    with archive.open(member) as stream:
        header = read_npy_header(where, stream)
        if header.total_bytes != member.file_size:
            raise DataError(
                f"{where} promises {header.shape} in {header.total_bytes:,} bytes and is "
                f"{member.file_size:,} long: accepted is a whole array."
            )
        if header.total_bytes > max(SMALL, MAX_EXPANSION * member.compress_size):
            raise DataError(
                f"{where} unpacks to {header.total_bytes:,} bytes from {member.compress_size:,}: accepted is up to "
                f"{MAX_EXPANSION} times as much, and real images need a tenth of that."
            )
        return (read_images if array.startswith("x") else read_labels)(where, header, stream)


FORMAT = WholeFormat("one Keras .npz", is_npz, read_npz)
