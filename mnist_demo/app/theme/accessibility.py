"""What assistive technology needs and Streamlit 1.67 does not give.

- Each "?" beside text is called "Help"; the text names it.
- Words that scroll have nothing to focus, so that a keyboard could not scroll them.
- The groups of the menu stand in a list that may only have items.
"""

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
  for (const group of document.querySelectorAll('[data-testid="stSidebarNavItems"] > div')) {
    group.parentElement.role = "none"
    group.role = "group"
    group.ariaLabel = group.firstElementChild.textContent.trim()
    for (const item of group.querySelectorAll("li")) item.role = "none"
  }
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
