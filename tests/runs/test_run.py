"""The run folder: reading complete, torn and missing files, and which ids may become part of a path."""

import errno
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.runs import (
    EventKind,
    EventWriter,
    Lab,
    LabError,
    Run,
    RunState,
    StopReason,
    create_run,
    is_lab_id,
    new_lab_id,
    read_events,
    write_atomically,
)


def write_history(run: Run, epochs: int = 2, steps: int = 3) -> None:
    """Write events as a training does: `steps` batches of 10 images an epoch, one second a batch."""
    with EventWriter(run.events_path) as writer:
        writer.write(EventKind.PLAN, epochs=4, steps_per_epoch=steps, images_per_epoch=10 * steps, parameters=7)
        for epoch in range(epochs):
            for batch in range(steps):
                step = epoch * steps + batch + 1
                writer.write(
                    EventKind.BATCH,
                    step=step,
                    images=10 * step,
                    loss=1 / step,
                    accuracy=step / 100,
                    learning_rate=0.1,
                    seconds=float(step),
                )
            writer.write(
                EventKind.EPOCH,
                epoch=epoch + 1,
                step=step,
                images=10 * step,
                loss=0.5,
                accuracy=0.5,
                val_loss=0.25,
                val_accuracy=0.9 - epoch / 10,
                seconds=float(step),
            )


def test_the_history_has_the_written_figures(tmp_path: Path, small_experiment: Experiment) -> None:
    run = create_run(tmp_path / "run", small_experiment)
    write_history(run)
    history = Run(run.folder).history()
    assert history.batches["step"].tolist() == [1, 2, 3, 4, 5, 6]
    assert history.epochs["val_accuracy"].tolist() == [0.9, 0.8]
    assert history.best_validation_accuracy == 0.9
    assert history.progress == 0.5
    assert history.seconds_left == pytest.approx(6.0)
    assert history.images_per_second == pytest.approx(10.0)
    assert Run(run.folder).experiment == small_experiment


def test_a_run_that_has_not_begun_has_an_empty_history(tmp_path: Path, small_experiment: Experiment) -> None:
    run = create_run(tmp_path / "run", small_experiment)
    history = run.history()
    assert (run.state, run.reason, run.snapshots) == (RunState.QUEUED, None, [])
    assert (history.step, history.images, history.progress, history.seconds) == (0, 0, 0.0, 0.0)
    assert history.seconds_left is None
    assert history.images_per_second is None
    assert history.best_validation_accuracy is None


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_torn_last_line_is_skipped_and_the_next_event_is_read(
    tmp_path: Path, small_experiment: Experiment, cut: int
) -> None:
    run = create_run(tmp_path / "run", small_experiment)
    write_history(run)
    whole = run.events()
    content = run.events_path.read_bytes()
    run.events_path.write_bytes(content[:-cut])
    torn = run.events()
    assert torn == (whole if cut == 1 else whole[:-1])
    run.mark(RunState.FAILED, StopReason.told("It was torn."))
    assert run.events()[:-1] == torn
    assert (run.state, run.reason) == (RunState.FAILED, StopReason.told("It was torn."))


def test_damaged_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    good = json.dumps({"kind": "state", "state": "training"}).encode()
    path.write_bytes(b"\n".join([b"\xff\xfe", b"[]", b'{"kind":"spell"}', b'{"kind":[]}', b"[" * 100_000, good, b"{"]))
    assert list(read_events(path)) == [{"kind": "state", "state": "training"}]


@pytest.mark.parametrize(
    "line",
    [
        '{"kind":"plan"}',
        '{"kind":"plan","epochs":0,"steps_per_epoch":3,"images_per_epoch":30,"parameters":7}',
        '{"kind":"plan","epochs":"4","steps_per_epoch":3,"images_per_epoch":30,"parameters":7}',
        '{"kind":"batch","step":NaN,"images":1,"loss":1,"accuracy":1,"learning_rate":1,"seconds":1}',
        '{"kind":"batch","step":7,"images":1,"loss":[],"accuracy":1,"learning_rate":1,"seconds":1}',
        '{"kind":"batch","step":7,"images":1%s,"loss":1,"accuracy":1,"learning_rate":1,"seconds":1}' % ("0" * 400),
        '{"kind":"epoch","epoch":3,"step":9,"images":90,"loss":1,"accuracy":1,"val_loss":1,"val_accuracy":null,"seconds":1}',
        '{"kind":"resume","epoch":0,"step":"0"}',
        '{"kind":"resume","epoch":0,"step":0,"reported":null}',
        '{"kind":"rate","step":1,"images":1,"learning_rate":Infinity}',
        '{"kind":"digits","step":1}',
        '{"kind":"digits","step":1,"answers":[10],"confidences":[0.5]}',
        '{"kind":"digits","step":1,"answers":[1,2],"confidences":[0.5]}',
        json.dumps({"kind": "digits", "step": 1, "answers": [1] * 21, "confidences": [1] * 21}),
        '{"kind":"batch","step":7,"images":1,"loss":1,"accuracy":1.5,"learning_rate":1,"seconds":1}',
        '{"kind":"batch","step":7,"images":1,"loss":1,"accuracy":1,"learning_rate":1,"seconds":-1}',
        '{"kind":"batch","step":7,"images":1,"loss":1,"accuracy":1,"learning_rate":1,"seconds":1e300}',
        '{"kind":"state","state":"failed","reason":5}',
        '{"kind":"state","state":["failed"]}',
    ],
)
def test_an_event_with_impossible_values_is_skipped(tmp_path: Path, small_experiment: Experiment, line: str) -> None:
    run = create_run(tmp_path / "run", small_experiment)
    write_history(run)
    whole = run.events()
    with run.events_path.open("a") as file:
        file.write(line + "\n")
    assert run.events() == whole
    assert run.history().epochs["epoch"].tolist() == [1, 2]


@pytest.mark.parametrize(("images", "seconds"), [(10, 5.0), (5, 5.0), (20, 1.0), (20, 0.5), (20, 1.0 + 1e-12)])
def test_events_that_contradict_each_other_give_no_speed(
    tmp_path: Path, small_experiment: Experiment, images: int, seconds: float
) -> None:
    run = create_run(tmp_path / "run", small_experiment)
    figures = {"loss": 0.5, "accuracy": 0.5, "learning_rate": 0.1}
    with EventWriter(run.events_path) as writer:
        writer.write(EventKind.PLAN, epochs=4, steps_per_epoch=3, images_per_epoch=30, parameters=7)
        writer.write(EventKind.BATCH, step=1, images=10, seconds=1.0, **figures)
        writer.write(EventKind.BATCH, step=2, images=images, seconds=seconds, **figures)
    history = run.history()
    assert (history.step, history.images) == (2, images)
    assert history.images_per_second is None
    assert history.seconds_left is None


def test_a_run_whose_events_cannot_be_read_is_queued(tmp_path: Path, small_experiment: Experiment) -> None:
    run = create_run(tmp_path / "run", small_experiment)
    run.events_path.mkdir()
    assert (run.state, run.history().step) == (RunState.QUEUED, 0)


def test_an_atomic_write_leaves_nothing_beside(tmp_path: Path) -> None:
    write_atomically(tmp_path / "file", b"old")
    write_atomically(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    (tmp_path / "folder" / "in it").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        write_atomically(tmp_path / "folder", b"new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


class TestLabRuns:
    """A lab's runs."""

    def test_it_lists_its_own_runs_newest_first(self, tmp_path: Path, small_experiment: Experiment) -> None:
        mine, other = Lab(tmp_path, new_lab_id()).runs, Lab(tmp_path, new_lab_id()).runs
        assert list(mine) == []
        created = [mine.create(small_experiment) for _ in range(3)]
        assert {run.folder for run in mine} == {run.folder for run in created}
        assert [run.id for run in mine] == sorted((run.id for run in created), reverse=True)
        assert list(other) == []
        assert other.get(created[0].id) is None
        found = mine.get(created[0].id)
        assert found is not None
        assert found.folder == created[0].folder

    @pytest.mark.parametrize("run_id", ["", ".", "..", "../other", "/etc", "20260101-000000-abcdef/..", "x" * 5000])
    def test_no_path_outside_of_the_lab_can_be_named(
        self, tmp_path: Path, small_experiment: Experiment, run_id: str
    ) -> None:
        lab_runs = Lab(tmp_path, new_lab_id()).runs
        lab_runs.create(small_experiment)
        assert lab_runs.get(run_id) is None

    @pytest.mark.parametrize("lab", ["", "..", "a" * 21, "a" * 23, "../../../../../../../x", "é" * 22, "a" * 21 + "\n"])
    def test_a_lab_id_has_one_form(self, tmp_path: Path, lab: str) -> None:
        assert not is_lab_id(lab)
        with pytest.raises(LabError, match="lab's id"):
            Lab(tmp_path, lab)

    def test_ids_are_not_repeated(self) -> None:
        ids = {new_lab_id() for _ in range(1000)}
        assert len(ids) == 1000
        assert all(is_lab_id(lab) for lab in ids)

    def test_a_deleted_run_can_be_restored(self, tmp_path: Path, small_experiment: Experiment) -> None:
        lab_runs, other = Lab(tmp_path, new_lab_id()).runs, Lab(tmp_path, new_lab_id()).runs
        kept, run = (lab_runs.create(small_experiment) for _ in range(2))
        run.mark(RunState.FINISHED)
        assert lab_runs.discard(run.id)
        assert [each.id for each in lab_runs] == [kept.id]
        assert lab_runs.get(run.id) is None
        assert not lab_runs.discard(run.id)
        assert not other.restore(run.id)
        assert lab_runs.restore(run.id)
        assert not lab_runs.restore(run.id)
        found = lab_runs.get(run.id)
        assert found is not None
        assert found.state is RunState.FINISHED

    @pytest.mark.parametrize("run_id", ["", ".", "bin", "../other", "20260101-000000-abcdef/.."])
    def test_nothing_else_is_deleted(self, tmp_path: Path, small_experiment: Experiment, run_id: str) -> None:
        lab_runs = Lab(tmp_path, new_lab_id()).runs
        run = lab_runs.create(small_experiment)
        assert not lab_runs.discard(run_id)
        assert not lab_runs.restore(run_id)
        assert lab_runs.discard(run.id)
        assert not lab_runs.discard("bin")


def test_threads_that_write_one_file_do_not_damage_it(tmp_path: Path) -> None:
    contents = [bytes([number]) * 20_000 for number in range(4)]
    path = tmp_path / "file"

    def write(content: bytes) -> None:
        for _ in range(50):
            write_atomically(path, content)
            assert path.read_bytes() in contents

    with ThreadPoolExecutor(len(contents)) as writers:
        for written in [writers.submit(write, content) for content in contents]:
            written.result()
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_run_appears_only_with_all_its_files(tmp_path: Path, small_experiment: Experiment) -> None:
    lab_runs = Lab(tmp_path, new_lab_id()).runs

    def fail(run: Run) -> None:
        (run.folder / "data.npz").write_bytes(b"part")
        raise OSError(errno.ENOSPC, "no space")

    with pytest.raises(OSError, match="no space"):
        lab_runs.create(small_experiment, fail)
    assert list(lab_runs) == []
    assert list(lab_runs.folder.iterdir()) == []

    def fill(run: Run) -> None:
        run.own_data_path.write_bytes(b"data")

    run = lab_runs.create(small_experiment, fill)
    assert next(iter(lab_runs)).own_data_path.read_bytes() == b"data"
    assert run.experiment == small_experiment
