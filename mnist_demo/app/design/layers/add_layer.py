"""The menu that adds a layer to the draft, where the layer can work."""

import streamlit as st

from mnist_demo.app.design import current_draft
from mnist_demo.app.design.layers import attention, layer_editor
from mnist_demo.network import LAYER_TYPES, MAX_LAYERS, Layer
from mnist_demo.network.draft import Draft

_OPEN, _TYPE, _PLACE = "design_adding", "design_type", "design_place"

# This value stands for the place in the list where a layer most likely belongs.
_USUAL_PLACE = -1


def is_open() -> bool:
    """Return whether the menu is open."""
    return bool(st.session_state.get(_OPEN))


def button(draft: Draft, *, is_first: bool) -> None:
    """Draw the button that opens and closes the menu.

    Args:
        draft: The edited network.
        is_first: Whether the network has no layer yet, so that the button invites.
    """
    st.button(
        "Add the first layer" if is_first else "Add a layer",
        icon=":material/add:",
        key="design_add",
        type="primary" if is_first and not is_open() else "secondary",
        disabled=draft.is_full,
        help=f"All {MAX_LAYERS} places are taken." if draft.is_full else None,
        on_click=_toggle,
    )


def show(draft: Draft) -> None:
    """Draw the menu: the type of the layer, what it does, and its place."""
    with st.container(key="design_menu", border=True):
        kind = LAYER_TYPES[st.selectbox("Layer", list(LAYER_TYPES), key=_TYPE, persist_state="session")]
        st.caption(kind.description)
        labels = {_USUAL_PLACE: "where it works", **_places(draft, kind())}
        if st.session_state.get(_PLACE) not in labels:
            st.session_state.pop(_PLACE, None)
        st.selectbox("Place", list(labels), format_func=lambda place: labels[place], key=_PLACE)
        with st.container(horizontal=True):
            st.button("Add", type="primary", icon=":material/add:", key="design_add_it", on_click=_add, args=(kind,))
            st.button("Cancel", type="tertiary", key="design_add_not", on_click=_toggle)


def _places(draft: Draft, layer: Layer) -> dict[int, str]:
    """Return the places where a layer works, first to last, by how the menu names them."""
    names = {place: f"before {place + 1} · {item.layer.type_name}" for place, item in enumerate(draft.items)}
    names[len(draft.items)] = "at the end"
    return {place: names[place] for place in sorted(draft.places(layer))}


def _toggle() -> None:
    st.session_state[_OPEN] = not is_open()
    if is_open():
        attention.draw_to("design_menu")


def _add(kind: type[Layer]) -> None:
    place = st.session_state.get(_PLACE, _USUAL_PLACE)
    before = current_draft.draft()
    try:
        added = current_draft.add_layer(kind(), None if place == _USUAL_PLACE else place)
    except ValueError as refused:
        layer_editor.note(f":red[:material/error: {refused}]")
        return
    st.session_state[_OPEN] = False
    layer_editor.open_layer(added)
    if len(current_draft.draft().items) > len(before.items) + 1:
        layer_editor.note(":material/info: A Flatten came with it, because Dense needs a vector.")
