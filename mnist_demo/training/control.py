"""What a running training can be told from outside."""

import threading
from typing import Protocol


class Signal(Protocol):
    """The part of `threading.Event` and `multiprocessing.Event` that is used."""

    def set(self) -> None: ...
    def is_set(self) -> bool: ...


class Control:
    """A line to one training; it crosses to another process when its signal does.

    Args:
        stop: the signal that asks to stop; by default one for this process's threads.
    """

    def __init__(self, stop: Signal | None = None) -> None:
        self._stop: Signal = stop or threading.Event()

    def request_stop(self) -> None:
        """Ask the training to end at the next batch and keep what was learned."""
        self._stop.set()

    @property
    def stop_requested(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stop.is_set()
