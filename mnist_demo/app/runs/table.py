"""The table of runs, in which rows are chosen by mouse, finger or keyboard."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from mnist_demo.app.runs.rows import RunRow
from mnist_demo.app.widgets.run_choice import disambiguated
from mnist_demo.app.words import local_time, moment

COMPARED = "compare"
"""The address parameter that names the chosen runs."""

_CHOSEN, _SHOWN, _TABLE, _LIST = "runs_chosen", "runs_shown", "runs_table", "runs_list"
_HEIGHT = 282
_ROW, _HEAD = 35, 37  # pixels
_LONGEST, _WIDEST = 32, 250  # characters and pixels of the first column


def chosen() -> list[str]:
    """Return the ids of the chosen runs, in the order of the choice."""
    return list(st.session_state.get(_CHOSEN, []))


def choose(ids: Sequence[str]) -> None:
    """Choose these runs and no others."""
    st.session_state[_CHOSEN] = list(ids)


def chosen_rows(rows: Sequence[RunRow]) -> list[RunRow]:
    """Return the chosen rows, in the order of the choice; a page that was just opened takes them from its address."""
    by_id = {row.id: row for row in rows}
    _take_address(by_id)
    choose([run_id for run_id in chosen() if run_id in by_id])
    return [by_id[run_id] for run_id in chosen()]


def show(rows: Sequence[RunRow]) -> list[RunRow]:
    """Draw the table and return the chosen rows, in the order of the choice."""
    by_id = {row.id: row for row in rows}
    selected = chosen_rows(rows)
    _tell_address()
    places = [list(by_id).index(run_id) for run_id in chosen()]
    # The widget's selection follows the chosen runs, because rows move when a run is added or deleted.
    if sorted(_places()) != sorted(places):
        st.session_state[_TABLE] = {"selection": {"rows": places, "columns": [], "cells": []}}
    st.session_state[_SHOWN] = list(by_id)
    frame = _frame(rows)
    st.dataframe(
        frame,
        hide_index=True,
        height=min(_HEIGHT, _HEAD + _ROW * len(rows)),
        column_config=_columns(frame),
        key=_TABLE,
        on_select=_selected,
        selection_mode="multi-row",
        placeholder="",
        alt="The runs of this lab, newest first. Runs can be chosen here and in the list below.",
    )
    # A list offers the same choice to keyboards and screen readers, for which the table is a picture.
    st.session_state[_LIST] = chosen()
    titles = disambiguated({row.id: f"{row.name}, {moment(row.begun)}" for row in rows})
    st.multiselect(
        "Chosen runs",
        list(by_id),
        format_func=lambda run_id: titles.get(run_id, run_id),
        key=_LIST,
        on_change=_listed,
        placeholder="Choose one run, or two to six to compare",
        label_visibility="collapsed",
    )
    return selected


def _take_address(known: dict[str, RunRow]) -> None:
    """Choose the runs that a link names; runs that this lab does not have are skipped."""
    if _CHOSEN not in st.session_state:
        choose(list(dict.fromkeys(run_id for run_id in st.query_params.get_all(COMPARED) if run_id in known)))


def _tell_address() -> None:
    if st.query_params.get_all(COMPARED) == chosen():
        return
    if chosen():
        st.query_params[COMPARED] = chosen()
    else:
        st.query_params.pop(COMPARED, None)


def _places() -> list[int]:
    """Return the selected positions of the widget; they come from the browser and are checked."""
    try:
        return [int(place) for place in st.session_state[_TABLE]["selection"]["rows"]]
    except (LookupError, TypeError, ValueError, OverflowError):
        return []


def _selected() -> None:
    shown: list[str] = st.session_state.get(_SHOWN, [])
    now = [shown[place] for place in _places() if 0 <= place < len(shown)]
    kept = [run_id for run_id in chosen() if run_id in now]
    choose([*kept, *(run_id for run_id in now if run_id not in kept)])


def _listed() -> None:
    choose(st.session_state[_LIST])


def _frame(rows: Sequence[RunRow]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "What differs": [row.what_differs for row in rows],
            "Name": [row.given_name for row in rows],
            "Test": [_percent(row.summary.test_accuracy) for row in rows],
            "Validation, final": [_percent(row.summary.validation_accuracy) for row in rows],
            "Best epoch": [_percent(row.summary.best_validation_accuracy) for row in rows],
            "Parameters": [row.parameters for row in rows],
            "Time": [_time(row.summary.seconds) for row in rows],
            "Begun": [local_time(row.begun) for row in rows],
            "Preset": [row.preset for row in rows],
            "State": [_state(row) for row in rows],
            "Pinned": ["pinned" if row.about.pinned else "" for row in rows],
            "Note": [row.about.note for row in rows],
        }
    )


def _time(seconds: float) -> timedelta:
    # Durations of an hour or more are rounded to minutes, because a narrow column would cut off the hour.
    return timedelta(seconds=round(seconds)) if seconds < 3_600 else timedelta(minutes=round(seconds / 60))


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _state(row: RunRow) -> str:
    summary = row.summary
    if row.state.is_active or summary.epochs_done >= summary.epochs_planned:
        return str(row.state)
    return f"{row.state} after {summary.epochs_done} of {summary.epochs_planned} epochs"


def _columns(frame: pd.DataFrame) -> dict[str, Any]:
    config = st.column_config
    longest = max(map(len, frame["What differs"]), default=0)
    return {
        "What differs": config.TextColumn(
            pinned=True,
            # Beyond this width the first column would leave no room for the others.
            width=_WIDEST if longest > _LONGEST else None,
            help="The preset that the run began with, what was changed from it, and what was changed while it trained.",
        ),
        # Nobody needs an empty column.
        "Name": config.TextColumn(help="The name that you gave to the run or to its experiment.")
        if any(frame["Name"])
        else None,
        "Test": config.NumberColumn(
            width=70,
            format="%.2f%%",
            help="Share of all test images that the final network reads correctly. Empty: not computed yet. While you "
            "are still changing things, go by the validation accuracy: the test is for the end.",
        ),
        "Validation, final": config.NumberColumn(
            format="%.2f%%",
            help="Share of the validation images that the final network reads correctly; of a run that was stopped "
            "within an epoch, the network of the last finished epoch.",
        ),
        "Best epoch": config.NumberColumn(
            format="%.2f%%",
            help="Share of the validation images read correctly after the best epoch. The final network can be worse.",
        ),
        "Parameters": config.NumberColumn(format="localized", help="Numbers that the network learns."),
        "Preset": config.TextColumn(help="The preset that the run began with."),
        "Time": config.NumberColumn(width=115, format="localized", help="Spent training, pauses left out."),
        "Begun": config.DatetimeColumn(format="D MMM YYYY, HH:mm", help="When it was begun, by your clock."),
        "Pinned": config.TextColumn(help="Pinned runs are the last to be dropped when the store is full."),
    }
