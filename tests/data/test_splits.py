import copy
import pickle
from typing import Any

import numpy as np
import pytest

from mnist_demo.data import FASHION_MNIST_CLASS_NAMES, DataError, MnistData, Split, SplitName, load_mnist
from tests.data.files import some_images

IMAGES, LABELS = some_images(6)
SPLIT = Split(IMAGES, LABELS)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (IMAGES.astype(np.float32), LABELS, "images of a split are float32: accepted is a uint8 array"),
        (IMAGES, LABELS.astype(np.int64), "labels of a split are int64"),
        (IMAGES.tolist(), LABELS, "images of a split are list"),
        (IMAGES.reshape(6, 784), LABELS, r"shape \(6, 784\): accepted is \(n, 28, 28\)"),
        (IMAGES[:, :27], LABELS, r"shape \(6, 27, 28\)"),
        (IMAGES[:5], LABELS, r"labels of a split have the shape \(6,\): accepted is \(5,\)"),
        (IMAGES, LABELS.reshape(6, 1), r"shape \(6, 1\)"),
        (IMAGES[:0], LABELS[:0], "holds no image"),
        (IMAGES, np.full(6, 10, dtype=np.uint8), "label 10: accepted are labels from 0 to 9"),
    ],
)
def test_arrays_that_are_no_split_are_refused(images: Any, labels: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Split(images, labels)


def test_a_split_is_read_only_and_its_source_stays_writable() -> None:
    images, labels = some_images(3)
    split = Split(images, labels)
    assert np.shares_memory(split.images, images)
    assert not split.images.flags.writeable
    assert images.flags.writeable
    assert len(split) == 3


def test_a_part_of_a_split_shares_its_memory() -> None:
    part = SPLIT[2:5]
    assert np.array_equal(part.labels, LABELS[2:5])
    assert np.shares_memory(part.images, SPLIT.images)


def test_splits_are_found_by_name() -> None:
    data = MnistData("some", SPLIT, SPLIT[:2], SPLIT[2:4])
    assert data.split(SplitName.TRAIN) is data.train
    assert data.split("validation") is data.validation
    assert data.split(SplitName.TEST) is data.test
    with pytest.raises(DataError, match="no split 'holdout': accepted are 'train', 'validation' and 'test'"):
        data.split("holdout")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "accepted are 1 to 80 printable"),
        ({"name": "a\nb"}, r"The name 'a\?b' does not fit"),
        ({"name": "x" * 81}, "printable"),
        ({"seed": -1}, "seed is -1"),
        ({"class_names": "0123456789"}, "not a sequence of ten texts"),
        ({"class_names": (1,) * 10}, "not a sequence of ten texts"),
        ({"class_names": ("a", "b")}, "There are 2 class names: give exactly 10"),
        ({"class_names": (*"012345678", " ")}, "class name '' for label 9 does not fit"),
        ({"class_names": (*"012345678", "x" * 25)}, "give 1 to 24 printable characters"),
        ({"class_names": (*"012345678", "a\x00")}, "printable"),
        ({"class_names": (*"012345678", " 3 ")}, "'3' is given to the labels 3 and 9"),
    ],
)
def test_values_that_are_no_data_are_refused(fields: dict[str, Any], message: str) -> None:
    whole: dict[str, Any] = {"name": "some", "train": SPLIT, "validation": SPLIT, "test": SPLIT}
    with pytest.raises(DataError, match=message):
        MnistData(**(whole | fields))


def test_names_of_classes_are_kept_without_spaces_around_them() -> None:
    data = MnistData("some", SPLIT, SPLIT, SPLIT, (*"012345678", " nine "))
    assert data.class_names == (*"012345678", "nine")
    assert MnistData("f", SPLIT, SPLIT, SPLIT, FASHION_MNIST_CLASS_NAMES).class_names[9] == "Ankle boot"


def test_the_digest_is_stable() -> None:
    # Kept runs name their data by the digest.
    assert load_mnist(seed=3).digest == "425ce2a38072fec05bcc9fa155eabd48dd77a1b3401577809e06e6ea4a838295"


def test_the_digest_depends_on_the_content_alone() -> None:
    images, labels = some_images(6)
    other_images, other_labels = images.copy(), labels.copy()
    other_images[5, 27, 27] ^= 1
    other_labels[5] = (other_labels[5] + 1) % 10
    data = MnistData("some", SPLIT, SPLIT[:2], SPLIT[2:4])
    same = MnistData("other name", Split(images, labels), SPLIT[:2], SPLIT[2:4], seed=7)
    assert same.digest == data.digest
    others = [
        MnistData("some", Split(other_images, labels), SPLIT[:2], SPLIT[2:4]),
        MnistData("some", Split(images, other_labels), SPLIT[:2], SPLIT[2:4]),
        MnistData("some", SPLIT, SPLIT[:3], SPLIT[3:4]),
        MnistData("some", SPLIT[:2], SPLIT, SPLIT[2:4]),
        MnistData("some", SPLIT, SPLIT[:2], SPLIT[2:4], FASHION_MNIST_CLASS_NAMES),
    ]
    assert len({data.digest, *(other.digest for other in others)}) == 6


@pytest.mark.parametrize("copied", [lambda data: pickle.loads(pickle.dumps(data)), copy.deepcopy])
def test_data_sent_to_another_process_are_unchanged(copied: Any) -> None:
    data = MnistData("some", SPLIT, SPLIT[:2], SPLIT[2:4], FASHION_MNIST_CLASS_NAMES, seed=3)
    arrived = copied(data)
    assert arrived.digest == data.digest
    assert (arrived.name, arrived.class_names, arrived.seed) == ("some", FASHION_MNIST_CLASS_NAMES, 3)
    assert not arrived.train.images.flags.writeable
    assert np.array_equal(arrived.next_train_batch(6).xs, data.next_train_batch(6).xs)
