"""IDX, the format in which MNIST was published: http://yann.lecun.com/exdb/mnist/, "FILE FORMATS".

A magic number (0, 0, type code, number of dimensions), each dimension as a big-endian 32-bit number, then
the values.
"""

import math
import struct
import zlib
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data.errors import DataError, quoted, reason
from mnist_demo.data.formats.format import PairFormat, Part
from mnist_demo.data.labels import checked_labels
from mnist_demo.data.limits import MAX_IMAGES_PER_FILE
from mnist_demo.dimensions import IMAGE_SIDE

GZIP_MAGIC = b"\x1f\x8b"
# A compressor that cuts MNIST's largest file into blocks of 64 kB makes 720 of them.
MAX_MEMBERS = 2_000
BYTES_PER_PIECE = 1 << 16
MAGIC_LENGTH = 4
# The third byte is the type: 08 stands for unsigned bytes.
IDX_LABELS_MAGIC = b"\0\0\x08\x01"
IDX_IMAGES_MAGIC = b"\0\0\x08\x03"
LONGEST_HEADER = MAGIC_LENGTH + 3 * 4


class IdxDimensions(IntEnum):
    """What an IDX file holds, told by its number of dimensions."""

    LABELS = 1
    IMAGES = 3


def is_gzip(content: bytes) -> bool:
    """Tell whether the content is compressed by gzip."""
    return content.startswith(GZIP_MAGIC)


def is_idx(content: bytes) -> bool:
    """Tell whether the content begins like IDX of any type and dimensions; gzipped content is taken for IDX."""
    return is_gzip(content) or content.startswith(b"\0\0")


def idx_dimensions(name: str, content: bytes) -> IdxDimensions:
    """Return whether an IDX file, plain or `.gz`, holds images or labels.

    Raises:
        DataError: If it is neither.
    """
    head = bytes(_unzipped(name, content, MAGIC_LENGTH)[0]) if is_gzip(content) else content[:MAGIC_LENGTH]
    if head not in (IDX_IMAGES_MAGIC, IDX_LABELS_MAGIC):
        raise DataError(
            f"{quoted(name)} begins with {head.hex(' ') or 'nothing'}: accepted is IDX of unsigned bytes "
            "with 3 dimensions (00 00 08 03, images) or 1 dimension (00 00 08 01, labels)."
        )
    return IdxDimensions(head[3])


def read_idx(name: str, content: bytes) -> NDArray[np.uint8]:
    """Read an IDX file, plain or `.gz`.

    Args:
        name: What the file is called in an error.
        content: The whole file.

    Returns:
        Images uint8 (n, 28, 28) or labels uint8 (n,) from 0 to 9, read-only.

    Raises:
        DataError: If it is wrong, truncated, too long or hostile. Nothing beyond the size that the header
            promises is ever decompressed, and nothing at all if that is too much.
    """
    dimensions = idx_dimensions(name, content)
    header = _unzipped(name, content, LONGEST_HEADER)[0] if is_gzip(content) else content[:LONGEST_HEADER]
    start = MAGIC_LENGTH + 4 * dimensions
    if len(header) < start:
        raise DataError(f"{quoted(name)} ends within its header: accepted is a whole IDX file.")
    shape = struct.unpack(f">{dimensions}I", header[MAGIC_LENGTH:start])
    _check_shape(name, shape)
    size = start + math.prod(shape)
    plain, ended_well = _unzipped(name, content, size + 1) if is_gzip(content) else (content, True)
    if len(plain) != size or not ended_well:
        found = "fewer" if len(plain) < size else "more" if len(plain) > size else "no proper end of gzip"
        raise DataError(
            f"{quoted(name)} promises {shape[0]:,} {dimensions.name.lower()} in {size:,} bytes and holds "
            f"{found}: accepted is a whole IDX file and nothing after it."
        )
    values = np.frombuffer(plain, dtype=np.uint8, offset=start).reshape(shape)
    values.flags.writeable = False
    return values if dimensions is IdxDimensions.IMAGES else checked_labels(quoted(name), values)


def _check_shape(name: str, shape: tuple[int, ...]) -> None:
    if not 1 <= shape[0] <= MAX_IMAGES_PER_FILE:
        raise DataError(
            f"{quoted(name)} promises {shape[0]:,} {'images' if len(shape) == 3 else 'labels'}: "
            f"accepted are 1 to {MAX_IMAGES_PER_FILE:,}."
        )
    if len(shape) == 3 and shape[1:] != (IMAGE_SIDE, IMAGE_SIDE):
        raise DataError(f"{quoted(name)} promises images of {shape[1]}×{shape[2]} pixels: accepted are 28×28.")


def _unzipped(name: str, content: bytes, limit: int) -> tuple[bytearray, bool]:
    """Return at most `limit` decompressed bytes, and whether the file ended well by then.

    Well means with good checksums and nothing after the last of its members, which are gzip streams one after the
    other, as parallel compressors write them. Not `gzip.GzipFile`: it goes on through any number of empty members,
    and a million of them take seconds.

    Raises:
        DataError: If a member is damaged, or there are too many.
    """
    plain, position = bytearray(), 0
    for _ in range(MAX_MEMBERS):
        stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        try:
            while not stream.eof and position < len(content) and len(plain) < limit:
                piece = content[position : position + BYTES_PER_PIECE]
                plain += stream.decompress(piece, limit - len(plain))
                position += len(piece) - len(stream.unconsumed_tail) - len(stream.unused_data)
        except zlib.error as error:
            raise DataError(f"{quoted(name)} is damaged ({reason(error)}): accepted is a whole gzip file.") from error
        if not content.startswith(GZIP_MAGIC, position) or len(plain) == limit or not stream.eof:
            return plain, stream.eof and position == len(content)
    raise DataError(f"{quoted(name)} has more than {MAX_MEMBERS:,} gzip members: accepted are up to as many.")


def _part(name: str, content: bytes) -> Part | None:
    if not is_idx(content):
        return None
    return Part.LABELS if idx_dimensions(name, content) is IdxDimensions.LABELS else Part.IMAGES


FORMAT = PairFormat(
    "IDX files (plain or .gz) of images and of labels",
    part=_part,
    read_images=read_idx,
    read_labels=lambda name, content, count: read_idx(name, content),
)
