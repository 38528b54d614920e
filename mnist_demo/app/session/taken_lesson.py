"""The lesson that the visitor takes: the visitor's step, and the situation that the lab notices for the lesson."""

import contextlib
import functools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from mnist_demo.app import navigation
from mnist_demo.app.session import current, kept_drawings
from mnist_demo.app.session.lab import lab
from mnist_demo.lessons import Language, Lesson, Library, Situation, Step, load_library
from mnist_demo.lessons.drawn import Drawn
from mnist_demo.runs import Run, RunState, read_summary

_TAKEN = "taken_lesson"
_OPEN_LAYER = "open_layer"
_ASKED_LAYER = "asked_layer"
_DRAWN = "lesson_drawn"
_CHOSEN = "lesson_chosen"
_KEPT_STEP = "lesson_kept"
_NAME, _STEP, _LANGUAGE = "lesson", "step", "lang"


_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """A lesson and the visitor's place in it.

    Attributes:
        lesson: The lesson in the visitor's language.
        number: The step, from 1.
    """

    lesson: Lesson
    number: int

    @property
    def step(self) -> Step:
        """The current step."""
        return self.lesson.steps[self.number - 1]


@st.cache_resource(show_spinner=False)
def library() -> Library:
    """Return all lessons, read once."""
    return load_library()


def language() -> Language:
    """Return the language of lessons: the visitor's choice, or that of the browser."""
    chosen = st.session_state.get(_LANGUAGE)
    if isinstance(chosen, Language):
        return chosen
    return Language.KOREAN if str(st.context.locale or "").lower().startswith("ko") else Language.ENGLISH


def choose_language(chosen: Language) -> None:
    """Show lessons in a language from now on."""
    st.session_state[_LANGUAGE] = chosen


def taken() -> Taken | None:
    """Return the lesson that the visitor takes, as the address or this session names it; None for no lesson."""
    if name := st.query_params.get(_NAME):
        asked = st.query_params.get(_LANGUAGE, "")
        if asked in list(Language):
            choose_language(Language(asked))
        digits = st.query_params.get(_STEP, "1")
        st.session_state[_TAKEN] = name, int(digits) if digits.isdecimal() and len(digits) < 4 else 1
    name, number = st.session_state.get(_TAKEN, ("", 1))
    lesson = library().find(name, language())
    if lesson is None:
        return None
    found = Taken(lesson, min(max(number, 1), len(lesson.steps)))
    _keep(found)
    # Streamlit clears the address when the visitor changes the page.
    for key, value in address(found).items():
        if st.query_params.get(key) != value:
            st.query_params[key] = value
    return found


def _keep(place: Taken) -> None:
    """Keep the visitor's place with the lab, so that the lesson can be taken up again."""
    now = lab().id, place.lesson.name, place.number
    if st.session_state.get(_KEPT_STEP) == now:
        return
    st.session_state[_KEPT_STEP] = now
    try:
        lab().keep_lesson_step(place.lesson.name, place.number)
    except OSError as error:
        _log.warning("The step of a lesson could not be kept: %s", error)


def address(place: Taken) -> dict[str, str]:
    """Return the parameters of an address that opens a lesson at a step."""
    return {_NAME: place.lesson.name, _STEP: str(place.number), _LANGUAGE: str(place.lesson.language)}


def take(lesson: Lesson, number: int = 1) -> Taken:
    """Go to a step of a lesson."""
    st.session_state[_TAKEN] = lesson.name, number
    return Taken(lesson, number)


def move(place: Taken, by: int) -> Taken:
    """Go a number of steps forward, or backward by a negative number."""
    moved = replace(place, number=min(max(place.number + by, 1), len(place.lesson.steps)))
    return take(moved.lesson, moved.number)


def open_step(place: Taken, page: str | None = None) -> None:
    """Turn to the page of a step, or to another page by its name."""
    st.switch_page(navigation.BY_NAME[page or place.step.page].path, query_params=address(place))


def leave() -> None:
    """End the lesson."""
    st.session_state.pop(_TAKEN, None)
    for key in (_NAME, _STEP, _LANGUAGE):
        if key in st.query_params:
            del st.query_params[key]


def ask_for_layer(index: int) -> None:
    """Ask Design to open a layer of the network, from 1, the next time it is drawn."""
    st.session_state[_ASKED_LAYER] = index


def asked_layer() -> int | None:
    """Return the layer that words pointed at, once; None for none."""
    index: int | None = st.session_state.pop(_ASKED_LAYER, None)
    return index


def note_open_layer(index: int) -> None:
    """Note that a layer of the network is open on Design, from 1."""
    st.session_state[_OPEN_LAYER] = index


def note_drawn(run: Run, drawn: Drawn | None) -> None:
    """Note what a run's network said to the drawing on the page Draw; None for no drawing."""
    st.session_state[_DRAWN] = run.id, drawn


def note_chosen(runs: Sequence[Run]) -> None:
    """Note which runs are chosen on the page Runs, in their order there."""
    st.session_state[_CHOSEN] = tuple(runs)


def situation(page: str) -> Situation:
    """Return the visitor's situation, which a lesson may name.

    Args:
        page: The name of the open page.
    """
    run, collection = current.run(), lab().collection
    asked, drawn = st.session_state.get(_DRAWN, ("", None))
    return Situation(
        experiment=current.experiment(),
        run=run,
        page=page,
        finished=frozenset(_finished()),
        has_drawn=bool(lab().drawing),
        open_layer=st.session_state.get(_OPEN_LAYER),
        runs=tuple(lab().runs),
        chosen=st.session_state.get(_CHOSEN, ()),
        # The answer of another network, which the visitor no longer looks at, does not count.
        drawn=drawn if run is not None and run.id == asked else None,
        kept=len(collection),
        kept_right=functools.partial(kept_drawings.right, run, collection),
    )


def _finished() -> Iterator[str]:
    for run in lab().runs:
        if read_summary(run).state is RunState.FINISHED:
            # A damaged experiment has no name, and must not take the page with it.
            with contextlib.suppress(OSError, ValueError):
                yield run.experiment.name
