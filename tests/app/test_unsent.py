"""What was drawn and not sent yet, when a live fragment is drawn again."""

from types import SimpleNamespace

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from mnist_demo.app.streamlit_patches import unsent

LIVE = "the live fragment"


def drawn(text: str, fragment: str = "") -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.extend([0, 1])
    message.delta.fragment_id = fragment
    message.delta.new_element.markdown.body = text
    return message


def whole_page_ended() -> ForwardMsg:
    return ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)


def waiting(queue: ForwardMsgQueue) -> list[str]:
    """What a queue would send, in short."""
    return [
        message.delta.new_element.markdown.body if message.WhichOneof("type") == "delta" else "the end"
        for message in queue.flush()
    ]


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    # Given back after the test, whatever another has done to the class.
    monkeypatch.setattr(AppSession, "_clear_queue", AppSession._clear_queue)
    unsent.keep.__wrapped__()
    return SimpleNamespace(_browser_queue=ForwardMsgQueue())


def begin(session: SimpleNamespace, fragments: list[str] | None) -> None:
    AppSession._clear_queue(session, fragments)  # type: ignore[arg-type]


def test_a_fragments_run_leaves_what_the_whole_page_drew_of_it(session: SimpleNamespace) -> None:
    queue = session._browser_queue
    queue.enqueue(drawn("by the whole page", LIVE))
    queue.enqueue(whole_page_ended())
    begin(session, [LIVE])
    queue.enqueue(drawn("by the fragment's own run", LIVE))
    # In their order: put in the place of the first, the second would count as the whole page's.
    assert waiting(queue) == ["by the whole page", "the end", "by the fragment's own run"]


def test_a_run_of_the_whole_page_still_throws_away_what_it_draws_anew(session: SimpleNamespace) -> None:
    queue = session._browser_queue
    queue.enqueue(drawn("outdated"))
    queue.enqueue(drawn("outdated too", LIVE))
    begin(session, None)
    queue.enqueue(drawn("new"))
    assert waiting(queue) == ["new"]


def test_a_streamlit_without_that_method_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(AppSession, "_clear_queue")
    unsent.keep.__wrapped__()
    assert not hasattr(AppSession, "_clear_queue")
