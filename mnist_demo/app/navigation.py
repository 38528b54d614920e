"""The pages of the lab, in the order of the path through it."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

_FOLDER = Path(__file__).parent

EXPLORE = _FOLDER / "explore.py"
DESIGN = _FOLDER / "design.py"
TRAIN = _FOLDER / "train.py"
EVALUATE = _FOLDER / "evaluate.py"
TIME_MACHINE = _FOLDER / "time_machine.py"
DRAW = _FOLDER / "draw.py"
RUNS = _FOLDER / "runs.py"

# The default page answers at the bare address only, and Streamlit says "page not found" at the path it is given. So it
# gets one that nobody types, and the names that somebody may type lead to it as the names of the others do.
_UNUSED = "-"


def pages() -> list[StreamlitPage]:
    """The pages for `st.navigation`."""
    return [
        st.Page(
            EXPLORE,
            title="Explore",
            icon=":material/grid_view:",
            default=True,
            url_path=_UNUSED,
            help="Look at the digits.",
        ),
        st.Page(DESIGN, title="Design", icon=":material/layers:", help="Build a network and set up its training."),
        st.Page(TRAIN, title="Train", icon=":material/model_training:", help="Watch the network learn."),
        st.Page(
            EVALUATE,
            title="Evaluate",
            icon=":material/fact_check:",
            help="See how good it is, and where not.",
        ),
        st.Page(
            TIME_MACHINE,
            title="Time machine",
            icon=":material/history:",
            help="Move through the epochs of a network's training.",
        ),
        st.Page(DRAW, title="Draw", icon=":material/draw:", help="Draw a digit and have it read."),
        st.Page(RUNS, title="Runs", icon=":material/compare_arrows:", help="Find every run again and compare them."),
        *(st.Page(_to_explore, title="Explore", url_path=name, visibility="hidden") for name in ("explore", "home")),
    ]


def _to_explore() -> None:
    st.switch_page(EXPLORE, query_params=st.query_params.to_dict())


def next_step(page: Path, label: str) -> None:
    """The button at the end of a page that leads on."""
    st.space("small")
    if st.button(label, icon=":material/arrow_forward:", icon_position="right", key="next_step"):
        # Without parameters of its own the switch would clear the address, which fails while a widget is bound to it.
        st.switch_page(page, query_params={"lab": st.session_state["lab_id"]})
