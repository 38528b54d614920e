"""Counts a press once, even when Streamlit's page sends it twice."""

import functools
import logging
from typing import TYPE_CHECKING

from mnist_demo.app.streamlit_patches.patch import Method, Patch

if TYPE_CHECKING:
    from streamlit.proto.BackMsg_pb2 import BackMsg

_TRIGGERS = frozenset({"trigger_value", "string_trigger_value", "json_trigger_value", "chat_input_value"})
"""The kinds of values that mean an event, and that the page forgets once it has sent them."""

_log = logging.getLogger(__name__)


def pass_over_early_presses(message: "BackMsg") -> None:
    """Remove the presses from a message that a live fragment's timer sent; any other message stays unchanged."""
    if message.WhichOneof("type") != "rerun_script" or not message.rerun_script.is_auto_rerun:
        return
    states = message.rerun_script.widget_states.widgets
    kept = [state for state in states if state.WhichOneof("value") not in _TRIGGERS]
    if len(kept) < len(states):
        del states[:]
        states.extend(kept)


@functools.cache
def _warn_of_unknown_messages(error: str) -> None:
    _log.warning("Streamlit's messages have changed (%s): a press may count twice.", error)


def _change(receive: Method) -> Method:
    def handle_backmsg(self: object, msg: "BackMsg") -> None:
        try:
            pass_over_early_presses(msg)
        except (AttributeError, ValueError, TypeError) as error:
            _warn_of_unknown_messages(str(error))
        receive(self, msg)

    return handle_backmsg


# Streamlit's page notes a press and sends it a moment later (`scheduleFlush` in its `WidgetStateManager`). A timer that
# fires in between sends the note as well. Arrival times do not distinguish such a pair from two presses, but the early
# message says that a timer sent it, and the press itself always follows. The early one is dropped before the server
# merges the waiting messages, because merging keeps the presses of earlier messages.
COUNT_PRESSES_ONCE = Patch(
    name="count_presses_once",
    fault="a press that comes as the timer of a live fragment fires is sent twice and counts twice",
    seen_in="1.67",
    owner="streamlit.runtime.app_session:AppSession",
    method="handle_backmsg",
    parameters=("self", "msg"),
    change=_change,
)
