"""What the browser shows and focuses after an edit: the part that was opened, and the button of a layer that moved.

Without it a menu that opens at the foot of the screen stays out of sight, and a layer that moves takes the keyboard's
focus with it into nowhere, because Streamlit (1.67) draws the buttons of a moved row anew.
"""

import streamlit as st

_KEY = "design_attention"
_REQUEST = "design_attention_request"

# An opened part grows while its controls load, so it is kept in view until the visitor does something else.
_JS = """
const INPUTS = ["wheel", "pointerdown", "touchstart", "keydown"]
const find = key => document.querySelector(`.st-key-${key}`)
let done = 0
let observer

function stop() {
  observer?.disconnect()
  for (const each of INPUTS) removeEventListener(each, stop)
}

export default function ({ data }) {
  if (!data || data.number === done) return
  done = data.number
  stop()
  const shown = find(data.show)
  if (shown) {
    observer = new ResizeObserver(() => shown.scrollIntoView({ block: "nearest" }))
    observer.observe(shown)
    for (const each of INPUTS) addEventListener(each, stop, { passive: true })
  }
  data.focus.map(key => find(key)?.querySelector("button:enabled")).find(Boolean)?.focus()
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
