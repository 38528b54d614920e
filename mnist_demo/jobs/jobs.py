"""The queue of training jobs: one is trained at a time on two cores, and the others wait in a fair order.

Only this module asks an executor to start trainings. The state of a training is read from its run's folder; the queue
knows the rest: the place of each waiting job, whether a training process is still alive, and the labs' heartbeats.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from mnist_demo.files import check_writable
from mnist_demo.jobs.executor import Executor, RunningTraining
from mnist_demo.jobs.job import Job
from mnist_demo.jobs.limits import QueueLimits
from mnist_demo.jobs.line import Line
from mnist_demo.runs import Run, RunState, StopCode, StopReason
from mnist_demo.training.continuation import Continuation
from mnist_demo.training.control import Command, CommandKind

CORES_PER_JOB = 2

ENDING = 10.0
"""Seconds that a training may take to end after its run's last event; usually half a second."""

TICK = 1.0
"""Seconds between two inspections of a training."""

_PREEMPTIONS = (StopCode.PREEMPTED, StopCode.TIME_SLICE)
_DEATHS = (StopCode.KILLED, StopCode.DIED)

_log = logging.getLogger(__name__)


class Jobs:
    """The training jobs of this server; every method may be called from any thread.

    Args:
        executor: The executor of the trainings.
        slots: The number of jobs trained at the same time; one for every two cores by default.
        limits: The limits on the jobs.
        clock: Returns the time in seconds.
    """

    def __init__(
        self,
        executor: Executor,
        slots: int | None = None,
        limits: QueueLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._executor, self._clock = executor, clock
        self._limits = limits or QueueLimits()
        self._changed = threading.Condition()
        self._line = Line(slots or max(1, (os.cpu_count() or 1) // CORES_PER_JOB), self._limits)
        # The stop reasons of runs whose folder could not be written, such as on a full disk, are kept here.
        self._untold: dict[Path, StopReason] = {}
        for number in range(self._line.slots):
            threading.Thread(target=self._work, name=f"training-jobs-{number}", daemon=True).start()

    def check_accepts(self, lab: str, count: int = 1) -> None:
        """Check that so many more jobs of a lab are accepted. Call before their runs are created.

        Raises:
            QueueFullError: If the lab has as many jobs as it may have, or too many jobs wait.
        """
        with self._changed:
            self._line.check_accepts(lab, count)

    def submit(self, run: Run, data_path: Path | None = None, continuation: Continuation | None = None) -> None:
        """Put a run behind the others of its lab; nothing happens when it is in the queue already.

        Args:
            run: The run, whose folder, made by `create_run`, holds the experiment.
            data_path: The path of the data; None for the bundled MNIST.
            continuation: How a run that has ended continues; None for a new run.

        Raises:
            OSError: If the run's folder cannot be written, or the run is an example.
        """
        check_writable(run.folder)
        with self._changed:
            # A training that has written its last event needs a moment to end.
            if not run.state.is_active:
                self._changed.wait_for(lambda: run not in self._line, timeout=ENDING)
            if run in self._line:
                return
            if continuation is not None:
                run.mark(RunState.QUEUED)
            self._untold.pop(run.folder, None)
            self._line.push(Job(run, data_path, continuation))
            self._changed.notify_all()

    def submit_together(self, first: Run, second: Run, data_path: Path | None = None) -> None:
        """Put two new runs of one lab into the queue that are trained at the same time, in one slot.

        Args:
            first, second: The runs; see `submit`.
            data_path: The path of the data of both; None for the bundled MNIST.

        Raises:
            OSError: If a run's folder cannot be written.
        """
        # The lock is reentrant, and keeps the first from beginning before the second waits.
        with self._changed:
            self.submit(first, data_path)
            self.submit(second, data_path)
            if (one := self._line.get(first)) and (other := self._line.get(second)):
                one.beside, other.beside = other, one

    def stop(self, run: Run) -> None:
        """Ask a run to end: at its next batch when it trains, at once when it waits; otherwise nothing happens."""
        with self._changed:
            job = self._line.get(run)
            if job is None:
                return
            if job not in self._line.running:
                self._line.remove(job)
                never_began = StopReason(code=StopCode.NEVER_BEGAN) if job.continuation is None else None
                self._mark(run, RunState.STOPPED, never_began)
                return
            job.is_preempted = False
            job.stop(self._clock())

    def pause(self, run: Run) -> None:
        """Pause a run that trains at its next batch."""
        self._send(run, Command(CommandKind.PAUSE), pauses=True)

    def resume(self, run: Run) -> None:
        """Resume a paused run."""
        self._send(run, Command(CommandKind.RESUME), pauses=False)

    def step_batch(self, run: Run) -> None:
        """Let a run train one batch and pause again."""
        self._send(run, Command(CommandKind.STEP_BATCH), pauses=True)

    def step_epoch(self, run: Run) -> None:
        """Let a run train to the end of its epoch and pause there."""
        # The job counts as paused only when the run's events say so.
        self._send(run, Command(CommandKind.STEP_EPOCH), pauses=False)

    def set_learning_rate(self, run: Run, rate: float) -> None:
        """Let a run that trains continue at another learning rate."""
        self._send(run, Command(CommandKind.LEARNING_RATE, value=rate), pauses=None)

    def heartbeat(self, lab: str) -> None:
        """Note that a visitor has a page of this lab open, so that its jobs keep their slots."""
        now = self._clock()
        with self._changed:
            for job in self._line.running:
                if job.lab == lab:
                    job.heartbeat = now

    def place(self, run: Run) -> int | None:
        """Return the number of jobs ahead of a run, 0 when it is being trained; None when it is not in the queue."""
        with self._changed:
            job = self._line.get(run)
            return None if job is None else self._line.place(job)

    def wait_seconds(self, run: Run) -> float | None:
        """Return about how many seconds a waiting run waits until it begins; None when it does not wait."""
        with self._changed:
            job = self._line.get(run)
            if job is None or (place := self._line.place(job)) == 0:
                return None
            running, waiting = self._line.ahead(place)
        seconds = sum(self._turn_of(other, job, other.expected_seconds(is_running=True)) for other in running)
        if waiting:
            of_sample = sum(self._turn_of(other, job, other.expected_before_start) for other in waiting)
            seconds += of_sample * (place - len(running)) / len(waiting)
        return seconds / self._line.slots

    def state(self, run: Run) -> RunState:
        """Return the state of a run, with requests that are not executed yet.

        A run that waits or trains by its last event but is not in the queue was left by an earlier server, and counts
        as failed.
        """
        with self._changed:
            job = self._line.get(run)
        # The state is read afterwards, because a job leaves the queue only when its last event is written.
        state = run.state
        if job is None:
            return RunState.FAILED if state.is_active or run.folder in self._untold else state
        if job.is_preempted and state is RunState.STOPPED:
            return RunState.QUEUED
        if job.is_stopping and state.is_active:
            return RunState.STOPPING
        return RunState.PAUSED if job.is_paused and state is RunState.TRAINING else state

    def reason(self, run: Run) -> StopReason | None:
        """Return the reason of a run's state; None when there is none."""
        untold = self._untold.get(run.folder)
        # An earlier server's last reason for a run that waited or trained is not the reason for which the run ended.
        return untold or (None if run.state.is_active and not self.is_active(run) else run.reason)

    def is_active(self, run: Run) -> bool:
        """Return whether a run waits or is trained here."""
        with self._changed:
            return run in self._line

    def _turn_of(self, ahead: Job, job: Job, expected: float) -> float:
        """Return how long a job waits for one ahead of it: a time slice at most, unless both are of one lab."""
        return expected if ahead.lab == job.lab else min(expected, self._limits.time_slice)

    def _send(self, run: Run, command: Command, *, pauses: bool | None) -> None:
        with self._changed:
            job = self._line.get(run)
            if job is None or job not in self._line.running or job.is_stopping:
                return
            if pauses is not None:
                job.is_paused = pauses
            job.send(command)

    def _work(self) -> None:
        while True:
            first, *beside = self._next()
            threads = [threading.Thread(target=self._look_after, args=(job,), daemon=True) for job in beside]
            for thread in threads:
                thread.start()
            self._look_after(first)
            # The slot is free when both trainings have ended.
            for thread in threads:
                thread.join()

    def _next(self) -> list[Job]:
        """Wait for the next job, and return it with the one that is trained beside it."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._line.waiting))
            return self._line.next(self._clock())

    def _look_after(self, job: Job) -> None:
        try:
            self._train(job)
        except Exception:
            # The thread must survive, because a lost slot would block all waiting jobs for ever.
            _log.exception("A training could not be looked after.")
        finally:
            with self._changed:
                self._line.leave(job)
                self._requeue_if_preempted(job)
                self._changed.notify_all()

    def _requeue_if_preempted(self, job: Job) -> None:
        run, reason = job.run, job.run.reason
        if run.state is not RunState.STOPPED or reason is None or reason.code not in _PREEMPTIONS:
            return
        if job.is_preempted:
            self._mark(run, RunState.QUEUED, reason)
            self._line.requeue(Job(run, job.data_path, Continuation()))
        else:
            # A job that was stopped while it was being preempted is not queued again.
            self._mark(run, RunState.STOPPED)

    def _train(self, job: Job) -> None:
        """Train a job to its end, and once more when the training dies before it begins."""
        reason = self._follow(job)
        if reason.code in _DEATHS and job.run.state is RunState.QUEUED and not job.is_stopping:
            _log.warning("A training died before it began and is started once more (%s).", reason)
            self._mark(job.run, RunState.QUEUED, reason)
            reason = self._follow(job)
        if job.run.state.is_active:
            self._mark(job.run, RunState.FAILED, reason)

    def _follow(self, job: Job) -> StopReason:
        """Start a training and follow it to its end. An error of an executor must not block the waiting jobs.

        Returns:
            The reason for which the run has ended, in case its own events have none.
        """
        try:
            training = self._executor.start(job.run, job.data_path, job.continuation)
        except Exception as error:
            _log.exception("A training could not be started.")
            return StopReason.of_error(error, StopCode.FAILED_TO_START)
        with self._changed:
            job.begin(training)
        try:
            while (exit_code := training.wait(TICK)) is None:
                self._supervise(job, training)
        except Exception as error:
            _log.exception("A training could not be followed.")
            with contextlib.suppress(Exception):
                training.kill()
            return StopReason.of_error(error)
        is_stuck = job.is_stuck(self._clock())
        return StopReason(code=StopCode.DID_NOT_STOP) if is_stuck else StopReason.of_exit_code(exit_code)

    def _supervise(self, job: Job, training: RunningTraining) -> None:
        """Preempt the training for others in time, and kill a training that does not stop."""
        now, state = self._clock(), job.run.state
        with self._changed:
            others = len(self._line.waiting) - self._line.waiting.waiting(job.lab)
            job.inspect(now, state, is_contended=others > 0)
            if job.is_stuck(now):
                training.kill()
            # At most as many jobs are preempted as other jobs wait.
            elif not job.is_stopping and others > sum(other.is_stopping for other in self._line.running):
                job.let_others_go_first(now, self._limits)

    def _mark(self, run: Run, state: RunState, reason: StopReason | None = None) -> None:
        try:
            run.mark(state, reason)
        except OSError:
            self._untold[run.folder] = reason or StopReason(code=StopCode.NOT_WRITTEN)
