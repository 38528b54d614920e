"""The choice of a run, which several pages share."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from mnist_demo.app.session import current, server
from mnist_demo.app.widgets.former import former_words
from mnist_demo.app.widgets.progress import validation_names
from mnist_demo.app.words import escape_markdown, moment
from mnist_demo.evaluation.percent import percent
from mnist_demo.example_runs import Example
from mnist_demo.runs import Run, RunId, name_of
from mnist_demo.runs.history import Validation

_CHOICE = "chosen_run"


def no_longer_kept(run: Run) -> None:
    """Say that a page cannot use a run, because its data or its weights are gone."""
    st.error(
        f"The images or the weights of this run are no longer kept: it was trained on "
        f"{escape_markdown(run.experiment.data.name)}. Give these images again on Explore, or choose another network.",
        icon=":material/error:",
    )


def choose_run(*, while_learning: bool = False, example: Example = Example.CODELAB) -> Run:
    """Draw a choice of runs where there are several, and return the chosen run.

    The chosen run becomes the current one, so that every page uses the same run. A lab without a trained network has
    the example runs to choose from.

    Args:
        while_learning: Whether a run in its first epoch counts.
        example: The example run that the page shows first.
    """
    run = current.trained_run(while_learning=while_learning, example=example)
    place = st.container(horizontal=True, vertical_alignment="center")
    runs = {each.id: each for each in current.trained_runs(while_learning=while_learning)}
    if len(runs) > 1 and run.id in runs:
        # The choice follows the current run, which may have changed on another page.
        st.session_state[_CHOICE] = run.id
        labels = run_labels(runs)
        place.selectbox(
            "Network",
            runs,
            format_func=lambda run_id: labels.get(run_id, run_id),
            key=_CHOICE,
            on_change=lambda: current.choose_run(str(st.session_state[_CHOICE])),
            label_visibility="collapsed",
            width=440,
        )
    # The canvas of Draw needs the room, and a drawing is not about the design.
    if not while_learning and (former := former_words(run)):
        place.caption(f":material/history: {former[0].upper()}{former[1:]}.", width="content")
    return run


def run_labels(runs: Mapping[str, Run]) -> dict[str, str]:
    """Return the labels of runs in a list, by their ids: name, validation accuracy, and time of creation."""
    return disambiguated({run_id: _run_label(run) for run_id, run in runs.items()})


def disambiguated(labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels by run id that end with the run's time of creation, made different where two are alike.

    Streamlit (1.67) identifies a list's options by their labels: a choice of one of two alike could give the other.
    """
    apart = dict(labels)
    # The time is extended to the second, as in the id, and then by the random part of the id.
    for form in (":{0.begun:%S}", " ({0.random})"):
        counts = Counter(apart.values())
        for run_id, label in apart.items():
            if counts[label] > 1:
                apart[run_id] = label + form.format(RunId.parse(run_id))
    return apart


def _run_label(run: Run) -> str:
    size = run.events_path.stat().st_size if run.events_path.exists() else 0
    reached = _validation_reached(run.events_path, size)
    figure = ""
    if reached:
        newest = validation_names(reached, is_active=server.run_state(run).is_active)[0]
        figure = f"{newest} {percent(reached.newest)} on validation"
    parts = (f"Example: {name_of(run)}", figure) if run.is_example else (name_of(run), figure, moment(run.begun))
    return ", ".join(filter(None, parts))


@st.cache_data(max_entries=512, show_spinner=False)
def _validation_reached(events_path: Path, size: int) -> Validation | None:
    """Return a run's validation accuracies; that of its final network can be below that of its best epoch."""
    del size  # part of the cache key, because the events file of an active run grows
    return Run(events_path.parent).history().validation
