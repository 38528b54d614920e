"""Names for the "?" beside text, all of which Streamlit 1.67 calls "Help", and a way to scroll words by keyboard."""

import streamlit as st

SCROLLED = "scrolled"
"""Beginning of the keys of containers that a style lets scroll, which have nothing to focus."""

_KEY = "accessibility"

# The text of the element that holds the "?" names it, as Streamlit itself does beside a widget.
_MEND = """
function mend() {
  for (const button of document.querySelectorAll('button[aria-label="Help"]')) {
    const words = button.closest('[data-testid="stElementContainer"]')?.textContent.trim().replaceAll(/\\s+/g, " ")
    if (words) button.setAttribute("aria-label", `Help for ${words}`)
  }
  for (const words of document.querySelectorAll('[class*="st-key-scrolled"]')) words.tabIndex = 0
}
export default function () {
  const observer = new MutationObserver(mend)
  observer.observe(document.body, { childList: true, subtree: true })
  mend()
  return () => observer.disconnect()
}
"""

_component = st.components.v2.component(_KEY, js=_MEND)


def apply() -> None:
    """Mend the visitor's page, without an element that takes space."""
    with st.container(key=f"unseen_{_KEY}"):  # hidden by the style sheet
        _component(key=f"{_KEY}_component")
