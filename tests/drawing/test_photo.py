"""A digit on a photo is classified nearly as well as the digit itself; other files are refused in one sentence."""

import io
import struct
import zlib
from contextlib import suppress
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageOps
from sklearn.neighbors import KNeighborsClassifier

from mnist_demo.data import load_mnist
from mnist_demo.drawing import DrawingError, Photo, digit_from_strokes, read_photo
from mnist_demo.drawing.ink import draw
from mnist_demo.drawing.photo import photo as module
from mnist_demo.drawing.photo.photo import LONGEST, MAX_BYTES, find_digit
from mnist_demo.drawing.photo.webp import webp_size
from tests.drawing.photos import encoded, photo

Pixels = NDArray[np.uint8]


def digit_of(found: Photo) -> Pixels:
    return digit_from_strokes(found.strokes, canvas=found.size, drawn_pen_width=found.pen_width)


def difference(one: Pixels, other: Pixels) -> float:
    """Return the share of the ink that is in another place, 0 to about 1."""
    return float(np.abs(one.astype(float) - other).sum() / (one.astype(float) + other).sum())


def on_paper(digit: Pixels, side: int = 300) -> Image.Image:
    """Return a picture of black ink on white paper, with a margin; mode "L"."""
    ink = Image.fromarray(255 - digit).resize((side, side), Image.Resampling.BICUBIC)
    return ImageOps.expand(ink, side // 3, 255)


def test_photos_are_classified_nearly_as_well_as_the_digits_on_them() -> None:
    # The classifier is no network and has learned from MNIST alone.
    data = load_mnist()
    reader = KNeighborsClassifier(3).fit(data.train.images[:6000].reshape(-1, 784), data.train.labels[:6000])
    images, labels = data.test.images[:40], data.test.labels[:40]
    found = np.stack([digit_of(find_digit(np.asarray(photo(image, seed)))) for seed, image in enumerate(images)])
    clean, read = (float((reader.predict(each.reshape(-1, 784)) == labels).mean()) for each in (images, found))
    assert clean > 0.9
    assert read >= clean - 0.03


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_of_the_camera_gives_the_same_digit(orientation: int) -> None:
    upright = on_paper(load_mnist().test.images[0])
    # The table holds the transposition that undoes each orientation of the camera.
    turned = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = upright.transpose(Image.Transpose(turned[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = read_photo(encoded(stored, "JPEG", exif=exif.tobytes(), quality=95))
    assert difference(digit_of(found), digit_of(find_digit(np.asarray(upright)))) < 0.05


def test_every_format_and_colour_gives_the_same_digit() -> None:
    black = on_paper(load_mnist().test.images[1])
    expected = digit_of(find_digit(np.asarray(black)))
    ink = ImageOps.invert(black)
    coloured = Image.composite(Image.new("RGB", black.size, (30, 60, 160)), Image.new("RGB", black.size, "white"), ink)
    white_on_nothing = Image.new("RGBA", black.size, "white")
    white_on_nothing.putalpha(ink)
    black_on_nothing = Image.new("LA", black.size, 0)
    black_on_nothing.putalpha(ink)
    sixteen_bits = Image.fromarray(np.asarray(black).astype(np.uint16) * 257)
    twelve_bits = Image.fromarray(np.asarray(black).astype(np.uint16) * 16)
    large = black.resize((2400, 2400))
    files = {
        "inverted": encoded(ink),
        "jpeg": encoded(black, "JPEG", quality=60),
        "webp": encoded(coloured, "WEBP", quality=80),
        "coloured": encoded(coloured, "JPEG"),
        "palette": encoded(coloured.quantize(16)),
        "bits": encoded(black.convert("1", dither=Image.Dither.NONE)),
        "white on nothing": encoded(white_on_nothing),
        "black on nothing": encoded(black_on_nothing),
        "sixteen bits": encoded(sixteen_bits),
        "twelve bits": encoded(twelve_bits),
        "animated": encoded(black, "WEBP", save_all=True, append_images=[ink]),
        "large": encoded(large, "JPEG"),
    }
    for name, content in files.items():
        found = read_photo(content)
        assert max(found.picture.shape) <= LONGEST, name
        assert difference(digit_of(found), expected) < 0.08, name


def drawn(pen: float) -> Pixels:
    strokes = (np.array([[8.0, 7], [20, 7], [12, 22]]), np.array([[10.0, 14], [18, 14]]))
    return np.rint(255 * (1 - draw(strokes, pen, 280))).astype(np.uint8)


@pytest.mark.parametrize("pen", [0.5, 1.0, 4.0])
def test_the_width_of_the_pen_hardly_matters(pen: float) -> None:
    found = find_digit(drawn(pen))
    assert found.pen_width == pytest.approx(10 * pen, rel=0.2)
    assert difference(digit_of(found), digit_of(find_digit(drawn(2.0)))) < 0.15


def test_parts_of_a_digit_are_kept_and_specks_and_the_table_are_removed() -> None:
    picture = np.full((400, 400), 230, np.uint8)
    picture[100:112, 150:230] = 40  # the bar of a 5
    picture[120:220, 150:162] = 40
    picture[208:220, 150:230] = 40
    clean = find_digit(picture)
    picture[350:355, 40:45] = 40  # a speck
    picture[:, 385:] = 20  # the table
    picture[10:40, 10:60] = 40  # another word
    found = find_digit(picture)
    assert len(found.strokes) == len(clean.strokes)
    assert difference(digit_of(found), digit_of(clean)) < 0.02
    rows = np.flatnonzero(found.ink.any(axis=1))
    assert rows[0] == pytest.approx(100, abs=2)
    assert rows[-1] == pytest.approx(219, abs=2)
    assert not found.ink[:, 300:].any()


def bomb(width: int, height: int) -> bytes:
    """Return the beginning of a PNG whose header promises the given size."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    data = b"IDAT" + zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunks + struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))


def webp_bomb(kind: bytes) -> bytes:
    """Return the beginning of a WebP file that promises 5,001 by 5,001 pixels in one of the format's three ways."""
    side = 5_001
    body = {
        b"VP8X": bytes(4) + (side - 1).to_bytes(3, "little") * 2,
        b"VP8L": b"\x2f" + ((side - 1) | (side - 1) << 14).to_bytes(4, "little") + bytes(5),
        b"VP8 ": bytes(3) + b"\x9d\x01\x2a" + side.to_bytes(2, "little") * 2,
    }.get(kind, bytes(10))
    return b"RIFF" + struct.pack("<I", 22) + b"WEBP" + kind + struct.pack("<I", 10) + body


SEVEN = on_paper(load_mnist().test.images[0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "none of the formats"),
        (b"%PDF-1.7 not a photo", "none of the formats"),
        (encoded(SEVEN, "GIF"), "none of the formats"),
        (encoded(SEVEN, "BMP"), "none of the formats"),
        (encoded(SEVEN)[:2000], "damaged"),
        (encoded(SEVEN, "JPEG")[:300], "damaged|none of the formats"),
        (bomb(6_000, 6_000), "more than 30 million pixels"),
        (bomb(10_000, 10_000), "more than 30 million pixels"),
        (bomb(60_000, 60_000), "more than 30 million pixels"),
        (webp_bomb(b"VP8X"), "more than 16 million pixels"),
        (webp_bomb(b"VP8L"), "more than 16 million pixels"),
        (webp_bomb(b"VP8 "), "more than 16 million pixels"),
        (webp_bomb(b"ALPH"), "damaged"),
        (b"RIFF....WEBPVP8X", "damaged"),
        (bytes(MAX_BYTES + 1), "accepted are up to 12"),
        (encoded(SEVEN.resize((6, 6))), "only 6×6 pixels"),
        (encoded(Image.new("L", (300, 200), 240)), "No digit stands out"),
        (encoded(Image.linear_gradient("L")), "No digit stands out"),
    ],
)
def test_a_file_without_a_photo_of_a_digit_is_refused_in_one_sentence(content: bytes, message: str) -> None:
    with pytest.raises(DrawingError, match=message):
        read_photo(content)


@pytest.mark.parametrize(
    "options",
    [{"quality": 50}, {"lossless": True}, {"save_all": True, "append_images": [Image.new("RGB", (37, 90))]}],
    ids=["lossy", "lossless", "animated"],
)
def test_the_size_of_a_webp_file_is_the_one_in_its_header(options: dict[str, Any]) -> None:
    content = io.BytesIO()
    Image.effect_noise((37, 90), 60).convert("RGB").save(content, "WEBP", **options)
    assert webp_size(content.getvalue()) == (37, 90)
    assert webp_size(encoded(SEVEN)) is None


def test_nothing_large_is_opened_as_webp() -> None:
    with (
        patch.object(Image, "open", side_effect=AssertionError("opened")),
        pytest.raises(DrawingError, match="million pixels"),
    ):
        module.decode(webp_bomb(b"VP8X"))


def test_nothing_large_is_decoded() -> None:
    with (
        patch.object(Image.Image, "load", side_effect=AssertionError("decoded")),
        pytest.raises(DrawingError, match="million pixels"),
    ):
        module.decode(bomb(6_000, 6_000))


def test_grainy_paper_has_no_digit() -> None:
    for seed in range(5):
        grain = np.random.default_rng(seed).normal(200, 12, (300, 400)).clip(0, 255).astype(np.uint8)
        with pytest.raises(DrawingError, match="No digit stands out"):
            find_digit(grain)


@settings(max_examples=40)
@given(st.binary(max_size=200), st.integers(0, 400))
def test_any_file_gives_a_digit_or_a_reason(noise: bytes, place: int) -> None:
    whole = io.BytesIO(encoded(SEVEN, "JPEG", quality=30))
    whole.seek(place)
    whole.write(noise)
    with suppress(DrawingError):
        assert digit_of(read_photo(whole.getvalue())).any()


@settings(max_examples=30)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(0, 255))
def test_any_picture_gives_a_digit_or_a_reason(height: int, width: int, seed: int, coarse: int, level: int) -> None:
    rng = np.random.default_rng(seed)
    cells = rng.integers(0, 256, (-(-height // coarse), -(-width // coarse)), dtype=np.uint8)
    picture = np.where(cells > level, cells, 0).astype(np.uint8).repeat(coarse, axis=0).repeat(coarse, axis=1)
    with suppress(DrawingError):
        found = find_digit(picture[:height, :width])
        assert digit_of(found).any()
        assert found.ink.shape == (height, width)
