"""Presses that a live fragment's timer made the page send too early: they come once more, and count then."""

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.app_session import AppSession

from mnist_demo.app.streamlit_patches import presses

PRESS = WidgetState(id="button", trigger_value=True)
CHOICE = WidgetState(id="choice", string_value="canvas")


def rerun(*states: WidgetState, is_auto: bool) -> BackMsg:
    message = BackMsg()
    message.rerun_script.is_auto_rerun = is_auto
    message.rerun_script.widget_states.widgets.extend(states)
    return message


@pytest.mark.parametrize(
    ("sent", "is_auto", "kept"),
    [
        ((PRESS, CHOICE), False, ["button", "choice"]),
        ((PRESS, CHOICE), True, ["choice"]),
        ((CHOICE, WidgetState(id="component", json_trigger_value="[1]")), True, ["choice"]),
        ((CHOICE,), True, ["choice"]),
    ],
)
def test_only_a_timers_message_has_its_presses_passed_over(
    sent: tuple[WidgetState, ...], is_auto: bool, kept: list[str]
) -> None:
    message = rerun(*sent, is_auto=is_auto)
    presses.pass_over_early_presses(message)
    assert [state.id for state in message.rerun_script.widget_states.widgets] == kept


def test_other_messages_stay_as_they_are() -> None:
    message = BackMsg(stop_script=True)
    presses.pass_over_early_presses(message)
    assert message == BackMsg(stop_script=True)


def test_two_quick_presses_are_two_whatever_timers_send_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[BackMsg] = []
    monkeypatch.setattr(AppSession, "handle_backmsg", lambda self, msg: received.append(msg))
    presses.count_once.__wrapped__()
    for is_auto in (True, False, False, True, True, False):
        AppSession.handle_backmsg(None, rerun(PRESS, is_auto=is_auto))  # type: ignore[arg-type]
    counted = [message for message in received if message.rerun_script.widget_states.widgets]
    assert len(received) == 6
    assert [message.rerun_script.is_auto_rerun for message in counted] == [False, False, False]


def test_a_streamlit_without_that_method_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(AppSession, "handle_backmsg")
    presses.count_once.__wrapped__()
    assert not hasattr(AppSession, "handle_backmsg")
