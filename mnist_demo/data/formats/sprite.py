"""The codelab's sprite: a PNG with a row of 784 pixels for each image, and a file of labels as bytes.

https://storage.googleapis.com/learnjs-data/model-builder/mnist_images.png and mnist_labels_uint8: 65,000
images.
"""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.data.errors import DataError, quoted, reason
from mnist_demo.data.formats.format import PairFormat, Part
from mnist_demo.data.formats.idx import IDX_LABELS_MAGIC, is_gzip, read_idx
from mnist_demo.data.formats.png_strips import MAX_ROWS_AT_ONCE, PNG_MAGIC, strips
from mnist_demo.data.labels import checked_labels, labels_from_one_hot
from mnist_demo.dimensions import CLASSES, IMAGE_SIDE, PIXELS

# MNIST has as many images.
MAX_SPRITE_IMAGES = 70_000
# A sprite of 20 MB in the 8 KB chunks of libpng has 2,600.
MAX_CHUNKS = 20_000
# Channels and bit depths by colour type (PNG specification, 11.2.1).
PALETTE = 3
COLOUR_TYPES = {
    0: (1, (1, 2, 4, 8, 16)),  # grey
    2: (3, (8, 16)),  # RGB
    PALETTE: (1, (1, 2, 4, 8)),
    4: (2, (8, 16)),  # grey with alpha
    6: (4, (8, 16)),  # RGB with alpha
}
# Deflate makes at most 1,032 bytes out of one, so a piece never becomes more than 17 MB.
BYTES_PER_PIECE = 1 << 14

# Pillow raises these for a PNG that it cannot decode.
PILLOW_FAULTS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


def is_png(content: bytes) -> bool:
    """Tell whether the content begins like a PNG."""
    return content.startswith(PNG_MAGIC)


def read_sprite(name: str, content: bytes) -> NDArray[np.uint8]:
    """Read the images of a sprite.

    Grey, RGB and palette images of any bit depth are accepted. Colours are read by their luminance (ITU-R
    601, as Pillow has it), and what is transparent as black, which is how the codelab's canvas shows it.

    Args:
        name: What the file is called in an error.
        content: The whole file.

    Returns:
        uint8 (n, 28, 28).

    Raises:
        DataError: If it is not a PNG, is not 784 pixels wide, is too high, or is damaged. Pillow decodes only
            after the size and every checksum have been checked, and never sees more than the picture itself
            (no text, no profiles).
    """
    chunks = _picture_chunks(name, content)
    height, row_bytes = _checked_size(name, chunks)
    pixels = np.empty((height, PIXELS), dtype=np.uint8)
    try:
        top = 0
        for strip in strips(chunks, row_bytes):
            pixels[top : top + strip.height] = _on_black(strip)
            top += strip.height
    except PILLOW_FAULTS as error:
        raise DataError(f"{quoted(name)} is a damaged PNG ({reason(error)}): accepted is a whole one.") from error
    return pixels.reshape(height, IMAGE_SIDE, IMAGE_SIDE)


def read_sprite_labels(name: str, content: bytes, count: int) -> NDArray[np.uint8]:
    """Read the labels of a sprite with `count` images.

    Args:
        name: What the file is called in an error.
        content: One byte for each image, or ten one-hot bytes as the codelab has them, or IDX.
        count: How many images there are.

    Returns:
        uint8 (n,), 0 to 9.

    Raises:
        DataError: If there are not as many labels as images, or one is not a label.
    """
    # By length first: ten one-hot bytes, or the labels 0, 0, 8, 1, could begin like IDX.
    values = np.frombuffer(content, dtype=np.uint8)
    if len(values) == count:
        return checked_labels(quoted(name), values)
    if len(values) == CLASSES * count:
        return labels_from_one_hot(quoted(name), values.reshape(count, CLASSES))
    if is_gzip(content) or content.startswith(IDX_LABELS_MAGIC):
        labels = read_idx(name, content)
        if labels.shape == (count,):
            return labels
    raise DataError(
        f"{quoted(name)} has {len(content):,} bytes for {count:,} images: accepted is one byte (0 to 9) or "
        "ten one-hot bytes for each image."
    )


def _picture_chunks(name: str, content: bytes) -> dict[bytes, bytes]:
    """Return the chunks that make the picture, checksums verified: IHDR, PLTE, tRNS, all IDAT as one."""
    chunks: dict[bytes, list[bytes]] = {}
    for kind, data in _chunks(name, content):
        if kind in (b"IHDR", b"PLTE", b"tRNS") and kind in chunks:
            raise DataError(f"{quoted(name)} holds two {kind.decode()} chunks: accepted is a PNG with one.")
        if kind in (b"IHDR", b"PLTE", b"tRNS", b"IDAT"):
            chunks.setdefault(kind, []).append(data)
    if b"IHDR" not in chunks or b"IDAT" not in chunks:
        raise DataError(f"{quoted(name)} is a PNG without a picture: accepted is one with an IHDR and an IDAT chunk.")
    return {kind: b"".join(parts) for kind, parts in chunks.items()}


def _chunks(name: str, content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Walk through the chunks up to IEND (PNG specification, 5.3)."""
    position = len(PNG_MAGIC)
    for _ in range(MAX_CHUNKS):
        if len(content) < position + 12:
            break
        length, kind = struct.unpack_from(">I4s", content, position)
        end = position + 12 + length
        if len(content) < end:
            break
        (checksum,) = struct.unpack_from(">I", content, end - 4)
        if zlib.crc32(memoryview(content)[position + 4 : end - 4]) != checksum:
            raise DataError(f"{quoted(name)} is a damaged PNG (a checksum is wrong): accepted is a whole one.")
        if kind == b"IEND":
            return
        yield kind, content[position + 8 : end - 4]
        position = end
    else:
        raise DataError(f"{quoted(name)} is a PNG of more than {MAX_CHUNKS:,} chunks: accepted are fewer.")
    raise DataError(f"{quoted(name)} is a PNG that ends before its last chunk: accepted is a whole one.")


def _checked_size(name: str, chunks: dict[bytes, bytes]) -> tuple[int, int]:
    """Return the height and the bytes of a row, once the header has shown that it is a sprite of bearable size."""
    header = chunks[b"IHDR"]
    if len(header) != 13:
        raise DataError(f"{quoted(name)} has a PNG header of {len(header)} bytes: accepted are 13.")
    width: int
    height: int
    width, height, depth, colour_type, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    if width != PIXELS or not 1 <= height <= MAX_SPRITE_IMAGES:
        raise DataError(
            f"{quoted(name)} is a PNG of {width:,}×{height:,} pixels: accepted is a sprite "
            f"{PIXELS} pixels wide, one row for each of 1 to {MAX_SPRITE_IMAGES:,} images."
        )
    channels, depths = COLOUR_TYPES.get(colour_type, (0, ()))
    if depth not in depths or (colour_type == PALETTE and b"PLTE" not in chunks) or interlaced:
        raise DataError(
            f"{quoted(name)} is a PNG of colour type {colour_type} and bit depth {depth}"
            f"{', interlaced' if interlaced else ''}: accepted are grey, RGB(A) and palette images that are "
            "not interlaced."
        )
    if depth != 8 and height > MAX_ROWS_AT_ONCE:
        raise DataError(
            f"{quoted(name)} is a PNG of {height:,} images with {depth} bits for each value: accepted are "
            f"{MAX_ROWS_AT_ONCE:,} of these, or more with 8 bits."
        )
    # A byte before each row tells its filter.
    row_bytes = 1 + (width * depth * channels + 7) // 8
    _check_length(name, chunks[b"IDAT"], height * row_bytes)
    return height, row_bytes


def _check_length(name: str, compressed: bytes, promised: int) -> None:
    """Check that there are as many bytes of pixels as promised, keeping none of them.

    Pillow does not mind if there are more, and leaves the rest black if the stream ends properly too soon.
    """
    stream = zlib.decompressobj()
    length = 0
    try:
        for start in range(0, len(compressed), BYTES_PER_PIECE):
            length += len(stream.decompress(compressed[start : start + BYTES_PER_PIECE]))
            if length > promised or stream.eof:
                break
    except zlib.error as error:
        raise DataError(f"{quoted(name)} is a damaged PNG ({reason(error)}): accepted is a whole one.") from error
    if length != promised or not stream.eof:
        found = "more" if length > promised else "fewer" if length < promised else "no proper end"
        raise DataError(
            f"{quoted(name)} promises {promised:,} bytes of pixels and holds {found}: accepted is a whole PNG."
        )


def _on_black(strip: Image.Image) -> NDArray[np.uint8]:
    """Return the luminance, uint8 (rows, 784), over black where there is transparency."""
    if strip.mode.startswith("I"):  # 16-bit grey
        return (np.asarray(strip).astype(np.uint32) >> 8).astype(np.uint8)
    if strip.mode == "P":
        strip = strip.convert("RGBA")
    if not strip.has_transparency_data:
        return np.asarray(strip.convert("L"))
    grey = np.asarray(strip.convert("LA"), dtype=np.uint16)
    return ((grey[..., 0] * grey[..., 1] + 127) // 255).astype(np.uint8)


FORMAT = PairFormat(
    "a sprite PNG (784 pixels wide) and the file of its labels",
    part=lambda name, content: Part.IMAGES if is_png(content) else None,
    read_images=read_sprite,
    read_labels=read_sprite_labels,
    has_bare_labels=True,
)
