"""What the server does once before a visitor needs it, so that no page waits for it."""

import gc
import importlib
import threading

import streamlit as st

from mnist_demo import processes
from mnist_demo.app import log, streamlit_patches
from mnist_demo.app.session import housekeeping, server
from mnist_demo.data import load_mnist


@st.cache_resource(show_spinner=False)
def begin() -> None:
    """Make the server ready, once: from the front door when it starts, else from the first page."""
    log.hide_lab_ids()
    streamlit_patches.apply()
    housekeeping.log_unwritable_home()
    # 0.2 s, which leave the interpreter to the imports and the first elements of a page.
    threading.Thread(target=load_mnist, name="read-ahead", daemon=True).start()
    # The fork server's imports keep a core busy, and Altair's take 0.5 s: the first page needs neither.
    executor = server.executor()
    processes.warm_up_soon(_import_charts, executor.prewarm)
    housekeeping.sweep_soon(server.jobs())
    server.inference()


def _import_charts() -> None:
    importlib.import_module("mnist_demo.app.widgets.learning_curves")
    _freeze()


@st.cache_resource(show_spinner=False)
def freeze_imports(page: str) -> None:
    """Keep what was imported out of the garbage collections, once after the first run of each page.

    A full collection walks every object that is not: a tenth of a second in which no page is drawn.
    """
    del page  # the key: each page imports something more
    _freeze()


def _freeze() -> None:
    gc.collect()
    gc.freeze()
