"""Editors generated from the fields of a spec: one widget for each field, whose value the core checks."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

import streamlit as st

from mnist_demo import fields

Change = Callable[[str, object], None]
"""Takes a field's name and its new value, and raises ValueError with a sentence when the value is not accepted."""

_REFUSED = "editors_refused"
_REVISION = "editors_revision"

_CHOICES = {
    "sgd": "SGD",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamw": "AdamW",
    "linear": "none (linear)",
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "elu": "ELU",
    "selu": "SELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "he_uniform": "He uniform",
    "he_normal": "He normal",
    "glorot_uniform": "Glorot uniform",
    "glorot_normal": "Glorot normal",
    "lecun_normal": "LeCun normal",
}

# A field with at most this many options shows all of them; a field with more options gets a list.
_SHOWN_OPTIONS = 2


def edit(owner: Any, names: Iterable[str], key: str, change: Change, *, is_narrow: bool = False) -> None:
    """Draw the editors of some fields of a spec, as many in a row as there is room for.

    Args:
        owner: The spec with the current values.
        names: The names of the fields to draw.
        key: A prefix of the widgets' keys; another prefix discards what was typed.
        change: Takes each new value; the message of its ValueError stands under the widget, and the old value returns.
        is_narrow: Whether the editors stand in the narrow column of a layer.
    """
    specs = fields.field_specs(owner)
    chosen = list(names)
    if not chosen:
        return
    # The style sheet of the page makes a grid of the container.
    kind = "fields" if is_narrow else "settings"
    with st.container(key=f"design_{kind}_{key}_{chosen[0]}"):
        for name in chosen:
            with st.container(gap="xsmall"):
                _editor(name, specs[name], getattr(owner, name), key, change)


def forget() -> None:
    """Reset every editor to the value in its spec. Call after something else than an editor changed the spec."""
    st.session_state[_REVISION] = st.session_state.get(_REVISION, 0) + 1
    st.session_state.pop(_REFUSED, None)


def choice_label(value: StrEnum | str) -> str:
    """Return a choice in a reader's words: 'one_cycle' becomes 'one cycle', 'adamw' becomes 'AdamW'."""
    return _CHOICES.get(str(value), str(value).replace("_", " "))


def _editor(name: str, spec: fields.FieldSpec, value: Any, key: str, change: Change) -> None:
    place = f"{key}_{name}"
    # A refused value needs a new key, because a widget keeps what was typed for as long as its key stays.
    widget = f"{place}_{st.session_state.get(_REVISION, 0)}"
    shared: dict[str, Any] = {
        "label": fields.label(name),
        "help": spec.help,
        "key": widget,
        "on_change": _changed,
        "args": (widget, place, name, change),
    }
    match spec:
        case fields.Number():
            _number(spec, value, shared)
        case fields.Choice() if len(spec.options) <= _SHOWN_OPTIONS:
            st.segmented_control(
                options=list(spec.options), default=value, required=True, format_func=choice_label, **shared
            )
        case fields.Choice():
            options = list(spec.options)
            st.selectbox(options=options, index=options.index(value), format_func=choice_label, **shared)
        case fields.Text():
            st.text_input(value=value, max_chars=spec.longest, **shared)
    where, message = st.session_state.get(_REFUSED, ("", ""))
    if where == place:
        st.markdown(f":red[:material/error: {message}]")


def _number(spec: fields.Number, value: float | None, shared: dict[str, Any]) -> None:
    kind = int if spec.integral else float
    bounds: dict[str, Any] = {
        "min_value": kind(spec.low),
        "max_value": kind(spec.high),
        "step": kind(spec.step),
        "format": "%d" if spec.integral else "%g",
    }
    if spec.optional:
        # The default has to be nothing, because an emptied field returns to its default.
        st.session_state.setdefault(shared["key"], value)
        st.number_input(value=None, placeholder="as usual", **bounds, **shared)
    else:
        st.number_input(value=kind(value or 0), **bounds, **shared)


def _changed(widget: str, place: str, name: str, change: Change) -> None:
    st.session_state.pop(_REFUSED, None)
    try:
        change(name, st.session_state.get(widget))
    except ValueError as refusal:
        forget()
        st.session_state[_REFUSED] = (place, str(refusal))
