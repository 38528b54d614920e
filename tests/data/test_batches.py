from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_demo.data import DataError, MnistData, Split, load_mnist
from mnist_demo.data.batches import Batch, BatchWalk
from tests.data.files import some_images

IMAGES = 12


def numbered_walk(seed: int = 0) -> BatchWalk:
    """Return a walk through images whose first pixel is the number of the image."""
    images = np.zeros((IMAGES, 28, 28), dtype=np.uint8)
    images[:, 0, 0] = np.arange(IMAGES)
    labels = (np.arange(IMAGES) % 10).astype(np.uint8)
    return BatchWalk(images, labels, "training", (seed, 0))


def numbers(batch: Batch) -> list[int]:
    return [int(number) for number in np.rint(batch.xs[:, 0] * 255)]


def test_batches_have_the_form_of_the_codelab() -> None:
    data = load_mnist()
    for batch in (data.next_train_batch(7), data.next_test_batch(7)):
        xs, labels = batch
        assert xs.shape == (7, 784)
        assert xs.dtype == np.float32
        assert 0 == xs.min() < xs.max() <= 1
        assert labels.shape == (7, 10)
        assert labels.dtype == np.float32
        assert np.array_equal(np.sort(labels, axis=1), [[0] * 9 + [1]] * 7)


def test_a_batch_is_images_of_its_split_with_their_labels() -> None:
    data = load_mnist()
    for split, batch in ((data.train, data.next_train_batch(20)), (data.test, data.next_test_batch(20))):
        known = {image.tobytes(): label for image, label in zip(split.images, split.labels, strict=True)}
        for x, one_hot in zip(batch.xs, batch.labels, strict=True):
            image = np.rint(x * 255).astype(np.uint8)
            assert known[image.tobytes()] == one_hot.argmax()
            assert np.array_equal(x, image.reshape(784).astype(np.float32) / np.float32(255))


@given(sizes=st.lists(st.integers(1, IMAGES), min_size=1, max_size=20))
def test_each_image_comes_once_in_each_pass_whatever_the_batches(sizes: list[int]) -> None:
    walk = numbered_walk()
    batches = [walk.next(size) for size in sizes]
    assert [len(batch.xs) for batch in batches] == sizes
    seen = [number for batch in batches for number in numbers(batch)]
    for start in range(0, len(seen), IMAGES):
        one_pass = seen[start : start + IMAGES]
        assert len(set(one_pass)) == len(one_pass)
    for batch in batches:
        assert np.array_equal(batch.labels.argmax(axis=1), np.array(numbers(batch)) % 10)


def test_each_pass_is_shuffled_anew() -> None:
    walk = numbered_walk()
    first, second = numbers(walk.next(IMAGES)), numbers(walk.next(IMAGES))
    assert sorted(first) == sorted(second) == list(range(IMAGES))
    assert first != second
    assert first != list(range(IMAGES))


def test_a_seed_decides_the_order() -> None:
    assert numbers(numbered_walk(3).next(IMAGES)) == numbers(numbered_walk(3).next(IMAGES))
    assert numbers(numbered_walk(3).next(IMAGES)) != numbers(numbered_walk(4).next(IMAGES))


def test_two_data_objects_have_batch_orders_of_their_own() -> None:
    first, second = load_mnist(seed=5), load_mnist(seed=5)
    expected = first.next_train_batch(3).xs
    first.next_train_batch(50)
    assert np.array_equal(second.next_train_batch(3).xs, expected)


def test_threads_that_share_a_walk_never_get_the_same_image() -> None:
    images, labels = some_images(1000)
    images[:, 0, 0], images[:, 0, 1] = np.divmod(np.arange(1000), 250)
    walk = BatchWalk(images, labels, "training", (0,))
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: walk.next(10), range(100)))
    pixels = [tuple(np.rint(x[:2] * 255)) for batch in batches for x in batch.xs]
    assert set(Counter(pixels).values()) == {1}
    assert len(pixels) == 1000


@pytest.mark.parametrize("n", [0, -1, 55_001, 2.0, True, "3", None])
def test_a_batch_of_an_impossible_size_is_refused(n: int) -> None:
    with pytest.raises(DataError, match=r"training images cannot be given: ask for 1 to 55,000\."):
        load_mnist().next_train_batch(n)


def test_the_largest_batch_is_the_split() -> None:
    split = Split(*some_images(4))
    data = MnistData("small", split, split[:1], split[:2])
    assert len(data.next_train_batch(4).xs) == 4
    assert len(data.next_test_batch(np.int64(2)).xs) == 2  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"A batch of 3 test images cannot be given: ask for 1 to 2\."):
        data.next_test_batch(3)
