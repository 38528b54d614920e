"""A training process that stands by: with Keras there and the network of the next experiment built and traced.

Between the press on Train and the first batch these take two seconds on two slow cores, and none when they were done
while the visitor looked at the page. At most one process stands by; it gives way to every training that is not its own.
"""

import multiprocessing
import os
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any, NamedTuple

from mnist_demo.experiment import Experiment
from mnist_demo.runs import Run
from mnist_demo.training.control import TAKEN_UP

DELAY = 0.3
"""Seconds between the wish and the start: the page that is being drawn goes first."""

PATIENCE = 180.0
"""Seconds after the last wish for it in which a process stands by; then its memory is given back."""

KEPT = 10.0
"""Seconds in which no other lab can have a process that stands by sent away."""

TAKING_UP = 20.0
"""Seconds that a process which was given a run may take to answer, when it is still at its preparations."""


@dataclass(frozen=True)
class _Wish:
    """What a lab is likely to train next; the experiment's name makes no difference."""

    lab: str
    work: tuple[Any, ...]
    experiment: Experiment
    data_path: Path | None

    def fits(self, experiment: Experiment, data_path: Path | None) -> bool:
        return self.work == _work(experiment) and self.data_path == data_path


class Recruit(NamedTuple):
    """A process that stood by and has a run now, and the line to it."""

    process: multiprocessing.Process
    line: Connection


class _Standing(NamedTuple):
    wish: _Wish
    recruit: Recruit


class Standby:
    """Keeps at most one process that stands by. Every method may be called from any thread; only `take` waits for it.

    Args:
        context: how processes are started.
        delay: seconds between the wish and the start.
        patience: seconds after the last wish in which a process stands by.
    """

    def __init__(self, context: BaseContext, delay: float = DELAY, patience: float = PATIENCE) -> None:
        self._context, self._delay, self._patience = context, delay, patience
        self._changed = threading.Condition()
        self._wish: _Wish | None = None
        self._due = self._until = 0.0
        self._standing: _Standing | None = None
        self._keeper: threading.Thread | None = None

    def want(self, lab: str, experiment: Experiment, data_path: Path | None) -> None:
        """This is what a lab is likely to train next."""
        now = time.monotonic()
        with self._changed:
            if self._wish is not None:
                if self._wish.fits(experiment, data_path):
                    self._until = now + self._patience
                    return
                if self._wish.lab != lab and now < self._due + KEPT:
                    return
            self._wish = _Wish(lab, _work(experiment), experiment, data_path)
            self._due, self._until = now + self._delay, now + self._patience
            if self._keeper is None:
                self._keeper = threading.Thread(target=self._keep, name="training-standby", daemon=True)
                self._keeper.start()
            self._changed.notify_all()

    def take(self, run: Run, data_path: Path | None) -> Recruit | None:
        """Have the process that stands by train a run, if it is for just that; nobody stands by afterwards.

        Waits until the process has taken it up: one that is dying may look alive for a while, and even its line does.

        Args:
            run: one that begins.
            data_path: where its data lies; None for the bundled MNIST.
        """
        standing = self._leave()
        if standing is None:
            return None
        line = standing.recruit.line
        try:
            if standing.wish.fits(run.experiment, data_path) and not run.initial_path.exists():
                line.send_bytes(os.fsencode(run.folder))
                if line.poll(TAKING_UP) and line.recv_bytes(len(TAKEN_UP)) == TAKEN_UP:
                    return standing.recruit
        except (EOFError, OSError, ValueError):
            # It has ended, or the run cannot be read: a process of its own will say why.
            pass
        _dismiss(standing)
        return None

    def dismiss(self) -> None:
        """Let nobody stand by: something else is trained."""
        if (standing := self._leave()) is not None:
            _dismiss(standing)

    def _leave(self) -> _Standing | None:
        with self._changed:
            standing, self._standing, self._wish = self._standing, None, None
            self._changed.notify_all()
        return standing

    def _keep(self) -> None:
        """Start the process when it is wanted, and end it when it is no longer."""
        with self._changed:
            while True:
                now = time.monotonic()
                if self._wish is not None and now >= self._until:
                    self._wish = None
                if self._standing is not None and self._standing.wish is not self._wish:
                    _dismiss(self._standing)
                    self._standing = None
                if self._wish is None:
                    self._changed.wait()
                elif self._standing is not None:
                    self._changed.wait(self._until - now)
                elif now < self._due:
                    self._changed.wait(self._due - now)
                else:
                    self._start(self._wish)

    def _start(self, wish: _Wish) -> None:
        # Not under the lock: a fork server that still imports Keras answers after seconds.
        self._changed.release()
        try:
            standing = self._begin(wish)
        finally:
            self._changed.acquire()
        if self._wish is wish:
            self._standing = standing
            if standing is None:
                self._wish = None
        elif standing is not None:
            _dismiss(standing)

    def _begin(self, wish: _Wish) -> _Standing | None:
        line, its_end = multiprocessing.Pipe()
        process: multiprocessing.Process = self._context.Process(  # type: ignore[attr-defined]
            target=_stand_by, args=(wish.experiment, wish.data_path, its_end), daemon=True
        )
        try:
            process.start()
        except Exception:
            # Nobody asked for it; who trains hears of what is wrong.
            return None
        # The child has its own; with this one open it would not notice that the line was closed.
        its_end.close()
        return _Standing(wish, Recruit(process, line))


def _work(experiment: Experiment) -> tuple[Any, ...]:
    """All of an experiment that a training depends on."""
    return experiment.network, experiment.training, experiment.seed, experiment.data.digest


def _dismiss(standing: _Standing) -> None:
    # It holds nothing that could be lost, and what it computes now would only be in the way.
    process, line = standing.recruit
    process.kill()
    line.close()
    process.join()
    process.close()


def _stand_by(experiment: Experiment, data_path: Path | None, commands: Connection) -> None:
    """Called in the child; the import pulls in Keras there and never in the server."""
    from mnist_demo.training.worker import stand_by

    stand_by(experiment, data_path, commands)
