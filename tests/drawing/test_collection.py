"""A collection of labelled drawings is bounded, kept unchanged, and readable by other programs."""

import csv
import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from mnist_demo.data import load_mnist
from mnist_demo.drawing import DrawingError
from mnist_demo.drawing.collection import MAX_BYTES, MOST, Collection
from mnist_demo.files import DamagedFileError


def some(count: int) -> Collection:
    test = load_mnist().test
    return Collection(test.images[:count], test.labels[:count])


def archive(**arrays: object) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


@pytest.mark.parametrize("count", [0, 3, MOST])
def test_a_kept_collection_is_read_unchanged(count: int) -> None:
    content = some(count).to_npz()
    assert len(content) <= MAX_BYTES
    back = Collection.from_npz(content)
    np.testing.assert_array_equal(back.images, some(count).images)
    np.testing.assert_array_equal(back.labels, some(count).labels)
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        assert arrays["images"].shape == (count, 28, 28)


def test_drawings_are_added_and_removed_at_the_end() -> None:
    one = Collection().with_drawing(load_mnist().test.images[0], 7)
    two = one.with_drawing(load_mnist().test.images[1], 2)
    assert two.labels.tolist() == [7, 2]
    assert two.without(load_mnist().test.images[0], 7).labels.tolist() == [2]
    assert two.without(load_mnist().test.images[0], 2).labels.tolist() == [7, 2]
    assert two.without_last().labels.tolist() == [7]
    assert len(Collection().without_last()) == 0
    with pytest.raises(DrawingError, match="room for 500"):
        some(MOST).with_drawing(load_mnist().test.images[0], 7)
    with pytest.raises(DrawingError, match="from 0 to 9"):
        one.with_drawing(load_mnist().test.images[0], 10)
    with pytest.raises(DrawingError, match="28×28"):
        Collection(np.zeros((1, 28, 28), np.float32), np.zeros(1, np.uint8))


def test_the_zip_has_each_image_beside_its_label() -> None:
    with zipfile.ZipFile(io.BytesIO(some(5).to_zip())) as packed:
        rows = list(csv.DictReader(io.StringIO(packed.read("labels.csv").decode())))
        assert [int(row["label"]) for row in rows] == some(5).labels.tolist()
        for row, image in zip(rows, some(5).images, strict=True):
            np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(packed.read(row["file"])))), image)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive",
        some(3).to_npz()[:500],
        archive(images=np.zeros((1, 28, 28), np.uint8)),
        archive(images=np.zeros((1, 28, 28), np.uint8), labels=np.array([10], np.uint8)),
        archive(images=np.zeros((2, 28, 28), np.uint8), labels=np.array([1], np.uint8)),
        archive(images=np.zeros((100_000, 28, 28), np.uint8), labels=np.zeros(100_000, np.uint8)),
        bytes(MAX_BYTES + 1),
    ],
    ids=["empty", "text", "torn", "no labels", "label 10", "too few labels", "bomb", "too long"],
)
def test_a_file_that_is_no_collection_is_refused(content: bytes) -> None:
    with pytest.raises(DamagedFileError, match=r"^The collection is damaged: .{3,200}\.$"):
        Collection.from_npz(content)
