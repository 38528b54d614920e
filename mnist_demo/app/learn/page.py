"""The page that offers the lessons."""

from dataclasses import dataclass

import streamlit as st

from mnist_demo.app import navigation
from mnist_demo.app.session import taken_lesson
from mnist_demo.app.session.lab import lab
from mnist_demo.app.widgets.layout import header
from mnist_demo.lessons import Language, Lesson

_IN_A_ROW = 2


@dataclass(frozen=True)
class _Words:
    """The words of a card in one language."""

    length: str
    begin: str
    go_on: str
    place: str


_WORDS = {
    Language.ENGLISH: _Words("{} minutes · {} steps", "Begin", "Go on", "Step {} of {}"),
    Language.KOREAN: _Words("{}분 · {}단계", "시작하기", "이어서 하기", "{1}단계 중 {0}단계"),
}
_NAMES = {Language.ENGLISH: "English", Language.KOREAN: "한국어"}


def page() -> None:
    """Draw a card for each lesson."""
    lessons = [
        lesson
        for name in taken_lesson.library().lessons
        if (lesson := taken_lesson.library().find(name, taken_lesson.language()))
    ]
    header(
        navigation.LEARN,
        "Take one in the lab itself: each step opens the page it talks about.",
        "\n".join(words for lesson in lessons for words in (lesson.title, *lesson.learn)),
    )
    st.segmented_control(
        "Language",
        list(_NAMES),
        default=taken_lesson.language(),
        required=True,
        format_func=lambda language: _NAMES[language],
        label_visibility="collapsed",
        key="learn_language",
        on_change=_choose_language,
    )
    begun = lab().lesson_steps
    # Each row has two cards of the same height, which a phone shows below each other.
    for first in range(0, len(lessons), _IN_A_ROW):
        for column, lesson in zip(st.columns(_IN_A_ROW), lessons[first : first + _IN_A_ROW], strict=False):
            with column:
                _card(lesson, begun.get(lesson.name, 1))


def _choose_language() -> None:
    taken_lesson.choose_language(st.session_state["learn_language"] or Language.ENGLISH)


def _card(lesson: Lesson, step: int) -> None:
    words, count = _WORDS[lesson.language], len(lesson.steps)
    is_begun = 1 < step <= count
    with st.container(border=True, height="stretch"):
        st.header(lesson.title, anchor=False)
        st.caption(words.length.format(lesson.minutes, count))
        st.markdown("\n".join(f"- {each}" for each in lesson.learn))
        st.space("stretch")
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(
                words.go_on if is_begun else words.begin,
                icon=":material/school:",
                type="primary" if is_begun else "secondary",
                key=f"learn_{lesson.name}",
            ):
                taken_lesson.open_step(taken_lesson.take(lesson, step if is_begun else 1))
            if is_begun:
                st.caption(words.place.format(step, count), width="content")


page()
