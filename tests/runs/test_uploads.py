"""Uploaded data is kept while something is about it, and within a bound; what nothing is about goes."""

import dataclasses
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.runs import Ledger, StoreLimits, data_path, experiment_path, new_lab_id, sweep_uploads

WIDE = StoreLimits()
SMALL = StoreLimits(max_data_megabytes=100)
HOUR = 3_600.0

LAB = new_lab_id()

Bring = Callable[..., Path]


def about(letter: str) -> DataReference:
    """Data whose digest is one letter again and again."""
    return DataReference(f"set {letter}", letter * 64)


def nobody(folder: Path) -> bool:
    return False


@pytest.fixture
def bring(tmp_path: Path) -> Bring:
    """Puts a set of some size into the lab, used some hours ago."""

    def put(letter: str, hours: float, megabytes: int = 1) -> Path:
        path = data_path(tmp_path, LAB, about(letter))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.truncate(path, megabytes * 1_000_000)
        then = time.time() - hours * HOUR
        os.utime(path, (then, then))
        return path

    return put


@pytest.fixture
def train_on(tmp_path: Path, small_experiment: Experiment) -> Callable[[str], Path]:
    """Makes a run of the lab about a set."""

    def create(letter: str) -> Path:
        wanted = dataclasses.replace(small_experiment, data=about(letter))
        return Ledger(LAB, tmp_path / "runs").create(wanted).folder

    return create


def test_what_nothing_is_about_goes_after_an_hour(
    tmp_path: Path, bring: Bring, train_on: Callable[[str], Path], small_experiment: Experiment
) -> None:
    unused, fresh, of_run, of_bin, on_bench = (bring(letter, 0 if letter == "b" else 2) for letter in "abcde")
    half_written = data_path(tmp_path, LAB, about("f")).with_name(".torn.npz.1234")
    half_written.write_bytes(b"")
    os.utime(half_written, (0, 0))
    train_on("c")
    deleted = train_on("d")
    Ledger(LAB, tmp_path / "runs").discard(deleted.name)
    bench = dataclasses.replace(small_experiment, data=about("e"))
    experiment_path(tmp_path, LAB).parent.mkdir()
    experiment_path(tmp_path, LAB).write_text(json.dumps(bench.to_json()))
    sweep_uploads(tmp_path, WIDE, nobody)
    assert not unused.exists()
    assert not half_written.exists()
    assert all(path.exists() for path in (fresh, of_run, of_bin, on_bench))


def test_the_longest_unused_goes_when_there_is_too_much_and_never_one_at_work(
    tmp_path: Path, bring: Bring, train_on: Callable[[str], Path]
) -> None:
    oldest, older, newest = bring("a", 30, 60), bring("b", 20, 60), bring("c", 0, 60)
    active = train_on("a")
    train_on("b")
    sweep_uploads(tmp_path, SMALL, lambda folder: folder == active)
    assert oldest.exists()
    assert not older.exists()
    # Still more than the bound: the newest was brought a moment ago, but there is no room for it.
    assert not newest.exists()


def test_an_empty_home_and_strange_names_are_passed_over(tmp_path: Path) -> None:
    sweep_uploads(tmp_path, WIDE, nobody)
    strange = tmp_path / "data" / "not a lab" / "a.npz"
    strange.parent.mkdir(parents=True)
    strange.touch()
    os.utime(strange, (0, 0))
    sweep_uploads(tmp_path, WIDE, nobody)
    assert strange.exists()
