"""The sidebar under the navigation of every page: the current experiment and the state of its run, live."""

import streamlit as st

from mnist_demo.app.session import current, lab, opening, server
from mnist_demo.app.widgets import evicted_runs
from mnist_demo.app.widgets.live import live, watching
from mnist_demo.app.widgets.progress import STATE_ICONS, progress_line, progress_share
from mnist_demo.app.words import escape_markdown
from mnist_demo.evaluation.percent import percent
from mnist_demo.runs import Run, name_of


def show() -> None:
    """Draw the current experiment and run at the caller's place."""
    evicted_runs.tell(lab.lab())
    st.caption(
        "Current experiment",
        help="The experiment that every page works on: a network, its training and its data. Its parameters are the "
        "numbers that training finds.",
    )
    experiment = current.experiment()
    parameters = experiment.network.report().parameters
    on = "" if experiment.data.is_mnist else f" · {escape_markdown(experiment.data.name)}"
    st.markdown(f"**{escape_markdown(experiment.name)}** · {parameters:,} parameters{on}")
    run = current.run()
    if run is None:
        st.caption("No run yet: the pages show an example")
    else:
        live(lambda: _show_run(run), watching(run))
    _show_private_link()
    if welcome := opening.welcome():
        # The greeting is no toast, because a toast has no name for a screen reader (Streamlit 1.67).
        st.caption(welcome)


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
    st.caption(f"Run: {escape_markdown(name_of(run))}")
    st.progress(progress_share(run, history), text=f"{STATE_ICONS[now]} {progress_line(run, history)}")
    best = history.best_validation_accuracy
    st.caption(f"Best validation accuracy: {percent(best)}" if best is not None else "No validation yet")
    if now.is_active:
        st.button(
            "Stop",
            icon=":material/stop:",
            key="sidebar_stop",
            on_click=server.jobs().stop,
            args=(run,),
            help="Ends the training at the next batch and keeps what was learned.",
        )
