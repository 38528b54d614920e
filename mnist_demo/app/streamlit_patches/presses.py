"""A press counts once, also when Streamlit's page sends it twice."""

import functools

from streamlit.proto.BackMsg_pb2 import BackMsg

from mnist_demo.app.streamlit_patches import session_method

_TRIGGERS = frozenset({"trigger_value", "string_trigger_value", "json_trigger_value", "chat_input_value"})
"""The kinds of values that mean something happened, and that the page forgets when it has sent them."""


@functools.cache
def count_once() -> None:
    """Let every session of this server count a press once; to be called before anything is drawn.

    Streamlit's page (1.67) notes a press and sends it a moment later (`scheduleFlush` in its `WidgetStateManager`).
    When the timer of a live fragment fires in between, its message carries the note as well, and the callback of a
    button would run for both: two batches for one press, two strokes taken back. No time between the two tells them
    from two presses, as one waits for the other's answer; but the first is known by being the timer's, which says
    itself that it is, and the press itself is always still to come. So what a timer's message says of presses is passed
    over, before the server puts messages together that wait: those keep the presses of the earlier ones.
    """

    def changed(receive: session_method.Method) -> session_method.Method:
        def handle_backmsg(self: object, msg: BackMsg) -> None:
            pass_over_early_presses(msg)
            receive(self, msg)

        return handle_backmsg

    session_method.replace("handle_backmsg", ("self", "msg"), changed)


def pass_over_early_presses(message: BackMsg) -> None:
    """Take the presses out of what a live fragment's timer made the page send; any other message stays as it is."""
    if message.WhichOneof("type") != "rerun_script" or not message.rerun_script.is_auto_rerun:
        return
    states = message.rerun_script.widget_states.widgets
    kept = [state for state in states if state.WhichOneof("value") not in _TRIGGERS]
    if len(kept) < len(states):
        del states[:]
        states.extend(kept)
