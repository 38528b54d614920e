"""The frames of a run: every snapshot is asked once, whatever happens to the folder in between."""

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_demo.data import Split, load_mnist
from mnist_demo.experiment import Experiment
from mnist_demo.inference import InferenceError
from mnist_demo.inference.predictions import CHUNK, PredictionStore
from mnist_demo.insight.epoch_frames import EpochFrames
from mnist_demo.runs import Run, create_run


class Network:
    """Answers in place of the inference process, and remembers who was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken = False

    def __call__(self, snapshot: Path, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        if self.broken:
            raise InferenceError("The network gave no answer.")
        self.asked.append(snapshot.stem)
        answers = np.full((len(images), 10), 0.05, np.float32)
        answers[:, int(snapshot.stem) % 10] = 0.55
        return answers


def frames_of(run: Run, split: Split, network: Network) -> EpochFrames:
    """The frames of a server that has just started."""
    store = PredictionStore()
    return EpochFrames(
        run,
        split,
        lambda snapshot: store.get(snapshot, "validation", split, lambda images: network(snapshot, images)),
    )


@pytest.fixture
def split() -> Split:
    images = load_mnist().validation
    return Split(images.images[:200], images.labels[:200])


@pytest.fixture
def run(small_experiment: Experiment, tmp_path: Path) -> Run:
    made = create_run(tmp_path / "run", small_experiment)
    for epoch in range(3):
        write_snapshot(made, epoch)
    return made


def write_snapshot(run: Run, epoch: int, scale: float = 1.0) -> Path:
    """The weights of Flatten, Dense 16."""
    random = np.random.default_rng(epoch)
    weights = [random.normal(0, scale, shape).astype(np.float32) for shape in ((784, 16), (16,), (16, 10), (10,))]
    path = run.folder / "snapshots" / f"{epoch:03d}.npz"
    np.savez(path, allow_pickle=False, **{f"{place:03d}": each for place, each in enumerate(weights)})
    return path


def test_each_snapshot_is_asked_once(run: Run, split: Split) -> None:
    network = Network()
    frames = frames_of(run, split, network)
    assert (frames.missing, frames.frames) == (3, [])
    frames.advance(10)
    assert network.asked == ["000", "001", "002"]
    assert [frame.epoch for frame in frames.frames] == [0, 1, 2]
    assert frames.missing == 0
    assert frames.frames[1].confusion[:, 1].sum() == 200
    frames.advance(10)
    assert len(network.asked) == 3


def test_another_server_finds_the_answers_in_the_folder(run: Run, split: Split) -> None:
    frames_of(run, split, Network()).advance(10)
    network = Network()
    again = frames_of(run, split, network)
    again.advance(10)
    assert len(again.frames) == 3
    assert network.asked == []
    # Other weights under the same name are asked, and nothing else.
    write_snapshot(run, 1, scale=2)
    os.utime(run.folder / "snapshots" / "001.npz", ns=(1, 1))
    assert again.missing == 1
    again.advance(10)
    assert network.asked == ["001"]


def test_new_epochs_are_added(run: Run, split: Split) -> None:
    frames = frames_of(run, split, Network())
    frames.advance(10)
    write_snapshot(run, 3)
    assert frames.missing == 1
    frames.advance(10)
    assert [frame.epoch for frame in frames.frames] == [0, 1, 2, 3]


def test_a_pass_goes_on_where_time_was_up(run: Run) -> None:
    network = Network()
    validation = load_mnist().validation
    frames = frames_of(run, Split(validation.images[: 2 * CHUNK], validation.labels[: 2 * CHUNK]), network)
    for done in (0, 1, 1, 2):
        frames.advance(0)
        assert len(frames.frames) == done
    assert network.asked == ["000", "000", "001", "001"]
    assert frames.seconds_left is not None


def test_torn_and_missing_snapshots_leave_the_others(run: Run, split: Split) -> None:
    torn = run.snapshots[1]
    torn.write_bytes(torn.read_bytes()[:-500])
    run.snapshots[0].unlink()
    frames = frames_of(run, split, Network())
    frames.advance(10)
    assert [frame.epoch for frame in frames.frames] == [2]
    assert list(frames.failures) == [1]
    assert "damaged" in frames.failures[1]
    assert frames.missing == 0


def test_a_network_that_cannot_be_asked_can_be_tried_again(run: Run, split: Split) -> None:
    network = Network()
    network.broken = True
    frames = frames_of(run, split, network)
    frames.advance(10)
    assert set(frames.failures.values()) == {"The network gave no answer."}
    network.broken = False
    frames.forget_failures()
    frames.advance(10)
    assert len(frames.frames) == 3


def test_answers_that_cannot_be_kept_are_shown_all_the_same(run: Run, split: Split) -> None:
    (run.folder / "predictions").write_text("a file where the folder should be")
    frames = frames_of(run, split, Network())
    frames.advance(10)
    assert len(frames.frames) == 3


def test_a_hundred_epochs(run: Run, split: Split) -> None:
    for epoch in range(101):
        write_snapshot(run, epoch)
    frames = frames_of(run, split, Network())
    frames.advance(60)
    assert [frame.epoch for frame in frames.frames] == list(range(101))
