"""A resumed run has the losses of a run that was never interrupted."""

import dataclasses
import io
import json
import math
import os
import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_demo.data import MnistData, load_mnist
from mnist_demo.experiment import Experiment
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.files import DamagedFileError
from mnist_demo.network import BatchNormalization, Conv2D, Dropout, Flatten, MaxPooling2D, Network
from mnist_demo.runs import EventKind, Run, RunState, StopCode, StopReason
from mnist_demo.training import Continuation, Control, train, train_more
from mnist_demo.training.checkpoint import Position
from mnist_demo.training.control import Command, CommandKind
from mnist_demo.training.resuming import TrainingError, reached_by

SETTINGS = {
    "batch_size": 48,
    "epochs": 5,
    "train_images": 500,  # eleven batches: a call of eight and one of three
    "validation_images": 100,
    "learning_rate": 0.005,
    "schedule": "one_cycle",
    "augmentation": {"rotation": 10, "shift": 2},
}

EXPERIMENT = Experiment(
    network=Network(layers=(Conv2D(4, 3), BatchNormalization(momentum=0.8), MaxPooling2D(4), Flatten(), Dropout(0.3))),
    training=TrainingSettings.from_json(SETTINGS),
)


def changed(**settings: object) -> Experiment:
    return dataclasses.replace(EXPERIMENT, training=TrainingSettings.from_json({**SETTINGS, **settings}))


class When(Control):
    """Gives each command as soon as the run reaches the place of the command."""

    def __init__(self, run: Run, *orders: tuple[Callable[[Run], bool], Command]) -> None:
        super().__init__()
        self._run, self._orders = run, list(orders)

    def receive(self, timeout: float = 0.0) -> Command | None:
        if self._orders and self._orders[0][0](self._run):
            return self._orders.pop(0)[1]
        return None


def at_step(step: int) -> Callable[[Run], bool]:
    return lambda run: run.history().step >= step


STOP = Command(CommandKind.STOP)


@pytest.fixture(scope="module")
def data() -> MnistData:
    return load_mnist()


@pytest.fixture(scope="module")
def whole(data: MnistData, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run that was never interrupted."""
    return train(EXPERIMENT, data, tmp_path_factory.mktemp("whole") / "run")


def assert_same_figures(run: Run, other: Run) -> None:
    for kind in ("batches", "epochs"):
        one, two = getattr(run.history(), kind), getattr(other.history(), kind)
        for name in one.keys() - {"seconds"}:
            np.testing.assert_allclose(one[name], two[name], rtol=1e-6, atol=1e-7, err_msg=f"{kind} {name}")


@pytest.mark.parametrize(("step", "snapshots"), [(22, 3), (30, 4)], ids=["after two epochs", "within the third"])
def test_an_interrupted_run_has_the_figures_of_an_uninterrupted_run(
    data: MnistData, whole: Run, tmp_path: Path, step: int, snapshots: int
) -> None:
    run = Run(tmp_path / "run")
    stopped = train(EXPERIMENT, data, run.folder, When(run, (at_step(step), STOP)))
    assert stopped.state is RunState.STOPPED
    assert run.history().step == step
    assert len(run.snapshots) == snapshots

    train_more(run.folder, data)
    assert run.state is RunState.FINISHED
    assert_same_figures(run, whole)
    assert [path.name for path in run.snapshots] == [f"{epoch:03d}.npz" for epoch in range(6)]
    seconds = run.history().batches["seconds"]
    assert (np.diff(seconds) >= 0).all()


def test_a_run_whose_last_epoch_was_lost_repeats_it(data: MnistData, whole: Run, tmp_path: Path) -> None:
    """Events and a snapshot from beyond the checkpoint's place are left, as after a crash."""
    run = Run(tmp_path / "run")
    train(EXPERIMENT, data, run.folder, When(run, (at_step(22), STOP)))
    kept = run.checkpoint_path.read_bytes()
    train_more(run.folder, data, control=When(run, (at_step(40), STOP)))
    run.checkpoint_path.write_bytes(kept)
    train_more(run.folder, data)
    assert_same_figures(run, whole)


@pytest.mark.parametrize("damage", ["torn", "missing", "foreign", "nowhere", "endless", "no arrays"])
def test_without_a_checkpoint_a_run_resumes_from_the_last_finished_epoch(
    data: MnistData, whole: Run, tmp_path: Path, damage: str
) -> None:
    run = Run(tmp_path / "run")
    train(EXPERIMENT, data, run.folder, When(run, (at_step(30), STOP)))
    match damage:
        case "torn":
            os.truncate(run.checkpoint_path, run.checkpoint_path.stat().st_size // 2)
        case "missing":
            run.checkpoint_path.unlink()
        case "foreign":
            shutil.copy(run.snapshots[0], run.checkpoint_path)
        case "nowhere":
            _with_epochs(run, -3)
        case "endless":
            _promise(run.checkpoint_path, 10**13)
        case "no arrays":
            _without_arrays(run.checkpoint_path)
    train_more(run.folder, data)
    assert run.state is RunState.FINISHED
    resumed = [event for event in run.events() if event["kind"] == EventKind.RESUME]
    assert (resumed[0]["epoch"], resumed[0]["step"]) == (2, 22)
    assert "optimizer's memory" in resumed[0]["note"]
    history = run.history()
    assert history.epochs["epoch"].tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(history.epochs["loss"][:2], whole.history().epochs["loss"][:2], rtol=1e-6)
    assert np.isfinite(history.epochs["loss"]).all()


def _promise(path: Path, size: int) -> None:
    """Return an archive of one array whose header promises the given size."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (size,)})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("about.npy", header.getvalue())


def _without_arrays(path: Path) -> None:
    """Damage the header of each array, so that NumPy returns plain bytes; a checkpoint's position stays readable."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content if name == "about.npy" else content[6:])


@pytest.mark.parametrize("damage", ["torn", "no arrays"])
def test_a_damaged_snapshot_is_skipped(data: MnistData, tmp_path: Path, damage: str) -> None:
    run = Run(tmp_path / "run")
    train(EXPERIMENT, data, run.folder, When(run, (at_step(22), STOP)))
    run.checkpoint_path.unlink()
    if damage == "torn":
        os.truncate(run.snapshots[-1], 100)
    else:
        _without_arrays(run.snapshots[-1])
    train_more(run.folder, data)
    resumed = [event for event in run.events() if event["kind"] == EventKind.RESUME]
    assert resumed[0]["epoch"] == 1
    assert run.history().epochs["epoch"].tolist() == [1, 2, 3, 4, 5]


def test_damaged_first_weights_matter_only_to_a_run_without_newer_weights(data: MnistData, tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    train(EXPERIMENT, data, run.folder, When(run, (at_step(8), STOP)))
    run.initial_path.write_bytes(b"damaged")
    train_more(run.folder, data, control=When(run, (at_step(11), STOP)))
    assert run.history().step == 11
    run.checkpoint_path.write_bytes(b"damaged")
    for snapshot in run.snapshots:
        os.truncate(snapshot, 100)
    for go_on in (train_more, lambda folder, data: train(EXPERIMENT, data, folder)):
        with pytest.raises(DamagedFileError, match=r"^initial\.npz is damaged: File is not a zip file\.$"):
            go_on(run.folder, data)
        assert run.state is RunState.FAILED
        assert run.reason is not None
        assert run.reason.text == "initial.npz is damaged: File is not a zip file."


def test_a_checkpoint_of_another_experiment_is_not_used(data: MnistData, tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    train(EXPERIMENT, data, run.folder, When(run, (at_step(30), STOP)))
    _with_position(run, reported=[500, 1.0, 1.0])
    assert reached_by(run).batch == 0
    train_more(run.folder, data)
    assert run.history().epochs["epoch"].tolist() == [1, 2, 3, 4, 5]


def test_a_finished_run_continues_for_more_epochs_and_its_schedule_begins_again(
    data: MnistData, tmp_path: Path
) -> None:
    run = train(changed(epochs=2, batch_size=8), data, tmp_path / "run")
    with pytest.raises(TrainingError, match="say how many more"):
        train_more(run.folder, data)
    train_more(run.folder, data, Continuation(epochs=2))
    history = run.history()
    assert history.epochs["epoch"].tolist() == [1, 2, 3, 4]
    assert history.plan is not None
    assert history.plan.epochs == 4
    rates = {
        int(step): rate for step, rate in zip(history.batches["step"], history.batches["learning_rate"], strict=True)
    }
    steps = 63
    # The event holds the rate of the next batch.
    for step in (16, 32, 48, 63, 79, 95):
        assert rates[2 * steps + step] == pytest.approx(rates[step], rel=1e-4)
    with pytest.raises(TrainingError, match="accepted are up to 500"):
        train_more(_with_epochs(run, 450), data, Continuation(epochs=100))


def _with_epochs(run: Run, epochs: int) -> Path:
    """Return the run with a checkpoint of the given number of epochs."""
    return _with_position(run, epoch=epochs, last_epoch=epochs)


def _with_position(run: Run, **changed: object) -> Path:
    with np.load(run.checkpoint_path) as kept:
        arrays = dict(kept)
    about = {**json.loads(arrays["about"].tobytes()), **changed}
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    np.savez(run.checkpoint_path, **arrays)
    return run.folder


def test_a_new_learning_rate_holds_at_once_is_in_the_events_and_stays(data: MnistData, tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    faster = Command(CommandKind.LEARNING_RATE, value=0.02)
    control = When(run, (at_step(11), faster), (at_step(22), STOP))
    train(changed(schedule="constant"), data, run.folder, control)
    train_more(run.folder, data)
    history = run.history()
    assert {name: column.tolist() for name, column in history.rates.items()} == {
        "step": [11],
        "images": [500],
        "learning_rate": [0.02],
    }
    rates = dict(zip(history.batches["step"], history.batches["learning_rate"], strict=True))
    assert rates[11] == pytest.approx(0.005)
    assert rates[19] == rates[55] == pytest.approx(0.02)


def test_pause_step_and_resume_change_nothing_but_the_time(data: MnistData, whole: Run, tmp_path: Path) -> None:
    run = Run(tmp_path / "run")

    def is_paused_at(step: int) -> Callable[[Run], bool]:
        return lambda run: run.state is RunState.PAUSED and run.history().step == step

    pause, resume, batch, epoch = (
        Command(kind)
        for kind in (CommandKind.PAUSE, CommandKind.RESUME, CommandKind.STEP_BATCH, CommandKind.STEP_EPOCH)
    )
    waited = 0.5
    due: list[float] = []

    def has_waited(run: Run) -> bool:
        due.append(time.monotonic() + waited)
        return time.monotonic() >= due[0]

    control = When(
        run,
        (at_step(8), pause),
        (is_paused_at(8), batch),
        (is_paused_at(9), batch),
        (is_paused_at(10), epoch),  # pauses at the end of the first epoch
        (is_paused_at(11), epoch),  # pauses at the end of the second epoch
        (is_paused_at(22), batch),
        (has_waited, resume),
    )
    train(EXPERIMENT, data, run.folder, control)
    assert not control._orders
    steps = run.history().batches["step"].tolist()
    assert steps[:4] == [8, 9, 10, 11]
    assert 23 in steps
    one, two = run.history(), whole.history()
    np.testing.assert_allclose(one.epochs["loss"], two.epochs["loss"], rtol=1e-6)
    np.testing.assert_allclose(one.epochs["val_loss"], two.epochs["val_loss"], rtol=1e-6)
    states = [event["state"] for event in run.events() if event["kind"] == "state"]
    assert states == [
        "starting", "training", "paused", "training", "paused", "training", "paused", "training", "finished",
    ]  # fmt: skip
    wall = run.events()[-1]["time"] - run.events()[0]["time"]
    assert run.history().seconds < wall - waited


def test_a_paused_run_is_saved_and_can_be_stopped(data: MnistData, whole: Run, tmp_path: Path) -> None:
    run = Run(tmp_path / "run")
    control = When(
        run,
        (at_step(8), Command(CommandKind.STEP_BATCH)),
        # The step alone does not decide, because a slow machine may save the state before the pause too.
        (
            lambda run: run.history().step == 9 and run.checkpoint_path.exists(),
            Command(CommandKind.STOP, reason=StopReason.told("Enough.")),
        ),
    )
    train(EXPERIMENT, data, run.folder, control)
    assert (run.state, run.reason) == (RunState.STOPPED, StopReason.told("Enough."))
    assert run.history().step == 9
    train_more(run.folder, data)
    np.testing.assert_allclose(run.history().epochs["loss"], whole.history().epochs["loss"], rtol=1e-6)


def test_a_target_ends_a_training(data: MnistData, tmp_path: Path) -> None:
    run = train(changed(target_accuracy=0.05), data, tmp_path / "run")
    assert run.state is RunState.FINISHED
    assert run.reason is not None
    assert (run.reason.code, run.reason.epoch, run.reason.target) == (StopCode.TARGET_REACHED, 1, 0.05)
    assert run.history().epochs["epoch"].tolist() == [1]
    # A continuation trains beyond the target.
    train_more(run.folder, data)
    assert run.history().epochs["epoch"].tolist() == [1, 2, 3, 4, 5]


def test_patience_ends_a_training_that_does_not_improve(data: MnistData, tmp_path: Path) -> None:
    run = train(changed(patience=2, learning_rate=1e-6, schedule="constant", epochs=40), data, tmp_path / "run")
    losses = run.history().epochs["val_loss"]
    best = np.minimum.accumulate(losses)
    waited = [epoch - int(losses[: epoch + 1].argmin()) for epoch in range(len(losses))]
    assert max(waited[:-1], default=0) < 2
    if len(losses) < 40:
        assert waited[-1] == 2
        assert run.reason is not None
        assert (run.reason.code, run.reason.waited) == (StopCode.NO_IMPROVEMENT, 2)
    assert best[-1] <= losses[-1]


def test_a_stop_between_two_batch_events_writes_one_and_changes_no_later_event(data: MnistData, tmp_path: Path) -> None:
    """The run has so many batches that an event covers several calls."""
    settings = {"batch_size": 8, "epochs": 60, "train_images": 500, "schedule": "constant", "validation_images": 100}
    experiment = changed(**settings, augmentation={})
    whole = train(experiment, data, tmp_path / "whole", When(Run(tmp_path / "whole"), (at_step(63 * 4), STOP)))
    run = Run(tmp_path / "run")
    calls = []

    def has_called_five_times(run: Run) -> bool:
        calls.append(run.state)
        return len(calls) > 5

    train(experiment, data, run.folder, When(run, (has_called_five_times, STOP)))
    stopped_at = run.history().step
    assert stopped_at == 40
    train_more(run.folder, data, control=When(run, (at_step(63 * 4), STOP)))
    np.testing.assert_allclose(run.history().batches["loss"], whole.history().batches["loss"], rtol=1e-6)
    assert run.history().batches["step"].tolist() == whole.history().batches["step"].tolist()
    assert stopped_at in [event.get("step") for event in run.events() if event["kind"] == EventKind.BATCH]


@pytest.mark.parametrize(
    "wrong",
    [
        {"epoch": -1},
        {"batch": 1.5},
        {"epoch": 3},
        {"seconds": "long"},
        {"rate_factor": math.inf},
        {"sums": (0, 0.0)},
        {"reported": "abc"},
        {"best_loss": "low"},
        {"target_reached": 1},
    ],
)
def test_what_is_no_position_cannot_be_built(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"place|epoch|number|accepted"):
        Position(**{"epoch": 0, "batch": 0, "first_epoch": 0, "last_epoch": 2, **wrong})
