"""Which items are evicted so that labs stay within the limits, and what the survey finds on the disk."""

import dataclasses
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.fields import FieldError
from mnist_demo.runs import Annotations, EvictionReason, Lab, StoreLimits, create_run, write_annotations
from mnist_demo.runs.clock import DAY, Now
from mnist_demo.runs.retention import BIN_SECONDS, SMALL_SHARE, choose_evictions
from mnist_demo.runs.survey import Kind, Stored, survey

LAB, OTHER = "a" * 22, "b" * 22
NOW = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
PRESENT = Now(system=NOW, kept=NOW)
WIDE = StoreLimits(max_runs=100, max_megabytes=1_000, max_days=1_000)

Chosen = list[tuple[Stored, EvictionReason | None]]


def run(
    age: float,
    *,
    lab: str = LAB,
    megabytes: float = 1,
    pinned: bool = False,
    changed: float | None = None,
    data: str = "",
) -> Stored:
    """Return a run created `age` days ago, and changed then or `changed` days ago."""
    then = NOW - (age if changed is None else changed) * DAY
    return Stored(
        path=Path(f"{lab}-{age}"),
        lab=lab,
        kind=Kind.RUN,
        size=int(megabytes * 1e6),
        changed=then,
        created=NOW - age * DAY,
        pinned=pinned,
        data=data,
    )


def binned(seconds: float, *, lab: str = LAB, megabytes: float = 1) -> Stored:
    """Return a run that was deleted some seconds ago."""
    return dataclasses.replace(
        run(1, lab=lab, megabytes=megabytes), path=Path(f"{lab}-bin-{seconds}"), kind=Kind.BINNED, changed=NOW - seconds
    )


def file(kind: Kind, age: float, *, lab: str = LAB, megabytes: float = 1, data: str = "") -> Stored:
    """Return data or a small file, last used `age` days ago."""
    return dataclasses.replace(
        run(age, lab=lab, megabytes=megabytes, data=data), path=Path(f"{lab}-{kind}-{age}"), kind=kind
    )


def choose(
    stored: Sequence[Stored],
    limits: StoreLimits,
    active: Sequence[Stored] = (),
    *,
    now: Now | None = PRESENT,
    room_in: str | None = None,
) -> tuple[Chosen, bool]:
    """Return the evictions and their reasons, and whether the labs still keep too much."""
    paths = {item.path for item in active}
    chosen, is_full = choose_evictions(stored, limits, paths.__contains__, now, room_in)
    return [(eviction.item, eviction.reason) for eviction in chosen], is_full


def evictions(
    stored: Sequence[Stored],
    limits: StoreLimits,
    active: Sequence[Stored] = (),
    *,
    now: Now | None = PRESENT,
    room_in: str | None = None,
) -> Chosen:
    return choose(stored, limits, active, now=now, room_in=room_in)[0]


def test_nothing_is_evicted_within_the_limits() -> None:
    assert choose([run(age) for age in range(50)], WIDE, room_in=LAB) == ([], False)


class TestCounts:
    """The number of runs of a lab."""

    def test_each_lab_keeps_its_newest_runs(self) -> None:
        limits = StoreLimits(max_runs=2)
        old, middle, new = (run(age) for age in (9, 5, 1))
        others = [run(age, lab=OTHER) for age in (8, 7)]
        assert evictions([new, old, middle, *others], limits) == [(old, EvictionReason.COUNT)]
        assert evictions([new, old, middle, *others], limits, room_in=LAB) == [
            (old, EvictionReason.COUNT),
            (middle, EvictionReason.COUNT),
        ]

    def test_pinned_and_active_runs_are_not_evicted(self) -> None:
        limits = StoreLimits(max_runs=2)
        pinned, active, loose, new = run(9, pinned=True), run(8), run(7), run(1)
        assert evictions([pinned, active, loose, new], limits, [active]) == [
            (loose, EvictionReason.COUNT),
            (new, EvictionReason.COUNT),
        ]
        # If no run may be evicted, none is.
        assert evictions([pinned, run(8.5, pinned=True), active], limits, [active]) == []

    def test_items_other_than_runs_do_not_count(self) -> None:
        others = [binned(60), file(Kind.DATA, 0), file(Kind.SMALL, 0)]
        assert evictions([run(1), *others], StoreLimits(max_runs=1)) == []


class TestAges:
    """Eviction because of age."""

    def test_old_runs_are_evicted_unless_they_are_pinned_or_active(self) -> None:
        limits = StoreLimits(max_days=30)
        old, older, active = run(31), run(40), run(60)
        used = run(90, changed=2)
        stored = [old, older, run(29), used, run(50, pinned=True), active]
        assert evictions(stored, limits, [active]) == [(older, EvictionReason.AGE), (old, EvictionReason.AGE)]

    def test_ages_do_not_count_for_one_lab_alone(self) -> None:
        stored = [run(40), binned(2 * BIN_SECONDS), file(Kind.SMALL, 50), file(Kind.DATA, 50)]
        assert evictions(stored, StoreLimits(max_days=30), now=None) == []

    def test_the_bin_is_emptied_after_a_while(self) -> None:
        late = binned(BIN_SECONDS + 1)
        assert evictions([binned(BIN_SECONDS - 1), late], WIDE) == [(late, None)]

    def test_unused_data_are_evicted_after_a_while(self) -> None:
        data = [file(Kind.DATA, age, data=digest) for age, digest in ((9, "a"), (8, "b"), (7, "c"), (6, "d"), (0, "e"))]
        about = [run(5, data="a"), dataclasses.replace(binned(60), data="b"), file(Kind.SMALL, 3, data="c")]
        assert evictions([*data, *about], WIDE) == [(data[3], None)]
        assert evictions([*data, *about], WIDE, [data[3]]) == []
        # A run of another lab does not keep the data of this lab.
        elsewhere = run(5, lab=OTHER, data="d")
        assert evictions([*data, *about, elsewhere], WIDE) == [(data[3], None)]

    def test_small_files_of_an_unused_lab_are_evicted(self) -> None:
        limits = StoreLimits(max_days=30)
        unused = [file(Kind.SMALL, 50), file(Kind.SMALL, 40)]
        used = [file(Kind.SMALL, 60, lab=OTHER), file(Kind.SMALL, 29, lab=OTHER)]
        assert evictions([*unused, *used], limits) == [(item, None) for item in unused]
        assert evictions([*unused, run(90, changed=2)], limits) == []

    def test_a_clock_that_went_backwards_evicts_nothing_for_its_age(self) -> None:
        limits = StoreLimits(max_days=1)
        assert evictions([run(-400), run(-1), file(Kind.SMALL, -400)], limits) == []
        # The time in the bin is unknown then, so the deleted run is evicted.
        future = binned(-2 * BIN_SECONDS)
        assert evictions([future], limits) == [(future, None)]

    @pytest.mark.parametrize("present", [Now(NOW + 4_000 * DAY, NOW), Now(NOW, NOW + 4_000 * DAY)])
    def test_the_clock_that_makes_an_item_younger_decides(self, present: Now) -> None:
        stored = [run(29), binned(60), file(Kind.SMALL, 29), file(Kind.DATA, 0)]
        assert evictions(stored, StoreLimits(max_days=30), now=present) == []


class TestShares:
    """Eviction from one lab beyond its share."""

    limits = StoreLimits(max_lab_megabytes=20)

    @pytest.mark.parametrize("now", [PRESENT, None])
    def test_a_lab_beyond_its_share_loses_alone(self, now: Now | None) -> None:
        limits = StoreLimits(max_lab_megabytes=20, max_megabytes=30)
        old, new = run(3, megabytes=15), run(2, megabytes=15)
        # The other lab's run is older but within its share; without `old`, all labs together are within the limit.
        other = run(9, lab=OTHER, megabytes=14)
        assert choose([new, old, other], limits, now=now) == ([(old, EvictionReason.SHARE)], False)

    def test_the_bin_is_emptied_first_and_no_pinned_or_active_run_is_evicted(self) -> None:
        deleted, data = binned(60, megabytes=6), file(Kind.DATA, 4, megabytes=6, data="a")
        pinned, active = run(9, megabytes=6, pinned=True), run(8, megabytes=6)
        loose, new = run(5, megabytes=6, data="a"), run(1, megabytes=3)
        stored = [pinned, active, loose, data, new, deleted]
        assert evictions(stored, self.limits, [active]) == [
            (deleted, None),
            (loose, EvictionReason.SHARE),
            (data, None),
        ]
        large = run(7, megabytes=30, pinned=True)
        assert choose([large], self.limits) == ([], False)

    def test_small_files_count_but_stay(self) -> None:
        loose = run(2, megabytes=1)
        assert evictions([file(Kind.SMALL, 5, megabytes=20), loose], self.limits) == [(loose, EvictionReason.SHARE)]

    def test_data_stay_with_a_run_that_is_pinned_or_active(self) -> None:
        first, second = (file(Kind.DATA, age, megabytes=15, data=digest) for age, digest in ((9, "a"), (8, "b")))
        pinned, active = run(3, pinned=True, data="a"), run(2, data="b")
        assert evictions([first, second, pinned, active], self.limits, [active]) == []
        assert evictions([first, second, pinned, active], self.limits) == [
            (second, None),
        ]


class TestTotals:
    """Eviction for the limits on all labs together."""

    def test_a_full_disk_empties_bins_first_then_takes_from_the_largest_lab(self) -> None:
        limits = StoreLimits(max_megabytes=10)
        deleted = binned(60, lab=OTHER, megabytes=4)
        loose, newer = run(5, megabytes=4), run(2, megabytes=4, lab=OTHER)
        pinned, active = run(9, megabytes=4, pinned=True), run(8, megabytes=4)
        assert evictions([pinned, newer, loose, deleted, active], limits, [active]) == [
            (deleted, None),
            (loose, EvictionReason.BYTES),
            (newer, EvictionReason.BYTES),
        ]
        # One eviction is enough, so the other lab loses nothing.
        assert evictions([pinned, newer, loose, deleted], limits) == [(deleted, None), (loose, EvictionReason.BYTES)]

    def test_pinned_runs_are_evicted_last_and_only_beyond_the_share(self) -> None:
        limits = StoreLimits(max_lab_megabytes=20, max_megabytes=30)
        first, second = run(9, megabytes=12, pinned=True), run(8, megabytes=12, pinned=True)
        active = run(10, megabytes=2)
        loose, others = run(5, lab=OTHER, megabytes=3), run(7, lab=OTHER, megabytes=10, pinned=True)
        assert choose([first, second, active, loose, others], limits, [active]) == (
            [(loose, EvictionReason.BYTES), (first, EvictionReason.BYTES)],
            False,
        )

    def test_no_pinned_run_within_a_share_is_evicted_for_another_lab(self) -> None:
        limits = StoreLimits(max_lab_megabytes=20, max_megabytes=30)
        pinned = [run(9, lab=lab * 22, megabytes=20, pinned=True) for lab in "abc"]
        assert choose(pinned, limits) == ([], True)
        # An active run beyond its lab's share does not cost another lab its pinned runs either.
        active = run(1, lab="d" * 22, megabytes=50)
        assert choose([pinned[0], active], limits, [active]) == ([], True)

    def test_an_eviction_for_another_reason_makes_room_too(self) -> None:
        limits = StoreLimits(max_megabytes=10, max_days=30)
        old = run(40, megabytes=9)
        assert choose([old, run(1, megabytes=9)], limits) == ([(old, EvictionReason.AGE)], False)

    def test_small_files_have_a_limit_of_their_own(self) -> None:
        limits = StoreLimits(max_megabytes=100)
        most = 100 * SMALL_SHARE
        old, new = (file(Kind.SMALL, age, megabytes=most / 2 + 1) for age in (5, 1))
        kept = [run(9, lab=OTHER, megabytes=5), file(Kind.SMALL, 8, lab=OTHER, megabytes=1)]
        assert choose([new, old, *kept], limits) == ([(old, None)], False)
        # Small files leave less room for runs, so a run is evicted.
        large = run(3, megabytes=99)
        assert evictions([large, file(Kind.SMALL, 9, megabytes=most)], limits) == [(large, EvictionReason.BYTES)]

    def test_a_flood_of_small_files_evicts_none_of_a_lab_with_large_runs(self) -> None:
        limits = StoreLimits(max_megabytes=100)
        most = 100 * SMALL_SHARE
        flood = [file(Kind.SMALL, age, lab=OTHER, megabytes=most / 4) for age in (5, 4, 3, 2, 1)]
        kept = [run(30, megabytes=50), file(Kind.SMALL, 40)]
        assert evictions([*flood, *kept], limits) == [(flood[0], None), (flood[1], None)]

    def test_data_have_a_limit_of_their_own(self) -> None:
        limits = StoreLimits(max_data_megabytes=100)
        data = [file(Kind.DATA, age, megabytes=60, data=digest) for age, digest in ((3, "a"), (2, "b"), (1, "c"))]
        active, loose, other = run(5, data="a"), run(4, data="b"), run(3, data="c")
        assert choose([*data, active, loose, other], limits, [active]) == ([(data[1], None), (data[2], None)], False)
        every = [run(5, data=digest, pinned=True, megabytes=0) for digest in "abc"]
        every = [dataclasses.replace(item, path=Path(item.data)) for item in every]
        assert choose([*data, *every], limits) == ([], True)


class TestSurvey:
    """The survey of the disk."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Make a run's folder without an experiment."""
        folder = tmp_path / "runs" / LAB / "20260301-120000-abcdef"
        (folder / "snapshots").mkdir(parents=True)
        (folder / "snapshots" / "000.npz").write_bytes(b"x" * 1000)
        (folder / "events.jsonl").write_bytes(b"x" * 10)
        return folder

    def test_a_run_without_an_experiment_counts(self, tmp_path: Path, folder: Path) -> None:
        (found,) = survey(tmp_path)
        assert found.path == folder
        assert found.lab == LAB
        assert found.kind is Kind.RUN
        assert found.size == 1010
        assert found.created == datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
        assert found.changed == folder.stat().st_mtime
        assert not found.pinned

    def test_a_pin_counts_and_a_damaged_one_does_not(self, tmp_path: Path, folder: Path) -> None:
        (folder / "about.json").write_text('{"pinned": true}')
        assert [found.pinned for found in survey(tmp_path)] == [True]
        (folder / "about.json").write_text('{"pinned": tr')
        assert [found.pinned for found in survey(tmp_path)] == [False]

    def test_a_deleted_run_is_not_pinned_and_changed_when_it_was_deleted(
        self, tmp_path: Path, small_experiment: Experiment
    ) -> None:
        runs = Lab(tmp_path, LAB).runs
        deleted = create_run(runs.folder / "20260301-120000-abcdef", small_experiment)
        write_annotations(deleted, Annotations(pinned=True))
        os.utime(deleted.folder, (0, 0))
        runs.discard(deleted.id)
        (found,) = survey(tmp_path)
        assert (found.path, found.kind, found.pinned) == (runs.bin_folder / deleted.id, Kind.BINNED, False)
        assert found.changed == found.path.stat().st_mtime > found.created

    def test_everything_that_a_lab_keeps_is_found(self, tmp_path: Path, small_experiment: Experiment) -> None:
        lab = Lab(tmp_path, LAB)
        wanted = dataclasses.replace(small_experiment, data=DataReference("mine", "d" * 64))
        lab.keep_experiment(wanted)
        made = lab.runs.create(wanted)
        lab.keep_current_run(made.id)
        lab.keep_drawing([])
        lab.note_evicted("gone", EvictionReason.AGE)
        data = tmp_path / "data" / LAB / f"{'d' * 64}.npz"
        data.parent.mkdir(parents=True)
        data.write_bytes(b"x" * 7)
        found = {item.path.relative_to(tmp_path).as_posix(): item for item in survey(tmp_path)}
        assert {path: (item.kind, item.data[:1]) for path, item in found.items()} == {
            f"runs/{LAB}/{made.id}": (Kind.RUN, "d"),
            f"runs/{LAB}/dropped.json": (Kind.SMALL, ""),
            f"data/{LAB}/{data.name}": (Kind.DATA, "d"),
            f"drawings/{LAB}/current.json": (Kind.SMALL, ""),
            f"labs/{LAB}.json": (Kind.SMALL, "d"),
            f"labs/{LAB}.run": (Kind.SMALL, ""),
        }
        assert found[f"data/{LAB}/{data.name}"].size == 7
        assert found[f"labs/{LAB}.json"].size == len(json.dumps(wanted.to_json()))
        assert survey(tmp_path, [OTHER]) == []
        assert len(survey(tmp_path, [LAB])) == len(found)

    def test_nothing_else_is_found(self, tmp_path: Path, folder: Path) -> None:
        outside = tmp_path / "outside"
        for place in (outside, outside / "bin"):
            (place / "20260301-120000-abcdef").mkdir(parents=True)
        (outside / "a.npz").touch()
        (folder.parent / "20260302-120000-abcdef").symlink_to(outside)
        (folder.parent / "bin").symlink_to(outside)
        for room in ("runs", "data", "drawings"):
            (tmp_path / room).mkdir(exist_ok=True)
            (tmp_path / room / OTHER).symlink_to(outside)
        (folder.parent / "notes").mkdir()
        (folder.parent / "20261399-120000-abcdef").mkdir()
        assert [found.path for found in survey(tmp_path) if found.kind is not Kind.SMALL] == [folder]
        # A lab whose folders are links is known by its experiment.
        kept = tmp_path / "labs" / f"{OTHER}.json"
        kept.parent.mkdir()
        kept.touch()
        assert [found.path for found in survey(tmp_path, [OTHER])] == [kept]
        assert survey(tmp_path / "nothing") == []
        assert survey(tmp_path, ["../outside"]) == []

    @pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
    def test_a_folder_that_may_not_be_read_counts_as_empty(self, tmp_path: Path, folder: Path) -> None:
        folder.chmod(0)
        try:
            assert [found.size for found in survey(tmp_path)] == [0]
        finally:
            folder.chmod(0o755)


def test_the_environment_sets_the_limits() -> None:
    assert StoreLimits.from_environment({}) == StoreLimits()
    environment = {"MNIST_DEMO_MAX_RUNS": "30", "MNIST_DEMO_MAX_MEGABYTES": " 500 ", "MNIST_DEMO_MAX_DAYS": ""}
    assert StoreLimits.from_environment(environment) == StoreLimits(max_runs=30, max_megabytes=500)
    share = StoreLimits.from_environment({"MNIST_DEMO_MAX_LAB_MEGABYTES": "70"})
    assert share == StoreLimits(max_lab_megabytes=70)


@pytest.mark.parametrize("value", ["0", "-1", "many", "1e3", "10001", "9" * 100])
def test_a_limit_that_is_not_accepted_is_named(value: str) -> None:
    with pytest.raises(FieldError, match=r"(?i)max_runs is .* accepted is"):
        StoreLimits.from_environment({"MNIST_DEMO_MAX_RUNS": value})
