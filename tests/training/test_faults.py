"""Real faults: killed workers, a killed server, a full disk, torn files, a clock that goes back.

After each fault the run has a clear state, usable epochs and a way to continue, and no process is left behind.
"""

import dataclasses
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from mnist_demo.app.words.stop_reasons import in_words
from mnist_demo.data import load_mnist
from mnist_demo.experiment import Experiment
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.jobs.jobs import Jobs
from mnist_demo.jobs.limits import QueueLimits
from mnist_demo.jobs.local import LocalExecutor
from mnist_demo.runs import EventKind, Lab, LabRuns, Run, RunState, StopCode, StopReason, create_run, new_lab_id
from mnist_demo.training import Continuation, train, train_more
from tests.jobs.fake_executor import FakeExecutor
from tests.jobs.test_jobs import long, process_of, wait_for

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds processes through /proc, which is Linux's")


@pytest.fixture(scope="module")
def jobs() -> Jobs:
    return Jobs(LocalExecutor(), slots=2)


@pytest.fixture
def lab_runs(tmp_path: Path) -> LabRuns:
    return Lab(tmp_path, new_lab_id()).runs


def with_settings(experiment: Experiment, **settings: int) -> Experiment:
    return dataclasses.replace(
        experiment, training=TrainingSettings.from_json({**experiment.training.to_json(), **settings})
    )


def assert_usable(run: Run) -> None:
    """Check that each epoch in the events has weights that can be read."""
    epochs = run.history().epochs["epoch"].astype(int).tolist()
    assert epochs == list(range(1, len(epochs) + 1))
    for epoch in epochs:
        with np.load(run.folder / "snapshots" / f"{epoch:03d}.npz") as weights:
            assert all(np.isfinite(weights[name]).all() for name in weights.files)


def wait_for_end(jobs: Jobs, run: Run) -> None:
    wait_for(lambda: not jobs.is_active(run))


def test_a_worker_killed_at_random_batches_twenty_times(
    jobs: Jobs, lab_runs: LabRuns, small_experiment: Experiment, tmp_path: Path
) -> None:
    """The run, killed again and again, has the figures of an untouched run in the end."""
    experiment = with_settings(small_experiment, epochs=60, batch_size=10, patience=0)
    run = lab_runs.create(experiment)
    jobs.submit(run)
    chance = random.Random(0)
    for number in range(20):
        began = run.history().step
        target = began + chance.randrange(1, 120)
        wait_for(lambda target=target: run.history().step >= min(target, 2_900))  # type: ignore[misc]
        os.kill(process_of(run), signal.SIGKILL)
        wait_for_end(jobs, run)
        assert run.state is RunState.FAILED, number
        assert run.reason is not None
        assert "SIGKILL" in in_words(run.reason)
        assert_usable(run)
        jobs.submit(run, continuation=Continuation())
        wait_for(lambda: run.state in (RunState.TRAINING, RunState.FINISHED))
    jobs.stop(run)
    wait_for_end(jobs, run)
    losses = run.history().epochs["loss"]
    assert len(losses) > 5
    untouched = train(with_settings(experiment, epochs=len(losses)), load_mnist(), tmp_path / "untouched")
    np.testing.assert_allclose(losses, untouched.history().epochs["loss"], rtol=1e-6)


SERVER = """
import sys, time
from pathlib import Path
from mnist_demo.runs import Run
from mnist_demo.jobs.jobs import Jobs
from mnist_demo.jobs.local import LocalExecutor
if __name__ == "__main__":
    jobs = Jobs(LocalExecutor())
    jobs.submit(Run(sys.argv[1]))
    time.sleep(600)
"""


@pytest.fixture
def server_script(tmp_path: Path) -> Path:
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    return script


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM], ids=["kill -9", "terminated"])
def test_the_workers_of_a_killed_server_end_and_the_next_server_continues_the_run(
    jobs: Jobs, lab_runs: LabRuns, small_experiment: Experiment, server_script: Path, sign: signal.Signals
) -> None:
    run = lab_runs.create(with_settings(small_experiment, epochs=100, batch_size=10, train_images=5_000))
    server = subprocess.Popen([sys.executable, str(server_script), str(run.folder)], cwd=ROOT, env=_with_root())
    try:
        wait_for(lambda: len(run.history().epochs["epoch"]) >= 2)
        children = psutil.Process(server.pid).children(recursive=True)
        worker = process_of(run)
        assert worker in {child.pid for child in children}
    finally:
        server.send_signal(sign)
        server.wait(30)
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not alive
    # For the next server the run has ended, whatever its last state event says.
    assert not jobs.state(run).is_active
    assert_usable(run)
    done = len(run.history().epochs["epoch"])
    jobs.submit(run, continuation=Continuation())
    wait_for(lambda: len(run.history().epochs["epoch"]) > done)
    jobs.stop(run)
    wait_for_end(jobs, run)
    assert run.state is RunState.STOPPED
    assert_usable(run)


def test_the_inference_process_of_a_killed_server_ends(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(
        "import os, time\n"
        "from mnist_demo.inference import Inference\n"
        "if __name__ == '__main__':\n"
        "    inference = Inference()\n"
        "    print(inference._pool.submit(os.getpid).result(), flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, str(script)], cwd=ROOT, env=_with_root(), stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            # The worker tells its own id, because a list of children may miss a process that was just forked.
            worker = psutil.Process(int(server.stdout.readline()))
            children = psutil.Process(server.pid).children(recursive=True)
            assert worker.is_running()
        finally:
            server.kill()
    _, alive = psutil.wait_procs([worker, *(child for child in children if child != worker)], timeout=60)
    assert not alive


def _with_root() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a disk that can be filled needs the right to mount one: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk(jobs: Jobs, small_disk: Path, small_experiment: Experiment) -> None:
    run = Lab(small_disk, new_lab_id()).runs.create(with_settings(small_experiment, epochs=100, batch_size=10))
    jobs.submit(run)
    wait_for_end(jobs, run)
    # An epoch's weights take some 60 kB, so several epochs fit before the disk is full.
    assert jobs.state(run) is RunState.FAILED
    assert jobs.reason(run) == StopReason(code=StopCode.DISK_FULL)
    done = len(run.history().epochs["epoch"])
    assert done >= 1
    assert_usable(run)

    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    jobs.submit(run, continuation=Continuation())
    wait_for(lambda: len(run.history().epochs["epoch"]) > done)
    jobs.stop(run)
    wait_for_end(jobs, run)
    assert (jobs.state(run), jobs.reason(run)) == (RunState.STOPPED, None)
    assert_usable(run)


@pytest.mark.parametrize("cut", [2, 40])
def test_a_torn_last_line_of_events(tmp_path: Path, small_experiment: Experiment, cut: int) -> None:
    data = load_mnist()
    run = train(small_experiment, data, tmp_path / "run")
    # The event of the last epoch is cut off, as by a crash in the middle of the write.
    lines = run.events_path.read_bytes().splitlines(keepends=True)
    last = max(index for index, line in enumerate(lines) if b'"kind":"epoch"' in line)
    run.events_path.write_bytes(b"".join(lines[: last + 1])[:-cut])
    assert run.state.is_active
    assert run.history().epochs["epoch"].tolist() == [1]
    again = train_more(run.folder, data, Continuation(epochs=1))
    assert again.state is RunState.FINISHED
    assert run.history().epochs["epoch"].tolist()[-1] == 3
    events = [line for line in run.events_path.read_bytes().splitlines() if line]
    assert sum(b'"kind":"resume"' in line for line in events) == 1


def test_a_clock_that_goes_back(tmp_path: Path, small_experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    lab_runs = Lab(tmp_path, new_lab_id()).runs
    now = [time.time()]
    monkeypatch.setattr(time, "time", lambda: now[0])
    created = []
    for _ in range(3):
        created.append(lab_runs.create(small_experiment))
        now[0] -= 3_600
    assert [run.id for run in lab_runs] == [run.id for run in reversed(created)]

    run = train(small_experiment, load_mnist(), created[0].folder)
    now[0] -= 3_600
    train_more(run.folder, load_mnist(), Continuation(epochs=1))
    seconds = run.history().epochs["seconds"]
    assert run.state is RunState.FINISHED
    assert (np.diff(seconds) > 0).all()
    assert [event["kind"] for event in run.events() if event["kind"] == EventKind.EPOCH] == ["epoch"] * 3


@pytest.mark.parametrize(
    ("limits", "reason"),
    [(QueueLimits(idle_timeout=0.5), "preempted"), (QueueLimits(time_slice=5), "time_slice")],
    ids=["nobody looks", "its slice is over"],
)
def test_a_job_lets_others_go_first_and_comes_back(
    tmp_path: Path, small_experiment: Experiment, limits: QueueLimits, reason: str
) -> None:
    jobs = Jobs(LocalExecutor(), 1, limits)
    mine, other = (Lab(tmp_path, new_lab_id()) for _ in range(2))
    lonely = mine.runs.create(long(small_experiment))
    jobs.submit(lonely)
    wait_for(lambda: lonely.history().step > 0)
    short = other.runs.create(small_experiment)
    jobs.submit(short)

    def is_finished_and_looked_at() -> bool:
        jobs.heartbeat(other.id)
        return short.state is RunState.FINISHED

    wait_for(is_finished_and_looked_at)
    assert jobs.state(lonely).is_active
    wait_for(lambda: lonely.state is RunState.TRAINING)
    # On a slow machine the short job may be preempted too, and the other one again.
    reasons = [event.get("reason") for event in lonely.events() if event.get("state") == "queued"]
    assert reasons
    assert all(given == {"code": reason} for given in reasons)
    jobs.stop(lonely)
    wait_for(lambda: not jobs.is_active(lonely))
    steps = lonely.history().batches["step"]
    assert (np.diff(steps) > 0).all()


@pytest.mark.parametrize("looked_at", [True, False])
def test_a_paused_job_does_not_keep_others_waiting(
    tmp_path: Path, small_experiment: Experiment, looked_at: bool
) -> None:
    idle_timeout, pause_patience = (600.0, 0.5) if looked_at else (0.5, 600.0)
    jobs = Jobs(LocalExecutor(), 1, QueueLimits(idle_timeout=idle_timeout, pause_patience=pause_patience))
    mine, other = (Lab(tmp_path, new_lab_id()).runs for _ in range(2))
    paused = mine.create(long(small_experiment))
    jobs.submit(paused)
    wait_for(lambda: paused.history().step > 0)
    jobs.pause(paused)
    assert jobs.state(paused) is RunState.PAUSED
    short = other.create(small_experiment)
    jobs.submit(short)
    wait = jobs.wait_seconds(short)
    assert jobs.place(short) == 1
    assert wait is not None
    assert wait > 0
    wait_for(lambda: short.state is RunState.FINISHED)
    assert paused.state is RunState.STOPPED
    assert paused.reason == StopReason(code=StopCode.PAUSED_TOO_LONG)


def test_a_run_that_is_submitted_again_while_queued_trains_once(
    jobs: Jobs, lab_runs: LabRuns, small_experiment: Experiment
) -> None:
    run = lab_runs.create(small_experiment)
    jobs.submit(run)
    jobs.submit(run)
    jobs.submit(run, continuation=Continuation(epochs=1))
    wait_for_end(jobs, run)
    assert run.state is RunState.FINISHED
    assert [event["state"] for event in run.events() if event["kind"] == "state"].count("starting") == 1


def test_commands_to_a_run_that_is_not_there_change_nothing(
    jobs: Jobs, tmp_path: Path, small_experiment: Experiment
) -> None:
    run = create_run(tmp_path / "lab" / "run", small_experiment)
    commands: list[Callable[[Run], None]] = [jobs.stop, jobs.pause, jobs.resume, jobs.step_batch, jobs.step_epoch]
    commands.append(lambda run: jobs.set_learning_rate(run, 1.0))
    for command in commands:
        command(run)
    assert run.events() == []
    assert jobs.place(run) is jobs.wait_seconds(run) is None


def test_a_training_that_cannot_be_started_fails_its_run_and_not_the_queue(
    lab_runs: LabRuns, small_experiment: Experiment
) -> None:
    executor = FakeExecutor()
    jobs = Jobs(executor, slots=1)
    run, other = lab_runs.create(small_experiment), lab_runs.create(small_experiment)
    executor.fault = RuntimeError("no more processes")
    jobs.submit(run)
    wait_for_end(jobs, run)
    assert run.state is RunState.FAILED
    assert run.reason is not None
    assert "no more processes" in in_words(run.reason)
    executor.fault = None
    jobs.submit(other)
    executor.next().end(RunState.FINISHED)
    wait_for_end(jobs, other)
    assert other.state is RunState.FINISHED
