"""The test images that exactly one of two networks classifies correctly."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import streamlit as st

from mnist_demo.app.runs.rows import RunRow
from mnist_demo.app.session import datasets
from mnist_demo.app.widgets import mistakes
from mnist_demo.app.widgets.layout import choice
from mnist_demo.app.words import escape_markdown
from mnist_demo.data import DataError, MnistData
from mnist_demo.evaluation import Mistake
from mnist_demo.runs import Predictions

_PER_PAGE = 30


class _Right(StrEnum):
    """The network that is right."""

    FIRST = "first"
    SECOND = "second"


@st.fragment
def show(first: RunRow, second: RunRow, first_answers: Predictions, second_answers: Predictions) -> None:
    """Draw the images that one network classifies correctly and the other does not; a switch selects the network."""
    only_first = _wrong_only(second_answers, first_answers)
    only_second = _wrong_only(first_answers, second_answers)
    if not only_first and not only_second:
        return
    try:
        data = datasets.load(first.experiment.data)
    except (OSError, DataError):
        st.caption("The images on which they disagree are no longer kept.")
        return
    labels = {
        _Right.FIRST: f"Only A is right ({len(only_first):,})",
        _Right.SECOND: f"Only B is right ({len(only_second):,})",
    }
    right = choice("Images", labels, "compare_who")
    found, wrong, letter = (only_second, first, "A") if right is _Right.SECOND else (only_first, second, "B")
    if not found:
        st.markdown("None.")
        return
    _images(found, data, f"{right}_{first.id}_{second.id}")
    st.caption(
        f"Under each: what it is, what **{letter} {escape_markdown(wrong.name)}** reads instead, and how confidently."
    )


def _wrong_only(answers: Predictions, other: Predictions) -> list[Mistake]:
    """Return the images that only the other network classifies correctly, the most confident answers first."""
    indices = np.flatnonzero(other.correct & ~answers.correct)
    ordered = indices[np.argsort(-answers.confidences[indices], kind="stable")]
    return [
        Mistake(int(i), int(answers.labels[i]), int(answers.classes[i]), float(answers.confidences[i])) for i in ordered
    ]


def _images(found: Sequence[Mistake], data: MnistData, key: str) -> None:
    picture = st.container()
    pages = -(-len(found) // _PER_PAGE)
    number = st.pagination(pages, key=f"compare_page_{key}") if pages > 1 else 1
    with picture:
        mistakes.page_of_images(list(found[(number - 1) * _PER_PAGE : number * _PER_PAGE]), data)
