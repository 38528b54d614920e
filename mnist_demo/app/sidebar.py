"""The sidebar under the navigation of every page: the current experiment and the state of its run, live."""

import streamlit as st

from mnist_demo.app.session import current, lab, opening, server
from mnist_demo.app.widgets import evicted_runs, glossary
from mnist_demo.app.widgets.former import is_of_current_design
from mnist_demo.app.widgets.live import live, watching
from mnist_demo.app.widgets.progress import STATE_ICONS, progress_line, progress_share, validation_names
from mnist_demo.app.words import escape_markdown
from mnist_demo.evaluation.percent import percent
from mnist_demo.presets import shown_name
from mnist_demo.runs import History, Run, name_of


def show() -> None:
    """Draw the current experiment and run at the caller's place."""
    evicted_runs.tell(lab.lab())
    run = current.run()
    # One design that is trained has one heading; a design beside a run of another design has two.
    are_two = run is not None and not is_of_current_design(run)
    st.caption(
        "Next to train" if are_two else "Current experiment",
        help=glossary.about("experiment", "parameter"),
    )
    experiment = current.experiment()
    parameters = experiment.network.report().parameters
    on = "" if experiment.data.is_mnist else f" · {escape_markdown(experiment.data.name)}"
    st.markdown(f"**{escape_markdown(shown_name(experiment))}** · {parameters:,} parameters{on}")
    if run is None:
        st.caption("No run yet: the pages show an example")
    else:
        if are_two:
            st.caption(_heading(run))
        if are_two or name_of(run) != shown_name(experiment):
            st.markdown(f"**{escape_markdown(name_of(run))}**")
        live(lambda: _show_run(run), watching(run))
    _show_private_link()
    if welcome := opening.welcome():
        # The greeting is no toast, because a toast has no name for a screen reader (Streamlit 1.67).
        st.caption(welcome)


def _heading(run: Run) -> str:
    """Return what a run of another design than the current one is."""
    if server.run_state(run).is_active:
        return "In training"
    newest = next(iter(lab.lab().runs), None)
    return "Last trained" if newest is not None and newest.id == run.id else "Chosen run"


def _show_private_link() -> None:
    if not opening.lasts():
        st.caption(
            ":material/cookie_off: Your browser keeps no cookie for this lab, so the lab lasts as long as this tab. "
            "Its private link opens it again."
        )
    if st.button("Move to another device", icon=":material/devices:", key="move", type="tertiary"):
        _move()


@st.dialog("Move to another device")
def _move() -> None:
    st.write("This private link opens your lab in another browser, with all its runs, drawings and data.")
    st.code(opening.private_link(), language=None, wrap_lines=True)
    st.caption("Whoever has the link has your lab: they see, change and delete what is in it. Give it to nobody else.")


def _show_run(run: Run) -> None:
    # The sidebar is on every page, so its heartbeat keeps a visited lab's job from being preempted as idle.
    server.jobs().heartbeat(lab.lab().id)
    history = run.history()
    now = server.run_state(run)
    st.progress(progress_share(run, history), text=f"{STATE_ICONS[now]} {progress_line(run, history)}")
    st.caption(_validation(history, is_active=now.is_active))
    if now.is_active:
        st.button(
            "Stop",
            icon=":material/stop:",
            key="sidebar_stop",
            on_click=server.jobs().stop,
            args=(run,),
            help="Ends the training at the next batch and keeps what was learned.",
        )


def _validation(history: History, *, is_active: bool) -> str:
    """Return the validation accuracies in two lines, before the first epoch too, so that nothing below moves."""
    if (validation := history.validation) is None:
        return "No validation yet  \n&nbsp;"
    newest, best = validation_names(validation, is_active=is_active)
    return f"Validation, {newest}: {percent(validation.newest)}  \n{best.capitalize()}: {percent(validation.best)}"
