"""What the browser shows and focuses after an edit: the part that was opened, and the button of a layer that moved.

Without it a menu that opens at the foot of the screen stays out of sight, and a layer that moves takes the keyboard's
focus with it into nowhere, because Streamlit (1.67) draws the buttons of a moved row anew.
"""

import streamlit as st

_KEY = "design_attention"
_REQUEST = "design_attention_request"

# The wait lets the browser draw the elements, which arrive in the same message or just before it.
_JS = """
let done = 0
const find = key => document.querySelector(`.st-key-${key}`)
export default function ({ data }) {
  if (!data || data.number === done) return
  done = data.number
  const timer = setTimeout(() => {
    find(data.show)?.scrollIntoView({ block: "nearest" })
    for (const key of data.focus) {
      const button = find(key)?.querySelector("button:enabled")
      if (button) return button.focus()
    }
  }, 100)
  return () => clearTimeout(timer)
}
"""

_component = st.components.v2.component(_KEY, js=_JS)


def draw_to(show: str, *focus: str) -> None:
    """Scroll an element into view after the script, and focus a button.

    Args:
        show: The key of the element.
        focus: The keys of buttons, of which the first enabled one gets the focus; the focus stays without them.
    """
    number = st.session_state.get(_REQUEST, {}).get("number", 0) + 1
    st.session_state[_REQUEST] = {"number": number, "show": show, "focus": list(focus)}


def apply() -> None:
    """Carry out the last request in the browser, once. Call after the elements that it names."""
    with st.container(key=_KEY):  # hidden by the style sheet
        _component(data=st.session_state.get(_REQUEST), key=f"{_KEY}_component")
