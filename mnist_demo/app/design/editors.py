"""Editors made from what the fields of a spec accept: one widget a field, its value checked by the core."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

import streamlit as st

from mnist_demo import fields

Change = Callable[[str, object], None]
"""Takes a field's name and its new value; raises ValueError with a sentence when it is not accepted."""

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

# Up to so many options are all shown; more go into a list.
_SHOWN_OPTIONS = 2


def edit(owner: Any, names: Iterable[str], key: str, change: Change, columns: int = 1) -> None:
    """Draw the editors of some fields of a spec, row by row.

    Args:
        owner: The spec with the current values.
        names: Which of its fields.
        key: What tells the widgets from all others; another key forgets what was typed.
        change: Called with each new value; what it refuses is said under the widget, and the old value returns.
        columns: Editors side by side.
    """
    specs = fields.field_specs(owner)
    chosen = list(names)
    for start in range(0, len(chosen), columns):
        row = chosen[start : start + columns]
        cells = st.columns(columns) if columns > 1 else [st.container()]
        for name, cell in zip(row, cells, strict=False):
            with cell:
                _editor(name, specs[name], getattr(owner, name), key, change)


def forget() -> None:
    """Let every editor take its value from its spec again: something else than the editors has changed it."""
    st.session_state[_REVISION] = st.session_state.get(_REVISION, 0) + 1
    st.session_state.pop(_REFUSED, None)


def choice_label(value: StrEnum | str) -> str:
    """Return a choice as a person reads it: 'one_cycle' is 'one cycle', 'adamw' is 'AdamW'."""
    return _CHOICES.get(str(value), str(value).replace("_", " "))


def _editor(name: str, spec: fields.FieldSpec, value: Any, key: str, change: Change) -> None:
    place = f"{key}_{name}"
    # A widget keeps what was typed for as long as its key stays, so a refused value needs a new one.
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
        # An emptied field takes its default again, so the default has to be nothing.
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
