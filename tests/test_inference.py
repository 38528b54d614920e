"""Questions to a trained network in its own process."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.backend import keras
from mnist_demo.data import load_mnist
from mnist_demo.experiment import Experiment
from mnist_demo.inference import Inference, InferenceError
from mnist_demo.runs import Run
from mnist_demo.training import train


@pytest.fixture(scope="module")
def inference() -> Iterator[Inference]:
    client = Inference()
    yield client
    client.close()


@pytest.fixture
def run(small_experiment: Experiment, tmp_path: Path) -> Run:
    return train(small_experiment, load_mnist(), tmp_path / "run")


def test_it_answers_as_keras_does(inference: Inference, run: Run) -> None:
    images = load_mnist().test.images[:1_200]
    model = keras.models.load_model(run.model_path)
    expected = model.predict(images.astype("float32")[..., None] / 255, verbose=0)
    np.testing.assert_allclose(inference.predict(run, images), expected, atol=1e-5)
    untrained = inference.predict(run, images[:10], run.snapshots[0])
    assert np.abs(untrained - expected[:10]).max() > 0.01


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 here")
def test_a_dead_process_is_started_again(inference: Inference, run: Run) -> None:
    images = load_mnist().test.images[:3]
    before = inference.predict(run, images)
    for pid in list(inference._pool._processes):
        os.kill(pid, signal.SIGKILL)
    np.testing.assert_array_equal(inference.predict(run, images), before)


def test_damaged_weights_are_one_sentence(inference: Inference, run: Run) -> None:
    run.snapshots[-1].write_bytes(b"no weights")
    with pytest.raises(InferenceError, match="weights cannot be read"):
        inference.predict(run, load_mnist().test.images[:1])


def test_a_run_without_weights_says_so(inference: Inference, tmp_path: Path) -> None:
    with pytest.raises(InferenceError, match="not learned anything"):
        inference.predict(Run(tmp_path / "nothing"), load_mnist().test.images[:1])
