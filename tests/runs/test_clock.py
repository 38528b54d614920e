"""The kept clock advances with the process and the system, and never jumps."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_demo.runs import clock
from mnist_demo.runs.clock import DAY, Now, read_clock

START = 1_800_000_000.0

Tick = Callable[..., None]


@pytest.fixture
def tick(monkeypatch: pytest.MonkeyPatch) -> Tick:
    """Return a function that advances the system's and the process' clock; a jump moves the system's alone."""
    system, monotonic = [START], [50.0]
    monkeypatch.setattr(time, "time", lambda: system[0])
    monkeypatch.setattr(time, "monotonic", lambda: monotonic[0])
    monkeypatch.setattr(clock, "_running", {})

    def move(seconds: float, *, jump: float = 0) -> None:
        system[0] += seconds + jump
        monotonic[0] += seconds

    return move


def start_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_running", {})


def test_the_kept_clock_advances_with_the_system_s(tmp_path: Path, tick: Tick) -> None:
    assert read_clock(tmp_path, START) == Now(START, START)
    tick(3 * DAY)
    assert read_clock(tmp_path, START) == Now(START + 3 * DAY, START + 3 * DAY)


def test_a_jump_forward_moves_only_the_system_s_clock(tmp_path: Path, tick: Tick) -> None:
    read_clock(tmp_path, START)
    tick(60, jump=4_000 * DAY)
    assert read_clock(tmp_path, START) == Now(START + 60 + 4_000 * DAY, START + 60)
    # The system's clock is corrected.
    tick(60, jump=-4_000 * DAY)
    assert read_clock(tmp_path, START) == Now(START + 120, START + 120)


def test_a_jump_back_does_not_take_the_kept_clock_with_it(tmp_path: Path, tick: Tick) -> None:
    read_clock(tmp_path, START)
    tick(0, jump=-10 * DAY)
    now = read_clock(tmp_path, START)
    assert now == Now(START - 10 * DAY, START)
    assert now.age(START) == -10 * DAY
    assert now.distance(START) == 0


def test_time_without_a_server_counts_as_a_day(tmp_path: Path, tick: Tick, monkeypatch: pytest.MonkeyPatch) -> None:
    read_clock(tmp_path, START)
    start_again(monkeypatch)
    tick(400 * DAY)
    assert read_clock(tmp_path, START).kept == START + DAY
    start_again(monkeypatch)
    tick(60)
    assert read_clock(tmp_path, START).kept == START + 2 * DAY


@pytest.mark.parametrize("content", [b"", b"soon", b"\xff" * 100, b"inf"])
def test_a_damaged_clock_begins_at_the_newest_change(
    tmp_path: Path, tick: Tick, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    (tmp_path / ".clock").write_bytes(content)
    assert read_clock(tmp_path, START - 30 * DAY).kept == START - 29 * DAY


def test_a_home_that_cannot_be_written_has_a_clock_too(
    tmp_path: Path, tick: Tick, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise OSError("Read-only file system")

    monkeypatch.setattr(clock, "write_atomically", fail)
    assert read_clock(tmp_path, START).kept == START
    assert "Read-only file system" in caplog.text
    tick(60)
    assert read_clock(tmp_path, START).kept == START + 60


def test_a_home_that_does_not_exist_is_not_made(tmp_path: Path, tick: Tick) -> None:
    assert read_clock(tmp_path / "home", START).kept == START
    assert not (tmp_path / "home").exists()
