"""The guide of a lesson: a slim bar above the page that it talks about."""

import re
from dataclasses import dataclass

import streamlit as st

from mnist_demo.app import navigation
from mnist_demo.app.session import current, datasets, taken_lesson
from mnist_demo.app.session.taken_lesson import Taken
from mnist_demo.app.theme import colours
from mnist_demo.app.theme.accessibility import SCROLLED
from mnist_demo.app.widgets import glossary
from mnist_demo.app.widgets.live import Pace, live, watching
from mnist_demo.lessons import Language, Question, Situation
from mnist_demo.lessons.lesson import fill_in
from mnist_demo.lessons.pointers import Pointer
from mnist_demo.presets import PRESETS

CONTROL_KEYS = {
    "splits": "split",
    "presets": "design_preset",
    "layers": "design_picture",
    "totals": "design_totals",
    "training": "design_tab",
    "train": "train",
    "pause": "train_controls",
    "learning-rate": "train_controls",
    "diagonal": "evaluate_diagonal",
    "classes": "evaluate_classes",
    "kernels": "time_machine",
    "canvas": "canvas",
    "answer": "draw_bars",
    "stages": "draw_stages",
    "teach": "draw_teach",
    "runs": "runs_table",
    "duel": "runs_duel",
}
"""The key of the element for each control of `lessons.pointers.CONTROLS`."""

_LINK = re.compile(r"\[([^\]]*)\]\(([a-z]+:[\w-]+)\)")
_SHINE = "shining"
_EDITOR = "design_editor"
"""The key of the editor of a layer, at which words about a layer point."""
_LOOKING = 1.0
"""Seconds between two looks at whether a step is done."""


@dataclass(frozen=True)
class _Words:
    """The words of the guide in one language."""

    step: str
    back: str
    next: str
    leave: str
    go: str
    use: str
    predict: str
    right: str
    other: str


_WORDS = {
    Language.ENGLISH: _Words(
        step="Step {number} of {count}",
        back="Back",
        next="Next",
        leave="Leave the lesson",
        go="Go to {page}",
        use="Take the network {preset}",
        predict="Predict first:",
        right="As you predicted.",
        other="You predicted something else: {answer}.",
    ),
    Language.KOREAN: _Words(
        step="{count}단계 중 {number}단계",
        back="이전",
        next="다음",
        leave="수업 나가기",
        go="{page} 페이지로 가기",
        use="{preset} 신경망 쓰기",
        predict="먼저 예상해 보세요.",
        right="예상이 맞았습니다.",
        other="다르게 예상했네요: {answer}",
    ),
}


def show(page: str) -> None:
    """Draw the guide of the lesson that the visitor takes; nothing without a lesson.

    Args:
        page: The name of the open page.
    """
    place = taken_lesson.taken()
    if place is None:
        return
    words, step = _WORDS[place.lesson.language], place.step
    number = words.step.format(number=place.number, count=len(place.lesson.steps))
    with st.expander(f"{number} · **{step.title}**", expanded=True, icon=":material/school:", key="lesson_guide"):
        live(lambda: _show_step(place, page), _pace(place, page))
        _show_ways(place, page)
    _shine()


def _pace(place: Taken, page: str) -> Pace:
    """Return the pace of the guide: a fragment of a page changes without it, so it looks until the step is done."""
    run = current.run()
    training = watching(run) if run else watching()

    def pace() -> float | None:
        step, situation = place.step, taken_lesson.situation(page)
        is_done = step.done is None or step.done.holds(situation)
        is_answered = step.question is None or step.question.right(situation) is not None
        return training() or (None if is_done and is_answered else _LOOKING)

    return pace


def _show_step(place: Taken, page: str) -> None:
    step, situation = place.step, taken_lesson.situation(page)
    told = _marked(step.told(situation))
    if step.question is None and step.task is None:
        _words(told)
        return
    # The words stand beside what is to be done, so that the guide is slim; a phone shows them below each other.
    words, to_do = st.columns([3, 2], gap="medium")
    with words:
        _words(told)
    with to_do:
        if step.task is not None and step.done is not None:
            is_done = step.done.holds(situation)
            icon = ":green[:material/check_circle:]" if is_done else ":material/radio_button_unchecked:"
            st.markdown(f"{icon} {_marked(fill_in(step.task, situation))}")
        if step.question is not None:
            _ask(place, step.question, situation)


def _words(told: str) -> None:
    with st.container(key=f"{SCROLLED}_lesson"):
        st.markdown(told)


def _marked(told: str) -> str:
    """Return words with their pointers in colour; the pointers themselves are buttons below."""
    return _LINK.sub(r":primary[\1]", told)


def _ask(place: Taken, question: Question, situation: Situation) -> None:
    """Ask for a prediction, and compare it with the visitor's figures when they are there."""
    words = _WORDS[place.lesson.language]
    predicted = st.radio(
        f"{words.predict} {question.text}",
        range(len(question.answers)),
        format_func=lambda index: question.answers[index].text,
        index=None,
        key=f"lesson_{place.lesson.name}_{place.number}",
        persist_state="session",
    )
    right = question.right(situation)
    if predicted is None or right is None:
        return
    is_right = predicted == right
    verdict = words.right if is_right else words.other.format(answer=question.answers[predicted].text)
    icon = ":material/check:" if is_right else ":material/lightbulb:"
    st.markdown(f"{icon} {verdict} {fill_in(question.after, situation)}")


def _show_ways(place: Taken, page: str) -> None:
    """Draw the buttons of a step: back and next, the targets of the words, and the preset."""
    words, step = _WORDS[place.lesson.language], place.step
    with st.container(horizontal=True, vertical_alignment="center"):
        is_first, is_last = place.number == 1, place.number == len(place.lesson.steps)
        if st.button(words.back, icon=":material/arrow_back:", key="lesson_back", disabled=is_first):
            taken_lesson.open_step(taken_lesson.move(place, -1))
        if st.button(words.next, icon=":material/arrow_forward:", key="lesson_next", disabled=is_last):
            taken_lesson.open_step(taken_lesson.move(place, 1))
        if page != step.page:
            title = navigation.BY_NAME[step.page].title
            if st.button(words.go.format(page=title), icon=":material/open_in_new:", key="lesson_go"):
                taken_lesson.open_step(place)
        for index, (text, target) in enumerate(_LINK.findall(f"{step.words}\n{step.task or ''}")):
            pointer, key = Pointer.parse(target), f"lesson_point_{index}"
            if pointer.word is not None:
                glossary.show_word(text.strip("*"), pointer.word, key)
            elif st.button(text, icon=":material/near_me:", type="tertiary", key=key):
                _point(pointer, place)
        if step.preset is not None and current.experiment().name != step.preset:
            st.button(
                words.use.format(preset=step.preset),
                icon=":material/input:",
                key="lesson_preset",
                on_click=_use,
                args=(step.preset,),
            )
        st.button(words.leave, type="tertiary", key="lesson_leave", on_click=taken_lesson.leave)


def _use(preset: str) -> None:
    current.set_experiment(datasets.fit(PRESETS[preset], current.experiment().data))


def _point(pointer: Pointer, place: Taken) -> None:
    if pointer.control is not None:
        st.session_state[_SHINE] = CONTROL_KEYS[pointer.control]
    elif pointer.layer is not None:
        taken_lesson.ask_for_layer(pointer.layer)
        st.session_state[_SHINE] = _EDITOR
    taken_lesson.open_step(place, pointer.page)


def _shine() -> None:
    """Let the element that the words pointed at shine for a moment."""
    if key := st.session_state.pop(_SHINE, None):
        st.html(
            f"<style>@keyframes shine {{ 50% {{ box-shadow: 0 0 0 4px {colours.primary_colour()}; }} }}"
            f".st-key-{key} {{ animation: shine 1s ease-in-out 3; border-radius: 0.5rem; }}</style>"
        )
