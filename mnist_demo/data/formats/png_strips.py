"""A high PNG decoded some rows at a time: as a whole, Pillow would take four bytes for each pixel with colour."""

import io
import struct
import zlib
from collections.abc import Iterator, Mapping

from PIL import Image

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
ROWS_PER_STRIP = 1024

MAX_ROWS_AT_ONCE = 4_000
"""Rows of a picture that cannot be decoded in strips; of the largest kind these take some 140 MB."""

BYTES_PER_PIECE = 1 << 14

Chunks = Mapping[bytes, bytes]
"""The chunks that make a picture, by kind: IHDR, IDAT (all as one), and of a palette PLTE and tRNS."""


def strips(chunks: Chunks, row_bytes: int) -> Iterator[Image.Image]:
    """Decode a picture from the top, in strips that make all of it.

    A row may be told by its difference from the one above it (PNG specification, 9.2), so each strip is decoded with
    the last row of the strip before it above its own.

    Args:
        chunks: Of a picture that is not interlaced, whose sizes have been checked. Only one with eight bits is
            decoded in strips: one with more or fewer has `MAX_ROWS_AT_ONCE` rows at most.
        row_bytes: Of a row before it is compressed, the byte that tells its filter included.

    Raises:
        Exception: Whatever zlib or Pillow raises for a damaged picture.
    """
    width, height, depth, *kind = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    # Only with eight bits are Pillow's bytes those of the file.
    most = ROWS_PER_STRIP if depth == 8 else height
    above = b""
    for filtered in _pieces(chunks[b"IDAT"], row_bytes * most, row_bytes * height):
        raw = b"\0" + above + filtered if above else bytes(filtered)
        header = struct.pack(">IIBBBBB", width, len(raw) // row_bytes, depth, *kind)
        strip = {**chunks, b"IHDR": header, b"IDAT": zlib.compress(raw, 0)}
        with Image.open(io.BytesIO(_png(strip)), formats=("PNG",)) as picture:
            picture.load()
            yield picture.crop((0, bool(above), width, picture.height))
            above = picture.crop((0, picture.height - 1, width, picture.height)).tobytes() if depth == 8 else b""


def _pieces(compressed: bytes, size: int, total: int) -> Iterator[bytearray]:
    """Decompress in pieces of one size; the last piece is the rest of the total."""
    stream, position = zlib.decompressobj(), 0
    for start in range(0, total, size):
        wanted, found = min(size, total - start), bytearray()
        while len(found) < wanted:
            piece = compressed[position : position + BYTES_PER_PIECE]
            plain = stream.decompress(piece, wanted - len(found))
            if not piece and not plain:
                raise ValueError("its pixels end too early")
            position += len(piece) - len(stream.unconsumed_tail)
            found += plain
        yield found


def _png(chunks: Chunks) -> bytes:
    """Write a PNG of the picture alone."""
    # Outside a palette, tRNS names one colour to leave out; the codelab's images have none.
    kinds = (b"IHDR", b"PLTE", b"tRNS", b"IDAT") if b"PLTE" in chunks else (b"IHDR", b"IDAT")
    parts = [PNG_MAGIC]
    for kind in (*kinds, b"IEND"):
        if kind in chunks or kind == b"IEND":
            data = chunks.get(kind, b"")
            parts += [
                struct.pack(">I4s", len(data), kind),
                data,
                struct.pack(">I", zlib.crc32(data, zlib.crc32(kind))),
            ]
    return b"".join(parts)
