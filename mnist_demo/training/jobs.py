"""The queue of training jobs: one process a job, one job at a time, the others in order.

This is the only place that starts a training process. What a job does is read from its run's folder; the queue knows
what the folder cannot tell: who waits at which place, and whether a process is still alive.
"""

import signal
import threading
from collections import deque
from dataclasses import dataclass, field
from multiprocessing.context import BaseContext
from pathlib import Path

from mnist_demo.processes import warm_up_soon, worker_context
from mnist_demo.runs import Run, RunState
from mnist_demo.training.control import Control, Signal


@dataclass(eq=False)
class _Job:
    run: Run
    data_path: Path | None
    # Kept here for as long as the process lives: a collected semaphore kills the child.
    stop: Signal
    control: Control = field(init=False)

    def __post_init__(self) -> None:
        self.control = Control(self.stop)


class Jobs:
    """The training jobs of this server; every method may be called from any thread."""

    def __init__(self) -> None:
        warm_up_soon()
        self._context: BaseContext = worker_context()
        self._changed = threading.Condition()
        self._waiting: deque[_Job] = deque()
        self._running: _Job | None = None
        threading.Thread(target=self._work, name="training-jobs", daemon=True).start()

    def submit(self, run: Run, data_path: Path | None = None) -> None:
        """Put a run that `create_run` made at the end of the queue.

        Args:
            run: its folder holds the experiment.
            data_path: where its data lies; None for the bundled MNIST.
        """
        with self._changed:
            self._waiting.append(_Job(run, data_path, self._context.Event()))
            self._changed.notify_all()

    def stop(self, run: Run) -> None:
        """Ask a run to end: at its next batch when it trains, at once when it waits; otherwise nothing happens."""
        with self._changed:
            job = self._find(run)
            if job is None:
                return
            job.control.request_stop()
            if job in self._waiting:
                self._waiting.remove(job)
                run.mark(RunState.STOPPED, "Stopped before it began.")

    def place(self, run: Run) -> int | None:
        """How many jobs are ahead of a run, 0 when it is being trained; None when it is not in the queue."""
        with self._changed:
            if self._running and self._running.run.folder == run.folder:
                return 0
            ahead = 1 if self._running else 0
            for index, job in enumerate(self._waiting):
                if job.run.folder == run.folder:
                    return index + ahead
            return None

    def state(self, run: Run) -> RunState:
        """Where a run stands: a stop that was asked for but not yet noticed counts, and so does a server that died.

        A run whose last word is that it waits or trains, and that is not in the queue, was left by an earlier server.
        """
        with self._changed:
            job = self._find(run)
        # Read afterwards: a job leaves the queue only when its last event is written.
        state = run.state
        if not state.is_active:
            return state
        if job is None:
            return RunState.FAILED
        return RunState.STOPPING if job.control.stop_requested else state

    def is_active(self, run: Run) -> bool:
        """Whether a run waits or is being trained here."""
        with self._changed:
            return self._find(run) is not None

    def _find(self, run: Run) -> _Job | None:
        jobs = [self._running, *self._waiting] if self._running else list(self._waiting)
        return next((job for job in jobs if job and job.run.folder == run.folder), None)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
                self._running = self._waiting.popleft()
            try:
                self._train(self._running)
            finally:
                with self._changed:
                    self._running = None
                    self._changed.notify_all()

    def _train(self, job: _Job) -> None:
        # Imported here: the module belongs to the worker's world and only its name crosses the wall.
        target = _run_job
        try:
            process = self._context.Process(  # type: ignore[attr-defined]
                target=target, args=(job.run.folder, job.data_path, job.stop), daemon=True
            )
            process.start()
            process.join()
            exit_code = process.exitcode
            process.close()
        except (OSError, EOFError) as error:
            job.run.mark(RunState.FAILED, f"The training process could not be started ({error}). Try again.")
            return
        if job.run.state.is_active:
            job.run.mark(RunState.FAILED, _why_it_died(exit_code))


def _run_job(run_folder: Path, data_path: Path | None, stop: Signal) -> None:
    """Called in the child; the import pulls in Keras there and never in the server."""
    from mnist_demo.training.worker import run_job

    run_job(run_folder, data_path, stop)


def _why_it_died(exit_code: int | None) -> str:
    kept = "The epochs that were finished are kept."
    if exit_code is not None and exit_code < 0:
        name = signal.Signals(-exit_code).name if -exit_code in set(signal.Signals) else f"signal {-exit_code}"
        why = ", most likely because memory ran out" if -exit_code == getattr(signal, "SIGKILL", 9) else ""
        return f"The training process was ended from outside ({name}){why}. {kept}"
    return f"The training process ended unexpectedly (exit code {exit_code}). {kept}"
