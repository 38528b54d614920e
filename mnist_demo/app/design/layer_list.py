"""The layers of the draft, one row each: the layer, its shape and cost, and its editor."""

from typing import Any

import streamlit as st

from mnist_demo import fields
from mnist_demo.app.design import current_draft, editors
from mnist_demo.app.session import taken_lesson
from mnist_demo.app.widgets import glossary, layout
from mnist_demo.network import CLASSES, LAYER_TYPES, MAX_LAYERS, Layer, LayerReport, NetworkReport
from mnist_demo.network.draft import Draft, DraftLayer

# These widths in pixels fill one line on a desktop; on a phone the name and the settings stand above the figures.
_NAME_WIDTH, _SETTINGS_WIDTH = 205, 145
_FIGURE_WIDTHS = (72, 93, 111, 57)
_EDITOR_HEIGHT = 300
_HEADINGS = {
    "Shape": "shape",
    "Parameters": "parameter",
    "Multiply-adds": "multiply-adds",
    "Field": "receptive-field",
}
"""The columns, and the terms of the glossary that they are named after."""

# This value stands for the place in the list where a layer most likely belongs.
_USUAL_PLACE = -1
_TYPE, _PLACE = "design_type", "design_place"
_NOTICE = "design_notice"


def show(draft: Draft, report: NetworkReport) -> None:
    """Draw the rows from the image to the ten outputs, and the menu that adds a layer."""
    with st.container(gap="xsmall"):
        _headings()
        with _line():
            st.button(
                "Image",
                width=_NAME_WIDTH,
                key="design_input",
                disabled=True,
                help="Every network begins with the image: one channel of grey values from 0 to 1.",
            )
            _figures("", ("28×28×1", "0", "0", "1×1"))
        for item, row in zip(draft.items, report.layers, strict=False):
            _layer(draft, item, row)
            _remarks(report, row.index)
        _output(draft, report)
    _add(draft)


def _layer(draft: Draft, item: DraftLayer, row: LayerReport) -> None:
    with _line():
        # The label leaves out the settings, because a popover whose label changes becomes a new popover and closes.
        with st.popover(
            f"{row.index} · {item.layer.type_name}",
            width=_NAME_WIDTH,
            key=f"design_open_{item.id}",
            on_change="rerun",
        ) as popover:
            if popover.open:
                taken_lesson.note_open_layer(row.index)
                _editor(draft, item, row.index)
            else:
                layout.reserve_height(_EDITOR_HEIGHT)
        _figures(_settings(item.layer), _consequences(row))


def _editor(draft: Draft, item: DraftLayer, place: int) -> None:
    layer, key = item.layer, f"design_{item.id}"
    st.caption(layer.description)
    with st.container(horizontal=True, gap="small"):
        actions: tuple[tuple[str, str, bool, int | None, Any], ...] = (
            ("Move up", "arrow_upward", place == 1, item.id, lambda: current_draft.draft().move(item.id, -1)),
            (
                "Move down",
                "arrow_downward",
                place == len(draft.items),
                item.id,
                lambda: current_draft.draft().move(item.id, 1),
            ),
            ("Duplicate", "content_copy", draft.is_full, None, lambda: current_draft.draft().duplicate(item.id)),
            ("Remove", "delete", False, None, lambda: current_draft.draft().remove(item.id)),
        )
        for label, icon, disabled, reopened, edited in actions:
            st.button(
                label,
                icon=f":material/{icon}:",
                key=f"{key}_{label}",
                type="tertiary",
                disabled=disabled,
                on_click=_try,
                args=(edited, reopened),
            )
    names = list(fields.field_specs(layer))
    if names:
        editors.edit(
            layer,
            names,
            key,
            lambda name, value: current_draft.change_layer(item.id, name, value),
            columns=min(len(names), 3),
        )


def _output(draft: Draft, report: NetworkReport) -> None:
    row = report.layers[-1]
    with _line():
        with st.popover(
            f"{row.index} · Dense {CLASSES}", width=_NAME_WIDTH, key="design_open_output", on_change="rerun"
        ) as popover:
            if popover.open:
                st.caption(
                    "The ten answers, one for each class; softmax makes probabilities of them. It is always there."
                )
                editors.edit(draft, ["output_initializer"], "design_output", current_draft.change_output)
            else:
                layout.reserve_height(_EDITOR_HEIGHT)
        _figures("softmax", _consequences(row))
    _remarks(report, row.index)


def _line() -> Any:
    return st.container(horizontal=True, vertical_alignment="center", gap="xsmall")


def _headings() -> None:
    with _line():
        st.caption("Layer", width=_NAME_WIDTH)
        st.caption("Settings", width=_SETTINGS_WIDTH)
        for (heading, term), width in zip(_HEADINGS.items(), _FIGURE_WIDTHS, strict=True):
            st.caption(heading, help=glossary.about(term), width=width)


def _figures(settings: str, texts: tuple[str, ...]) -> None:
    st.caption(settings, width=_SETTINGS_WIDTH)
    for text, width in zip(texts, _FIGURE_WIDTHS, strict=True):
        st.markdown(text, width=width)


def _consequences(row: LayerReport) -> tuple[str, str, str, str]:
    if row.output_shape is None:
        return ":red[?]", "", "", ""
    field = row.receptive_field
    return (
        "×".join(map(str, row.output_shape)),
        f"{row.parameters:,}",
        short(row.multiply_adds),
        f"{field}×{field}" if field else "",
    )


def _settings(layer: Layer) -> str:
    """Return the settings that the layer's name leaves out: '8 · 5×5 · relu'."""
    return layer.summary().removeprefix(layer.type_name).strip(" ·")


def _remarks(report: NetworkReport, index: int) -> None:
    for problem in report.problems_of(index):
        st.markdown(f":red[:material/error: {problem.message}]")
    for hint in report.hints:
        if hint.layer_index == index:
            st.caption(f":material/info: {hint.message}")


def _add(draft: Draft) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.popover(
            "Add a layer",
            icon=":material/add:",
            key="design_add",
            on_change="rerun",
            disabled=draft.is_full,
            help=f"All {MAX_LAYERS} places are taken." if draft.is_full else None,
        ) as popover:
            if popover.open:
                _menu(draft)
            else:
                layout.reserve_height(_EDITOR_HEIGHT)
        if notice := st.session_state.pop(_NOTICE, None):
            st.markdown(f":red[:material/error: {notice}]")


def _menu(draft: Draft) -> None:
    labels = {
        _USUAL_PLACE: "where it belongs",
        **{place: f"before {place + 1} · {item.layer.type_name}" for place, item in enumerate(draft.items)},
        len(draft.items): "at the end",
    }
    kind = LAYER_TYPES[st.selectbox("Layer", list(LAYER_TYPES), key=_TYPE)]
    st.caption(kind.description)
    st.selectbox("Place", list(labels), format_func=lambda place: labels[place], key=_PLACE)
    st.button("Add", type="primary", icon=":material/add:", key="design_add_it", on_click=_added, args=(kind,))


def _added(kind: type[Layer]) -> None:
    place = st.session_state.get(_PLACE, _USUAL_PLACE)
    try:
        added = current_draft.add_layer(kind(), None if place == _USUAL_PLACE else place)
    except ValueError as refused:
        st.session_state[_NOTICE] = str(refused)
        return
    st.session_state["design_add"] = False
    st.session_state[f"design_open_{added}"] = True


def _try(edited: Any, reopen: int | None) -> None:
    """Apply an edit to the draft; an edit of a layer that is gone (a button pressed twice) changes nothing."""
    try:
        current_draft.set_draft(edited())
    except ValueError as refused:
        st.session_state[_NOTICE] = str(refused)
        return
    if reopen is not None:
        # The popover has a new key, because the number in its label has changed.
        st.session_state[f"design_open_{reopen}"] = True


def short(number: int) -> str:
    """Return a large number with three digits: '1,200', '115 k', '1.24 M'."""
    if number < 10_000:
        return f"{number:,}"
    if number < 999_500:
        return f"{number / 1e3:.3g} k"
    return f"{number / 1e6:.3g} M" if number < 1e9 else "over a thousand M"
