import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnist_demo.data import (
    FASHION_MNIST_CLASS_NAMES,
    DataError,
    MnistData,
    Split,
    load_data,
    load_sizes,
    save_data,
    store,
)
from tests.data.files import some_images

SPLIT = Split(*some_images(6))
DATA = MnistData("Shoes", SPLIT[:3], SPLIT[3:4], SPLIT[4:], FASHION_MNIST_CLASS_NAMES, seed=2)


def test_saved_data_are_read_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    save_data(DATA, path)
    loaded = load_data(path)
    assert loaded.digest == DATA.digest
    assert (loaded.name, loaded.class_names, loaded.seed) == (DATA.name, DATA.class_names, DATA.seed)
    assert np.array_equal(loaded.validation.images, DATA.validation.images)
    assert np.array_equal(loaded.test.labels, DATA.test.labels)
    assert [file.name for file in tmp_path.iterdir()] == ["data.npz"]


def test_sizes_are_read_without_the_images_and_numpy_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    save_data(DATA, path)
    assert load_sizes(path) == (3, 1)
    with np.load(path, allow_pickle=False) as archive:
        assert archive["train_images"].tolist() == DATA.train.images.tolist()
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(DataError, match="accepted is data of version 1"):
        load_sizes(path)


def test_saving_again_replaces_the_file(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    path.write_bytes(b"old")
    save_data(DATA, path)
    assert load_data(path).digest == DATA.digest


def test_a_failed_save_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "data.npz"
    save_data(DATA, path)

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "_write_npz", full_disk)
    with pytest.raises(OSError, match="No space left"):
        save_data(MnistData("Other", SPLIT, SPLIT, SPLIT), path)
    assert [file.name for file in tmp_path.iterdir()] == ["data.npz"]
    assert load_data(path).name == "Shoes"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'none\.npz' cannot be read"):
        load_data(tmp_path / "none.npz")


@pytest.mark.parametrize(
    "about", [[], {}, {"version": 2}, {"version": 1, "name": "x", "class_names": 3, "seed": 0}, "text", None]
)
def test_a_file_with_a_wrong_description_is_refused(about: object, tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez(path, about=np.frombuffer(json.dumps(about).encode(), dtype=np.uint8))
    with pytest.raises(DataError, match=r"'data\.npz' cannot be read"):
        load_data(path)


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez(path, about=np.array([{"version": 1}], dtype=object))
    with pytest.raises(DataError, match="cannot be read"):
        load_data(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(draw=st.data())
def test_a_damaged_file_gives_an_error_of_this_kind_or_the_data(draw: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    save_data(DATA, path)
    content = bytearray(path.read_bytes())
    place = draw.draw(st.integers(0, len(content) - 1))
    if draw.draw(st.booleans()):
        content = content[:place]
    else:
        content[place] ^= draw.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        digest = load_data(path).digest
    except DataError:
        return
    assert digest == DATA.digest
