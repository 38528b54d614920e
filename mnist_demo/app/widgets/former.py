"""Whether a run is of a former design, in words."""

from mnist_demo.app.session import current, lab
from mnist_demo.app.words import escape_markdown
from mnist_demo.experiment.difference import changes, in_words
from mnist_demo.presets import shown_name
from mnist_demo.runs import Run

_LONGEST = 70
"""Most characters of the changes in the sentence; more changes are told by the design's name."""


def is_of_current_design(run: Run) -> bool:
    """Return whether a run trains the current experiment, names aside."""
    return not changes(run.experiment, current.experiment())


def former_words(run: Run) -> str | None:
    """Return that the design has changed since a run, and how, as Markdown; None for a run of the current design."""
    # Only a run of the lab can be a former one of its designs.
    if lab.lab().runs.get(run.id) is None or not (since := changes(run.experiment, current.experiment())):
        return None
    told = in_words(since)
    if len(told) > _LONGEST:
        return f"a former run: the design is **{escape_markdown(shown_name(current.experiment()))}** now"
    return f"a former run: the design has changed since ({escape_markdown(told)})"
