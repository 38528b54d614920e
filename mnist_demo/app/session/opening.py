"""Opening a lab: how a session finds its lab and takes a shared experiment from a link."""

from urllib.parse import urlsplit, urlunsplit

import streamlit as st

from mnist_demo.app import identity
from mnist_demo.app.session import datasets
from mnist_demo.app.session.current import set_experiment
from mnist_demo.app.words import escape_markdown, plural
from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.runs import Lab, home, is_lab_id, new_lab_id

_WELCOME = "welcome"


def open_lab() -> None:
    """Find the visitor's lab, and take a shared experiment from the link.

    The browser's cookie names the lab. Without a cookie a private link does, or the lab is a new one; then it lasts as
    long as the tab.
    """
    asked = st.query_params.get(identity.PARAMETER, "")
    kept = _cookie()
    if asked:
        # The lab id leaves the address, because a visitor who copies the address must not give the lab away.
        del st.query_params[identity.PARAMETER]
    if is_lab_id(kept):
        lab = kept
    elif is_lab_id(asked):
        lab = asked
    else:
        lab = st.session_state.get("lab_id") or new_lab_id()
    if st.session_state.get("lab_id") != lab:
        st.session_state["lab_id"] = lab
        st.session_state.pop("experiment", None)
        st.session_state.pop("run_id", None)
        count = len(Lab(home(), lab).runs)
        st.session_state[_WELCOME] = f"Welcome back: {plural(count, 'run')}." if count else ""
    if shared := st.query_params.get("experiment"):
        del st.query_params["experiment"]
        # The link counts once, because a visitor who goes back to it in the history has edited the copy meanwhile.
        if st.session_state.get("shared_taken") != (lab, shared):
            st.session_state["shared_taken"] = lab, shared
            _take_shared(shared)


def _cookie() -> str:
    # The value is made a text, because `AppTest` has a mock here.
    return str(st.context.cookies.get(identity.COOKIE, ""))


def _take_shared(text: str) -> None:
    try:
        shared = Experiment.from_query(text)
    except ValueError as error:
        st.toast(escape_markdown(str(error)), icon=":material/link_off:")
        return
    if not datasets.is_kept(shared.data):
        # Data stay with the lab they were uploaded to; the network and its training can be shared all the same.
        st.toast(
            f"The data set {escape_markdown(shared.data.name)} is not in this lab; MNIST takes its place.",
            icon=":material/link:",
        )
        shared = datasets.fit(shared, DataReference())
    set_experiment(shared)


def welcome() -> str:
    """Return the greeting of a returning visitor; nothing for a new visitor."""
    return str(st.session_state.get(_WELCOME, ""))


def lasts() -> bool:
    """Tell whether the browser keeps the lab for the next visit."""
    return bool(_cookie() == st.session_state["lab_id"])


def private_link() -> str:
    """Return the address of the first page with the lab's id, which opens the lab on another device."""
    here = urlsplit(st.context.url or "")
    path = here.path.rpartition("/")[0]
    return urlunsplit((here.scheme, here.netloc, f"{path}/", f"{identity.PARAMETER}={st.session_state['lab_id']}", ""))
