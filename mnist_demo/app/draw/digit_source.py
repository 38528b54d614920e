"""The sources of the digit on the page Draw, and the digits of the test set."""

from enum import StrEnum

import streamlit as st

from mnist_demo.app.session import datasets
from mnist_demo.app.widgets import digits
from mnist_demo.app.widgets.drawing.digit_input import DigitInput
from mnist_demo.app.words import escape_markdown
from mnist_demo.data import SplitName
from mnist_demo.data.examples import Examples
from mnist_demo.runs import Run

_ANY = -1
_ANOTHER = "test_digit_number"
_SCALE = 9  # screen pixels for each pixel of a test digit


class Source(StrEnum):
    """The source of the digit."""

    DRAWING = "drawing"
    PHOTO = "photo"
    TEST_SET = "test_set"


SOURCE_LABELS = {Source.DRAWING: "Draw", Source.PHOTO: "Photo", Source.TEST_SET: "Test set"}


def test_digit(run: Run) -> DigitInput:
    """Draw a digit of the test set of a run's data, from any class or from one, and return the digit."""
    try:
        data = datasets.load(run.experiment.data)
    except (OSError, ValueError):
        return DigitInput(
            problem=f"The images of {run.experiment.data.name} are no longer kept. Choose another network."
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Class",
            [_ANY, *range(len(data.class_names))],
            format_func=lambda option: "Any" if option == _ANY else data.class_names[option],
            key="test_digit_class",
            persist_state="session",
            width=150,
        )
        st.button("Another one", icon=":material/casino:", on_click=_another, key="test_digit_another")
    label = None if chosen == _ANY else chosen
    examples = Examples(data, run.experiment.data.digest, SplitName.TEST, label)
    if not len(examples.indices):
        return DigitInput(problem=f"The test set has no image of {data.class_names[chosen]}. Choose another class.")
    (index,) = examples.sample(st.session_state.get(_ANOTHER, 0), 1)
    digit, true = data.test.images[index], int(data.test.labels[index])
    enlarged = digits.inked(digit[None])[0].repeat(_SCALE, axis=0).repeat(_SCALE, axis=1)
    what = f"Test image {index + 1:,} of {len(data.test):,}, labelled {data.class_names[true]}"
    digits.show(enlarged, alt=what, caption=escape_markdown(what))
    return DigitInput(digit, label=true)


def _another() -> None:
    st.session_state[_ANOTHER] = st.session_state.get(_ANOTHER, 0) + 1
