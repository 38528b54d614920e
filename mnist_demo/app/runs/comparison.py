"""Two to six runs side by side: their curves, their figures, their differences, and the conclusion of a test."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mnist_demo.app.runs import curves, disagreements, missing_results
from mnist_demo.app.runs.conclusion import conclusion
from mnist_demo.app.runs.rows import RunRow, rows_of
from mnist_demo.app.widgets import glossary
from mnist_demo.app.widgets.live import live, watching
from mnist_demo.app.widgets.progress import progress_line
from mnist_demo.app.words import escape_markdown
from mnist_demo.evaluation import mcnemar, wilson_interval
from mnist_demo.evaluation.percent import percent
from mnist_demo.experiment.difference import differing_settings
from mnist_demo.runs import Predictions, final_predictions

MOST = 6
"""Most runs on one chart, because more could not be distinguished."""


def show(chosen: Sequence[RunRow]) -> None:
    """Draw the comparison of two to six runs."""
    st.header("Comparison", anchor=False)
    labels = curves.labels_of(chosen)
    active = any(row.state.is_active for row in chosen)
    answers: list[Predictions | None] = [None] * len(chosen)
    if active:
        st.caption("The test images wait until the training is over: they are for the final evaluation.")
    else:
        answers = _tested(chosen)
        _accuracies(chosen, labels, answers)
    first, second = answers[:2]
    if len(chosen) > 2 or first is None or second is None or not _same_images(chosen, (first, second)):
        _curves(chosen, labels, active)
        _settings(chosen, labels)
        return
    st.markdown(_conclusion(chosen, first, second))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _curves(chosen, labels, active)
        _settings(chosen, labels)
    with right:
        disagreements.show(chosen[0], chosen[1], first, second)


def _tested(chosen: Sequence[RunRow]) -> list[Predictions | None]:
    """Return the final networks' predictions of the test images; missing predictions are computed first."""
    place = st.empty()
    if any(row.lacks_test for row in chosen):
        refused = missing_results.work_out(chosen, place)
        for refusal in refused:
            st.warning(refusal, icon=":material/error:")
        if not refused:
            # The page is drawn again, because the table above has new figures too.
            st.rerun()
    return [final_predictions(row.run) for row in chosen]


def _accuracies(chosen: Sequence[RunRow], labels: Sequence[str], answers: Sequence[Predictions | None]) -> None:
    st.caption("Accuracy of the final networks on all test images")
    with st.container(horizontal=True, gap="medium"):
        for label, answer in zip(labels, answers, strict=True):
            _accuracy(label, answer)
    tested = [answer for answer in answers if answer is not None]
    if not _same_images(chosen, tested):
        st.warning(
            "These runs were tested on different images, so their accuracies say nothing about which is better: one "
            "may just have had the easier images.",
            icon=":material/error:",
        )
    elif len(tested) > 2:
        st.caption(
            "Where intervals do not overlap the difference is hardly chance; where they do, it may still be real. "
            "Choose two runs for a test that compares them image by image."
        )


def _accuracy(label: str, answers: Predictions | None) -> None:
    with st.container(width=180, gap=None):
        if answers is None:
            st.metric(escape_markdown(label), "–")
            st.caption("has no test result")
            return
        right, images = answers.correct_count, len(answers)
        low, high = wilson_interval(right, images)
        places = 2 if right >= 0.99 * images else 1
        st.metric(
            escape_markdown(label),
            percent(right / images),
            help=f"Test accuracy: {right:,} of {images:,} test images are read correctly.\n\n"
            f"{glossary.about('interval')}",
        )
        st.caption(f"between {100 * low:.{places}f} and {high:.{places}%}")


def _same_images(chosen: Sequence[RunRow], tested: Sequence[Predictions]) -> bool:
    same_data = len({row.experiment.data.digest for row in chosen}) == 1
    return same_data and len({answers.labels.tobytes() for answers in tested}) <= 1


def _conclusion(chosen: Sequence[RunRow], first: Predictions, second: Predictions) -> str:
    names = list(map(escape_markdown, curves.labels_of(chosen)))
    sizes = {row.parameters for row in chosen}
    alike = f"Both have {sizes.pop():,} parameters. " if len(sizes) == 1 else ""
    said = conclusion(mcnemar(first.correct, second.correct), names[0], names[1])
    return (
        f"{said} {alike}This is about these two trained "
        "networks: another seed makes other ones, so train several of each to compare two designs."
    )


def _curves(chosen: Sequence[RunRow], labels: Sequence[str], active: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        axes = curves.choose_axes()

    def draw() -> None:
        now = rows_of(chosen)
        histories = {label: row.run.history() for label, row in zip(labels, now, strict=True)}
        if active:
            # Runs that have ended keep their line, so that nothing below moves.
            for row, (label, history) in zip(now, histories.items(), strict=True):
                st.progress(history.progress, text=f"**{escape_markdown(label)}** · {progress_line(row.run, history)}")
        curves.draw(now, histories, axes)

    live(draw, watching(*(row.run for row in chosen)))
    counts = sorted({row.experiment.training.validation_images for row in chosen})
    if len(counts) > 1:
        st.caption(
            f"Validated on {' or '.join(f'{count:,}' for count in counts)} images: fewer images, rougher figures."
        )


def _settings(chosen: Sequence[RunRow], labels: Sequence[str]) -> None:
    st.header("What differs", anchor=False)
    rows = {**_what_happened(chosen), **differing_settings([row.experiment for row in chosen])}
    if not rows:
        st.markdown("Nothing: these runs had the same network, settings, data and seed.")
        return
    # Two runs may have the same name; their letters differ.
    table = pd.DataFrame(rows.values(), index=pd.Index(rows, name="Setting"), columns=list(labels))
    st.dataframe(
        table,
        height="content",
        column_config={"_index": st.column_config.TextColumn(width=140)},
        key="compare_settings",
        alt="Settings in which the compared runs differ",
    )


def _what_happened(chosen: Sequence[RunRow]) -> dict[str, tuple[str, ...]]:
    """Return differences that the experiments do not show: the numbers of weights and the course of each training."""
    rows = {
        "Parameters": tuple(f"{row.parameters:,}" for row in chosen),
        "Epochs finished": tuple(f"{row.summary.epochs_done}" for row in chosen),
        "Rate while training": tuple("changed" if row.summary.rate_changes else "as planned" for row in chosen),
    }
    return {name: row for name, row in rows.items() if len(set(row)) > 1}
