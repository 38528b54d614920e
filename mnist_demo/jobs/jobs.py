"""The queue of training jobs: a process each, one at a time on two cores, the others waiting in a fair order.

This is the only place that starts a training process. What a job does is read from its run's folder; the queue knows
what the folder cannot tell: who waits at which place, whether a process is still alive, and whether anybody looks.
"""

import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path

from mnist_demo.experiment import Experiment
from mnist_demo.jobs.fair_queue import FairQueue
from mnist_demo.jobs.job import Job
from mnist_demo.jobs.standby import Standby
from mnist_demo.processes import worker_context
from mnist_demo.runs import Run, RunState, StopCode, StopReason
from mnist_demo.training.continuation import Continuation
from mnist_demo.training.control import Control

CORES_PER_JOB = 2

ATTENTION = 180.0
"""Seconds without anybody looking after which a job lets others go first."""

PAUSE_PATIENCE = 120.0
"""Seconds that a paused job may keep others waiting."""

_log = logging.getLogger(__name__)

ENDING = 10.0
"""Seconds that a process may take to end after its run's last event; it takes half of one."""


class Jobs:
    """The training jobs of this server; every method may be called from any thread.

    Args:
        slots: jobs trained at the same time; one for every two cores by default.
        attention: seconds without anybody looking after which a job lets other labs' jobs go first.
        pause_patience: seconds that a paused job may keep others waiting.
    """

    def __init__(
        self, slots: int | None = None, attention: float = ATTENTION, pause_patience: float = PAUSE_PATIENCE
    ) -> None:
        self._context: BaseContext = worker_context()
        self._standby = Standby(self._context)
        self._attention, self._pause_patience = attention, pause_patience
        self._changed = threading.Condition()
        self._waiting: FairQueue[Job] = FairQueue()
        self._running: list[Job] = []
        # How a run ended that could not be told so itself, the disk being full.
        self._last_words: dict[Path, StopReason] = {}
        self._slots = slots or max(1, (os.cpu_count() or 1) // CORES_PER_JOB)
        for number in range(self._slots):
            threading.Thread(target=self._work, name=f"training-jobs-{number}", daemon=True).start()

    def submit(self, run: Run, data_path: Path | None = None, continuation: Continuation | None = None) -> None:
        """Put a run behind the others of its lab; nothing happens when it is in the queue already.

        Args:
            run: its folder, which `create_run` made, holds the experiment.
            data_path: where its data lies; None for the bundled MNIST.
            continuation: how a run that has ended goes on; None for one that begins.

        Raises:
            OSError: when the run cannot be told that it waits again.
        """
        with self._changed:
            # A process that has said its last word needs a moment to end.
            if not run.state.is_active:
                self._changed.wait_for(lambda: self._find(run) is None, timeout=ENDING)
            if self._find(run) is not None:
                return
            if continuation is not None:
                run.mark(RunState.QUEUED)
            self._last_words.pop(run.folder, None)
            job = Job(run, data_path, continuation)
            self._waiting.push(job.lab, job)
            self._changed.notify_all()

    def prepare(self, lab: str, experiment: Experiment, data_path: Path | None = None) -> None:
        """A lab is likely to train this next: have a process stand by for it, if there is room for one.

        Args:
            lab: its id.
            experiment: what it will submit, whatever that will be called.
            data_path: as `submit` takes it.
        """
        with self._changed:
            has_room = not self._waiting and len(self._running) < self._slots
        if has_room:
            self._standby.want(lab, experiment, data_path)

    def stop(self, run: Run) -> None:
        """Ask a run to end: at its next batch when it trains, at once when it waits; otherwise nothing happens."""
        with self._changed:
            job = self._find(run)
            if job is None:
                return
            if job not in self._running:
                self._waiting.remove(job.lab, job)
                never_began = StopReason(code=StopCode.NEVER_BEGAN) if job.continuation is None else None
                self._mark(run, RunState.STOPPED, never_began)
                return
            job.gives_way = False
            job.stop()

    def pause(self, run: Run) -> None:
        """Let a run that trains stand still at its next batch."""
        self._tell(run, Control.pause, pauses=True)

    def resume(self, run: Run) -> None:
        """Let a run that stands still go on."""
        self._tell(run, Control.resume, pauses=False)

    def step_batch(self, run: Run) -> None:
        """Let a run do one batch and stand still again."""
        self._tell(run, Control.step_batch, pauses=True)

    def step_epoch(self, run: Run) -> None:
        """Let a run go on to the end of its epoch and stand still there."""
        # It stands still when its events say so.
        self._tell(run, Control.step_epoch, pauses=False)

    def set_learning_rate(self, run: Run, rate: float) -> None:
        """Let a run that trains go on at another learning rate."""
        self._tell(run, lambda control: control.set_learning_rate(rate), pauses=None)

    def look(self, lab: str) -> None:
        """Somebody of this lab is looking: its jobs keep their slots."""
        now = time.monotonic()
        with self._changed:
            for job in self._running:
                if job.lab == lab:
                    job.looked = now

    def place(self, run: Run) -> int | None:
        """How many jobs are ahead of a run, 0 when it is being trained; None when it is not in the queue."""
        with self._changed:
            ahead = self._ahead(run)
            return None if ahead is None else len(ahead)

    def wait_seconds(self, run: Run) -> float | None:
        """About how long until a waiting run begins; None when it does not wait."""
        with self._changed:
            ahead = self._ahead(run)
            running = list(self._running)
        if not ahead:
            return None
        return sum(job.expected_seconds(is_running=job in running) for job in ahead) / self._slots

    def state(self, run: Run) -> RunState:
        """Where a run stands: what was asked for but not yet noticed counts, and so does a server that died.

        A run whose last word is that it waits or trains, and that is not in the queue, was left by an earlier server.
        """
        with self._changed:
            job = self._find(run)
        # Read afterwards: a job leaves the queue only when its last event is written.
        state = run.state
        if job is None:
            return RunState.FAILED if state.is_active or run.folder in self._last_words else state
        if job.gives_way and state is RunState.STOPPED:
            return RunState.QUEUED
        if job.is_stopping and state.is_active:
            return RunState.STOPPING
        return RunState.PAUSED if job.is_paused and state is RunState.TRAINING else state

    def reason(self, run: Run) -> StopReason | None:
        """Why a run is in its state, when there is something to say."""
        said = self._last_words.get(run.folder)
        # What an earlier server last said of a run that waited or trained is not why it ended.
        return said or (None if run.state.is_active and not self.is_active(run) else run.reason)

    def is_active(self, run: Run) -> bool:
        """Whether a run waits, or has a process here."""
        with self._changed:
            return self._find(run) is not None

    def _find(self, run: Run) -> Job | None:
        return next((job for job in (*self._running, *self._waiting) if job.run.folder == run.folder), None)

    def _ahead(self, run: Run) -> list[Job] | None:
        if any(job.run.folder == run.folder for job in self._running):
            return []
        ahead = list(self._running) if len(self._running) >= self._slots else []
        for job in self._waiting:
            if job.run.folder == run.folder:
                return ahead
            ahead.append(job)
        return None

    def _tell(self, run: Run, command: Callable[[Control], None], *, pauses: bool | None) -> None:
        with self._changed:
            job = self._find(run)
            if job is None or job not in self._running or job.is_stopping:
                return
            if pauses is not None:
                job.is_paused = pauses
            command(job.control)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
                job = self._waiting.pop()
                job.looked = time.monotonic()
                self._running.append(job)
            try:
                self._train(job)
            except Exception:
                # A slot that is lost would keep everybody waiting for ever; the job's line closes and ends its process.
                _log.exception("A training could not be looked after.")
            finally:
                with self._changed:
                    self._running.remove(job)
                    if job.gives_way and job.run.state is RunState.STOPPED:
                        self._queue_again(job)
                    elif job.run.state is RunState.STOPPED and job.run.reason == StopReason(code=StopCode.PREEMPTED):
                        # Somebody stopped it while it gave way: it does not come back.
                        self._mark(job.run, RunState.STOPPED)
                    self._changed.notify_all()

    def _queue_again(self, job: Job) -> None:
        self._mark(job.run, RunState.QUEUED, StopReason(code=StopCode.PREEMPTED))
        again = Job(job.run, job.data_path, Continuation())
        self._waiting.push(again.lab, again)

    def _train(self, job: Job) -> None:
        try:
            process = self._start(job)
        except Exception as error:
            # Whatever it was, the jobs behind it must have their turn: the reason goes into the log and the run.
            _log.exception("The process of a training could not be started.")
            self._mark(job.run, RunState.FAILED, StopReason.of_error(error, StopCode.FAILED_TO_START))
            return
        while process.exitcode is None:
            process.join(timeout=1.0)
            self._supervise(job, process)
        exit_code = process.exitcode
        process.close()
        if job.run.state.is_active:
            did_not_stop = StopReason(code=StopCode.DID_NOT_STOP)
            self._mark(job.run, RunState.FAILED, did_not_stop if job.is_stuck else StopReason.of_exit_code(exit_code))

    def _start(self, job: Job) -> multiprocessing.Process:
        if job.continuation is not None:
            self._standby.dismiss()
        elif (recruit := self._standby.take(job.run, job.data_path)) and self._hand_over(job, recruit.line):
            return recruit.process
        process: multiprocessing.Process = self._context.Process(  # type: ignore[attr-defined]
            target=_run_job, args=(job.run.folder, job.data_path, job.receiver, job.continuation), daemon=True
        )
        process.start()
        # The child has its own; with this one open it would not notice that the line was closed.
        job.receiver.close()
        return process

    def _hand_over(self, job: Job, line: Connection) -> bool:
        with self._changed:
            return job.speak_to(line)

    def _supervise(self, job: Job, process: multiprocessing.Process) -> None:
        """Let others have their turn when a job keeps a slot for nobody, and end one that does not stop."""
        job.note_pause()
        with self._changed:
            if job.is_stuck:
                process.kill()
            elif not job.is_stopping and any(other.lab != job.lab for other in self._waiting):
                job.let_others_go_first(self._attention, self._pause_patience)

    def _mark(self, run: Run, state: RunState, reason: StopReason | None = None) -> None:
        try:
            run.mark(state, reason)
        except OSError:
            self._last_words[run.folder] = reason or StopReason(code=StopCode.NOT_WRITTEN)


def _run_job(run_folder: Path, data_path: Path | None, commands: Connection, continuation: Continuation | None) -> None:
    """Called in the child; the import pulls in Keras there and never in the server."""
    from mnist_demo.training.worker import run_job

    run_job(run_folder, data_path, commands, continuation)
