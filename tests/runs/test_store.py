"""The store is held within its limits, the lab is told, and one bad folder does not keep the others."""

import os
import shutil
from pathlib import Path

import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.runs import (
    About,
    Dropped,
    DropReason,
    Ledger,
    Run,
    StoreFullError,
    StoreLimits,
    create_run,
    dropped_path,
    forget_dropped,
    make_room,
    new_lab_id,
    read_dropped,
    sweep,
    write_about,
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
    write_about(runs[0], About(name="first", pinned=True))
    write_about(runs[1], About(name="second"))
    make_room(ledger, LIMITS, nobody)
    assert [run.id for run in ledger.runs()] == [runs[2].id, runs[0].id]
    assert read_dropped(ledger) == Dropped(1, "second", DropReason.COUNT)
    # There is room now.
    make_room(ledger, LIMITS, nobody)
    assert len(ledger.runs()) == 2
    assert not any(ledger.bin_folder.iterdir())
    forget_dropped(ledger)
    assert read_dropped(ledger) is None
    forget_dropped(ledger)


def test_a_lab_full_of_pinned_and_active_runs_says_what_to_do(ledger: Ledger, runs: list[Run]) -> None:
    for run in runs[:2]:
        write_about(run, About(pinned=True))
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
    assert read_dropped(other) == Dropped(2, unreadable.name, DropReason.AGE)
    assert len(ledger.runs()) == 3


def test_what_a_cut_off_removal_left_is_removed_later(ledger: Ledger, runs: list[Run], tmp_path: Path) -> None:
    ledger.discard(runs[0].id)
    left = ledger.bin_folder / runs[0].id
    (left / "experiment.json").unlink()
    os.utime(left, (0, 0))
    sweep(tmp_path, StoreLimits(), nobody)
    assert not left.exists()
    assert read_dropped(ledger) is None


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
    assert read_dropped(ledger) == Dropped(2, "small", DropReason.COUNT)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[1]", b'{"count": 1}', b'{"count": 1, "name": "", "reason": "spell"}', b"\xff", b"[" * 9000],
)
def test_a_damaged_note_says_nothing(ledger: Ledger, runs: list[Run], content: bytes) -> None:
    dropped_path(ledger).write_bytes(content)
    assert read_dropped(ledger) is None
    make_room(ledger, LIMITS, nobody)
    assert read_dropped(ledger) == Dropped(1, "small", DropReason.COUNT)


def test_the_longest_name_fits(ledger: Ledger, runs: list[Run]) -> None:
    write_about(runs[0], About(name="🖊" * 60))
    make_room(ledger, LIMITS, nobody)
    assert read_dropped(ledger) == Dropped(1, "🖊" * 60, DropReason.COUNT)
