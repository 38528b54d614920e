"""Which runs are dropped to hold the store within its limits, and what faults leave behind."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mnist_demo.fields import FieldError
from mnist_demo.runs import EvictionReason, StoredRun, StoreLimits, choose_evictions, survey
from mnist_demo.runs.retention import BIN_SECONDS, DAY

LAB, OTHER = "a" * 22, "b" * 22
NOW = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
WIDE = StoreLimits(max_runs=100, max_megabytes=1_000, max_days=1_000)


def stored(
    age: float,
    *,
    lab: str = LAB,
    megabytes: float = 1,
    pinned: bool = False,
    binned: float | None = None,
    changed: float | None = None,
) -> StoredRun:
    """A run created `age` days ago, changed then or `changed` days ago, and deleted `binned` seconds ago."""
    then = NOW - (age if changed is None else changed) * DAY
    deleted = None if binned is None else NOW - binned
    folder = Path(f"{lab}-{age}-{binned}")
    return StoredRun(folder, lab, NOW - age * DAY, then, int(megabytes * 1e6), pinned, deleted)


def evictions(
    runs: list[StoredRun], limits: StoreLimits, active: list[StoredRun] | None = None, room_in: str | None = None
) -> list[tuple[StoredRun, EvictionReason | None]]:
    folders = {run.folder for run in active or []}
    chosen = choose_evictions(runs, limits, NOW, folders.__contains__, room_in)
    return [(eviction.run, eviction.reason) for eviction in chosen]


def test_nothing_is_dropped_within_the_limits() -> None:
    assert evictions([stored(age) for age in range(50)], WIDE, room_in=LAB) == []


def test_each_lab_keeps_its_newest_runs() -> None:
    limits = StoreLimits(max_runs=2)
    old, middle, new = (stored(age) for age in (9, 5, 1))
    others = [stored(age, lab=OTHER) for age in (8, 7)]
    assert evictions([new, old, middle, *others], limits) == [(old, EvictionReason.COUNT)]
    assert evictions([new, old, middle, *others], limits, room_in=LAB) == [
        (old, EvictionReason.COUNT),
        (middle, EvictionReason.COUNT),
    ]


def test_pinned_and_active_runs_are_passed_over() -> None:
    limits = StoreLimits(max_runs=2)
    pinned, active, loose, new = stored(9, pinned=True), stored(8), stored(7), stored(1)
    assert evictions([pinned, active, loose, new], limits, [active]) == [
        (loose, EvictionReason.COUNT),
        (new, EvictionReason.COUNT),
    ]
    # Where nothing may go, nothing goes.
    assert evictions([pinned, stored(8, pinned=True), active], limits, [active]) == []


def test_old_runs_go_unless_they_are_pinned_or_active() -> None:
    limits = StoreLimits(max_days=30)
    old, older = stored(31), stored(40)
    used = stored(90, changed=2)
    runs = [old, older, stored(29), used, stored(50, pinned=True), active := stored(60)]
    assert evictions(runs, limits, [active]) == [(older, EvictionReason.AGE), (old, EvictionReason.AGE)]


def test_a_full_disk_empties_bins_first_and_pinned_runs_last() -> None:
    limits = StoreLimits(max_megabytes=10)
    binned = stored(1, megabytes=4, binned=60)
    loose, newer = stored(5, megabytes=4), stored(2, megabytes=4, lab=OTHER)
    pinned, active = stored(9, megabytes=4, pinned=True), stored(8, megabytes=4)
    assert evictions([pinned, newer, loose, binned, active], limits, [active]) == [
        (binned, None),
        (loose, EvictionReason.BYTES),
        (newer, EvictionReason.BYTES),
    ]
    large = stored(8, megabytes=9)
    assert evictions([pinned, large, newer], limits, [large]) == [
        (newer, EvictionReason.BYTES),
        (pinned, EvictionReason.BYTES),
    ]


def test_what_goes_for_another_reason_makes_room_too() -> None:
    limits = StoreLimits(max_megabytes=10, max_days=30)
    assert evictions([stored(40, megabytes=9), stored(1, megabytes=9)], limits) == [
        (stored(40, megabytes=9), EvictionReason.AGE)
    ]


def test_the_bin_is_emptied_after_a_while() -> None:
    late = stored(1, binned=BIN_SECONDS + 1)
    assert evictions([stored(1, binned=BIN_SECONDS - 1), late], WIDE) == [(late, None)]


def test_a_clock_that_went_backwards_drops_nothing_for_its_age() -> None:
    limits = StoreLimits(max_days=1)
    assert evictions([stored(-400), stored(-1)], limits) == []
    # How long it lies in the bin cannot be known then: the room is given back.
    future = stored(1, binned=-2 * BIN_SECONDS)
    assert evictions([future], limits) == [(future, None)]


class TestSurvey:
    """What is found on the disk."""

    @pytest.fixture
    def run(self, tmp_path: Path) -> Path:
        folder = tmp_path / LAB / "20260301-120000-abcdef"
        (folder / "snapshots").mkdir(parents=True)
        (folder / "snapshots" / "000.npz").write_bytes(b"x" * 1000)
        (folder / "events.jsonl").write_bytes(b"x" * 10)
        return folder

    def test_a_run_without_an_experiment_counts(self, tmp_path: Path, run: Path) -> None:
        (found,) = survey(tmp_path)
        assert found.folder == run
        assert found.lab == LAB
        assert found.size == 1010
        assert found.created == datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
        assert not found.pinned

    def test_a_pin_counts_and_a_damaged_one_does_not(self, tmp_path: Path, run: Path) -> None:
        (run / "about.json").write_text('{"pinned": true}')
        assert [found.pinned for found in survey(tmp_path)] == [True]
        (run / "about.json").write_text('{"pinned": tr')
        assert [found.pinned for found in survey(tmp_path)] == [False]

    def test_nothing_else_is_touched(self, tmp_path: Path, run: Path) -> None:
        outside = tmp_path / "outside"
        (outside / "20260301-120000-abcdef").mkdir(parents=True)
        (run.parent / "20260302-120000-abcdef").symlink_to(outside)
        (tmp_path / OTHER).symlink_to(outside)
        (run.parent / "notes").mkdir()
        (run.parent / "20261399-120000-abcdef").mkdir()
        assert [found.folder for found in survey(tmp_path)] == [run]
        assert survey(tmp_path / "nothing") == []
        assert survey(tmp_path, ["../outside"]) == []

    @pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
    def test_a_folder_that_may_not_be_read_counts_as_empty(self, tmp_path: Path, run: Path) -> None:
        run.chmod(0)
        try:
            assert [found.size for found in survey(tmp_path)] == [0]
        finally:
            run.chmod(0o755)


def test_the_environment_sets_the_limits() -> None:
    assert StoreLimits.from_environment({}) == StoreLimits()
    environment = {"MNIST_DEMO_MAX_RUNS": "30", "MNIST_DEMO_MAX_MEGABYTES": " 500 ", "MNIST_DEMO_MAX_DAYS": ""}
    assert StoreLimits.from_environment(environment) == StoreLimits(max_runs=30, max_megabytes=500)


@pytest.mark.parametrize("value", ["0", "-1", "many", "1e3", "10001", "9" * 100])
def test_a_limit_that_is_not_accepted_is_named(value: str) -> None:
    with pytest.raises(FieldError, match=r"(?i)max_runs is .* accepted is"):
        StoreLimits.from_environment({"MNIST_DEMO_MAX_RUNS": value})
