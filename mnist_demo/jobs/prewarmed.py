"""A prewarmed process: the network of the next experiment is built and traced while the visitor looks at the page.

At most one process is prewarmed. It is ended by every training that is not its own.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mnist_demo.experiment import Experiment

if TYPE_CHECKING:
    from mnist_demo.jobs.local import LocalTraining

PATIENCE = 180.0
"""Seconds after the last request in which the process is kept; then its memory is given back."""

KEPT = 10.0
"""Seconds in which no other lab can replace a request."""


@dataclass(frozen=True, eq=False)
class Request:
    """What a lab is likely to train next."""

    lab: str
    experiment: Experiment
    data_path: Path | None

    def fits(self, experiment: Experiment, data_path: Path | None) -> bool:
        """Whether it is the same training; the experiment's name makes no difference."""
        return self.data_path == data_path and _work(self.experiment) == _work(experiment)


class Prewarmed:
    """Keeps at most one prewarmed process. Every method may be called from any thread, and none waits for a process.

    Args:
        start: starts the process for a request.
        delay: seconds between the request and the start.
        patience: seconds after the last request in which the process is kept.
    """

    def __init__(self, start: Callable[[Request], "LocalTraining"], delay: float, patience: float) -> None:
        self._start, self._delay, self._patience = start, delay, patience
        self._lock = threading.Lock()
        self._request: Request | None = None
        self._process: LocalTraining | None = None
        self._since = self._until = 0.0

    def want(self, request: Request) -> None:
        """Prewarm a process for this, unless another lab has just asked for something else."""
        now = time.monotonic()
        with self._lock:
            if self._request is not None:
                if self._request.fits(request.experiment, request.data_path):
                    self._until = now + self._patience
                    return
                if self._request.lab != request.lab and now < self._since + KEPT:
                    return
            self._clear()
            self._request, self._since, self._until = request, now, now + self._patience
        _later(self._delay, self._begin, request)

    def take(self, experiment: Experiment | None, data_path: Path | None) -> "LocalTraining | None":
        """Have the process if it was prewarmed for just this; otherwise it is ended, as something else is trained."""
        with self._lock:
            request, process = self._request, self._process
            is_fitting = request is not None and experiment is not None and request.fits(experiment, data_path)
            if is_fitting:
                self._process = None
            self._clear()
        return process if is_fitting else None

    def _begin(self, request: Request) -> None:
        if self._request is not request:
            return
        try:
            # Not under the lock: a fork server that still imports Keras answers after seconds.
            process = self._start(request)
        except Exception:
            # Nobody waits for it; a visitor who trains hears what is wrong.
            process = None
        with self._lock:
            if self._request is request:
                self._process = process
                if process is None:
                    self._request = None
            elif process is not None:
                process.kill()
        self._expire(request)

    def _expire(self, request: Request) -> None:
        with self._lock:
            left = self._until - time.monotonic()
            if self._request is not request:
                return
            if left <= 0:
                self._clear()
                return
        _later(left, self._expire, request)

    def _clear(self) -> None:
        if self._process is not None:
            # It holds nothing that could be lost, and what it computes now would only be in the way.
            self._process.kill()
        self._request = self._process = None


def _later(seconds: float, call: Callable[[Request], None], request: Request) -> None:
    timer = threading.Timer(seconds, call, (request,))
    timer.daemon = True
    timer.start()


def _work(experiment: Experiment) -> tuple[Any, ...]:
    """All of an experiment that a training depends on."""
    return experiment.network, experiment.training, experiment.seed, experiment.data.digest
