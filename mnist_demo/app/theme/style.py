"""The few styles that Streamlit's theme has no option for; the others are in `.streamlit/config.toml`."""

import streamlit as st

from mnist_demo.app.theme import colours

# A caption has 60% of the text's opacity, and the "?" in it has 60% of the caption's: a contrast of 2.3.
_CAPTIONS = '[data-testid="stCaptionContainer"] .stTooltipHoverTarget svg.icon { stroke: currentColor; }'

# A popover opens on the side of its button with more space, but is cut to the space at that place (Streamlit 1.67), so
# content that grows after opening at the foot of the screen would stay a narrow strip. The least height is that of the
# content, up to a height that most content needs. A browser without `calc-size` ignores the rule.
_POPOVERS = '[data-testid="stPopoverBody"] { min-height: calc-size(fit-content, min(size, 320px)); }'

# The links need an outline, because Streamlit 1.67 shows their focus by a faint background alone.
_FOCUS = '[data-testid="stSidebarNavLink"]:focus-visible { outline: 2px solid; outline-offset: -2px; }'

# The components of `accessibility` and `phone_menu` show nothing, and their space would move the page down.
_UNSEEN = '[class*="st-key-unseen_"] { display: none; }'

# The boxes stay a button high while the controls change, because they are empty for a moment.
_CONTROLS = """
.st-key-train_controls, .st-key-start_controls { min-height: 2.5rem; }
@media (max-width: 640px) { .st-key-train_controls { min-height: 107px; } }
"""

# The comment on a training keeps its room while there is none: two lines beside its buttons, more on a phone.
_TOLD = """
.st-key-train_told { min-height: 2.75rem; }
@media (min-width: 641px) {
  .st-key-train_told { flex-wrap: nowrap; }
  .st-key-train_told button { white-space: nowrap; }
}
@media (max-width: 640px) { .st-key-train_told { min-height: 8rem; align-content: start; } }
"""

# The button of an open popover has a darker primary colour, which has a contrast of 2.7 on the paper of dark mode.
_OPEN_POPOVER = '[data-testid="stPopoverButton"][kind="tertiary"][aria-expanded="true"]'

# The guide of a lesson is slim, because it must not hide the page that it speaks of. Its words scroll.
_GUIDE = ".st-key-scrolled_lesson { max-height: min(12rem, 30vh); overflow-y: auto; flex-wrap: nowrap; }"

# A phone of 640 pixels in height has no room for the answer below the canvas, so a line above the canvas tells it.
ANSWER_LINE = """
[data-testid="stLayoutWrapper"]:has(> .st-key-answer_line) { display: none; }
@media (max-width: 640px) and (max-height: 730px) {
  [data-testid="stLayoutWrapper"]:has(> .st-key-answer_line) { display: flex; margin-bottom: -0.25rem; }
  .st-key-answer_line { height: 1.75rem; }
  [data-testid="stMainBlockContainer"]:has(.st-key-answer_line) h1 { font-size: 1.375rem; padding: 0.25rem 0; }
}
"""

_BOTH = f"{_CAPTIONS} {_POPOVERS} {_FOCUS} {_UNSEEN} {_CONTROLS} {_GUIDE} {_TOLD} {ANSWER_LINE}"

# Streamlit writes white on any primary colour. In dark mode the primary colour is a light blue, on which white has a
# contrast of 2.3 and the page's colour one of 7.7 (WCAG asks for 4.5 for text and for 3 for icons).
_ON_PRIMARY = """
[data-testid^="stBaseButton-primary"]:enabled,
[data-testid="stMultiSelect"] [data-tag]:not([data-disabled]),
[data-testid="stNumberInput"] button:hover:enabled,
[data-testid="stNumberInput"] button:focus:enabled
"""

# The knob of a toggle that is on has the colour of text, which has a contrast of 1.9 on the light blue of dark mode
# (WCAG asks for 3).
_KNOB = '[data-testid="stCheckbox"] label:has(input:checked:enabled) > div > div:empty'


def apply() -> None:
    """Add the styles to the visitor's page, without an element that takes space."""
    st.html(f"<style>{sheet()}</style>")


def sheet() -> str:
    """Return the style sheet for the page's current appearance."""
    paper, _ = colours.paper_and_ink()
    if colours.appearance() == "light":
        return _BOTH
    return (
        f"{_BOTH}{_ON_PRIMARY}{{ color: {paper}; }} {_KNOB} {{ background-color: {paper}; }} "
        f"{_OPEN_POPOVER} {{ color: {colours.primary_colour()}; }}"
    )
