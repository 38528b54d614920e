"""Half-written files are removed when no process can be writing them any more, and no other files are."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mnist_demo.presets import PRESETS
from mnist_demo.runs import Lab, Run
from mnist_demo.runs.clock import Now
from mnist_demo.runs.leftovers import PATIENCE, sweep_leftovers

LAB = "a-lab-of-22-characters"

# These names are left by a process that is killed between the write and the rename.
_KILLED = """
import os, signal, sys
from pathlib import Path
from mnist_demo.runs import write_atomically
Path.replace = lambda self, target: os.kill(os.getpid(), signal.SIGKILL)
write_atomically(Path(sys.argv[1]), b"half")
"""


@pytest.fixture
def run(home: Path) -> Run:
    return Lab(home, LAB).runs.create(PRESETS["fast"])


def age(path: Path, seconds: float) -> Path:
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def test_half_written_files_are_removed_after_a_while(home: Path, run: Run) -> None:
    ended = subprocess.run([sys.executable, "-c", _KILLED, str(run.checkpoint_path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    (left,) = run.folder.glob(".*.part")
    sweep_leftovers(home, Now(time.time(), time.time()))
    assert left.exists()
    age(left, PATIENCE + 5)
    sweep_leftovers(home, Now(time.time(), time.time()))
    assert not left.exists()
    assert run.experiment == PRESETS["fast"]


def test_only_half_written_files_are_removed(home: Path, run: Run) -> None:
    drawings = home / "drawings" / LAB
    drawings.mkdir(parents=True)
    gone = [run.folder / "snapshots" / ".001.npz.4711.part", run.folder / ".4711.part.keras", drawings / ".a.7.part"]
    kept = [run.folder / "part", run.folder / ".part", run.folder / "state.npz.4711.part", run.folder / ".a.part.npz"]
    for path in (*gone, *kept):
        path.write_bytes(b"")
        age(path, 2 * PATIENCE)
    future = run.folder / ".state.npz.1.part"
    future.write_bytes(b"")
    age(future, -2 * PATIENCE)
    sweep_leftovers(home, Now(time.time(), time.time()))
    assert [path.exists() for path in (*gone, *kept, future)] == [False] * 3 + [True] * 5


def test_a_home_that_does_not_exist_has_no_leftovers(home: Path) -> None:
    sweep_leftovers(home, Now(time.time(), time.time()))
    assert not home.exists()
