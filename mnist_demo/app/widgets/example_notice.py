"""The notice that a page shows an example run, which gives way to the visitor's own first run."""

import streamlit as st

from mnist_demo.app.session import current, server
from mnist_demo.app.widgets import start_button
from mnist_demo.app.widgets.live import live, watching
from mnist_demo.app.widgets.progress import progress_line, progress_share
from mnist_demo.app.words import escape_markdown, plural
from mnist_demo.app.words.stop_reasons import in_words
from mnist_demo.example_runs import Example
from mnist_demo.runs import Run, name_of

_WIDTH = 600  # screen pixels of the sentence beside its button

_WHAT = {
    Example.CODELAB: "the codelab's network",
    Example.CANVAS: "the network canvas, which is made for the pen,",
}


def example_sentence(run: Run) -> str:
    """Return a sentence that names an example run."""
    experiment = run.experiment
    return f"This is an example: {_WHAT[Example(experiment.name)]} after {plural(experiment.training.epochs, 'epoch')}."


def show(run: Run) -> None:
    """Say that a page shows an example run, and what takes its place; draw nothing for a run of the visitor.

    While the visitor's first run has learned nothing yet, its progress stands here, and the page is drawn again as soon
    as that run can take the place of the example.
    """
    if not run.is_example:
        return
    own = current.run()
    if own is None or not server.run_state(own).is_active:
        invite(run)
        return

    def wait() -> None:
        st.markdown(
            f"{example_sentence(run)} **{escape_markdown(name_of(own))}** takes its place when its first epoch ends."
        )
        history = own.history()
        st.progress(progress_share(own, history), text=progress_line(own, history))

    live(wait, lambda: watching(own)() if current.trained_run().is_example else None)


def invite(run: Run) -> None:
    """Offer to train a network in the place of an example run; draw nothing for a run of the visitor."""
    if not run.is_example:
        return
    own = current.run()
    if own is not None and own.reason:
        st.warning(in_words(own.reason), icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{example_sentence(run)} Train your own in ten seconds: it takes its place.", width=_WIDTH)
        start_button.offer_fast()
