"""Fixtures of all tests: a home of their own, and a small experiment that trains in a second."""

from pathlib import Path

import pytest
from hypothesis import settings

from mnist_demo.experiment import Experiment
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.network import ActivationName, Dense, Flatten, Network
from mnist_demo.runs import HOME_VARIABLE

# Examples have no deadline, because their time depends on the machine; tests/benchmarks measures speed.
settings.register_profile("lab", deadline=None)
settings.load_profile("lab")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of one test's runs and uploads."""
    folder = tmp_path / "home"
    monkeypatch.setenv(HOME_VARIABLE, str(folder))
    return folder


@pytest.fixture
def small_experiment() -> Experiment:
    """Return an experiment with one hidden layer, 500 images, and two epochs of five batches."""
    return Experiment(
        name="small",
        network=Network(layers=(Flatten(), Dense(16, activation=ActivationName.RELU))),
        training=TrainingSettings(batch_size=100, epochs=2, train_images=500, validation_images=200),
    )
