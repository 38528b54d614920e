"""The menu of a narrow screen, which Streamlit 1.67 leaves open over the page that was chosen in it."""

import streamlit as st

_KEY = "phone_menu"

# Streamlit lays the sidebar over the page below 768 pixels. The press waits for the link's own handler.
_CLOSE_IT = """
export default function () {
  const close = (event) => {
    if (window.innerWidth >= 768 || !event.target.closest('[data-testid="stSidebarNavLink"]')) return
    setTimeout(() => document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click())
  }
  document.addEventListener("click", close)
  return () => document.removeEventListener("click", close)
}
"""

_component = st.components.v2.component(_KEY, js=_CLOSE_IT)


def apply() -> None:
    """Close the menu of a narrow screen when a page was chosen, without an element that takes space."""
    with st.container(key=f"unseen_{_KEY}"):  # hidden by the style sheet
        _component(key=f"{_KEY}_component")
