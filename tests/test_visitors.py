"""Several visitors at once, as real sessions: nobody is disturbed by another's training or sees anything of it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.benchmarks.visitors import browse, prepare, runs_of
from tests.server import LabServer


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder that is there already; the server has it as its own."""
    folder = tmp_path / "lab"
    folder.mkdir()
    return folder


def test_four_visitors_while_one_trains(home: Path) -> None:
    labs = prepare(home, visitors=4)
    with LabServer(home) as server:
        # In a thread of its own: a browser that another test drives has an event loop in this one.
        with ThreadPoolExecutor(max_workers=1) as thread:
            visits = browse(server.url, labs, training=1, seconds=4, think=0.5, server=server)
            seen = thread.submit(asyncio.run, visits).result()
        log = server.log.read_text()
    assert seen.errors == []
    assert seen.non_digits == []
    assert "Traceback" not in log
    assert len(seen.labs) == 3
    assert len(seen.widgets) >= 4
    # The first lab has a second run, and it was stopped; the others have theirs alone.
    assert [len(runs_of(home, lab)) for lab in labs] == [2, 1, 1, 1]
    assert not any(run.state.is_active for run in runs_of(home, labs[0]))
