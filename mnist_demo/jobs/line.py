"""The jobs of a server: those that wait, in a fair order, and those that have a slot."""

import itertools
from pathlib import Path

from mnist_demo.jobs.fair_queue import FairQueue
from mnist_demo.jobs.job import Job
from mnist_demo.jobs.limits import QueueFullError, QueueLimits
from mnist_demo.runs import Run

SAMPLE = 20
"""Most waiting jobs whose expected time is computed for an estimate of the wait."""


class Line:
    """The waiting and the running jobs by run. Not thread-safe, because the queue holds its lock.

    Args:
        slots: The number of slots; two jobs that are trained together share one.
        limits: The limits on the jobs.
    """

    def __init__(self, slots: int, limits: QueueLimits) -> None:
        self.slots, self._limits = slots, limits
        self.running: list[Job] = []
        self.waiting: FairQueue[Job] = FairQueue(turn=limits.time_slice)
        self._jobs: dict[Path, Job] = {}  # by run folder

    def __contains__(self, run: Run) -> bool:
        return run.folder in self._jobs

    def get(self, run: Run) -> Job | None:
        """Return the job of a run; None for a run that neither waits nor has a slot."""
        return self._jobs.get(run.folder)

    def check_accepts(self, lab: str, count: int) -> None:
        """Check that so many more jobs of a lab are accepted.

        Raises:
            QueueFullError: If the lab has as many jobs as it may have, or too many jobs wait.
        """
        of_lab = self.waiting.waiting(lab) + sum(job.lab == lab for job in self.running)
        if of_lab + count > self._limits.max_per_lab:
            raise QueueFullError(
                f"this lab has {of_lab} of the {self._limits.max_per_lab} trainings under way that it may have; "
                "wait until one ends, or stop one"
            )
        if (waiting := len(self.waiting)) + count > self._limits.max_waiting:
            raise QueueFullError(f"{waiting} trainings wait on this server already; try again in some minutes")

    def push(self, job: Job) -> None:
        """Put a job behind the others of its lab."""
        self._jobs[job.run.folder] = job
        self.waiting.push(job.lab, job)

    def requeue(self, job: Job) -> None:
        """Put a preempted job before the others of its lab."""
        self._jobs[job.run.folder] = job
        self.waiting.requeue(job.lab, job)

    def remove(self, job: Job) -> None:
        """Take out a job that waits."""
        self.waiting.remove(job.lab, job)
        del self._jobs[job.run.folder]

    def next(self, now: float) -> list[Job]:
        """Give a slot to the next job, and to the one that is trained together with it.

        Raises:
            IndexError: If nothing waits.
        """
        taken = [self.waiting.pop()]
        beside = taken[0].beside
        if beside is not None and self._is_waiting(beside):
            self.waiting.take(beside.lab, beside)
            taken.append(beside)
        for job in taken:
            job.take_slot(now)
        self.running += taken
        return taken

    def leave(self, job: Job) -> None:
        """Take out a job that had a slot."""
        self.running.remove(job)
        del self._jobs[job.run.folder]
        self.waiting.settle(job.lab, job.contended_seconds)

    def place(self, job: Job) -> int:
        """Return the number of jobs ahead of a job; 0 for a job that has a slot."""
        if job in self.running:
            return 0
        places = [self.waiting.place(each) for each in (job, job.beside) if each and self._is_waiting(each)]
        return min(places) + (len(self.running) if len(self.running) >= self.slots else 0)

    def ahead(self, place: int) -> tuple[list[Job], list[Job]]:
        """Return the running jobs and a sample of the waiting jobs that are ahead of a place in the line."""
        running = self.running[:] if len(self.running) >= self.slots else []
        return running, list(itertools.islice(self.waiting, min(place - len(running), SAMPLE)))

    def _is_waiting(self, job: Job) -> bool:
        return self._jobs.get(job.run.folder) is job and job not in self.running
