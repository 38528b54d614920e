"""Questions to a trained network in its own process."""

import dataclasses
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.backend import keras
from mnist_demo.data import load_mnist
from mnist_demo.experiment import Experiment
from mnist_demo.inference import Inference, InferenceError, worker
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


def test_the_weights_within_an_epoch_answer_while_they_are_the_newest(inference: Inference, run: Run) -> None:
    images = load_mnist().test.images[:3]
    trained, untrained = inference.predict(run, images), inference.predict(run, images, run.snapshots[0])
    run.live_path.write_bytes(run.snapshots[0].read_bytes())
    np.testing.assert_array_equal(inference.predict(run, images), untrained)
    run.snapshots[-1].touch()
    np.testing.assert_array_equal(inference.predict(run, images), trained)


def test_weights_that_end_with_the_training_leave_the_last_snapshot(
    inference: Inference, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = load_mnist().test.images[:3]
    trained = inference.predict(run, images)
    monkeypatch.setattr(Run, "newest_weights", property(lambda self: self.live_path))
    np.testing.assert_array_equal(inference.predict(run, images), trained)


def test_snapshots_and_runs_of_one_network_share_what_is_built(run: Run, small_experiment: Experiment) -> None:
    images = load_mnist().test.images[:3]
    other = train(dataclasses.replace(small_experiment, seed=1), load_mnist(), run.folder.with_name("other"))
    worker._built.clear()
    first, second = (worker.predict(each.snapshots[-1], images) for each in (run, other))
    assert np.abs(first - second).max() > 0.001
    np.testing.assert_array_equal(worker.predict(run.snapshots[-1], images), first)
    assert len(worker._built) == 1


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


def test_a_client_that_is_closed_says_so(run: Run) -> None:
    client = Inference()
    client.close()
    with pytest.raises(InferenceError, match="has ended"):
        client.predict(run, load_mnist().test.images[:1])
