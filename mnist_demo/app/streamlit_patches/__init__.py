"""Patches of faults in Streamlit: one module for each fault, and one `apply` for all of them."""

import functools

from mnist_demo.app.streamlit_patches.bound_uploads import BOUND_UPLOADS
from mnist_demo.app.streamlit_patches.count_presses_once import COUNT_PRESSES_ONCE
from mnist_demo.app.streamlit_patches.keep_unsent_fragments import KEEP_UNSENT_FRAGMENTS
from mnist_demo.app.streamlit_patches.patch import Patch

__all__ = ["PATCHES", "Patch", "apply"]

PATCHES = (COUNT_PRESSES_ONCE, KEEP_UNSENT_FRAGMENTS, BOUND_UPLOADS)


@functools.cache
def apply() -> None:
    """Apply every patch, once for a server; a patch that does not fit the installed Streamlit is logged and skipped."""
    for patch in PATCHES:
        patch.apply()
