"""The duel of two networks of the same size, with convolutions and without: both learn at once, and are drawn in step.

While the duel is on, it stands above the table of runs.
"""

import dataclasses
from collections.abc import Sequence

import streamlit as st

from mnist_demo.app.runs import comparison, curves, table
from mnist_demo.app.runs.comparison_charts import Progress, in_step
from mnist_demo.app.runs.rows import RunRow, rows, rows_of
from mnist_demo.app.session import datasets, server, trainings
from mnist_demo.app.widgets import digits, start_button
from mnist_demo.app.widgets.fixed_digits import fixed_digits
from mnist_demo.app.widgets.live import live, watching
from mnist_demo.app.widgets.progress import progress_line, progress_share
from mnist_demo.app.words import escape_markdown
from mnist_demo.data import DataError
from mnist_demo.runs import History

DUELLISTS = ("codelab", "dense")

_ON_TOP = "runs_duel_on_top"
_COLUMNS, _GAP = 10, 5  # ten digits of 28 pixels in a row fit beside the chart and on a phone


def offer(listed: Sequence[RunRow]) -> None:
    """Draw the start of a duel; a second one waits until the first is over."""
    start_button.start_button(
        "Duel: " + " against ".join(DUELLISTS),
        _begin,
        icon=":material/swords:",
        key="runs_duel",
        disabled=_is_going_on(listed),
        help="Trains both at once and compares them: as many parameters each, but only one looks at "
        "neighbourhoods. About ten seconds.",
    )


def is_on_top(chosen: Sequence[RunRow]) -> bool:
    """Return whether the chosen runs are a duel that stands above the table: from its start to the next choice."""
    ids = {row.id for row in chosen}
    if len(chosen) == len(DUELLISTS) and _is_going_on(chosen) and all(map(_is_duellist, chosen)):
        st.session_state[_ON_TOP] = ids
    return bool(ids) and st.session_state.get(_ON_TOP) == ids


def show(chosen: Sequence[RunRow]) -> None:
    """Draw a duel: live while it is on, then the comparison of the two."""
    if any(row.state.is_active for row in chosen):
        _watch(chosen)
    else:
        comparison.show(chosen)


def _watch(chosen: Sequence[RunRow]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        axes = curves.choose_axes(Progress.IMAGES)
        st.button(
            "Stop both",
            icon=":material/stop:",
            key="duel_stop",
            on_click=_stop,
            args=(chosen,),
            help="Ends both trainings at the next batch and keeps what was learned.",
        )

    def draw() -> None:
        now = rows_of(chosen)
        histories = dict(zip(curves.labels_of(now), [row.run.history() for row in now], strict=True))
        shown = in_step(histories, [label for label, row in zip(histories, now, strict=True) if row.state.is_active])
        chart, answers = st.columns([5, 4], gap="medium")
        with chart:
            curves.draw(now, shown, axes)
            st.caption("Both are drawn as far as the slower one has come. The test images wait until both are done.")
        with answers:
            for row, (label, history) in zip(now, histories.items(), strict=True):
                _duellist(row, label, history, shown[label])

    live(draw, watching(*(row.run for row in chosen)))


def _duellist(row: RunRow, label: str, history: History, shown: History) -> None:
    """Draw the progress of one network, and its answers to the fixed digits as far as its curve is drawn."""
    text = f"**{escape_markdown(label)}** · {progress_line(row.run, history)}"
    st.progress(progress_share(row.run, history), text=text)
    try:
        answered = fixed_digits(datasets.load(row.experiment.data), shown.digits)
    except (OSError, DataError):
        st.caption("Its images are no longer kept.")
        return
    so_far = "no answers yet" if answered.right is None else f"{answered.right} right"
    st.caption(f"{answered.many} that it never learns from: {so_far}")
    captions = [dataclasses.replace(caption, text=caption.text[:2]) for caption in answered.captions]
    picture = digits.captioned_sheet(answered.images, captions, _COLUMNS, scale=1, gap=_GAP)
    digits.show(picture, alt=f"{label}: {', '.join(answered.spoken)}")


def _is_duellist(row: RunRow) -> bool:
    return row.experiment in [trainings.preset(name) for name in DUELLISTS]


def _is_going_on(listed: Sequence[RunRow]) -> bool:
    return any(row.state.is_active and _is_duellist(row) for row in listed)


def _begin() -> None:
    # The check is repeated, because the second of two quick clicks comes after the duel has begun.
    if _is_going_on(rows()):
        return
    first, second = (trainings.preset(name) for name in DUELLISTS)
    started = trainings.start_together(first, second)
    table.choose([run.id for run in started])


def _stop(chosen: Sequence[RunRow]) -> None:
    for row in chosen:
        server.jobs().stop(row.run)
