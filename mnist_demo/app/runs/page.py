"""The page of all runs: a table to choose from, and the comparison of the chosen runs."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_demo.app import navigation
from mnist_demo.app.runs import actions, comparison, duel, missing_results, rows, table
from mnist_demo.app.runs.rows import RunRow
from mnist_demo.app.session import lab, taken_lesson
from mnist_demo.app.widgets import evicted_runs, start_button
from mnist_demo.app.widgets.layout import header
from mnist_demo.app.words import plural


def page() -> None:
    """Draw every run of the lab, the actions on the chosen runs and their comparison."""
    header(navigation.RUNS, "Every network you trained: find it again, name it, compare it with others.")
    actions.show_undo()
    evicted_runs.show(lab.lab())
    found = len(lab.lab().runs)
    listed = rows.rows()
    examples = [row for row in listed if row.run.is_example]
    if (damaged := found - len(listed) + len(examples)) > 0:
        st.caption(f"Not shown: {plural(damaged, 'run')} whose folder is damaged, so that nothing in it can be read.")
    if examples:
        st.markdown("These are examples. Train your own in ten seconds: it takes their place.")
    if on_top := duel.is_on_top(chosen := table.chosen_rows(listed)):
        duel.show(chosen)
    place = st.empty()
    with st.container(horizontal=True, vertical_alignment="center"):
        if examples:
            start_button.offer_fast()
        duel.offer(listed)
        refused = _offer_tests(listed, place)
    for refusal in refused:
        st.warning(refusal, icon=":material/error:")
    listed = rows.rows() if refused else listed
    chosen = table.show(listed)
    taken_lesson.note_chosen([row.run for row in chosen])
    actions.show(chosen)
    if len(chosen) > comparison.MOST:
        st.caption(f"The first {comparison.MOST} of the {len(chosen)} chosen runs are compared.")
    if len(chosen) > 1 and not on_top:
        comparison.show(chosen[: comparison.MOST])
    navigation.next_step(navigation.EVALUATE, "See how good it is")


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
