"""Opening a lab: how a session finds its lab and takes a shared experiment from a link."""

import streamlit as st

from mnist_demo.app.session import datasets
from mnist_demo.app.session.current import set_experiment
from mnist_demo.app.words import escape_markdown
from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.runs import is_lab_id, new_lab_id


def open_lab() -> None:
    """Find the visitor's lab by the address, or make a new one, and take a shared experiment from the link."""
    asked = st.query_params.get("lab", "")
    lab = asked if is_lab_id(asked) else st.session_state.get("lab_id") or new_lab_id()
    if st.session_state.get("lab_id") != lab:
        st.session_state["lab_id"] = lab
        st.session_state.pop("experiment", None)
        st.session_state.pop("run_id", None)
    if asked != lab:
        st.query_params["lab"] = lab
    if shared := st.query_params.get("experiment"):
        del st.query_params["experiment"]
        # The link counts once, because a visitor who goes back to it in the history has edited the copy meanwhile.
        if st.session_state.get("shared_taken") != (lab, shared):
            st.session_state["shared_taken"] = lab, shared
            _take_shared(shared)


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
