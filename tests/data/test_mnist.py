import hashlib
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_demo.data import DataError, load_mnist, mnist
from mnist_demo.data.mnist import MNIST_PATH, MNIST_SHA256
from mnist_demo.files import read_npz

# These are the checksums of the original files, http://yann.lecun.com/exdb/mnist/.
PUBLISHED_MD5 = {
    "x_train": "6bbc9ace898e44ae57da46a324031adb",
    "y_train": "a25bea736e30d166cdddb491f175f624",
    "x_test": "2646ac647ad5339dbf082846283269ea",
    "y_test": "27ae3e4e09519cfbb04c329615203637",
}


def test_the_bundled_file_is_the_one_that_was_described() -> None:
    sha256 = hashlib.sha256(MNIST_PATH.read_bytes()).hexdigest()
    assert sha256 == "99b6212d8b734503d7fa2e29ea6413bad62226998e56555f4a6b0b30072f1aec"
    assert sha256 == MNIST_SHA256


def test_the_arrays_as_idx_have_the_published_checksums() -> None:
    with np.load(MNIST_PATH, allow_pickle=False) as archive:
        assert set(archive.files) == set(PUBLISHED_MD5)
        for name, published in PUBLISHED_MD5.items():
            array = archive[name]
            header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
            assert hashlib.md5(header + array.tobytes()).hexdigest() == published, name


def test_the_attribution_lies_beside_the_data() -> None:
    text = MNIST_PATH.with_name("ATTRIBUTION.md").read_text(encoding="utf-8")
    for part in ("LeCun", "Cortes", "Burges", "Creative Commons Attribution-ShareAlike 3.0", MNIST_SHA256):
        assert part in text
    for md5 in PUBLISHED_MD5.values():
        assert md5 in text


def test_the_splits_are_the_images_in_their_order() -> None:
    data = load_mnist()
    with np.load(MNIST_PATH, allow_pickle=False) as archive:
        x_train, y_train = archive["x_train"], archive["y_train"]
        x_test, y_test = archive["x_test"], archive["y_test"]
    assert (len(data.train), len(data.validation), len(data.test)) == (55_000, 5_000, 10_000)
    assert np.array_equal(data.train.images, x_train[:55_000])
    assert np.array_equal(data.train.labels, y_train[:55_000])
    assert np.array_equal(data.validation.images, x_train[55_000:])
    assert np.array_equal(data.validation.labels, y_train[55_000:])
    assert np.array_equal(data.test.images, x_test)
    assert np.array_equal(data.test.labels, y_test)
    assert data.name == "MNIST"
    assert data.class_names == ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")


def test_all_callers_share_read_only_pixels() -> None:
    first, second = load_mnist(), load_mnist(seed=1)
    assert np.shares_memory(first.train.images, second.train.images)
    assert first.train.images.base is not None, "train and validation are views of one array"
    with pytest.raises(ValueError, match="read-only"):
        first.train.images[0, 0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        first.test.labels[0] = 1


def test_simultaneous_first_calls_read_the_file_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[Path] = []

    def counting_read(path: Path) -> dict[str, NDArray[Any]]:
        reads.append(path)
        return read_npz(path)

    mnist._mnist_splits.cache_clear()
    monkeypatch.setattr(mnist, "read_npz", counting_read)
    with ThreadPoolExecutor(4) as pool:
        loaded = list(pool.map(lambda _: load_mnist(), range(4)))
    assert len(reads) == 1
    assert len({id(data.train) for data in loaded}) == 1


@pytest.mark.parametrize("content", [b"", b"version https://git-lfs.github.com/spec/v1", None])
def test_the_error_of_a_damaged_file_says_how_to_restore_it(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "mnist.npz"
    whole = MNIST_PATH.read_bytes()
    damaged.write_bytes(whole[:5_000_000] + b"\0" + whole[5_000_001:] if content is None else content)
    monkeypatch.setattr(mnist, "MNIST_PATH", damaged)
    mnist._mnist_splits.cache_clear()
    try:
        with pytest.raises(DataError, match=r"mnist\.npz cannot be read .* restore it"):
            load_mnist()
    finally:
        mnist._mnist_splits.cache_clear()
