"""The layout of Design that Streamlit has no option for: cards, rows of layers, and the editor beside its row.

Without the style sheet the page is one column of ordinary controls.
"""

import streamlit as st

from mnist_demo.app.theme import colours

# In Streamlit 1.67 a radio option is a <div> with a <label> and, beside it, the caption. The label's hidden <input>
# covers the card, so that a press anywhere on the card counts.
_CARDS = """
.st-key-design_preset [role="radiogroup"] {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 0.5rem; width: 100%;
  align-items: stretch;
}
.st-key-design_preset [role="radiogroup"] > div {
  position: relative; padding: 0.45rem 0.6rem; border: 1px solid LINE; border-radius: 0.5rem;
}
.st-key-design_preset [role="radiogroup"] > div:hover { border-color: PRIMARY; }
.st-key-design_preset [role="radiogroup"] > div:has(input:checked) { box-shadow: 0 0 0 2px PRIMARY; }
.st-key-design_preset [role="radiogroup"] > div:has(input:focus-visible) { outline: 2px solid; outline-offset: 3px; }
.st-key-design_preset [data-testid="stRadioOption"] > span:has(input) {
  position: absolute !important; inset: 0; width: auto !important; height: auto !important; margin: 0 !important;
  clip: auto !important; clip-path: none !important; opacity: 0; z-index: 1;
}
.st-key-design_preset input { width: 100%; height: 100%; margin: 0; cursor: pointer; }
.st-key-design_preset [data-testid="stRadioCaption"] { margin: 0; padding: 0; }
.st-key-design_preset [data-testid="stRadioCaption"] p { font-size: 0.8rem; line-height: 1.35; }
@media (max-width: 640px) {
  .st-key-design_preset [role="radiogroup"] {
    grid-template-columns: none; grid-auto-flow: column; grid-auto-columns: 9.25rem; overflow-x: auto;
    padding: 3px; scroll-padding: 3px; scroll-snap-type: x proximity;
  }
  .st-key-design_preset [role="radiogroup"] > div { scroll-snap-align: start; }
}
"""

# An editor lies in the second column, beside its row; it spans more rows than a network has, so it moves none of them.
_ROWS = """
.st-key-design_layers { container-type: inline-size; }
[class*="st-key-design_row_"] { padding: 0.2rem 0.75rem 0.4rem; column-gap: 0.25rem; row-gap: 0; }
[class*="st-key-design_row_"] > :has(.design-figures) { order: 1; flex: 1 1 100%; }
[class*="st-key-design_row_"] > :has(> [class*="st-key-design_remark_"]) { order: 2; flex: 1 1 100%; }
[class*="st-key-design_row_"] > [class*="st-key-design_open_"] { flex: 1 1 8rem; min-width: 0; }
[class*="st-key-design_open_"] button { padding-left: 0; }
[class*="st-key-design_open_"] :is(button, button > div) { justify-content: flex-start; }
[class*="st-key-design_open_"] button p { white-space: normal; text-align: left; }
[class*="st-key-design_step_"] button p {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
[class*="st-key-design_step_"] button { min-width: 2.25rem; }
.design-figures {
  display: grid; grid-template-columns: 5.4em 9.6em 10.6em auto; gap: 0 0.4em;
  font-size: 0.85rem; font-variant-numeric: tabular-nums;
}
.design-figures span { color: FAINT; white-space: nowrap; }
.design-hint { font-size: 0.875rem; color: FAINT; padding: 0.6rem 0; margin: 0; }
.st-key-design_rows > :has(+ * > .st-key-design_editor) > div, .st-key-design_editor { border-color: PRIMARY; }
[class*="st-key-design_fields_"] {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(8.5rem, 100%), 1fr)); gap: 0.75rem 0.6rem;
}
[class*="st-key-design_settings_"] {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(9rem, 100%), 1fr)); gap: 0.75rem 1rem;
}
@container (min-width: 740px) {
  .st-key-design_rows {
    display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 0 1rem; align-items: start;
  }
  .st-key-design_rows > * { grid-column: 1; margin-bottom: 0.35rem; }
  .st-key-design_rows > :has(> .st-key-design_editor), .st-key-design_rows > :has(.design-hint) {
    grid-column: 2; grid-row: span 60; margin: 0;
  }
}
@container (min-width: 1280px) {
  [class*="st-key-design_row_"] { padding-bottom: 0.2rem; }
  [class*="st-key-design_row_"] > :first-child { flex: 0 0 15.5rem !important; }
  [class*="st-key-design_row_"] > :has(.design-figures) { order: 0; flex: 0 0 28rem; }
  [class*="st-key-design_row_"] > [class*="st-key-design_step_"] { order: 1; }
}
@container (max-width: 480px) { .design-figures { grid-template-columns: 10.6em auto; } }
"""

# 44 pixels are the least height of a target for a thumb (WCAG 2.5.5).
_THUMBS = """
.st-key-design_attention { display: none; }
@media (max-width: 640px), (pointer: coarse) {
  [data-testid="stMain"] [data-testid^="stBaseButton"]:not([kind="header"]) { min-height: 44px; min-width: 44px; }
  [data-testid="stMain"] [data-testid="stSelectbox"] [data-baseweb="select"] > div,
  [data-testid="stMain"] [data-testid="stNumberInputContainer"] { min-height: 44px; }
}
"""

# The picture is drawn at twice the pixels of the image; three times is the next size at which the digit stays sharp.
_ROOM = """
@media (min-width: 1700px) { .st-key-design_picture { zoom: 1.5; } .st-key-design_preset { min-height: 0; } }
"""


def apply() -> None:
    """Add the layout to the page. Call before the elements that it arranges, so that they never stand elsewhere."""
    st.html(f"<style>{sheet()}</style>")


def sheet() -> str:
    """Return the style sheet in the page's current colours."""
    line = colours.of_theme("borderColor", colours.appearance())
    words = {"PRIMARY": colours.primary_colour(), "LINE": line, "FAINT": colours.quiet_colour()}
    text = f"{_CARDS} {_ROWS} {_THUMBS} {_ROOM}"
    for word, colour in words.items():
        text = text.replace(word, colour)
    return text
