"""Names that must stay, because other tools call them."""

import inspect
from pathlib import Path

import numpy as np

from mnist_demo.backend import keras
from mnist_demo.data import MnistData, load_mnist
from mnist_demo.drawing import digit_from_strokes
from mnist_demo.experiment import Experiment
from mnist_demo.network import build_model
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Run
from mnist_demo.training import train


def test_data_and_presets() -> None:
    data = load_mnist()
    assert isinstance(data, MnistData)
    assert [len(split.labels) for split in (data.train, data.validation, data.test)] == [55_000, 5_000, 10_000]
    assert all(isinstance(preset, Experiment) for preset in PRESETS.values())


def test_a_model_takes_images_from_0_to_1_and_gives_probabilities() -> None:
    model = build_model(PRESETS["codelab"].network)
    assert isinstance(model, keras.Sequential)
    images = load_mnist().test.images[:5, ..., None].astype(np.float32) / 255
    probabilities = np.asarray(model(images))
    assert probabilities.shape == (5, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_train_and_run(small_experiment: Experiment, tmp_path: Path) -> None:
    assert list(inspect.signature(train).parameters) == ["experiment", "data", "run_folder", "control"]
    run = train(small_experiment, load_mnist(), tmp_path / "run", control=None)
    assert isinstance(run, Run)
    again = Run(tmp_path / "run")
    assert again.experiment == small_experiment
    assert again.state == "finished"
    assert again.events()[-1]["state"] == "finished"
    assert len(again.history().epochs["epoch"]) == 2
    assert again.model_path.is_file()


def test_strokes_become_a_digit() -> None:
    digit = digit_from_strokes([[(10, 10), (10, 90)], [(5, 20), (10, 10)]])
    assert digit.shape == (28, 28)
    assert digit.dtype == np.uint8
    assert digit.max() > 200
    assert digit[0, 0] == 0
