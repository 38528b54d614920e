"""Actions on the chosen runs: make a run the current one, name it, pin it, delete it, and undo a deletion."""

import contextlib
import dataclasses
import functools
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from mnist_demo.app.runs import table
from mnist_demo.app.runs.rows import RunRow
from mnist_demo.app.session import current, lab, server
from mnist_demo.app.words import could_not, escape_markdown, plural
from mnist_demo.export import archive_name, archive_run
from mnist_demo.presets import shown_name
from mnist_demo.runs import Annotations, Run, annotations_path, name_of, read_annotations, write_annotations

_DELETED = "runs_deleted"
_OFFERED = 600.0
"""Seconds for which a page that is loaded again offers to undo a deletion."""

_REFUSED = "runs_refused"
_EDIT = "runs_edit"


def show(chosen: Sequence[RunRow]) -> None:
    """Draw the actions on the chosen runs."""
    if not chosen:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(chosen) == 1:
            _one(chosen[0])
        if any(row.run.is_example for row in chosen):
            st.caption("An example comes with the lab: it cannot be renamed, pinned, deleted or trained further.")
            return
        pinned = all(row.about.pinned for row in chosen)
        st.button(
            "Unpin" if pinned else "Pin",
            icon=":material/keep_off:" if pinned else ":material/keep:",
            key="runs_pin",
            on_click=_pin,
            args=(chosen, not pinned),
            help="Pinned runs are the last to be dropped when the store is full.",
        )
        active = [row for row in chosen if row.state.is_active]
        st.button(
            "Delete" if len(chosen) == 1 else f"Delete {plural(len(chosen), 'run')}",
            icon=":material/delete:",
            key="runs_delete",
            on_click=_delete,
            args=([row.id for row in chosen],),
            disabled=len(active) == len(chosen),
            help="A run that is being trained has to be stopped first." if active else "You can undo this.",
        )


def show_undo() -> None:
    """Say which runs were deleted, with a button to undo the deletion, and which actions failed."""
    if refused := st.session_state.pop(_REFUSED, None):
        st.error(refused, icon=":material/error:")
    if _DELETED not in st.session_state:
        # A page that was loaded again still offers to undo the deletion.
        st.session_state[_DELETED] = _just_deleted()
    deleted: list[tuple[str, str]] = st.session_state[_DELETED]
    if not deleted:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        names = " · ".join(f"**{escape_markdown(name)}**" for _, name in deleted[:3])
        more = f" and {plural(len(deleted) - 3, 'other run')}" if len(deleted) > 3 else ""
        st.markdown(f"Deleted: {names}{more}", width="content")
        st.button("Undo", icon=":material/undo:", key="runs_undo", on_click=_undo)
        st.button("Dismiss", icon=":material/close:", key="runs_dismiss", on_click=_forget, type="tertiary")


def _one(row: RunRow) -> None:
    current_run = current.trained_run() if row.run.is_example else current.run()
    is_current = current_run is not None and current_run.id == row.id
    st.button(
        "Current run" if is_current else "Make current",
        icon=":material/science:",
        key="runs_open",
        type="primary",
        disabled=is_current,
        on_click=current.choose_run,
        args=(row.id,),
        help="Every page then shows this run.",
    )
    if not row.run.is_example:
        _name_and_note(row)
    _download(row.run, is_active=row.state.is_active)


def _name_and_note(row: RunRow) -> None:
    with (
        st.popover("Name and note", icon=":material/edit:", key=_EDIT, on_change="rerun"),
        st.form(f"runs_about_{row.id}", border=False, enter_to_submit=True),
    ):
        keys = f"runs_name_{row.id}", f"runs_note_{row.id}"
        st.text_input("Name", row.about.name, max_chars=60, placeholder=shown_name(row.experiment), key=keys[0])
        st.text_area("Note", row.about.note, max_chars=500, height=80, key=keys[1])
        st.form_submit_button("Save", type="primary", on_click=_say, args=(row, *keys))


def _download(run: Run, *, is_active: bool) -> None:
    try:
        # Streamlit (1.67) deletes files that are made on demand at the end of any visitor's run, perhaps before a slow
        # line has fetched them. So only an active run, whose archive changes, is archived on demand.
        content = functools.partial(archive_run, run) if is_active else _archive(run.folder, _stamp(run))
        name = archive_name(run)
    except (OSError, ValueError):
        # The run was deleted in another tab, or cannot be read.
        return
    st.download_button(
        "Download",
        content,
        file_name=name,
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
        key="runs_download",
        help="The model as a Keras file, its weights as a NumPy archive, its curves as tables, and what was asked for.",
    )


@st.cache_data(max_entries=2, show_spinner=False)
def _archive(folder: Path, stamp: tuple[int, ...]) -> bytes:
    del stamp  # part of the cache key
    return archive_run(Run(folder))


def _stamp(run: Run) -> tuple[int, ...]:
    """Return file times that change when a run or its annotations change."""
    paths = (run.events_path, run.model_path, annotations_path(run), *run.snapshots[-1:])
    return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in paths)


def _say(row: RunRow, name_key: str, note_key: str) -> None:
    name, note = str(st.session_state[name_key]), str(st.session_state[note_key])
    try:
        # A note is kept as one line, because the table has no room for more.
        changed = dataclasses.replace(read_annotations(row.run), name=name.strip(), note=" ".join(note.split()))
        write_annotations(row.run, changed)
        # The editor closes, because the table shows the saved name and note.
        st.session_state[_EDIT] = False
    except ValueError as refusal:
        st.session_state[_REFUSED] = str(refusal)
    except OSError as error:
        st.session_state[_REFUSED] = could_not("That could not be kept", error)


def _pin(rows: Sequence[RunRow], pinned: bool) -> None:
    try:
        for row in rows:
            about: Annotations = read_annotations(row.run)
            write_annotations(row.run, dataclasses.replace(about, pinned=pinned))
    except OSError as error:
        st.session_state[_REFUSED] = could_not("That could not be kept", error)


def _delete(ids: Sequence[str]) -> None:
    runs, jobs = lab.lab().runs, server.jobs()
    deleted: list[tuple[str, str]] = []
    try:
        for run_id in ids:
            run = runs.get(run_id)
            # The check repeats `disabled`, which only the browser enforces: a run may have been queued meanwhile.
            if run is None or jobs.is_active(run):
                continue
            name = name_of(run)
            if runs.discard(run_id):
                deleted.append((run_id, name))
    except (OSError, ValueError) as error:
        st.session_state[_REFUSED] = could_not("That could not be deleted", error)
    st.session_state[_DELETED] = deleted
    table.choose([run_id for run_id in table.chosen() if run_id not in dict(deleted)])


def _undo() -> None:
    deleted: list[tuple[str, str]] = st.session_state.get(_DELETED, [])
    _forget()
    try:
        back = [run_id for run_id, _ in deleted if lab.lab().runs.restore(run_id)]
    except OSError as error:
        st.session_state[_REFUSED] = could_not("That could not be brought back", error)
        return
    if len(back) < len(deleted):
        st.session_state[_REFUSED] = "The bin was emptied meanwhile; what was in it is gone."
    table.choose(back)


def _forget() -> None:
    st.session_state[_DELETED] = []


def _just_deleted() -> list[tuple[str, str]]:
    found = []
    for run in lab.lab().runs.discarded(_OFFERED):
        # A run that cannot be read is left out, because its name is unknown.
        with contextlib.suppress(OSError, ValueError):
            found.append((run.id, name_of(run)))
    return found
