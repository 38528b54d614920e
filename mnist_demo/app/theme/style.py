"""The few looks that Streamlit's theme has no option for; everything else is in `.streamlit/config.toml`."""

import streamlit as st

from mnist_demo.app.theme import colours

# A caption has six tenths of the text's colour, and the "?" in it six tenths of that: a contrast of 2.3.
_CAPTIONS = '[data-testid="stCaptionContainer"] .stTooltipHoverTarget svg.icon { stroke: currentColor; }'

# A popover looks for the side of its button with more room whenever its size changes, but is cut to the room that it
# has where it stands (Streamlit 1.67). What grows after it was opened at the foot of the screen would stay a narrow
# strip there: so it is as high as what it holds, up to what most need. A browser that does not know how leaves it.
_POPOVERS = '[data-testid="stPopoverBody"] { min-height: calc-size(fit-content, min(size, 320px)); }'

# Streamlit 1.67 removes the outline of the navigation's links and shows their focus by a faint ground alone.
_FOCUS = '[data-testid="stSidebarNavLink"]:focus-visible { outline: 2px solid; outline-offset: -2px; }'

# The component of `help_names` shows nothing, and its room would push the page down.
_UNSEEN = ".st-key-help_names { display: none; }"

# The controls of a training change when it begins and ends; their box is a button high while it is empty for a moment.
_CONTROLS = ".st-key-train_controls { min-height: 2.5rem; }"

_BOTH = f"{_CAPTIONS} {_POPOVERS} {_FOCUS} {_UNSEEN} {_CONTROLS}"

# White stands on the primary colour whatever that is. In dark it is a light blue, on which white has a contrast of 2.3
# and the colour of the page one of 7.7 (WCAG asks for 4.5 of words and for 3 of icons).
_ON_PRIMARY = """
[data-testid^="stBaseButton-primary"]:enabled,
[data-testid="stMultiSelect"] [data-tag]:not([data-disabled]),
[data-testid="stNumberInput"] button:hover:enabled,
[data-testid="stNumberInput"] button:focus:enabled
"""

# The knob of a toggle that is on has the colour of text, which on the light blue of dark has a contrast of 1.9 (WCAG
# asks for 3).
_KNOB = '[data-testid="stCheckbox"] label:has(input:checked:enabled) > div > div:empty'


def apply() -> None:
    """Have the visitor's page use them; takes no room on it."""
    st.html(f"<style>{sheet()}</style>")


def sheet() -> str:
    """Return the style sheet for the page's appearance now."""
    paper, _ = colours.paper_and_ink()
    return (
        _BOTH
        if colours.appearance() == "light"
        else f"{_BOTH}{_ON_PRIMARY}{{ color: {paper}; }} {_KNOB} {{ background-color: {paper}; }}"
    )
