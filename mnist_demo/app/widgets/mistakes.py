"""Test images in one picture, with their true and predicted classes."""

import streamlit as st

from mnist_demo.app.theme import colours
from mnist_demo.app.widgets import digits
from mnist_demo.app.widgets.readings_sheet import ShownAnswer, readings_sheet, sheet_width
from mnist_demo.app.words import escape_markdown
from mnist_demo.data import DIGIT_CLASS_NAMES, MnistData
from mnist_demo.evaluation import Mistake


def page_of_images(shown: list[Mistake], data: MnistData) -> None:
    """Draw test images in one picture, with the true class, the predicted class and the confidence under each."""
    names = data.class_names
    # The picture has space for one or two characters, in the letters of Pillow's own font.
    codes = names if all(len(name) <= 2 and name.isascii() for name in names) else DIGIT_CLASS_NAMES
    said = [f"{names[each.true]} read as {names[each.predicted]}, {_confidence(each.confidence)}" for each in shown]
    indices = tuple(each.index for each in shown)
    picture = _picture(data.digest, indices, "; ".join(said), colours.appearance(), shown, codes, data)
    digits.show_png(picture, sheet_width(), "; ".join(said))
    st.caption("The most confident come first.")
    if codes is not names:
        st.caption(" · ".join(f"{label} {escape_markdown(name)}" for label, name in enumerate(names)))


@st.cache_data(max_entries=64, show_spinner=False)
def _picture(
    data_digest: str,
    indices: tuple[int, ...],
    said: str,
    look: str,
    _shown: list[Mistake],
    _codes: tuple[str, ...],
    _data: MnistData,
) -> bytes:
    answers = [
        ShownAnswer(
            _codes[each.true], _codes[each.predicted], _confidence(each.confidence), each.true == each.predicted
        )
        for each in _shown
    ]
    return readings_sheet(_data.test.images[list(indices)], answers)


def _confidence(share: float) -> str:
    """Return a probability in few characters, never rounded to 100%."""
    if share >= 0.9995:
        return ">99.9%"
    return f"{share:.1%}" if share >= 0.99 else f"{share:.0%}"
