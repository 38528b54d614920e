"""Teach it your hand: drawings are labelled and kept with the lab, and a copy of a network is fine-tuned on them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_demo.app.draw import fine_tuning
from mnist_demo.app.draw.digit_source import Source
from mnist_demo.app.session import current, server, trainings
from mnist_demo.app.session.lab import lab
from mnist_demo.app.session.trainings import StartError
from mnist_demo.app.widgets import digits, start_button
from mnist_demo.app.widgets.digits import Caption
from mnist_demo.app.widgets.drawing.canvas import clear_canvas, current_strokes, restore_drawing
from mnist_demo.app.widgets.drawing.digit_input import DigitInput
from mnist_demo.app.words import could_not, escape_markdown, plural
from mnist_demo.data import Split
from mnist_demo.drawing import ALL_STEPS, DrawingError, Step
from mnist_demo.drawing.collection import MOST, Collection
from mnist_demo.drawing.strokes import Stroke
from mnist_demo.jobs.fine_tuning import FEWEST
from mnist_demo.runs import Run, name_of

_LABEL = "collect_label"
_PROBLEM = "collect_problem"
_LAST = "collect_last"  # the drawing that was kept last, while it can be taken back
_FIVE = 215  # screen pixels: the width of five labels, so that ten labels form two even rows
_SHOWN = 20  # most drawings in the picture, the newest ones
_COLUMNS = 5  # columns that a phone of 360 pixels has room for


@dataclass(frozen=True, eq=False)
class _Kept:
    """The drawing that was kept last.

    Attributes:
        digit: uint8 (28, 28).
        label: 0 to 9.
        strokes: The strokes on the canvas; empty for a photo.
    """

    digit: NDArray[np.uint8]
    label: int
    strokes: list[Stroke]


def keep(given: DigitInput, source: Source, steps: frozenset[Step]) -> None:
    """Draw the labels beside the digit: one tap keeps the drawing under a label."""
    kept = len(lab().collection)
    if source == Source.TEST_SET:
        hint = "The test set stays unseen: draw a digit or bring a photo."
    elif steps != ALL_STEPS:
        hint = "Switch all steps on first: a network learns what it will be asked."
    elif kept >= MOST:
        hint = f"There is room for {MOST} drawings. Take them away and begin again."
    elif given.digit is None:
        what = "Bring a photo of a digit" if source == Source.PHOTO else "Draw a digit"
        hint = f"{what}, then say which one it is. Kept so far: {kept}."
    else:
        hint = ""
    # The choice is cleared before it is used, because a choice that the page sends twice must count once.
    st.session_state[_LABEL] = None
    st.segmented_control(
        "To teach it: this is a",
        list(range(10)),
        key=_LABEL,
        disabled=bool(hint),
        on_change=_keep_drawing,
        args=(None if hint else given.digit, source == Source.DRAWING),
        help="Keeps the drawing under this label and empties the canvas for the next one.",
        width=_FIVE,
    )
    last: _Kept | None = st.session_state.get(_LAST)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        # Both are always drawn, because nothing may move when a drawing is kept.
        st.markdown(
            f":material/check: Kept as **{last.label}**." if last else "Nothing kept just now.", width="content"
        )
        st.button(
            "Take it back",
            key="collect_undo",
            type="tertiary",
            icon=":material/undo:",
            disabled=last is None,
            on_click=_take_back,
            help="Removes the drawing that was kept last, and puts it back on the canvas if that is empty.",
        )
    # The caption is always drawn, because the height of a hint must be reserved.
    st.caption(hint or f"One tap keeps it. Kept so far: {kept}.")
    if problem := st.session_state.pop(_PROBLEM, None):
        st.markdown(f":material/error: {escape_markdown(problem)}")


def show(run: Run) -> None:
    """Draw the kept drawings and the result of the last fine-tuning on them."""
    collection = lab().collection
    st.markdown(
        "Draw digits as you write them, above all those that are misread, and say under the canvas which ones they "
        "are. A copy of the network then learns your hand."
    )
    if len(collection):
        _kept(collection)
    _teach(run, collection)
    fine_tuning.show()


def _keep_drawing(digit: NDArray[np.uint8] | None, is_drawn: bool) -> None:
    label = st.session_state.get(_LABEL)
    if digit is None or not isinstance(label, int):  # a client can use a disabled control as well
        return
    try:
        lab().change_collection(lambda collection: _with_new(collection, digit, label))
    except _KeptAlreadyError:
        st.session_state[_PROBLEM] = "This one is kept already. Draw or bring another one."
        return
    except (DrawingError, OSError) as error:
        st.session_state[_PROBLEM] = could_not("The drawing could not be kept", error)
        return
    st.session_state[_LAST] = _Kept(digit, label, current_strokes() if is_drawn else [])
    if is_drawn:
        clear_canvas()


def _take_back() -> None:
    last: _Kept | None = st.session_state.pop(_LAST, None)
    if last is None:  # the second of two quick clicks
        return
    _change(lambda collection: collection.without(last.digit, last.label))
    if last.strokes:
        restore_drawing(last.strokes)


class _KeptAlreadyError(Exception):
    """The collection already holds the drawing."""


def _with_new(collection: Collection, digit: NDArray[np.uint8], label: int) -> Collection:
    # A drawing that is kept twice could be both trained on and held out. Duplicates happen, because a photo stays on
    # the page and a finger taps twice.
    if (collection.images == digit).all(axis=(1, 2)).any():
        raise _KeptAlreadyError
    return collection.with_drawing(digit, label)


def _kept(collection: Collection) -> None:
    newest = slice(max(0, len(collection) - _SHOWN), None)
    images, labels = collection.images[newest], collection.labels[newest]
    counts = np.bincount(collection.labels, minlength=10)
    what = ", ".join(f"{count} of {label}" for label, count in enumerate(counts) if count)
    digits.show(
        digits.captioned_sheet(images, [Caption(str(label)) for label in labels], min(_COLUMNS, len(labels))),
        alt=f"{plural(len(collection), 'drawing')} kept: {what}",
    )
    st.caption(f"{plural(len(collection), 'drawing')} kept with your lab: {what}.")
    with st.container(horizontal=True):
        st.download_button(
            "As .npz",
            collection.to_npz,
            file_name="drawings.npz",
            mime="application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
            key="collect_npz",
            help="A NumPy archive of images, uint8 (n, 28, 28), and labels.",
        )
        st.download_button(
            "As images",
            collection.to_zip,
            file_name="drawings.zip",
            mime="application/zip",
            icon=":material/folder_zip:",
            on_click="ignore",
            key="collect_zip",
            help="A PNG for each drawing, and a table of their labels.",
        )
        st.button("Drop the last", icon=":material/backspace:", key="collect_drop", on_click=_drop_last)
        with st.popover("Drop all", icon=":material/delete:"):
            st.markdown(f"{plural(len(collection), 'drawing')} will be gone for good.")
            st.button("Drop them", icon=":material/delete:", key="collect_drop_all", on_click=_drop_all)


def _teach(run: Run, collection: Collection) -> None:
    data = run.experiment.data
    with st.container(horizontal=True, vertical_alignment="center"):
        start_button.start_button(
            "Teach",
            lambda: _begin_fine_tuning(run, collection),
            type="primary",
            icon=":material/school:",
            key="teach",
            disabled=len(collection) < FEWEST or not data.is_mnist,
            help="A copy of the network learns your drawings, mixed with MNIST, in some seconds. A quarter of them is "
            "held back to see whether it learned your hand or only these drawings.",
        )
        if not data.is_mnist:
            # The limit is said in advance, before a visitor draws ten digits in vain.
            st.caption(
                f"**{escape_markdown(name_of(run))}** learned {escape_markdown(data.name)}, and only a "
                "network that learned MNIST's digits can be taught yours. Choose or train another one."
            )
        elif len(collection) < FEWEST:
            st.caption(f"From {FEWEST} drawings on a network can be taught; {FEWEST - len(collection)} to go.")
        else:
            st.caption(f"A copy of **{escape_markdown(name_of(run))}** learns them; the network itself stays as it is.")


def _begin_fine_tuning(run: Run, collection: Collection) -> None:
    current_run = current.run()
    if current_run is not None and current_run.own_data_path.exists() and server.run_state(current_run).is_active:
        # This is the second of two quick clicks.
        return
    try:
        trainings.fine_tune(run, Split(collection.images, collection.labels))
    except OSError as error:
        raise StartError(could_not("The lesson could not begin", error)) from error
    except ValueError as error:
        raise StartError(escape_markdown(str(error))) from error


def _drop_last() -> None:
    _change(Collection.without_last)


def _drop_all() -> None:
    _change(lambda _: Collection())


def _change(change: Callable[[Collection], Collection]) -> None:
    st.session_state.pop(_LAST, None)
    try:
        lab().change_collection(change)
    except OSError as error:
        st.session_state[_PROBLEM] = could_not("The drawings could not be changed", error)
