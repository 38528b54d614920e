"""Work that the server does once in advance, so that no page waits for it."""

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
    """Prepare the server, once: from the front door when it starts, otherwise from the first page."""
    log.hide_lab_ids()
    streamlit_patches.apply()
    housekeeping.log_unwritable_home()
    # Reading takes 0.2 s, and leaves the interpreter to the imports and the first elements of a page meanwhile.
    threading.Thread(target=load_mnist, name="read-ahead", daemon=True).start()
    # These imports come later, because the first page does not need them: they keep a core busy, Altair's for 0.5 s.
    executor = server.executor()
    processes.warm_up_soon(_import_charts, executor.prewarm)
    housekeeping.sweep_soon(server.jobs())
    server.inference()


def _import_charts() -> None:
    importlib.import_module("mnist_demo.app.widgets.learning_curves")
    _freeze()


@st.cache_resource(show_spinner=False)
def freeze_imports(page: str) -> None:
    """Exclude the imported objects from garbage collection, once after the first run of each page.

    A full collection visits every other object, which delays the pages by a tenth of a second.
    """
    del page  # the cache key, because each page imports further modules
    _freeze()


def _freeze() -> None:
    gc.collect()
    gc.freeze()
