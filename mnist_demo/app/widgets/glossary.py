"""The words of a page: its terms of the field, each with the glossary's entry in the visitor's language."""

from dataclasses import dataclass

import streamlit as st

from mnist_demo.app.session import taken_lesson
from mnist_demo.app.words.page_terms import PAGE_TERMS, SIDEBAR
from mnist_demo.glossary import Entry, load_glossary
from mnist_demo.language import Language

KEY, FIND = "words", "words_find"
"""Keys of the popover and of the search in it."""

_HEIGHT, _LIST_HEIGHT = 420, 320  # pixels


@dataclass(frozen=True)
class _Labels:
    """What the popover says in one language."""

    words: str
    find: str
    step: str
    page: str
    see: str


_LABELS = {
    Language.ENGLISH: _Labels("Words", "Find a word", "In this step of the lesson", "On this page", "See also"),
    Language.KOREAN: _Labels("용어", "용어 찾기", "이 단계의 용어", "이 페이지의 용어", "함께 보기"),
}


@st.fragment
def show(page: str, words: str = "") -> None:
    """Draw the button that opens the words of a page; opening it draws nothing else again.

    Args:
        page: The name of the page.
        words: Texts of the page that come from files.
    """
    labels = _LABELS[taken_lesson.language()]
    with st.popover(labels.words, icon=":material/menu_book:", type="tertiary", key=KEY, on_change="rerun") as popover:
        if popover.open:
            _search(labels)
            with st.container(height=_LIST_HEIGHT, border=False, gap="small"):
                _list(labels, page, words)
        else:
            # An empty popover would open on the wrong side of its button (see `layout.reserve_height`).
            st.container(height=_HEIGHT, border=False)


def show_word(label: str, name: str, key: str) -> None:
    """Draw a button that opens the entry of one term.

    Args:
        label: The text of the button.
        name: The name of the term.
        key: The key of the button.
    """
    with st.popover(label, icon=":material/menu_book:", type="tertiary", key=key):
        st.markdown(_told(load_glossary(taken_lesson.language()).entries[name]))


def about(*names: str) -> str:
    """Return the entries of some terms as one text: the help of an element that has the name of a term."""
    entries = load_glossary(taken_lesson.language()).entries
    return "\n\n".join(entries[name].text for name in names)


def _search(labels: _Labels) -> None:
    glossary = load_glossary(taken_lesson.language())
    name = st.selectbox(
        labels.find,
        sorted(glossary.entries, key=lambda name: _title(glossary.entries[name]).lower()),
        index=None,
        format_func=lambda name: _title(glossary.entries[name]),
        placeholder=labels.find,
        label_visibility="collapsed",
        key=FIND,
    )
    if name is None:
        return
    entry = glossary.entries[name]
    st.markdown(_told(entry))
    if entry.see:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(labels.see, width="content")
            for other in entry.see:
                st.button(
                    _title(glossary.entries[other]),
                    type="tertiary",
                    key=f"{FIND}_{other}",
                    on_click=_find,
                    args=(other,),
                )


def _find(name: str) -> None:
    st.session_state[FIND] = name


def _list(labels: _Labels, page: str, words: str) -> None:
    glossary = load_glossary(taken_lesson.language())
    place = taken_lesson.taken()
    of_step = glossary.terms_in(place.step.words) if place else []
    listed = dict.fromkeys((*PAGE_TERMS.get(page, ()), *glossary.terms_in(words), *SIDEBAR))
    of_page = [name for name in listed if name not in of_step]
    for heading, names in ((labels.step, of_step), (labels.page, of_page)):
        if names:
            st.caption(heading)
            st.markdown("\n\n".join(_told(glossary.entries[name]) for name in names))


def _told(entry: Entry) -> str:
    return f"**{_title(entry)}**  \n{entry.text}"


def _title(entry: Entry) -> str:
    """Return a term as a heading: 'Epoch', or '에포크 (epoch)' in another language than English."""
    english = load_glossary(Language.ENGLISH).entries[entry.name].term
    if entry.term == english:
        return entry.term[0].upper() + entry.term[1:]
    return f"{entry.term} ({english})"
