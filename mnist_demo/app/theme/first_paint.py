"""The style that the browser has before any element of a page, which reserves space for late elements."""

from pathlib import Path

from mnist_demo.app.theme.style import ANSWER_LINE

DESIGN = Path(__file__).with_name("design.css").read_text()
"""The layout of the page Design."""

_RESERVED: dict[str, tuple[int, int]] = {
    "explore_choice": (60, 172),
    "design_preset": (190, 100),
    "design_picture": (116, 248),
    "start_controls": (40, 40),
    "start_words": (151, 151),
    "train_controls": (40, 107),
    "train_progress": (54, 73),
    "train_told": (44, 128),
    "train_figures": (76, 216),
    "train_charts": (260, 536),
    "time_machine_": (555, 1_115),
    "canvas": (328, 328),
    "draw_source": (32, 32),
    "draw_seen": (195, 195),
    "draw_bars": (290, 290),
}
"""Least height on a desktop and on a phone, in pixels, by the beginning of an element's key.

Streamlit (1.67) shows 40 pixels in the place of an element until the script that draws it has arrived.
"""

# Streamlit draws the page narrow and without its sidebar first, and both jump when the sidebar arrives; the navigation
# then moves the sidebar's other elements down. The width here is the sidebar's own.
_SIDEBAR = """
[data-testid="stMainBlockContainer"] { max-width: none !important }
[data-testid="stSidebar"]:not(:has([data-testid="stSidebarNav"])) [data-testid="stSidebarUserContent"] {
  visibility: hidden
}
@media (min-width: 768px) {
  [data-testid="stAppViewContainer"]:not(:has([data-testid="stSidebar"]))::before {
    content: ""; flex: none; width: 300px
  }
}
"""

# The first figures stay where they are when the others arrive below them.
_FIGURES = ".st-key-train_figures { align-content: flex-start; }"


def sheet() -> str:
    """Return the style sheet."""
    desk, phone = (
        " ".join(
            f'[class^="st-key-{key}"], [class*=" st-key-{key}"] {{ min-height: {heights[place]}px }}'
            for key, heights in _RESERVED.items()
        )
        for place in (0, 1)
    )
    return f"{_SIDEBAR} {_FIGURES} {ANSWER_LINE} {desk} @media (max-width: 640px) {{ {phone} }} {DESIGN}"
