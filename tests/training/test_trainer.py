"""Training in this process: the files of a run, and equal results for equal seeds."""

import dataclasses
import json
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.app.words.stop_reasons import in_words
from mnist_demo.backend import keras
from mnist_demo.data import load_mnist
from mnist_demo.experiment import Experiment
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.network import Conv2D, Dense, Dropout, Flatten, MaxPooling2D, Network
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Run, RunState
from mnist_demo.training import Continuation, Control, train, train_more
from mnist_demo.training.callbacks import model_checkpoint
from mnist_demo.training.callbacks.backup_and_restore import Backup
from mnist_demo.training.callbacks.terminate_on_nan import TerminateOnNaN
from mnist_demo.training.resuming import TrainingError


def changed(experiment: Experiment, **settings: object) -> Experiment:
    training = TrainingSettings.from_json({**experiment.training.to_json(), **settings})
    return dataclasses.replace(experiment, training=training)


def test_a_finished_run_has_events_snapshots_and_a_model(small_experiment: Experiment, tmp_path: Path) -> None:
    run = train(small_experiment, load_mnist(), tmp_path / "run")

    assert run.state is RunState.FINISHED
    assert run.experiment == small_experiment
    assert [path.name for path in run.snapshots] == ["000.npz", "001.npz", "002.npz"]
    states = [event["state"] for event in run.events() if event["kind"] == "state"]
    assert states == ["starting", "training", "finished"]
    history = run.history()
    # The network is so small that one call does all five batches of an epoch.
    assert history.batches["step"].tolist() == [5, 10]
    assert history.batches["images"].tolist() == [500, 1000]
    assert history.epochs["images"].tolist() == [500, 1000]
    assert history.progress == 1.0


def test_the_mean_over_an_epochs_batches_is_the_epochs_figure(small_experiment: Experiment, tmp_path: Path) -> None:
    """The figures come from Keras' running means."""
    eleven = changed(small_experiment, batch_size=48)
    history = train(eleven, load_mnist(), tmp_path / "eleven").history()
    assert history.batches["step"].tolist() == [8, 11, 19, 22]
    for epoch in range(2):
        for name in ("loss", "accuracy"):
            mean = np.average(history.batches[name][2 * epoch : 2 * epoch + 2], weights=[8 * 48, 500 - 8 * 48])
            assert mean == pytest.approx(history.epochs[name][epoch], abs=1e-5)


def test_the_saved_model_gives_the_validation_figures_of_the_last_epoch(
    small_experiment: Experiment, tmp_path: Path
) -> None:
    data = load_mnist()
    run = train(small_experiment, data, tmp_path / "run")
    model = keras.models.load_model(run.model_path)

    images = data.validation.images[:200].astype("float32")[..., None] / 255
    probabilities = model.predict(images, verbose=0)
    labels = data.validation.labels[:200]
    accuracy = (probabilities.argmax(axis=1) == labels).mean()
    loss = -np.log(probabilities[np.arange(200), labels]).mean()
    history = run.history()
    assert accuracy == pytest.approx(history.epochs["val_accuracy"][-1], abs=1e-6)
    assert loss == pytest.approx(history.epochs["val_loss"][-1], abs=1e-5)


def test_the_saved_model_loads_without_the_lab(small_experiment: Experiment, tmp_path: Path) -> None:
    experiment = changed(small_experiment, schedule="one_cycle")
    run = train(experiment, load_mnist(), tmp_path / "run")
    with zipfile.ZipFile(run.model_path) as archive:
        config = archive.read("config.json").decode()
    assert "mnist_demo" not in config
    assert not json.loads(config)["compile_config"]


def test_equal_seeds_give_equal_losses_and_another_seed_other_losses(tmp_path: Path) -> None:
    experiment = Experiment(
        network=Network(layers=(Conv2D(4, 3), MaxPooling2D(4), Flatten(), Dropout(0.3), Dense(8))),
        training=TrainingSettings.from_json(
            {
                "batch_size": 64,
                "epochs": 2,
                "train_images": 500,
                "validation_images": 100,
                "augmentation": {"rotation": 10, "shift": 2, "zoom": 0.1, "shear": 5},
            }
        ),
    )
    data = load_mnist()
    first, second = (train(experiment, data, tmp_path / name).history() for name in ("first", "second"))
    other = train(dataclasses.replace(experiment, seed=1), data, tmp_path / "other").history()
    assert first.batches["loss"].tolist() == second.batches["loss"].tolist()
    assert first.epochs["val_loss"].tolist() == second.epochs["val_loss"].tolist()
    assert first.batches["loss"].tolist() != other.batches["loss"].tolist()


def test_the_weights_are_saved_within_an_epoch_too(
    small_experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The interval is an hour, so the weights are saved once, however slow the machine is.
    monkeypatch.setattr(model_checkpoint, "LIVE_EVERY", 3_600.0)
    run = Run(tmp_path / "run")
    newest = []

    class Watching(Control):
        def receive(self, timeout: float = 0.0) -> None:
            newest.append(run.newest_weights)

    train(changed(small_experiment, batch_size=48), load_mnist(), run.folder, Watching())
    assert newest[:2] == [run.snapshots[0], run.live_path]
    # The weights were saved once, so a finished epoch has the newest weights.
    assert newest[-1] == run.snapshots[1]
    assert run.newest_weights == run.snapshots[2]
    assert not run.live_path.exists()


def test_a_stop_saves_the_weights(small_experiment: Experiment, tmp_path: Path) -> None:
    experiment = changed(small_experiment, epochs=100)
    control = Control()
    run = Run(tmp_path / "run")

    def stop_within_the_second_epoch() -> None:
        while run.history().step < 7:
            pass
        control.request_stop()

    thread = threading.Thread(target=stop_within_the_second_epoch, daemon=True)
    thread.start()
    train(experiment, load_mnist(), run.folder, control)
    thread.join()

    assert run.state is RunState.STOPPED
    history = run.history()
    assert 7 <= history.step < 500
    assert run.model_path.exists()
    whole_epochs = history.step // 5
    assert len(run.snapshots) == 1 + whole_epochs + (1 if history.step % 5 else 0)


def test_a_diverged_loss_ends_the_run_and_names_the_batch(small_experiment: Experiment, tmp_path: Path) -> None:
    experiment = changed(small_experiment, optimizer="sgd", learning_rate=10.0, epochs=20)
    linear = Network(layers=(Flatten(), Dense(500), Dense(500), Dense(500)))
    run = train(dataclasses.replace(experiment, network=linear), load_mnist(), tmp_path / "run")
    assert run.state is RunState.FAILED
    assert run.reason is not None
    assert "learning rate ten times smaller" in in_words(run.reason)
    assert run.snapshots


def test_a_loss_that_diverges_in_the_last_step_ends_the_run_before_the_epoch_is_saved(
    small_experiment: Experiment, tmp_path: Path
) -> None:
    settings = {"optimizer": "sgd", "momentum": 0.0, "learning_rate": 10.0, "epochs": 2, "batch_size": 500}
    linear = Network(layers=(Flatten(), *[Dense(16)] * 8))
    run = train(
        dataclasses.replace(changed(small_experiment, **settings), network=linear), load_mnist(), tmp_path / "run"
    )
    assert run.state is RunState.FAILED
    assert run.reason is not None
    assert "at the end of epoch 2: the steps were too large" in in_words(run.reason)
    assert [path.name for path in run.snapshots] == ["000.npz", "001.npz"]
    assert run.history().epochs["epoch"].tolist() == [1]


def test_weights_that_are_not_finite_end_the_run_even_if_the_loss_hides_them(
    small_experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = TerminateOnNaN.on_epoch_end

    def ruined(callback: TerminateOnNaN, epoch: int, logs: dict[str, float]) -> None:
        first, *others = callback.model.get_weights()
        callback.model.set_weights([np.where(first > 0, np.nan, first) if epoch == 1 else first, *others])
        checked(callback, epoch, logs)

    monkeypatch.setattr(TerminateOnNaN, "on_epoch_end", ruined)
    run = train(small_experiment, load_mnist(), tmp_path / "run")
    assert run.state is RunState.FAILED
    assert run.reason is not None
    assert in_words(run.reason) == (
        "Weights stopped being numbers by batch 10: the steps were too large. Try a learning rate ten times smaller."
    )
    assert [path.name for path in run.snapshots] == ["000.npz", "001.npz"]


@pytest.mark.parametrize("ends", ["kept within the epoch", "stopped"])
def test_weights_that_are_not_finite_are_never_saved(
    small_experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    control, done = Control(), Backup.on_batches_end

    def ruined(callback: Backup, count: int, logs: dict[str, float]) -> None:
        done(callback, count, logs)
        if callback.progress.step == 7:
            first, *others = callback.model.get_weights()
            callback.model.set_weights([np.full_like(first, np.nan), *others])
            if ends == "stopped":
                control.request_stop()
            else:
                callback.save()

    monkeypatch.setattr(Backup, "on_batches_end", ruined)
    monkeypatch.setattr("mnist_demo.training.trainer.MAX_BATCHES_PER_CALL", 1)
    run = train(small_experiment, load_mnist(), tmp_path / "run", control)
    assert run.state is RunState.FAILED
    assert run.reason is not None
    assert "by batch 7: the steps were too large" in in_words(run.reason)
    assert [path.name for path in run.snapshots] == ["000.npz", "001.npz"]
    monkeypatch.setattr(Backup, "on_batches_end", done)
    assert train_more(run.folder, load_mnist(), Continuation()).state is RunState.FINISHED


def test_an_experiment_with_more_images_than_the_data_is_refused(small_experiment: Experiment, tmp_path: Path) -> None:
    experiment = changed(small_experiment, train_images=55_001)
    with pytest.raises(TrainingError, match="train_images is 55,001, but MNIST has only 55,000"):
        train(experiment, load_mnist(), tmp_path / "run")
    run = Run(tmp_path / "run")
    assert run.state is RunState.FAILED
    assert run.reason is not None
    assert run.reason.text == "train_images is 55,001, but MNIST has only 55,000 such images."


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_every_preset_trains(preset: Experiment, tmp_path: Path) -> None:
    short = changed(preset, epochs=1, train_images=600, validation_images=100, batch_size=200)
    history = train(short, load_mnist(), tmp_path / "run").history()
    assert np.isfinite(history.epochs["loss"]).all()
    assert history.plan is not None
    assert history.plan.parameters == preset.network.report().parameters
