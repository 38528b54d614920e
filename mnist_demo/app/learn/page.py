"""The page that offers the lessons."""

import streamlit as st

from mnist_demo.app.session import taken_lesson
from mnist_demo.app.widgets.layout import header
from mnist_demo.lessons import Language, Lesson

_NAMES = {Language.ENGLISH: "English", Language.KOREAN: "한국어"}


def page() -> None:
    """Draw a card for each lesson."""
    lessons = [
        lesson
        for name in taken_lesson.library().lessons
        if (lesson := taken_lesson.library().find(name, taken_lesson.language()))
    ]
    header(
        "Lessons",
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
    for lesson in lessons:
        _card(lesson)


def _choose_language() -> None:
    taken_lesson.choose_language(st.session_state["learn_language"] or Language.ENGLISH)


def _card(lesson: Lesson) -> None:
    with st.container(border=True):
        st.header(lesson.title, anchor=False)
        minutes = "{} minutes · {} steps" if lesson.language is Language.ENGLISH else "{}분 · {}단계"
        st.caption(minutes.format(lesson.minutes, len(lesson.steps)))
        st.markdown("\n".join(f"- {each}" for each in lesson.learn))
        label = "Begin" if lesson.language is Language.ENGLISH else "시작하기"
        if st.button(label, icon=":material/school:", type="primary", key=f"learn_{lesson.name}"):
            taken_lesson.open_step(taken_lesson.take(lesson))


page()
