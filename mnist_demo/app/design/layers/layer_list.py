"""The layers of the draft as a list: each with its shape, its cost, its buttons, and its editor beside it when open."""

from html import escape

import streamlit as st

from mnist_demo.app.design import current_draft, edit_history
from mnist_demo.app.design.layers import add_layer, attention, layer_editor
from mnist_demo.app.design.layers.layer_editor import OUTPUT
from mnist_demo.app.design.numbers import short
from mnist_demo.app.session import taken_lesson
from mnist_demo.network import CLASSES, LayerReport, NetworkReport
from mnist_demo.network.draft import Draft, DraftLayer

_NO_COST = "no parameters"


def show(draft: Draft, report: NetworkReport) -> None:
    """Draw the rows from the image to the ten outputs, and the menu that adds a layer."""
    asked = taken_lesson.asked_layer()
    if asked is not None and asked <= len(draft.items):
        layer_editor.open_layer(draft.items[asked - 1].id)
    opened = layer_editor.opened()
    with st.container(key="design_layers"), st.container(key="design_rows", gap="xsmall"):
        _image()
        if opened not in {*(item.id for item in draft.items), OUTPUT}:
            _hint(is_empty=current_draft.is_empty())
        for item, row in zip(draft.items, report.layers, strict=False):
            _layer(draft, item, row, report)
            if opened == item.id:
                taken_lesson.note_open_layer(row.index)
                layer_editor.show(draft, item, row.index)
        _output(report)
        if opened == OUTPUT:
            layer_editor.show_output(draft)
        _below(draft)
    attention.apply()


def _image() -> None:
    with _row(0):
        st.markdown("Image", width="content")
        _figures(("28×28×1", "grey, 0 to 1", "", "sees 1×1"))


def _hint(*, is_empty: bool) -> None:
    text = (
        "Nothing looks at shapes yet: each answer weighs the pixels one by one. Add the first layer, such as Conv2D."
        if is_empty
        else "Press a layer to change it, its arrows to move it."
    )
    st.html(f'<p class="design-hint">{text}</p>')


def _layer(draft: Draft, item: DraftLayer, row: LayerReport, report: NetworkReport) -> None:
    with _row(row.index):
        layer_editor.button(f"{row.index} · {item.layer.summary()}", item.id)
        name, key = f"layer {row.index}, {item.layer.type_name}", f"design_step_{item.id}"
        steps = (
            ("Move up", "arrow_upward", -1, row.index == 1),
            ("Move down", "arrow_downward", 1, _is_last(draft, row)),
        )
        for label, icon, by, is_disabled in steps:
            st.button(
                f"{label} {name}",
                icon=f":material/{icon}:",
                key=f"{key}_{by}",
                type="tertiary",
                disabled=is_disabled,
                on_click=_move,
                args=(item.id, by),
            )
        st.button(
            f"Remove {name}",
            icon=":material/delete:",
            key=f"{key}_remove",
            type="tertiary",
            on_click=layer_editor.apply,
            args=(lambda: current_draft.draft().remove(item.id), f"Removed {name}."),
        )
        _figures(_consequences(row))
        _remarks(report, row.index)


def _move(layer_id: int, by: int) -> None:
    layer_editor.apply(lambda: current_draft.draft().move(layer_id, by))
    buttons = (f"design_step_{layer_id}_{step}" for step in (by, -by))
    attention.draw_to(f"design_open_{layer_id}", *buttons)


def _output(report: NetworkReport) -> None:
    row = report.layers[-1]
    with _row(row.index):
        layer_editor.button(f"{row.index} · Dense {CLASSES} · softmax", OUTPUT)
        _figures(_consequences(row))
        _remarks(report, row.index)


def _below(draft: Draft) -> None:
    """Draw the buttons below the rows: add, undo, and what the last edit did."""
    with st.container(horizontal=True, vertical_alignment="center", key="design_below"):
        add_layer.button(draft, is_first=current_draft.is_empty())
        st.button(
            "Undo",
            icon=":material/undo:",
            key="design_undo",
            type="tertiary",
            disabled=edit_history.is_empty(),
            on_click=current_draft.undo,
        )
        layer_editor.show_notice()
    if add_layer.is_open():
        add_layer.show(draft)


def _row(index: int) -> st.delta_generator.DeltaGenerator:
    return st.container(key=f"design_row_{index}", horizontal=True, vertical_alignment="center", border=True)


def _figures(texts: tuple[str, ...]) -> None:
    cells = "".join(f"<span>{escape(text)}</span>" for text in texts)
    st.html(f'<div class="design-figures">{cells}</div>')


def _consequences(row: LayerReport) -> tuple[str, ...]:
    if row.output_shape is None:
        return ("shape unknown",)
    parameters = f"{row.parameters:,} parameters" if row.parameters else _NO_COST
    field = row.receptive_field
    return (
        "×".join(map(str, row.output_shape)),
        parameters,
        f"{short(row.multiply_adds)} multiply-adds" if row.multiply_adds else "",
        f"sees {field}×{field}" if field else "",
    )


def _remarks(report: NetworkReport, index: int) -> None:
    problems = report.problems_of(index)
    hints = [hint for hint in report.hints if hint.layer_index == index]
    if not problems and not hints:
        return
    with st.container(key=f"design_remark_{index}", gap="xsmall"):
        for problem in problems:
            st.markdown(f":red[:material/error: {problem.message}]")
        for hint in hints:
            st.caption(f":material/info: {hint.message}")


def _is_last(draft: Draft, row: LayerReport) -> bool:
    return row.index == len(draft.items)
