import io
import struct
import time
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.data import DataError
from mnist_demo.data.formats.sprite import read_sprite, read_sprite_labels
from tests.data.files import PNG_MAGIC, idx, idx_gz, one_hot, png, png_chunk, png_rows, some_images, sprite

IMAGES, LABELS = some_images(5)
ROWS = IMAGES.reshape(5, 784)
WHOLE = sprite(IMAGES)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P", "I;16"])
def test_a_sprite_is_read_in_every_mode_that_pillow_writes(mode: str) -> None:
    if mode == "I;16":
        file = io.BytesIO()
        Image.fromarray(ROWS.astype(np.uint16) * 257).save(file, "png")
        content = file.getvalue()
    else:
        content = sprite(IMAGES, mode)
    found = read_sprite("s.png", content)
    assert found.dtype == np.uint8
    assert np.array_equal(found, IMAGES)


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_pixels_of_few_bits_are_scaled_from_black_to_white(depth: int) -> None:
    values = (ROWS >> (8 - depth)).astype(np.uint8)
    bits = np.unpackbits(values[..., np.newaxis], axis=2)[..., 8 - depth :].reshape(5, -1)
    found = read_sprite("s.png", png(784, 5, png_rows(np.packbits(bits, axis=1)), depth=depth))
    assert np.array_equal(found, values.reshape(5, 28, 28) * (255 // (2**depth - 1)))


@pytest.mark.parametrize(("channels", "colour_type"), [(1, 0), (2, 4), (3, 2), (4, 6)])
def test_sixteen_bits_a_channel_keep_the_upper_eight(channels: int, colour_type: int) -> None:
    pixels = np.repeat(ROWS[:, :, np.newaxis], channels, axis=2).astype(">u2") * 256 + 99
    if channels in (2, 4):
        pixels[..., -1] = 0xFFFF
    rows = np.frombuffer(pixels.astype(">u2").tobytes(), dtype=np.uint8).reshape(5, -1)
    found = read_sprite("s.png", png(784, 5, png_rows(rows), depth=16, colour_type=colour_type))
    assert np.array_equal(found, IMAGES)


def test_transparent_pixels_are_black_and_colours_are_read_by_luminance() -> None:
    pixels = np.zeros((2, 784, 4), dtype=np.uint8)
    pixels[0] = (255, 255, 255, 0)
    pixels[0, 1] = (200, 200, 200, 128)
    pixels[1, :3] = [(255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255)]
    found = read_sprite("s.png", png(784, 2, png_rows(pixels.reshape(2, -1)), colour_type=6)).reshape(2, 784)
    assert found[0, :3].tolist() == [0, 100, 0]
    # The luminance of red, green and blue is 0.299, 0.587 and 0.114 of 255.
    assert found[1, :3].tolist() == [76, 150, 29]


def test_a_palette_may_be_transparent() -> None:
    palette = png_chunk(b"PLTE", bytes([10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40])) + png_chunk(
        b"tRNS", bytes([255, 0])
    )
    found = read_sprite(
        "s.png", png(784, 1, png_rows(np.tile(np.arange(4, dtype=np.uint8), (1, 196))), colour_type=3, before=palette)
    )
    assert found.reshape(784)[:6].tolist() == [10, 0, 30, 40, 10, 0]


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P"])
def test_rows_beyond_one_strip_are_read_too(mode: str) -> None:
    images = np.repeat(some_images(50)[0], 50, axis=0)
    assert np.array_equal(read_sprite("s.png", sprite(images, mode)), images)


def test_a_row_coded_by_the_row_above_is_read_across_strips() -> None:
    images = some_images(2_100)[0]
    rows = images.reshape(len(images), 784)
    # Filter 2 (up) codes each row as the difference from the row above.
    above = np.vstack([np.zeros((1, 784), np.uint8), rows[:-1]])
    filtered = np.hstack([np.full((len(rows), 1), 2, np.uint8), rows - above])
    assert np.array_equal(read_sprite("s.png", png(784, len(rows), zlib.compress(filtered.tobytes()))), images)


def test_chunks_beside_the_picture_never_reach_pillow() -> None:
    # Compressed text and colour profiles may hide bombs, because Pillow decompresses both.
    bomb = zlib.compress(bytes(50_000_000), 9)
    before = png_chunk(b"zTXt", b"a\0\0" + bomb) + png_chunk(b"iCCP", b"a\0\0" + bomb) + png_chunk(b"acTL", bytes(8))
    found = read_sprite("s.png", png(784, 5, png_rows(ROWS), before=before))
    assert np.array_equal(found, IMAGES)


def rows_of(count: int) -> bytes:
    return png_rows(np.zeros((count, 784), dtype=np.uint8))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (png(783, 5, png_rows(ROWS)), "PNG of 783×5 pixels: accepted is a sprite 784 pixels wide"),
        (png(784, 0, b""), "784×0"),
        (png(784, 70_001, rows_of(1)), "784×70,001 pixels: .* one row for each of 1 to 70,000 images"),
        (png(784, 2**31 - 1, rows_of(1)), "784×2,147,483,647"),
        (png(2**31 - 1, 2**31 - 1, rows_of(1)), "2,147,483,647×2,147,483,647"),
        (png(784, 4_001, b"", depth=16, colour_type=6), "4,001 images with 16 bits for each value: accepted are 4,000"),
        (png(784, 4_001, b"", depth=1), "4,001 images with 1 bits? for each value: accepted are 4,000"),
        (png(784, 5, rows_of(4)), "promises 3,925 bytes of pixels and holds fewer: accepted is a whole PNG"),
        (png(784, 5, rows_of(6)), "holds more"),
        (png(784, 5, rows_of(5)[:-1]), "no proper end"),
        (png(784, 5, png_rows(ROWS)[:1000]), "fewer"),
        (png(784, 5, b""), "fewer"),
        (png(784, 5, b"not compressed"), "is a damaged PNG"),
        (png(784, 5, rows_of(5)[:-4] + b"1234"), "is a damaged PNG"),
        (png(784, 1, zlib.compress(b"\x07" + bytes(784))), "is a damaged PNG"),  # filter 7 does not exist
        (png(784, 5, png_rows(ROWS), colour_type=3), "colour type 3 and bit depth 8"),  # colour type 3 needs a palette
        (png(784, 5, png_rows(ROWS), colour_type=5), "colour type 5"),
        (png(784, 5, png_rows(ROWS), depth=3), "bit depth 3: accepted are grey"),
        (png(784, 5, png_rows(ROWS), depth=16, colour_type=3), "colour type 3 and bit depth 16"),
        (png(784, 5, png_rows(ROWS), interlaced=1), "interlaced: accepted are .* not interlaced"),
        (png(784, 5, png_rows(ROWS), before=png_chunk(b"IHDR", bytes(13))), "two IHDR chunks"),
        (PNG_MAGIC, "ends before its last chunk"),
        (PNG_MAGIC + png_chunk(b"IEND", b""), "a PNG without a picture"),
        (
            PNG_MAGIC + png_chunk(b"IHDR", b"x") + png_chunk(b"IDAT", b"") + png_chunk(b"IEND", b""),
            "PNG header of 1 byt",
        ),
        (PNG_MAGIC + struct.pack(">I4s", 2**32 - 1, b"IDAT") + bytes(50), "ends before its last chunk"),
        (PNG_MAGIC + png_chunk(b"tEXt", b"") * 20_001, "more than 20,000 chunks"),
        (WHOLE[:-5], "ends before its last chunk"),
        (WHOLE[:100] + bytes([WHOLE[100] ^ 1]) + WHOLE[101:], "a checksum is wrong"),
    ],
)
def test_a_wrong_sprite_is_refused_with_what_is_accepted(content: bytes, message: str) -> None:
    start = time.process_time()
    with pytest.raises(DataError, match=f"'s.png'.*{message}"):
        read_sprite("s.png", content)
    assert time.process_time() - start < 1


def test_a_png_bomb_is_never_decoded() -> None:
    bomb = png(784, 5, zlib.compress(bytes(100_000_000), 1), colour_type=6)
    start = time.process_time()
    with pytest.raises(DataError, match="holds more"):
        read_sprite("bomb.png", bomb)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    "content",
    [LABELS.tobytes(), one_hot(LABELS), idx(LABELS), idx_gz(LABELS)],
    ids=["bytes", "one-hot", "idx", "idx.gz"],
)
def test_labels_are_read_in_each_of_their_forms(content: bytes) -> None:
    assert np.array_equal(read_sprite_labels("l", content, 5), LABELS)


def test_labels_that_begin_like_idx_are_still_labels() -> None:
    content = bytes([0, 0, 8, 1, 5])
    assert read_sprite_labels("l", content, 5).tolist() == [0, 0, 8, 1, 5]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (bytes(4), "has 4 bytes for 5 images: accepted is one byte .* or ten one-hot bytes for each image"),
        (bytes(51), "has 51 bytes"),
        (bytes([0, 1, 2, 10, 4]), "holds the label 10 for image 3"),
        (bytes(50), r"holds \[0, 0, 0, 0, 0, 0, 0, 0, 0, 0\] for image 0: accepted is one 1 and nine 0"),
        (one_hot(LABELS)[:40] + bytes([1, 1] + [0] * 8), "for image 4"),
        (bytes([2] + [0] * 9) * 5, "accepted is one 1 and nine 0"),
        (bytes([128, 128, 1] + [0] * 7) * 5, "accepted is one 1 and nine 0"),
        (idx(IMAGES), "accepted is one byte"),
    ],
)
def test_labels_that_do_not_fit_are_refused_with_what_is_accepted(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=f"'l'.*{message}"):
        read_sprite_labels("l", content, 5)


def with_good_checksums(content: bytes) -> bytes:
    """Return a PNG with the same chunks and correct checksums."""
    parts, position = [PNG_MAGIC], 8
    while position + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, position)
        parts.append(png_chunk(kind, content[position + 8 : position + 8 + length]))
        position += 12 + length
    return b"".join(parts)


@settings(deadline=2000)
@given(st.sampled_from(["L", "RGBA", "P"]), st.data())
def test_a_damaged_sprite_gives_images_or_an_error_of_this_kind(mode: str, draw: st.DataObject) -> None:
    images: NDArray[np.uint8] = IMAGES[:1]
    content = bytearray(sprite(images, mode))
    for _ in range(draw.draw(st.integers(1, 3))):
        content[draw.draw(st.integers(8, len(content) - 1))] = draw.draw(st.integers(0, 255))
    try:
        found = read_sprite("any.png", with_good_checksums(bytes(content)))
    except DataError:
        return
    assert found.shape[1:] == (28, 28)
