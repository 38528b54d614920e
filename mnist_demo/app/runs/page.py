"""The page of all runs: a table to choose from, and the comparison of the chosen runs."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_demo.app import navigation
from mnist_demo.app.runs import actions, comparison, missing_results, rows, table
from mnist_demo.app.runs.rows import RunRow
from mnist_demo.app.session import current, lab, taken_lesson, trainings
from mnist_demo.app.widgets import evicted_runs, start_button
from mnist_demo.app.widgets.layout import header
from mnist_demo.app.words import plural

_DUELLISTS = ("codelab", "dense")


def page() -> None:
    """Draw every run of the lab, the actions on the chosen runs and their comparison."""
    header("Runs", "Every network you trained: find it again, name it, compare it with others.")
    actions.show_undo()
    evicted_runs.show(lab.lab())
    found = len(lab.lab().runs)
    listed = rows.rows()
    examples = [row for row in listed if row.run.is_example]
    if (damaged := found - len(listed) + len(examples)) > 0:
        st.caption(f"Not shown: {plural(damaged, 'run')} whose folder is damaged, so that nothing in it can be read.")
    if examples:
        st.markdown("These are examples. Train your own in ten seconds: it takes their place.")
    place = st.empty()
    with st.container(horizontal=True, vertical_alignment="center"):
        if examples:
            start_button.offer_fast()
        _offer_duel(listed)
        refused = _offer_tests(listed, place)
    for refusal in refused:
        st.warning(refusal, icon=":material/error:")
    listed = rows.rows() if refused else listed
    chosen = table.show(listed)
    taken_lesson.note_chosen([row.run for row in chosen])
    actions.show(chosen)
    if len(chosen) > comparison.MOST:
        st.caption(f"The first {comparison.MOST} of the {len(chosen)} chosen runs are compared.")
    if len(chosen) > 1:
        comparison.show(chosen[: comparison.MOST])
    navigation.next_step(navigation.EVALUATE, "See how good it is")


def _offer_duel(rows: Sequence[RunRow]) -> None:
    """Offer to train two networks of the same size, with convolutions and without, one after the other."""
    start_button.start_button(
        "Duel: " + " against ".join(_DUELLISTS),
        _duel,
        icon=":material/swords:",
        key="runs_duel",
        disabled=_is_duel_going_on(rows),
        help="Trains both, one after the other, and compares them: as many parameters each, but only one looks at "
        "neighbourhoods. About ten seconds.",
    )


def _is_duel_going_on(rows: Sequence[RunRow]) -> bool:
    duellists = [trainings.preset(name) for name in _DUELLISTS]
    return any(row.state.is_active and row.experiment in duellists for row in rows)


def _duel() -> None:
    # The check is repeated, because the second of two quick clicks comes after the duel has begun.
    if _is_duel_going_on(rows.rows()):
        return
    started = [trainings.begin(trainings.preset(name)) for name in _DUELLISTS]
    current.choose_run(started[0].id)
    table.choose([run.id for run in started])


def _offer_tests(rows: Sequence[RunRow], place: DeltaGenerator) -> list[str]:
    """Offer to compute the missing test results, and return why some could not be computed."""
    missing = [row for row in rows if row.lacks_test]
    if not missing:
        return []
    pressed = st.button(
        f"Work out {plural(len(missing), 'missing test result')}",
        icon=":material/fact_check:",
        key="runs_test",
        help="Each final network reads all test images once.",
    )
    refused = missing_results.work_out(missing, place) if pressed else []
    if pressed and not refused:
        # The page is drawn again, because the table has the results and the button has nothing left to do.
        st.rerun()
    return refused


page()
