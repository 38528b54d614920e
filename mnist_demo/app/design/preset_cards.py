"""The presets as cards: what each is, its size, the time that it takes here, and how much it reads correctly."""

from collections.abc import Sequence

import streamlit as st

from mnist_demo.app.design import current_draft, training_time
from mnist_demo.app.design.numbers import short
from mnist_demo.app.session import datasets
from mnist_demo.app.words import escape_markdown
from mnist_demo.experiment import Experiment
from mnist_demo.jobs.estimate import Observation
from mnist_demo.presets import PRESET_CARDS, PRESETS, shown_name

_KEY = "design_preset"

_EMPTY_CAPTION = "your own network,  \nlayer by layer"

# Below this accuracy the mean of a few seeds has no certain decimal.
_CERTAIN_DECIMAL = 0.97


def show(experiment: Experiment, past: Sequence[Observation]) -> None:
    """Draw the cards, and below them the description of the current experiment.

    Args:
        experiment: The current experiment.
        past: The times of past runs, which correct the expected times.
    """
    chosen = current_draft.preset_of(experiment)
    # The cards follow the current experiment, which equals no preset after an edit.
    if _KEY not in st.session_state or st.session_state[_KEY] != chosen:
        st.session_state[_KEY] = chosen
    st.radio(
        "Preset",
        [*PRESETS, current_draft.EMPTY_PRESET],
        index=None,
        captions=[*(_caption(name, experiment, past) for name in PRESETS), _EMPTY_CAPTION],
        format_func=lambda name: f"**{'Empty' if name == current_draft.EMPTY_PRESET else name}**",
        horizontal=True,
        key=_KEY,
        on_change=_chosen,
        label_visibility="collapsed",
        width="stretch",
    )
    about = experiment.about if chosen else escape_markdown(experiment.about)
    st.caption(f"**{escape_markdown(shown_name(experiment))}**. {about}")


def _caption(name: str, current: Experiment, past: Sequence[Observation]) -> str:
    """Return the lines of a preset's card; the accuracy is known for MNIST only."""
    card, preset = PRESET_CARDS[name], datasets.fit(PRESETS[name], current.data)
    time = training_time.roughly(preset, past)
    read = f", {_share(card.accuracy)} right" if preset.data.is_mnist else ""
    return f"{card.phrase}  \n{short(preset.network.report().parameters)} parameters  \n{time}{read}"


def _share(accuracy: float) -> str:
    return f"{accuracy:.1%}" if accuracy >= _CERTAIN_DECIMAL else f"{accuracy:.0%}"


def _chosen() -> None:
    name = st.session_state.get(_KEY)
    if isinstance(name, str):
        current_draft.choose_preset(name)
