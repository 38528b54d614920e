"""The editor of one layer, which stands beside the layer's row, and the edits of the list of layers."""

from collections.abc import Callable

import streamlit as st

from mnist_demo import fields
from mnist_demo.app.design import current_draft, editors
from mnist_demo.app.design.layers import attention
from mnist_demo.network.draft import Draft, DraftLayer

OUTPUT = -1
"""Stands for the final layer among the identities of layers."""

_OPEN = "design_open"
_NOTICE = "design_notice"


def opened() -> int | None:
    """Return the identity of the layer whose editor is open; None for none."""
    layer_id: int | None = st.session_state.get(_OPEN)
    return layer_id


def open_layer(layer_id: int | None) -> None:
    """Open the editor of a layer in place of the one that is open; None closes it."""
    st.session_state[_OPEN] = layer_id
    if layer_id is not None:
        attention.draw_to("design_editor")


def button(label: str, layer_id: int) -> None:
    """Draw the button that opens and closes the editor of a layer."""
    is_open = opened() == layer_id
    st.button(
        label,
        icon=f":material/{'expand_less' if is_open else 'expand_more'}:",
        key=f"design_open_{'output' if layer_id == OUTPUT else layer_id}",
        type="tertiary",
        width="stretch",
        on_click=open_layer,
        args=(None if is_open else layer_id,),
    )


def show(draft: Draft, item: DraftLayer, place: int) -> None:
    """Draw the editor of a layer.

    Args:
        draft: The edited network.
        item: The layer.
        place: The place of the layer, from 1.
    """
    layer, key = item.layer, f"design_{item.id}"
    with st.container(key="design_editor", border=True):
        st.markdown(f"**{place} · {layer.type_name}**")
        st.caption(layer.description)
        editors.edit(
            layer,
            fields.field_specs(layer),
            key,
            lambda name, value: current_draft.change_layer(item.id, name, value),
            is_narrow=True,
        )
        with st.container(horizontal=True):
            st.button(
                "Duplicate",
                icon=":material/content_copy:",
                key=f"{key}_duplicate",
                type="tertiary",
                disabled=draft.is_full,
                on_click=apply,
                args=(lambda: current_draft.draft().duplicate(item.id),),
            )
            _close()


def show_output(draft: Draft) -> None:
    """Draw the editor of the final layer."""
    with st.container(key="design_editor", border=True):
        st.caption("The ten answers, one for each class; softmax makes probabilities of them. It is always there.")
        editors.edit(draft, ["output_initializer"], "design_output", current_draft.change_output, is_narrow=True)
        _close()


def apply(edited: Callable[[], Draft], notice: str | None = None) -> None:
    """Apply an edit to the draft; an edit of a layer that is gone (a button pressed twice) changes nothing.

    Args:
        edited: Returns the edited draft, or raises `ValueError` with a sentence.
        notice: A sentence on what was done.
    """
    try:
        current_draft.set_draft(edited())
    except ValueError as refused:
        notice = f":red[:material/error: {refused}]"
    if notice is not None:
        note(notice)


def note(notice: str) -> None:
    """Show a sentence on an edit, until the next press."""
    st.session_state[_NOTICE] = notice


def show_notice() -> None:
    """Draw the sentence on the last edit."""
    if notice := st.session_state.pop(_NOTICE, None):
        st.markdown(notice, width="content")


def _close() -> None:
    st.button("Close", icon=":material/check:", key="design_close", type="tertiary", on_click=open_layer, args=(None,))
