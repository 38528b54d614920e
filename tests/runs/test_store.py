"""The store is held within its limits, the lab is told, and one bad folder does not keep the others."""

import os
import shutil
from pathlib import Path

import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.runs import (
    Annotations,
    Evicted,
    EvictionReason,
    Ledger,
    Run,
    StoreFullError,
    StoreLimits,
    create_run,
    evicted_path,
    forget_evicted,
    make_room,
    new_lab_id,
    read_evicted,
    sweep,
    write_annotations,
)

LIMITS = StoreLimits(max_runs=3)


def nobody(folder: Path) -> bool:
    return False


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(new_lab_id(), tmp_path)


@pytest.fixture
def runs(ledger: Ledger, small_experiment: Experiment) -> list[Run]:
    """Three runs, the oldest first."""
    return [create_run(ledger.folder / f"2026010{day}-120000-abcdef", small_experiment) for day in (1, 2, 3)]


def test_the_oldest_makes_room_and_the_lab_is_told(ledger: Ledger, runs: list[Run]) -> None:
    write_annotations(runs[0], Annotations(name="first", pinned=True))
    write_annotations(runs[1], Annotations(name="second"))
    make_room(ledger, LIMITS, nobody)
    assert [run.id for run in ledger.runs()] == [runs[2].id, runs[0].id]
    assert read_evicted(ledger) == Evicted(1, "second", EvictionReason.COUNT)
    # There is room now.
    make_room(ledger, LIMITS, nobody)
    assert len(ledger.runs()) == 2
    assert not any(ledger.bin_folder.iterdir())
    forget_evicted(ledger)
    assert read_evicted(ledger) is None
    forget_evicted(ledger)


def test_a_lab_full_of_pinned_and_active_runs_says_what_to_do(ledger: Ledger, runs: list[Run]) -> None:
    for run in runs[:2]:
        write_annotations(run, Annotations(pinned=True))
    with pytest.raises(StoreFullError, match="unpin or delete one"):
        make_room(ledger, LIMITS, lambda folder: folder == runs[2].folder)
    assert len(ledger.runs()) == 3


def test_a_run_that_is_taken_up_again_meanwhile_stays(ledger: Ledger, runs: list[Run]) -> None:
    asked: list[Path] = []

    def later(folder: Path) -> bool:
        asked.append(folder)
        return asked.count(folder) > 1

    with pytest.raises(StoreFullError):
        make_room(ledger, LIMITS, later)
    assert len(ledger.runs()) == 3


def test_a_sweep_goes_through_all_labs(
    ledger: Ledger, runs: list[Run], small_experiment: Experiment, tmp_path: Path
) -> None:
    other = Ledger(new_lab_id(), tmp_path)
    old = create_run(other.folder / "20200101-120000-abcdef", small_experiment)
    unreadable = other.folder / "20200102-120000-abcdef"
    unreadable.mkdir()
    fresh = other.create(small_experiment)
    ledger.discard(runs[0].id)
    sweep(tmp_path, StoreLimits(), nobody)
    assert len(other.runs()) == 2
    assert ledger.restore(runs[0].id)
    for folder in (old.folder, unreadable):
        os.utime(folder, (0, 0))
    sweep(tmp_path, StoreLimits(), nobody)
    assert [run.id for run in other.runs()] == [fresh.id]
    assert sorted(entry.name for entry in other.folder.iterdir()) == sorted([fresh.id, "bin", "dropped.json"])
    # A folder in which nothing can be read is called by its id.
    assert read_evicted(other) == Evicted(2, unreadable.name, EvictionReason.AGE)
    assert len(ledger.runs()) == 3


def test_what_a_cut_off_removal_left_is_removed_later(ledger: Ledger, runs: list[Run], tmp_path: Path) -> None:
    ledger.discard(runs[0].id)
    left = ledger.bin_folder / runs[0].id
    (left / "experiment.json").unlink()
    os.utime(left, (0, 0))
    sweep(tmp_path, StoreLimits(), nobody)
    assert not left.exists()
    assert read_evicted(ledger) is None


def test_one_bad_folder_does_not_keep_the_others(
    ledger: Ledger, runs: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = shutil.rmtree

    def fail_once(path: Path) -> None:
        if path.name == runs[0].id:
            raise PermissionError(13, "Permission denied")
        remove(path)

    monkeypatch.setattr(shutil, "rmtree", fail_once)
    sweep(tmp_path, StoreLimits(max_runs=1), nobody)
    assert [run.id for run in ledger.runs()] == [runs[2].id]
    assert [path.name for path in ledger.bin_folder.iterdir()] == [runs[0].id]
    assert read_evicted(ledger) == Evicted(2, "small", EvictionReason.COUNT)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[1]", b'{"count": 1}', b'{"count": 1, "name": "", "reason": "spell"}', b"\xff", b"[" * 9000],
)
def test_a_damaged_note_says_nothing(ledger: Ledger, runs: list[Run], content: bytes) -> None:
    evicted_path(ledger).write_bytes(content)
    assert read_evicted(ledger) is None
    make_room(ledger, LIMITS, nobody)
    assert read_evicted(ledger) == Evicted(1, "small", EvictionReason.COUNT)


def test_the_longest_name_fits(ledger: Ledger, runs: list[Run]) -> None:
    write_annotations(runs[0], Annotations(name="🖊" * 60))
    make_room(ledger, LIMITS, nobody)
    assert read_evicted(ledger) == Evicted(1, "🖊" * 60, EvictionReason.COUNT)
