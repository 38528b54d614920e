"""The pages of the lab, in the order of the path through it: the one table that the menu, the links and tests read."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

_APP = Path(__file__).parent

# The default page answers at the bare address only, and Streamlit says "page not found" at the page's own path. So that
# path is never typed by hand, and the front door redirects the page's other spellings to the bare address.
UNUSED_PATH = "-"
"""The path of the first page."""


class Group(StrEnum):
    """A group of pages in the menu, by its title."""

    LEARN = "Learn"
    MAKE = "Make"
    UNDERSTAND = "Understand"
    KEEP = "Keep"


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        group: The page's group in the menu.
        name: The page's folder below `app/`, and its address.
        title: The title in the menu.
        icon: A Material Symbols icon.
        help: A sentence on the page's purpose.
        heading: The heading of the page, if it is not the title.
    """

    group: Group
    name: str
    title: str
    icon: str
    help: str
    heading: str = ""

    @property
    def path(self) -> Path:
        """The path of the page's script."""
        return _APP / self.name / "page.py"


START = Page(
    Group.LEARN,
    "start",
    "Start",
    "home",
    "Draw a digit, and watch a network learn to read it.",
    heading="Watch it learn to read",
)
LEARN = Page(Group.LEARN, "learn", "Lessons", "school", "Take a lesson in the lab.")
EXPLORE = Page(Group.MAKE, "explore", "Explore", "grid_view", "Look at the digits.")
DESIGN = Page(Group.MAKE, "design", "Design", "layers", "Build a network and set up its training.")
TRAIN = Page(Group.MAKE, "train", "Train", "model_training", "Watch the network learn.")
EVALUATE = Page(Group.MAKE, "evaluate", "Evaluate", "fact_check", "See how good it is, and where not.")
TIME_MACHINE = Page(
    Group.UNDERSTAND, "time_machine", "Time machine", "history", "Move through the epochs of a network's training."
)
DRAW = Page(Group.UNDERSTAND, "draw", "Draw", "draw", "Draw a digit and have it read.")
RUNS = Page(Group.KEEP, "runs", "Runs", "compare_arrows", "Find every run again and compare them.")

PAGES = (START, LEARN, EXPLORE, DESIGN, TRAIN, EVALUATE, TIME_MACHINE, DRAW, RUNS)
"""Every page; the first one answers at the bare address."""

FIRST = PAGES[0]


BY_NAME = {page.name: page for page in PAGES}
"""Every page by its name."""


def base_path() -> str:
    """Return the path before every address (`server.baseUrlPath`), with a slash at both ends."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}/" if base else "/"


def pages() -> dict[str, list[StreamlitPage]]:
    """Return the pages by their groups, for `st.navigation`."""
    groups = {str(group): [_streamlit_page(page) for page in PAGES if page.group is group] for group in Group}
    hidden = (
        st.Page(_to_first, title=FIRST.title, url_path=name, visibility="hidden") for name in (FIRST.name, "home")
    )
    groups[FIRST.group].extend(hidden)
    return groups


def name_of(page: StreamlitPage) -> str:
    """Return the name of a page that `st.navigation` chose; a hidden page is the first page."""
    return page.url_path if page.url_path in BY_NAME else FIRST.name


def _streamlit_page(page: Page) -> StreamlitPage:
    is_first = page is FIRST
    return st.Page(
        page.path,
        title=page.title,
        icon=f":material/{page.icon}:",
        default=is_first,
        url_path=UNUSED_PATH if is_first else page.name,
        help=page.help,
    )


def _to_first() -> None:
    st.switch_page(FIRST.path, query_params=st.query_params.to_dict())


def next_step(page: Page, label: str) -> None:
    """Draw the button at the end of a page that leads to the next page."""
    st.space("small")
    if st.button(label, icon=":material/arrow_forward:", icon_position="right", key="next_step"):
        # The switch has parameters: without them it would clear the address, which fails while a widget is bound to it.
        st.switch_page(page.path, query_params={})
