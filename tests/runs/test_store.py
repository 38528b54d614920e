"""Labs stay within the limits, each lab is told what it lost, and one damaged folder does not keep the others."""

import os
import shutil
import time
from pathlib import Path

import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.runs import (
    Annotations,
    Evicted,
    EvictionReason,
    Lab,
    Run,
    StoreFullError,
    StoreLimits,
    create_run,
    make_room,
    new_lab_id,
    sweep,
    write_annotations,
)
from mnist_demo.runs import clock as clock_module
from mnist_demo.runs.clock import DAY

LIMITS = StoreLimits(max_runs=3)


def nobody(path: Path) -> bool:
    return False


@pytest.fixture
def lab(home: Path) -> Lab:
    return Lab(home, new_lab_id())


@pytest.fixture
def runs(lab: Lab, small_experiment: Experiment) -> list[Run]:
    """Make three runs, the oldest first."""
    return [create_run(lab.runs.folder / f"2026010{day}-120000-abcdef", small_experiment) for day in (1, 2, 3)]


def fill(run: Run, megabytes: int) -> None:
    """Make a run's folder of a given size, without writing as many bytes."""
    run.checkpoint_path.touch()
    os.truncate(run.checkpoint_path, megabytes * 1_000_000)


def test_the_oldest_run_is_evicted_and_the_lab_is_told(lab: Lab, runs: list[Run]) -> None:
    write_annotations(runs[0], Annotations(name="first", pinned=True))
    write_annotations(runs[1], Annotations(name="second"))
    make_room(lab, LIMITS, nobody)
    assert [run.id for run in lab.runs] == [runs[2].id, runs[0].id]
    assert lab.evicted == Evicted(1, "second", EvictionReason.COUNT)
    # The lab has room now.
    make_room(lab, LIMITS, nobody)
    assert len(lab.runs) == 2
    assert not any(lab.runs.bin_folder.iterdir())
    lab.forget_evicted()
    assert Lab(lab.home, lab.id).evicted is None
    lab.forget_evicted()


def test_a_lab_full_of_pinned_and_active_runs_says_what_to_do(lab: Lab, runs: list[Run]) -> None:
    for run in runs[:2]:
        write_annotations(run, Annotations(pinned=True))
    with pytest.raises(StoreFullError, match="unpin or delete one"):
        make_room(lab, LIMITS, lambda path: path == runs[2].folder)
    assert len(lab.runs) == 3


def test_room_is_made_within_the_lab_s_share(lab: Lab, runs: list[Run], small_experiment: Experiment) -> None:
    limits = StoreLimits(max_lab_megabytes=20)
    for run in runs:
        fill(run, 12)
    write_annotations(runs[0], Annotations(pinned=True))
    other = Lab(lab.home, new_lab_id())
    fill(create_run(other.runs.folder / "20200101-120000-abcdef", small_experiment), 12)
    make_room(lab, limits, nobody)
    assert [run.id for run in lab.runs] == [runs[0].id]
    assert lab.evicted == Evicted(2, "small", EvictionReason.SHARE)
    assert len(other.runs) == 1
    assert other.evicted is None
    fill(runs[0], 20)
    with pytest.raises(StoreFullError, match=r"may keep 20 MB.*unpin or delete a run"):
        make_room(lab, limits, nobody)
    assert len(lab.runs) == 1


def test_a_run_that_is_queued_again_meanwhile_stays(lab: Lab, runs: list[Run]) -> None:
    asked: list[Path] = []

    def later(path: Path) -> bool:
        asked.append(path)
        return asked.count(path) > 1

    with pytest.raises(StoreFullError):
        make_room(lab, LIMITS, later)
    assert len(lab.runs) == 3
    assert lab.evicted is None


def test_a_sweep_goes_through_all_labs(lab: Lab, runs: list[Run], small_experiment: Experiment) -> None:
    other = Lab(lab.home, new_lab_id())
    old = create_run(other.runs.folder / "20200101-120000-abcdef", small_experiment)
    unreadable = other.runs.folder / "20200102-120000-abcdef"
    unreadable.mkdir()
    fresh = other.runs.create(small_experiment)
    lab.runs.discard(runs[0].id)
    assert not sweep(lab.home, StoreLimits(), nobody)
    assert len(other.runs) == 2
    assert lab.runs.restore(runs[0].id)
    for folder in (old.folder, unreadable):
        os.utime(folder, (0, 0))
    assert not sweep(lab.home, StoreLimits(), nobody)
    assert [run.id for run in other.runs] == [fresh.id]
    assert sorted(entry.name for entry in other.runs.folder.iterdir()) == sorted([fresh.id, "bin", "dropped.json"])
    # A run whose files cannot be read is named by its id.
    assert other.evicted == Evicted(2, unreadable.name, EvictionReason.AGE)
    assert len(lab.runs) == 3


def test_a_sweep_says_whether_too_much_must_stay(lab: Lab, runs: list[Run], small_experiment: Experiment) -> None:
    limits = StoreLimits(max_megabytes=10)
    fill(runs[0], 11)
    write_annotations(runs[0], Annotations(pinned=True))
    assert sweep(lab.home, limits, nobody)
    # Pinned runs within their lab's share stay, and every other run is evicted.
    assert [run.id for run in lab.runs] == [runs[0].id]
    assert lab.evicted == Evicted(2, "small", EvictionReason.BYTES)
    write_annotations(runs[0], Annotations())
    assert not sweep(lab.home, limits, nobody)
    assert len(lab.runs) == 0


def test_an_unused_lab_is_removed_completely(lab: Lab, runs: list[Run], small_experiment: Experiment) -> None:
    lab.keep_experiment(small_experiment)
    lab.keep_current_run(runs[0].id)
    lab.keep_drawing([])
    other = Lab(lab.home, new_lab_id())
    other.keep_drawing([])
    sweep(lab.home, StoreLimits(), nobody)
    assert lab.experiment == small_experiment
    for path in lab.home.rglob("*"):
        if lab.id in str(path):
            os.utime(path, (0, 0))
    sweep(lab.home, StoreLimits(), nobody)
    assert len(lab.runs) == 0
    # The note of lost runs stays as long as a run would; then the note is removed, and the folders with it.
    assert lab.evicted == Evicted(3, "small", EvictionReason.AGE)
    same = Lab(lab.home, lab.id)
    assert same.experiment is None
    assert same.current_run is None
    os.utime(lab.runs.folder / "dropped.json", (0, 0))
    sweep(lab.home, StoreLimits(), nobody)
    assert [path for path in lab.home.rglob("*") if lab.id in str(path)] == []
    assert (lab.home / "drawings" / other.id / "current.json").exists()


@pytest.mark.parametrize("is_started_again", [False, True])
def test_a_clock_that_jumps_forward_deletes_nothing(
    lab: Lab,
    runs: list[Run],
    small_experiment: Experiment,
    monkeypatch: pytest.MonkeyPatch,
    is_started_again: bool,
) -> None:
    lab.keep_experiment(small_experiment)
    lab.runs.discard(runs[0].id)
    data = lab.home / "data" / lab.id / f"{'d' * 64}.npz"
    data.parent.mkdir(parents=True)
    data.touch()
    before = sorted(lab.home.rglob("*"))
    sweep(lab.home, StoreLimits(), nobody)
    later = time.time() + 4_000 * DAY
    monkeypatch.setattr(time, "time", lambda: later)
    if is_started_again:
        monkeypatch.setattr(clock_module, "_running", {})
        # The kept clock advances by a day at most, which is too little for a run and enough for the bin's hour.
        lab.runs.restore(runs[0].id)
        data.unlink()
    sweep(lab.home, StoreLimits(), nobody)
    if not is_started_again:
        assert sorted(path for path in lab.home.rglob("*") if path.name != ".clock") == before
        assert lab.runs.restore(runs[0].id)
    assert len(lab.runs) == 3
    assert lab.experiment == small_experiment
    assert lab.evicted is None


def test_the_rest_of_an_interrupted_removal_is_removed_later(lab: Lab, runs: list[Run]) -> None:
    lab.runs.discard(runs[0].id)
    left = lab.runs.bin_folder / runs[0].id
    (left / "experiment.json").unlink()
    os.utime(left, (0, 0))
    sweep(lab.home, StoreLimits(), nobody)
    assert not left.exists()
    assert lab.evicted is None


def test_one_folder_that_cannot_be_removed_does_not_keep_the_others(
    lab: Lab, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = shutil.rmtree

    def fail_once(path: Path) -> None:
        if path.name == runs[0].id:
            raise PermissionError(13, "Permission denied")
        remove(path)

    monkeypatch.setattr(shutil, "rmtree", fail_once)
    sweep(lab.home, StoreLimits(max_runs=1), nobody)
    assert [run.id for run in lab.runs] == [runs[2].id]
    assert [path.name for path in lab.runs.bin_folder.iterdir()] == [runs[0].id]
    assert lab.evicted == Evicted(2, "small", EvictionReason.COUNT)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[1]", b'{"count": 1}', b'{"count": 1, "name": "", "reason": "spell"}', b"\xff", b"[" * 9000],
)
def test_a_damaged_note_counts_as_none(lab: Lab, runs: list[Run], content: bytes) -> None:
    (lab.runs.folder / "dropped.json").write_bytes(content)
    assert lab.evicted is None
    make_room(lab, LIMITS, nobody)
    assert lab.evicted == Evicted(1, "small", EvictionReason.COUNT)


def test_the_longest_name_fits(lab: Lab, runs: list[Run]) -> None:
    write_annotations(runs[0], Annotations(name="🖊" * 60))
    make_room(lab, LIMITS, nobody)
    assert lab.evicted == Evicted(1, "🖊" * 60, EvictionReason.COUNT)
