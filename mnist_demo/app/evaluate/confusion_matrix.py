"""The confusion matrix and, beside it, the images that its cells count."""

from collections.abc import Callable
from enum import StrEnum

import pandas as pd
import streamlit as st

from mnist_demo.app.evaluate.confusion_chart import CELL, confusion_frame, confusion_spec, confusion_text
from mnist_demo.app.widgets import glossary
from mnist_demo.app.widgets.layout import choice
from mnist_demo.app.widgets.mistakes import page_of_images
from mnist_demo.app.words import escape_markdown, plural
from mnist_demo.app.words.comments import most_confused_in_words
from mnist_demo.comments import most_confused
from mnist_demo.data import DIGIT_CLASS_NAMES, MnistData
from mnist_demo.evaluation import Evaluation, Mistake

_ANY = -1
_PER_PAGE = 30
_MATRIX_HEIGHT = 420
_PERCENT = "%.1f%%"

_TRUE, _PREDICTED, _MATRIX = "evaluate_true", "evaluate_predicted", "evaluate_matrix"


class _Unit(StrEnum):
    """The unit of the numbers in the matrix."""

    COUNTS = "counts"
    RATES = "rates"


_UNITS = {_Unit.COUNTS: "Counts", _Unit.RATES: "Rates"}


@st.fragment
def show(evaluation: Evaluation, load: Callable[[], MnistData]) -> None:
    """Draw the matrix and the images; a click on a cell, or a choice of classes, selects the images."""
    _tell_most_confused(evaluation)
    left, right = st.columns(2, gap="medium")
    true, predicted = _chosen(_TRUE), _chosen(_PREDICTED)
    with left:
        _matrix(evaluation, true, predicted)
    with right:
        _images(evaluation, load())


def _tell_most_confused(evaluation: Evaluation) -> None:
    """Draw a line on the two classes that are confused most, if a pair stands out."""
    if (found := most_confused(evaluation)) is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(most_confused_in_words(found, evaluation.class_names), width="content")
        st.button(
            "See them",
            icon=":material/image_search:",
            key="evaluate_confused",
            on_click=_show_pair,
            args=(found.true, found.predicted),
        )


def _show_pair(true: int, predicted: int) -> None:
    _forget_click()
    st.session_state[_TRUE], st.session_state[_PREDICTED] = true, predicted


def _chosen(key: str) -> int | None:
    label = st.session_state.get(key, _ANY)
    return label if isinstance(label, int) and 0 <= label < len(DIGIT_CLASS_NAMES) else None


def _matrix(evaluation: Evaluation, true: int | None, predicted: int | None) -> None:
    st.header(
        "Confusion matrix",
        anchor=False,
        help=glossary.about("confusion-matrix"),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        unit = choice("Numbers in the matrix", _UNITS, "evaluate_unit")
        shade = st.toggle(
            "Shade the diagonal",
            key="evaluate_diagonal",
            persist_state="session",
            help="The diagonal holds the right answers, a hundred times as many as the wrong ones: shaded, it leaves "
            "everything else pale.",
        )
    rates = unit is _Unit.RATES
    frame = confusion_frame(evaluation, rates, shade, true, predicted)
    # The key changes after a click, because a chart with the same key would ignore a second click on the same cell.
    # The container reserves the chart's height before the browser has the chart.
    with st.container(height=_MATRIX_HEIGHT, border=False):
        st.vega_lite_chart(
            frame,
            confusion_spec(evaluation.class_names),
            key=_matrix_key(),
            on_select=_cell_clicked,
            selection_mode=CELL,
            alt=confusion_text(evaluation),
        )
    st.caption(f"{'In % of the true class. ' if rates else ''}Click a cell to see its images.")
    with st.expander("The matrix as a table"):
        names = list(evaluation.class_names)
        values = 100 * evaluation.confusion_rates if rates else evaluation.confusion
        table = pd.DataFrame(values, index=pd.Index(names, name="true class"), columns=[f"as {name}" for name in names])
        percents = {name: st.column_config.NumberColumn(format=_PERCENT) for name in table.columns} if rates else None
        st.dataframe(table, column_config=percents, key="evaluate_matrix_table")


def _matrix_key() -> str:
    return f"{_MATRIX}_{st.session_state.get(_MATRIX, 0)}"


def _forget_click() -> None:
    if _clicked_cell() is not None:
        st.session_state[_MATRIX] = st.session_state.get(_MATRIX, 0) + 1


def _clicked_cell() -> tuple[int, int] | None:
    """Return the labels of the clicked cell; the value comes from the browser and is checked."""
    try:
        cell = st.session_state[_matrix_key()]["selection"][CELL][0]
        true, predicted = int(cell["true"]), int(cell["predicted"])
    except (LookupError, TypeError, ValueError, OverflowError):
        return None
    return (true, predicted) if min(true, predicted) >= 0 and max(true, predicted) < len(DIGIT_CLASS_NAMES) else None


def _cell_clicked() -> None:
    st.session_state[_TRUE], st.session_state[_PREDICTED] = _clicked_cell() or (_ANY, _ANY)


def _show_all() -> None:
    _forget_click()
    st.session_state[_TRUE] = st.session_state[_PREDICTED] = _ANY


def _images(evaluation: Evaluation, data: MnistData) -> None:
    names = evaluation.class_names
    title = st.empty()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for label, key in (("True class", _TRUE), ("Read as", _PREDICTED)):
            st.selectbox(
                label,
                [_ANY, *range(len(names))],
                format_func=lambda option: "any" if option == _ANY else names[option],
                key=key,
                persist_state="session",
                on_change=_forget_click,
                width=120,
            )
        true, predicted = _chosen(_TRUE), _chosen(_PREDICTED)
        chosen = true is not None or predicted is not None
        st.button(
            "All wrong", key="evaluate_all", on_click=_show_all, disabled=not chosen, help="Show all wrong images."
        )
    found = _found(evaluation, true, predicted)
    title.header(_title(evaluation, len(found), true, predicted), anchor=False)
    if not found:
        st.markdown("No test image is read like this.")
        return
    picture = st.container()
    pages = -(-len(found) // _PER_PAGE)
    # The pagination has a key for each choice of classes, so that each choice remembers its page.
    number = st.pagination(pages, key=f"evaluate_page_{true}_{predicted}") if pages > 1 else 1
    with picture:
        page_of_images(found[(number - 1) * _PER_PAGE : number * _PER_PAGE], data)
    with st.expander("The images as a table"):
        _table(found, names)


def _found(evaluation: Evaluation, true: int | None, predicted: int | None) -> list[Mistake]:
    """Return the wrong images of the chosen classes, or the right images of one class; most confident first."""
    if true is not None and true == predicted:
        return [
            Mistake(int(index), true, true, float(evaluation.confidences[index]))
            for index in evaluation.indices(true, true)
        ]
    return [
        each
        for each in evaluation.mistakes
        if (true is None or each.true == true) and (predicted is None or each.predicted == predicted)
    ]


def _title(evaluation: Evaluation, count: int, true: int | None, predicted: int | None) -> str:
    names = [escape_markdown(name) for name in evaluation.class_names]
    if true is None and predicted is None:
        return plural(count, "wrong image")
    if true is not None and true == predicted:
        return f"{plural(count, 'image')} of {names[true]}, read correctly"
    whose = "" if true is None else f" of {names[true]}"
    return f"{plural(count, 'wrong image')}{whose}" + ("" if predicted is None else f", read as {names[predicted]}")


def _table(found: list[Mistake], names: tuple[str, ...]) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                "Image": [each.index for each in found],
                "True class": [names[each.true] for each in found],
                "Read as": [names[each.predicted] for each in found],
                "Confidence": [100 * each.confidence for each in found],
            }
        ),
        hide_index=True,
        key="evaluate_image_table",
        column_config={
            "Image": st.column_config.NumberColumn(help="Place in the test split, from 0."),
            "Confidence": st.column_config.NumberColumn(
                format=_PERCENT, help="The probability that the network gave to its answer."
            ),
        },
    )
