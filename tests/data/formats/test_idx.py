import gzip
import struct
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_demo.data import DataError
from mnist_demo.data.formats.idx import read_idx
from tests.data.files import idx, idx_gz, some_images

IMAGES, LABELS = some_images(5)
WHOLE = idx(IMAGES)


@pytest.mark.parametrize("write", [idx, idx_gz])
def test_idx_is_read_plain_and_compressed(write: type[bytes]) -> None:
    for array in (IMAGES, LABELS):
        found = read_idx("a", write(array))
        assert np.array_equal(found, array)
        assert found.dtype == np.uint8


def header(*numbers: int, type_code: int = 8) -> bytes:
    return struct.pack(f">BBBB{len(numbers)}I", 0, 0, type_code, len(numbers), *numbers)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\0\0\x08", "begins with 00 00 08: accepted is IDX"),
        (b"", "begins with nothing"),
        (b"\0\0\x0d\x03" + WHOLE[4:], "begins with 00 00 0d 03: accepted is IDX of unsigned bytes"),
        (b"\0\0\x08\x02" + WHOLE[4:], "begins with 00 00 08 02"),
        (WHOLE[:10], "ends within its header"),
        (WHOLE[:-1], "promises 5 images in 3,936 bytes and holds fewer"),
        (WHOLE + b"\0", "holds more: accepted is a whole IDX file and nothing after it"),
        (header(0, 28, 28), "promises 0 images: accepted are 1 to 100,000"),
        (header(0), "promises 0 labels"),
        (header(100_001, 28, 28), "promises 100,001 images: accepted are 1 to 100,000"),
        (header(4_294_967_295), "promises 4,294,967,295 labels"),
        (header(5, 32, 32), "images of 32×32 pixels: accepted are 28×28"),
        (header(5, 4_294_967_295, 4_294_967_295), "4294967295×4294967295"),
        (header(3) + b"\x01\x0a\x02", "holds the label 10 for image 1: accepted are 0 to 9"),
    ],
)
def test_wrong_idx_is_refused_with_what_is_accepted(content: bytes, message: str) -> None:
    for packed in (content, gzip.compress(content)):
        with pytest.raises(DataError, match=f"'my images'.*{message}"):
            read_idx("my images", packed)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (idx_gz(IMAGES)[:-1], "no proper end of gzip"),
        (idx_gz(IMAGES)[:-400], "fewer"),
        (idx_gz(IMAGES) + b"more", "no proper end of gzip"),
        (idx_gz(IMAGES) + idx_gz(IMAGES), "more"),
        (idx_gz(IMAGES) + gzip.compress(b"")[:-1], "no proper end of gzip"),
        (idx_gz(IMAGES)[:-8] + bytes(8), "is damaged .* accepted is a whole gzip file"),
        (b"\x1f\x8b\x09" + idx_gz(IMAGES)[3:], "is damaged"),
        (b"\x1f\x8b", "begins with nothing"),
    ],
)
def test_damaged_gzip_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_idx("a", content)


def test_gzip_of_several_members_is_one_file() -> None:
    whole = gzip.decompress(idx_gz(IMAGES))
    pieces = [whole[start : start + 100] for start in range(0, len(whole), 100)]
    members = b"".join(gzip.compress(piece) for piece in (b"", *pieces, b""))
    found = read_idx("a", members)
    assert np.array_equal(found, IMAGES)
    assert not found.flags.writeable


def test_members_without_end_are_refused_at_once() -> None:
    start = time.process_time()
    with pytest.raises(DataError, match="more than 2,000 gzip members"):
        read_idx("a", gzip.compress(b"") * 1_000_000)
    assert time.process_time() - start < 1


def test_a_gzip_bomb_is_never_unpacked() -> None:
    bomb = gzip.compress(header(5, 28, 28) + bytes(100_000_000), 1)
    start = time.process_time()
    with pytest.raises(DataError, match="holds more"):
        read_idx("bomb", bomb)
    assert time.process_time() - start < 0.1


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_give_an_array_or_an_error_of_this_kind(content: bytes, begins_well: bool) -> None:
    try:
        found = read_idx("any", WHOLE[:4] + content if begins_well else content)
    except DataError:
        return
    assert found.dtype == np.uint8
