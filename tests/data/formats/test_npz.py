import io
import pickle
import struct
import time
import warnings
import zipfile
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mnist_demo.data import DataError
from mnist_demo.data.formats.npy import read_npy_header
from mnist_demo.data.formats.npz import MAX_EXPANSION, read_npz
from tests.data.files import npz, some_images

IMAGES, LABELS = some_images(6)
WHOLE = npz(x_train=IMAGES, y_train=LABELS, x_test=IMAGES[:2], y_test=LABELS[:2])


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as out, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of a duplicate name
        for name, content in members:
            out.writestr(name, content)
    return file.getvalue()


def npy(array: NDArray[Any], *, allow_pickle: bool = False) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=allow_pickle)
    return file.getvalue()


def npy_of(header: str, values: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode("latin-1") + values


def test_the_arrays_of_keras_are_read() -> None:
    train, test = read_npz("a.npz", WHOLE)
    assert np.array_equal(train.images, IMAGES)
    assert np.array_equal(train.labels, LABELS)
    assert test is not None
    assert np.array_equal(test.images, IMAGES[:2])
    assert np.array_equal(test.labels, LABELS[:2])


def test_a_training_pair_alone_is_read_stored_or_deflated() -> None:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        content = archive(("x_train.npy", npy(IMAGES)), ("y_train.npy", npy(LABELS)), method=method)
        train, test = read_npz("a.npz", content)
        assert np.array_equal(train.images, IMAGES)
        assert test is None


FORTRAN = np.asfortranarray(IMAGES)
BINARY = (IMAGES > 127).astype(np.uint8)
# The array has more values than are read in one piece (2²⁰); the first value above 1 is in the second piece.
LONG = np.tile(np.arange(1400, dtype=np.uint8)[:, None, None] % 2, (1, 28, 28))
LONG_WITH_GREY = LONG.copy()
LONG_WITH_GREY[1399, 27, 27] = 200


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        (IMAGES.reshape(6, 784), IMAGES),
        (IMAGES[..., np.newaxis], IMAGES),
        (FORTRAN, IMAGES),
        (np.asfortranarray(IMAGES / 255), IMAGES),
        (IMAGES.astype(np.int64), IMAGES),
        (IMAGES.astype(">u2"), IMAGES),
        (IMAGES.astype(np.float64), IMAGES),
        (IMAGES.astype(">f4"), IMAGES),
        (IMAGES / np.float32(255), IMAGES),
        (IMAGES / 255, IMAGES),
        ((IMAGES / 255).astype(">f8"), IMAGES),
        (BINARY.astype(bool), BINARY * 255),
        (BINARY.astype(np.float32), BINARY * 255),
        (BINARY, BINARY),
        (LONG.astype(np.float32), LONG * 255),
        (LONG_WITH_GREY.astype(np.float32), LONG_WITH_GREY),
    ],
)
def test_images_are_read_in_every_type_and_shape_that_people_save(
    images: NDArray[Any], expected: NDArray[np.uint8]
) -> None:
    train, _ = read_npz("a.npz", npz(x_train=images, y_train=np.zeros(len(images), dtype=np.uint8)))
    assert np.array_equal(train.images, expected)


def test_half_floats_are_read_within_their_precision() -> None:
    train, _ = read_npz("a.npz", npz(x_train=(IMAGES / 255).astype(np.float16), y_train=LABELS))
    assert np.array_equal(train.images, IMAGES)


@pytest.mark.parametrize(
    "labels",
    [
        LABELS.astype(np.int64),
        LABELS.astype(">i4"),
        LABELS.astype(np.float32),
        LABELS.reshape(6, 1),
        np.eye(10)[LABELS],
        np.eye(10, dtype=bool)[LABELS],
        np.asfortranarray(np.eye(10, dtype=np.uint8)[LABELS]),
    ],
)
def test_labels_are_read_in_every_type_and_shape_that_people_save(labels: NDArray[Any]) -> None:
    train, _ = read_npz("a.npz", npz(x_train=IMAGES, y_train=labels))
    assert np.array_equal(train.labels, LABELS)


def nan_images() -> NDArray[np.float32]:
    images: NDArray[np.float32] = IMAGES.astype(np.float32)
    images[3, 3, 3] = np.nan
    return images


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x_train": IMAGES}, "holds 'x_train': accepted is a Keras .npz with x_train and y_train"),
        ({"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES}, "x_test and y_test or neither"),
        ({"arr_0": IMAGES}, "holds 'arr_0'"),
        ({"x_train": IMAGES, "y_train": LABELS[:5]}, "6 images in x_train and 5 labels in y_train"),
        ({"x_train": IMAGES[:0], "y_train": LABELS[:0]}, r"has the shape \(0, 28, 28\)"),
        ({"x_train": IMAGES[:, :27], "y_train": LABELS}, r"'x_train' in 'my.npz' has the shape \(6, 27, 28\)"),
        ({"x_train": IMAGES[0, 0, 0], "y_train": LABELS}, r"has the shape \(\)"),
        ({"x_train": IMAGES, "y_train": np.uint8(3)}, r"has the shape \(\)"),
        ({"x_train": IMAGES, "y_train": np.eye(9)}, r"has the shape \(9, 9\)"),
        ({"x_train": IMAGES.astype(np.int16) - 1, "y_train": LABELS}, "holds values from -1 to 254"),
        ({"x_train": IMAGES.astype(np.int16) + 1, "y_train": LABELS}, "holds values from 1 to 256"),
        ({"x_train": nan_images(), "y_train": LABELS}, "holds values from nan to nan"),
        ({"x_train": IMAGES / 255 - 0.5, "y_train": LABELS}, "holds values from -0.5"),
        ({"x_train": np.full((6, 28, 28), np.inf), "y_train": LABELS}, "holds values from inf to inf"),
        ({"x_train": IMAGES / 100, "y_train": LABELS}, "neither all within 0 and 1 nor all whole numbers"),
        ({"x_train": IMAGES, "y_train": LABELS + 5}, "'y_train' in 'my.npz' holds the label"),
        ({"x_train": IMAGES, "y_train": LABELS + 0.5}, "floats that are not whole numbers: accepted are whole"),
        ({"x_train": IMAGES, "y_train": np.full(6, 0.4)}, "not whole numbers"),
        ({"x_train": IMAGES, "y_train": np.eye(10)[LABELS] * 0.8}, "not whole numbers"),
        ({"x_train": IMAGES, "y_train": np.full((6, 10), 1)}, "accepted is one 1 and nine 0"),
        ({"x_train": IMAGES, "y_train": np.zeros((6, 10))}, "accepted is one 1 and nine 0"),
        ({"x_train": IMAGES.astype(complex), "y_train": LABELS}, "accepted are plain arrays"),
        ({"x_train": IMAGES, "y_train": LABELS.astype(str)}, "accepted are plain arrays"),
        ({"x_train": IMAGES.view([("r", "u1")]), "y_train": LABELS}, "accepted are plain arrays"),
        ({"x_train": IMAGES.astype("M8[s]"), "y_train": LABELS}, "accepted are plain arrays"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_with_what_is_accepted(arrays: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_npz("my.npz", npz(**arrays))


class Trap:
    """An object that notes when it is unpickled."""

    sprung = False

    @staticmethod
    def spring() -> str:
        Trap.sprung = True
        return "sprung"

    def __reduce__(self) -> tuple[Any, ...]:
        return Trap.spring, ()


def test_pickled_objects_are_refused_and_never_unpickled() -> None:
    objects = npy(np.array([Trap()], dtype=object), allow_pickle=True)
    for content in (objects, pickle.dumps(Trap())):
        with pytest.raises(DataError, match=r"'x_train' in 'a\.npz'"):
            read_npz("a.npz", archive(("x_train.npy", content), ("y_train.npy", npy(LABELS))))
    assert not Trap.sprung


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04", "is a damaged zip archive"),
        (WHOLE[:-30], "is a damaged zip archive"),
        (archive(("x_train.npy", npy(IMAGES)), ("x_train.npy", npy(IMAGES))), "holds 'x_train' twice"),
        (archive(*((str(number), b"") for number in range(33))), "holds more than 32 members"),
        (archive(("x_train.npy", b""), ("y_train.npy", b"")), "begins with nothing"),
        (archive(("x_train.npy", npy(IMAGES)[:-1]), ("y_train.npy", npy(LABELS))), "promises .* and is 4,831 long"),
        (archive(("x_train.npy", npy(IMAGES) + b"\0"), ("y_train.npy", npy(LABELS))), "promises"),
        (
            archive(("x_train.npy", npy(IMAGES)), ("y_train.npy", npy(LABELS)), method=zipfile.ZIP_BZIP2),
            "compressed by method 12: accepted are 'stored' and 'deflated'",
        ),
    ],
)
def test_archives_that_are_wrong_are_refused(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_npz("a.npz", content)


def test_an_encrypted_archive_is_refused() -> None:
    content = bytearray(WHOLE)
    # Bit 0 of the flags marks an encrypted member, in each local and central header (APPNOTE 4.4.4).
    for magic, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(magic)
        while place >= 0:
            content[place + flags] |= 1
            place = content.find(magic, place + 4)
    with pytest.raises(DataError, match=r"damaged zip archive .*encrypted"):
        read_npz("a.npz", bytes(content))


def test_members_are_found_with_the_suffix_or_without() -> None:
    train, test = read_npz("a.npz", archive(("x_train", npy(IMAGES)), ("y_train.npy", npy(LABELS))))
    assert test is None
    assert np.array_equal(train.images, IMAGES)
    assert np.array_equal(train.labels, LABELS)


def test_an_error_quotes_a_file_in_short() -> None:
    many = archive(*((str(number) + "x" * 60_000, b"") for number in range(32)))
    # The length of the first name (APPNOTE 4.3.7) covers the rest of the file, and zipfile quotes the whole name.
    damaged = WHOLE[:26] + b"\xff\xff" + WHOLE[28:]
    for content in (many, damaged):
        with pytest.raises(DataError) as caught:
            read_npz("a.npz", content)
        assert len(str(caught.value)) < 600


def test_an_array_that_is_packed_better_than_any_image_is_not_unpacked() -> None:
    packed = io.BytesIO()
    np.savez_compressed(packed, x_train=np.zeros((2_000, 28, 28)), y_train=np.zeros(2_000, np.uint8))
    with (
        patch("mnist_demo.data.formats.npz.read_images", side_effect=AssertionError("unpacked")),
        pytest.raises(DataError, match="accepted is up to 300 times as much"),
    ):
        read_npz("zeros.npz", packed.getvalue())


def test_labels_in_their_order_are_packed_better_and_accepted() -> None:
    packed = io.BytesIO()
    labels = np.repeat(np.arange(10), 2_000)
    images = np.random.default_rng(0).integers(0, 2, (len(labels), 28, 28), np.uint8)
    np.savez_compressed(packed, x_train=images, y_train=labels)
    with zipfile.ZipFile(packed) as opened:
        y_train = opened.getinfo("y_train.npy")
    assert y_train.file_size > MAX_EXPANSION * y_train.compress_size
    train, _ = read_npz("sorted.npz", packed.getvalue())
    np.testing.assert_array_equal(train.labels, labels)


def test_a_zip_bomb_is_never_unpacked() -> None:
    bomb = npy_of("{'descr': '|u1', 'fortran_order': False, 'shape': (99999, 28, 28), }", bytes(100_000_000))
    content = archive(("x_train.npy", bomb), ("y_train.npy", npy(LABELS)))
    start = time.process_time()
    with pytest.raises(DataError, match=r"promises .* and is 100,000,0.. long"):
        read_npz("bomb.npz", content)
    assert time.process_time() - start < 0.1


def test_a_directory_with_a_wrong_size_is_refused() -> None:
    content = bytearray(archive(("x_train.npy", npy(IMAGES)), ("y_train.npy", npy(LABELS))))
    larger = npy(np.concatenate([IMAGES, IMAGES]))
    place = content.find(b"PK\x01\x02")
    struct.pack_into("<I", content, place + 24, len(larger))
    with pytest.raises(DataError, match="promises"):
        read_npz("a.npz", bytes(content))


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (999999999, 999999999), }", "promises"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (-6, 28, 28), }", "accepted are plain arrays"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (6.0, 28, 28), }", "accepted are plain arrays"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1), }", "accepted are plain arrays"),
        ("{'descr': '|O', 'fortran_order': False, 'shape': (6, 28, 28), }", "no Python objects"),
        ("{'descr': '|V1', 'fortran_order': False, 'shape': (6, 28, 28), }", "accepted are plain arrays"),
        ("__import__('os').abort()", "accepted are plain arrays"),
        ("(" * 9_999, "accepted are plain arrays"),
        (" " * 9_999, "accepted are plain arrays"),
        ("'shape': (" * 900, "accepted are plain arrays"),
        ("'shape': (" + "1" * 9_000, "accepted are plain arrays"),
        ("x" * 10_001, "promises a header of 10,001 bytes: accepted are 10,000"),
    ],
)
def test_headers_that_are_hostile_are_refused_at_once(header: str, message: str) -> None:
    content = archive(("x_train.npy", npy_of(header)), ("y_train.npy", npy(LABELS)))
    start = time.process_time()
    with pytest.raises(DataError, match=message):
        read_npz("a.npz", content)
    assert time.process_time() - start < 0.1


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_headers_of_every_version_of_the_format_are_read(version: tuple[int, int]) -> None:
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asfortranarray(IMAGES.astype(">i4")), version=version)
    size = file.tell()
    file.seek(0)
    header = read_npy_header("a", file)
    assert (header.dtype, header.shape, header.fortran_order) == (np.dtype(">i4"), (6, 28, 28), True)
    assert header.total_bytes == size


def test_an_unknown_version_of_the_format_is_refused() -> None:
    with pytest.raises(DataError, match="begins with 93 4e 55 4d 50 59 04 00"):
        read_npy_header("a", io.BytesIO(b"\x93NUMPY\x04\x00" + bytes(100)))


@given(st.binary(max_size=300), st.integers(0, len(WHOLE)))
def test_any_bytes_give_images_or_an_error_of_this_kind(noise: bytes, place: int) -> None:
    content = WHOLE[:place] + noise + WHOLE[place + len(noise) :]
    try:
        train, _ = read_npz("any.npz", content)
    except DataError as error:
        found: str | None = str(error)
    else:
        found = None
        assert len(train) >= 1
    assert found is None or "'any.npz'" in found


@given(st.binary(max_size=300))
def test_any_bytes_in_place_of_an_array_give_an_error_of_this_kind(noise: bytes) -> None:
    with pytest.raises(DataError, match=r"'x_train' in 'any\.npz'"):
        read_npz("any.npz", archive(("x_train.npy", b"\x93NUMPY\x01\x00" + noise), ("y_train.npy", npy(LABELS))))


@given(st.binary(min_size=6 * 8, max_size=6 * 8), st.sampled_from(["f2", "f4", "f8", "i8", "u4", "b1"]))
def test_any_values_give_labels_or_an_error_of_this_kind(values: bytes, dtype: str) -> None:
    labels = np.frombuffer(values, dtype=dtype)[:6]
    try:
        train, _ = read_npz("any.npz", npz(x_train=IMAGES, y_train=labels))
    except DataError:
        return
    assert train.labels.max() <= 9
