"""The data sets of a lab are kept, found again, and invisible to other labs."""

import dataclasses
import os

import pytest
import streamlit as st

from mnist_demo.app.session import datasets
from mnist_demo.data import DataError, MnistData, Upload, load_mnist, read_uploads
from mnist_demo.experiment import DataReference
from mnist_demo.presets import PRESETS
from tests.data.files import npz, some_images

IMAGES, LABELS = some_images(120)


@pytest.fixture(autouse=True)
def lab(monkeypatch: pytest.MonkeyPatch) -> None:
    enter("first-lab-0123456789ab", monkeypatch)


@pytest.fixture
def brought() -> MnistData:
    return read_uploads([Upload("shoes.npz", npz(x_train=IMAGES, y_train=LABELS))])


def enter(lab_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {"lab_id": lab_id})


def test_mnist_is_always_there() -> None:
    assert datasets.path_of(DataReference()) is None
    assert datasets.is_kept(DataReference())
    assert datasets.load(DataReference()).digest == load_mnist().digest


def test_kept_data_is_found_again(brought: MnistData) -> None:
    reference = datasets.keep(brought)
    assert datasets.is_kept(reference)
    found = datasets.load(reference)
    assert (found.name, found.digest) == ("shoes", brought.digest)


def test_a_damaged_set_can_be_uploaded_again(brought: MnistData) -> None:
    path = datasets.path_of(datasets.keep(brought))
    assert path is not None
    whole = path.read_bytes()
    path.write_bytes(whole[:-2_000] + bytes(1_000) + whole[-1_000:])
    datasets.make_room()
    with pytest.raises(DataError):
        datasets.load(DataReference(brought.name, brought.digest))
    datasets.make_room()
    assert datasets.load(datasets.keep(brought)).digest == brought.digest


def test_reading_a_set_marks_it_as_used(brought: MnistData) -> None:
    reference = datasets.keep(brought)
    path = datasets.path_of(reference)
    assert path is not None
    os.utime(path, (0, 0))
    datasets.make_room()
    datasets.load(reference)
    assert path.stat().st_mtime > 0


def test_a_set_of_one_lab_is_invisible_to_other_labs(brought: MnistData, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = datasets.keep(brought)
    enter("second-lab-0123456789a", monkeypatch)
    assert not datasets.is_kept(reference)
    with pytest.raises(DataError, match="cannot be read"):
        datasets.load(reference)


def test_a_name_that_is_too_long_for_a_reference_is_cut(brought: MnistData) -> None:
    assert datasets.keep(dataclasses.replace(brought, name="x" * 59 + " y" * 10)).name == "x" * 59


def test_an_experiment_asks_for_no_more_images_than_there_are(brought: MnistData) -> None:
    reference = datasets.keep(brought)
    fitted = datasets.fit(PRESETS["fast"], reference)
    assert fitted.data == reference
    assert (fitted.training.train_images, fitted.training.validation_images) == (
        len(brought.train),
        len(brought.validation),
    )
