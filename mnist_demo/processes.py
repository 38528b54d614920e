"""How worker processes are started: from a fork server that has Keras imported, or afresh where there is none."""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from multiprocessing.context import BaseContext
from pathlib import Path

_PRELOAD = ["mnist_demo.preload"]

WARM_UP_DELAY = 3.0
"""Seconds that a first page may take; who asks for a worker earlier has it started at once."""


def worker_context() -> BaseContext:
    """The multiprocessing context of every worker.

    A child forked from a server that has Keras imported begins in about 0.1 s and shares its memory; a spawned one
    imports Keras anew in about 4 s. The preload only imports and reads: after an op or a model, forking may hang.
    """
    _prepare_environment()
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    return context


def end_with_parent() -> None:
    """Let this worker end when the server does, however that dies: a pool's would wait for questions for ever."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(0)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


_IMPORT_SECONDS = 5.0
"""What the fork server's imports take on two slow cores, with a page beside them."""

_began: float | None = None


def seconds_until_warm() -> float:
    """Estimate the seconds until a worker that is asked for now begins; 0 when it begins at once."""
    return 0.0 if _began is None else max(0.0, _began + WARM_UP_DELAY + _IMPORT_SECONDS - time.monotonic())


def warm_up_soon(*others: Callable[[], None]) -> None:
    """Start the fork server a little later, which imports Keras in the background on a core of its own.

    Args:
        others: Further work for the same moment, in order.
    """
    global _began
    _began = _began or time.monotonic()

    def warm_up() -> None:
        if worker_context().get_start_method() == "forkserver":
            from multiprocessing import forkserver

            forkserver.ensure_running()
        for other in others:
            other()

    timer = threading.Timer(WARM_UP_DELAY, warm_up)
    timer.daemon = True
    timer.start()


def _prepare_environment() -> None:
    # Children look for the package where this process found it, wherever the lab was started from.
    root = str(Path(__file__).resolve().parent.parent)
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if root not in paths:
        os.environ["PYTHONPATH"] = os.pathsep.join([root, *filter(None, paths)])
