"""Several visitors at once, as real sessions: no visitor is disturbed by another's training or sees another's data."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.benchmarks.visitors import browse, prepare, runs_of
from tests.server import LabServer


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Create and return a folder, which the server uses as its home."""
    folder = tmp_path / "lab"
    folder.mkdir()
    return folder


def test_four_visitors_while_one_trains(home: Path) -> None:
    labs = prepare(home, visitors=4)
    with LabServer(home) as server:
        # The visitors have a thread of their own, because a browser of another test has an event loop in this thread.
        with ThreadPoolExecutor(max_workers=1) as thread:
            visits = browse(server.url, labs, training=1, seconds=4, think=0.5, server=server)
            seen = thread.submit(asyncio.run, visits).result()
        log = server.log.read_text()
    assert seen.errors == []
    assert seen.non_digits == []
    assert "Traceback" not in log
    assert len(seen.labs) == 3
    assert len(seen.widgets) >= 4
    # The first lab has a second run, which was stopped; each other lab has its own run alone.
    assert [len(runs_of(home, lab)) for lab in labs] == [2, 1, 1, 1]
    assert not any(run.state.is_active for run in runs_of(home, labs[0]))
