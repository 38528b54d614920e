"""Files as other programs write them, made here byte by byte."""

import gzip
import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.data import Upload

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


def some_images(count: int, seed: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return images of noise, all different, with labels."""
    random = np.random.default_rng(seed)
    images = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return images, random.integers(0, 10, count, dtype=np.uint8)


def idx(array: NDArray[np.uint8]) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def idx_gz(array: NDArray[np.uint8]) -> bytes:
    return gzip.compress(idx(array))


def npz(**arrays: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def sprite(images: NDArray[np.uint8], mode: str = "L") -> bytes:
    file = io.BytesIO()
    Image.fromarray(images.reshape(len(images), 784)).convert(mode).save(file, "png")
    return file.getvalue()


def one_hot(labels: NDArray[np.uint8]) -> bytes:
    return b"".join(bytes(int(label == place) for place in range(10)) for label in labels)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int,
    height: int,
    rows: bytes,
    *,
    depth: int = 8,
    colour_type: int = 0,
    interlaced: int = 0,
    before: bytes = b"",
) -> bytes:
    """Return a PNG with the given header around compressed rows, whether they fit or not."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlaced)
    return PNG_MAGIC + png_chunk(b"IHDR", header) + before + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")


def png_rows(rows: NDArray[np.uint8]) -> bytes:
    """Return compressed rows of bytes, each after a byte for filter 0."""
    return zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))


def uploads(**contents: bytes) -> list[Upload]:
    """Return uploads named by the keywords: ``train__images`` becomes "train-images"."""
    return [Upload(name.replace("__", "-"), content) for name, content in contents.items()]
