"""Names for the "?" beside text, because Streamlit 1.67 gives all of them the name "Help"."""

import streamlit as st

_KEY = "help_names"

# The text of the element that holds the "?" names it, as Streamlit itself does beside a widget.
_NAME_THEM = """
function name() {
  for (const button of document.querySelectorAll('button[aria-label="Help"]')) {
    const words = button.closest('[data-testid="stElementContainer"]')?.textContent.trim().replaceAll(/\\s+/g, " ")
    if (words) button.setAttribute("aria-label", `Help for ${words}`)
  }
}
export default function () {
  const observer = new MutationObserver(name)
  observer.observe(document.body, { childList: true, subtree: true })
  name()
  return () => observer.disconnect()
}
"""

_component = st.components.v2.component(_KEY, js=_NAME_THEM)


def apply() -> None:
    """Name each "?" on the visitor's page, without an element that takes space."""
    with st.container(key=f"unseen_{_KEY}"):  # hidden by the style sheet
        _component(key=f"{_KEY}_component")
