"""The page on which a visitor looks at the data before any network is trained."""

import functools
from collections.abc import Callable, Sequence
from enum import Enum

import streamlit as st

from mnist_demo.app import navigation
from mnist_demo.app.explore import upload, views
from mnist_demo.app.session import current, datasets
from mnist_demo.app.widgets import digits, glossary
from mnist_demo.app.widgets.layout import header
from mnist_demo.app.words import escape_markdown, plural
from mnist_demo.data import SplitName
from mnist_demo.data.examples import SPLIT_WORDS, Examples
from mnist_demo.experiment import DataReference

# Blocks of two columns fill a row of any width with whole digits: six blocks on a desktop, three on a phone.
_BLOCKS, _BLOCK_COLUMNS, _BLOCK_ROWS = 6, 2, 6
_SAMPLE = _BLOCKS * _BLOCK_COLUMNS * _BLOCK_ROWS
# Digits are this many screen pixels apart, which is also Streamlit's gap "xxsmall" between blocks.
_GAP = 4

_ALL = -1
# Links of earlier versions use the second name.
_SAMPLE_PARAMETER, _EARLIER_PARAMETER = "sample", "handful"


class _View(Enum):
    """The view under the grid; the labels are part of the address."""

    CLASSES = "Classes"
    ONE_DIGIT = "One digit"
    MAP = "Map"
    OTHER_DATA = "Use other data"


def page() -> None:
    """Draw a grid of examples, and under it the classes, one digit, the map and the upload of other data."""
    header(
        navigation.EXPLORE,
        "Look at what the network will learn from: choose a split and a class, and take another sample.",
    )
    upload.say_what_was_taken()
    load = _chosen(current.data().class_names)
    _grid(load)
    _views(load)
    navigation.next_step(navigation.DESIGN, "Design a network")


def _chosen(class_names: Sequence[str]) -> Callable[[], Examples]:
    """Draw the controls, all of which are part of the address, and return a loader of the chosen examples."""
    # Pass names, not images: Streamlit keeps the arguments of widgets and fragments for two minutes after the visit.
    with st.container(horizontal=True, vertical_alignment="bottom", key="explore_choice"):
        split = st.segmented_control(
            "Split",
            list(SplitName),
            default=SplitName.TRAIN,
            required=True,
            format_func=lambda name: SPLIT_WORDS[name].capitalize(),
            key="split",
            bind="query-params",
            help=glossary.about("split"),
        )
        label = st.pills(
            "Class",
            [_ALL, *range(len(class_names))],
            default=_ALL,
            required=True,
            format_func=lambda option: "All" if option == _ALL else escape_markdown(class_names[option]),
            key="digit",
            bind="query-params",
            wrap=True,
        )
    chosen = None if label in (None, _ALL) else label
    return functools.partial(_examples, current.experiment().data, split or SplitName.TRAIN, chosen)


def _examples(reference: DataReference, split: SplitName, label: int | None) -> Examples:
    return Examples(datasets.load(reference), reference.digest, split, label)


@st.fragment  # a fragment, so that another sample does not redraw the charts
def _grid(load: Callable[[], Examples]) -> None:
    examples = load()
    total = len(examples.indices)
    number = _sample_number()
    shown = examples.sample(number, _SAMPLE)
    if total == 0:
        st.info(
            f"There are no {escape_markdown(examples.words)}: choose another class or split.",
            icon=":material/search_off:",
        )
    with st.container(horizontal=True, gap="xxsmall"):
        for start in range(0, len(shown), _BLOCK_COLUMNS * _BLOCK_ROWS):
            block = shown[start : start + _BLOCK_COLUMNS * _BLOCK_ROWS]
            labels = [examples.data.class_names[label] for label in examples.split.labels[block]]
            picture = digits.sheet(digits.inked(examples.split.images[block]), _BLOCK_COLUMNS, scale=2, gap=_GAP)
            digits.show(picture, alt=f"{plural(len(block), 'example')}: {', '.join(labels)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "More",
            icon=":material/shuffle:",
            disabled=total <= _SAMPLE,
            on_click=_next_sample,
            args=(number,),
            key="more",
            help="Another sample of the same kind.",
        )
        st.markdown(
            f"{len(shown):,} of the {total:,} {escape_markdown(examples.words)} "
            f"in {escape_markdown(examples.data.name)}"
        )
        if not current.experiment().data.is_mnist:
            upload.back_to_mnist()


def _sample_number() -> int:
    asked = st.query_params.get(_SAMPLE_PARAMETER) or st.query_params.get(_EARLIER_PARAMETER, "")
    return int(asked) if len(asked) <= 4 and asked.isascii() and asked.isdigit() else 0


def _next_sample(number: int) -> None:
    st.query_params.pop(_EARLIER_PARAMETER, None)
    st.query_params[_SAMPLE_PARAMETER] = str(number + 1)


def _views(load: Callable[[], Examples]) -> None:
    tabs = st.tabs([view.value for view in _View], key="view", bind="query-params")
    for view, tab in zip(_View, tabs, strict=True):
        if not tab.open:
            continue
        with tab:
            if view is _View.CLASSES:
                views.classes(load())
            elif view is _View.ONE_DIGIT and len(load().indices):
                views.one_digit(load)
            elif view is _View.MAP:
                views.map_of_images(load)
            elif view is _View.OTHER_DATA:
                upload.panel()


page()
