"""A draft that cannot be trained yet: what the lab would train instead, and the question before it does."""

import streamlit as st

from mnist_demo.app import navigation
from mnist_demo.app.design import current_draft
from mnist_demo.app.design.numbers import short
from mnist_demo.app.words import escape_markdown, plural
from mnist_demo.experiment import Experiment
from mnist_demo.network import NetworkReport

_ASKED = "design_asked"


def show_state(report: NetworkReport, experiment: Experiment) -> None:
    """Say that the current experiment does not follow the draft, and where the reason stands; nothing if it follows."""
    reason = current_draft.refusal()
    if reason is None:
        return
    # The error itself stands at its layer, and once is enough.
    if report.problems:
        places = [problem.layer_index for problem in report.problems]
        reason = f"This network cannot work yet: see layer {' and layer '.join(map(str, places))}."
    with st.container(horizontal=True, vertical_alignment="center", key="design_unfinished"):
        st.markdown(
            f":material/construction: {reason} The current experiment keeps the last network that works, "
            f"{_told(experiment)}.",
            width="content",
        )
        st.button("Back to it", icon=":material/undo:", key="design_back", on_click=current_draft.start_again)


def ask(experiment: Experiment) -> None:
    """Ask whether to train another network than the draft, if the visitor pressed *Train it* on an unfinished draft."""
    if not is_asking():
        return
    with st.container(key="design_instead", border=True):
        st.markdown(
            f"Your design cannot be trained yet. The lab would train the last network that works instead: "
            f"{_told(experiment)}."
        )
        with st.container(horizontal=True):
            if st.button(
                "Train that one", icon=":material/arrow_forward:", icon_position="right", key="design_train_last"
            ):
                st.switch_page(navigation.TRAIN.path, query_params={})
            st.button("Go on designing", key="design_go_on", type="tertiary", on_click=_set_asked, args=(False,))


def is_asking() -> bool:
    """Return whether the question stands on the page."""
    if current_draft.refusal() is None:
        _set_asked(False)
    return bool(st.session_state.get(_ASKED))


def train_step() -> None:
    """Draw the step to the page Train, which with an unfinished draft is a question first."""
    if current_draft.refusal() is None:
        navigation.next_step(navigation.TRAIN, "Train it")
        return
    st.space("small")
    st.button(
        "Train it",
        icon=":material/arrow_forward:",
        icon_position="right",
        key="design_ask",
        on_click=_set_asked,
        args=(True,),
    )


def _set_asked(is_asked: bool) -> None:
    st.session_state[_ASKED] = is_asked


def _told(experiment: Experiment) -> str:
    network = experiment.network
    return (
        f"**{escape_markdown(experiment.name)}** ({plural(len(network.layers), 'layer')} before the outputs, "
        f"{short(network.report().parameters)} parameters)"
    )
