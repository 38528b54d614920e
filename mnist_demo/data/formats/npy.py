"""One array out of an untrusted `.npy` stream.

The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.

numpy's own reader evaluates the header as Python, allocates whatever it promises and may warn. Here the
header is matched against the few forms that arrays of numbers have, sizes are bounded before anything is
read, and the values are turned into uint8 a piece at a time, so that an array of float64 never stands in
memory as a whole.
"""

import math
import re
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data.errors import DataError
from mnist_demo.data.labels import checked_labels, labels_from_one_hot
from mnist_demo.data.limits import MAX_IMAGES_PER_FILE
from mnist_demo.dimensions import CLASSES, IMAGE_SIDE, PIXELS

MAGIC = b"\x93NUMPY"
# The number of bytes that hold the header's length, by major version.
LENGTH_BYTES = {1: 2, 2: 4, 3: 4}
LONGEST_HEADER = 10_000

# A header without its spaces is searched for these; each matches in one way only, so no header makes them slow.
DESCR = re.compile(r"""['"]descr['"]:['"]([<>|=]?(?:b1|[iu][1248]|f[248]))['"]""")
FORTRAN_ORDER = re.compile(r"""['"]fortran_order['"]:(True|False)""")
SHAPE = re.compile(r"""['"]shape['"]:\(((?:\d{1,9},){0,4}(?:\d{1,9})?)\)""")

VALUES_PER_PIECE = 1 << 20


@dataclass(frozen=True)
class NpyHeader:
    """What a `.npy` stream promises, and how many bytes its header took."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran_order: bool
    length: int

    @property
    def total_bytes(self) -> int:
        """Length of header and values."""
        return self.length + math.prod(self.shape) * self.dtype.itemsize


def read_npy_header(where: str, stream: IO[bytes]) -> NpyHeader:
    """Read the header and leave the stream at the first value.

    Args:
        where: What the array is called in an error.
        stream: The bytes of the array.

    Raises:
        DataError: If it is not the header of an array of numbers.
    """
    magic = stream.read(len(MAGIC) + 2)
    if not magic.startswith(MAGIC) or magic[-2] not in LENGTH_BYTES:
        raise DataError(f"{where} begins with {magic.hex(' ') or 'nothing'}: accepted is an array as numpy saves it.")
    length_bytes = LENGTH_BYTES[magic[-2]]
    length = int.from_bytes(stream.read(length_bytes), "little")
    if length > LONGEST_HEADER:
        raise DataError(f"{where} promises a header of {length:,} bytes: accepted are {LONGEST_HEADER:,}.")
    text = "".join(stream.read(length).decode("latin-1").split())
    descr, fortran_order, shape = (pattern.search(text) for pattern in (DESCR, FORTRAN_ORDER, SHAPE))
    if descr is None or fortran_order is None or shape is None:
        raise DataError(
            f"{where} has the header {text[:120]!r}: accepted are plain arrays of integers, floats "
            "or booleans, and no Python objects."
        )
    return NpyHeader(
        dtype=np.dtype(descr[1]),
        shape=tuple(int(number) for number in re.findall(r"\d+", shape[1])),
        fortran_order=fortran_order[1] == "True",
        length=len(magic) + length_bytes + length,
    )


def read_images(where: str, header: NpyHeader, stream: IO[bytes]) -> NDArray[np.uint8]:
    """Read images as uint8 (n, 28, 28).

    Accepted are the shapes (n, 28, 28), (n, 28, 28, 1) and (n, 784), holding whole numbers in 0–255, floats
    in [0, 1] (1 becomes 255) or booleans (True becomes 255).

    Raises:
        DataError: If shape, type or a value does not fit, or the stream ends too early.
    """
    forms = ((IMAGE_SIDE, IMAGE_SIDE), (IMAGE_SIDE, IMAGE_SIDE, 1), (PIXELS,))
    if header.shape[1:] not in forms or not 1 <= header.shape[0] <= MAX_IMAGES_PER_FILE:
        raise DataError(
            f"{where} has the shape {header.shape}: accepted are (n, 28, 28), (n, 28, 28, 1) and (n, 784) "
            f"with 1 to {MAX_IMAGES_PER_FILE:,} images."
        )
    pixels = _read_uint8(where, header, stream, unit_value=255)
    return pixels.reshape(-1, IMAGE_SIDE, IMAGE_SIDE)


def read_labels(where: str, header: NpyHeader, stream: IO[bytes]) -> NDArray[np.uint8]:
    """Read labels as uint8 (n,), 0 to 9.

    Accepted are the shapes (n,), (n, 1) and, one-hot, (n, 10), of whole numbers in any type.

    Raises:
        DataError: If shape, type or a value does not fit, or the stream ends too early.
    """
    if (
        header.shape[1:] not in ((), (1,), (CLASSES,))
        or not header.shape
        or not 1 <= header.shape[0] <= MAX_IMAGES_PER_FILE
    ):
        raise DataError(
            f"{where} has the shape {header.shape}: accepted are (n,), (n, 1) and (n, 10) "
            f"with 1 to {MAX_IMAGES_PER_FILE:,} labels."
        )
    labels = _read_uint8(where, header, stream, unit_value=1)
    if header.shape[1:] == (CLASSES,):
        return labels_from_one_hot(where, labels)
    return checked_labels(where, labels.reshape(-1))


def _read_uint8(where: str, header: NpyHeader, stream: IO[bytes], *, unit_value: int) -> NDArray[np.uint8]:
    """Read all values as uint8; floats all in [0, 1], and booleans, are multiplied by `unit_value`.

    With a `unit_value` of 1, floats have to be whole numbers.
    """
    count = math.prod(header.shape)
    values = np.empty(count, dtype=np.uint8)
    # Whether the floats so far can be fractions of `unit_value`, or whole numbers; 0 and 1 can be both.
    fractions, whole = header.dtype.kind == "f" and unit_value != 1, True
    for start in range(0, count, VALUES_PER_PIECE):
        stop = min(start + VALUES_PER_PIECE, count)
        piece = _read_piece(where, header, stream, stop - start)
        if header.dtype.kind == "f":
            whole = whole and bool((piece == np.rint(piece)).all())
            if fractions and piece.max() > 1:
                fractions = False
                values[:start] //= unit_value
            if not fractions and not whole:
                raise DataError(
                    f"{where} holds floats that are not whole numbers: accepted are whole ones."
                    if unit_value == 1
                    else f"{where} holds floats that are neither all within 0 and 1 nor all whole numbers: "
                    "accepted is one or the other."
                )
        if header.dtype.kind == "b":
            values[start:stop] = (piece != 0) * np.uint8(unit_value)
        elif fractions:
            values[start:stop] = np.rint(piece * np.float32(unit_value))
        else:
            values[start:stop] = piece
    return values.reshape(header.shape, order="F" if header.fortran_order else "C")


def _read_piece(where: str, header: NpyHeader, stream: IO[bytes], count: int) -> NDArray[Any]:
    """Read `count` values, all finite and from 0 to 255."""
    content = stream.read(count * header.dtype.itemsize)
    if len(content) != count * header.dtype.itemsize:
        raise DataError(f"{where} ends before all of the {header.shape} that it promises: accepted is a whole array.")
    # A byte other than 0 and 1 is not a valid bool to numpy; as a number it is.
    piece = np.frombuffer(content, dtype=np.uint8 if header.dtype.kind == "b" else header.dtype)
    if piece.dtype == np.uint8:
        return piece
    # A NaN comes out as the minimum and fails the comparison; a signalling one would warn on its way.
    with np.errstate(invalid="ignore"):
        lowest, highest = piece.min(), piece.max()
    if not (lowest >= 0 and highest <= 255):
        raise DataError(f"{where} holds values from {lowest} to {highest}: accepted are numbers from 0 to 255.")
    return piece
