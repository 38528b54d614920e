"""What the server does before a visitor needs it, so that no page waits for it."""

import gc
import importlib
import threading

import streamlit as st

from mnist_demo.data import load_mnist
from mnist_demo.processes import WARM_UP_DELAY


@st.cache_resource(show_spinner=False)
def begin() -> None:
    """Unpack the digits at once and import what draws charts a little later, once for the server."""
    # 0.2 s, which leave the interpreter to the imports and the first elements of a page.
    threading.Thread(target=load_mnist, name="read-ahead", daemon=True).start()
    # 0.5 s, which the first page needs more: it has no use for Altair and pandas.
    timer = threading.Timer(WARM_UP_DELAY, _import_charts)
    timer.daemon = True
    timer.start()


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
