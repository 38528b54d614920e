"""Methods of Streamlit's own session that the lab has something to add to, where they are the ones that it knows."""

import inspect
from collections.abc import Callable
from typing import Any

from streamlit.runtime.app_session import AppSession

Method = Callable[..., Any]


def replace(name: str, parameters: tuple[str, ...], changed: Callable[[Method], Method]) -> None:
    """Put another method in the place of one of Streamlit's session; to be called once for a server.

    Nothing happens where there is no such method or it takes something else, as in another version of Streamlit: better
    the fault that would be mended than no lab.

    Args:
        name: the method's.
        parameters: the names of all that it takes.
        changed: makes the new method of the old one.
    """
    method = getattr(AppSession, name, None)
    if method is not None and tuple(inspect.signature(method).parameters) == parameters:
        setattr(AppSession, name, changed(method))
