"""Each patch of Streamlit fits the installed version, and its fault is still there without the patch."""

import importlib.metadata
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from mnist_demo.app import streamlit_patches
from mnist_demo.app.streamlit_patches import PATCHES, Patch, bound_uploads
from mnist_demo.app.streamlit_patches.bound_uploads import BOUND_UPLOADS, MAX_SESSION_BYTES, MAX_SESSION_FILES
from mnist_demo.app.streamlit_patches.count_presses_once import COUNT_PRESSES_ONCE, pass_over_early_presses
from mnist_demo.app.streamlit_patches.keep_unsent_fragments import KEEP_UNSENT_FRAGMENTS

LIVE = "the live fragment"
PRESS = WidgetState(id="button", trigger_value=True)
CHOICE = WidgetState(id="choice", string_value="canvas")


@pytest.fixture(autouse=True)
def streamlit_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the patches that another test applied to Streamlit, and apply them again after the test."""
    for owner, name in (
        (AppSession, "handle_backmsg"),
        (AppSession, "_clear_queue"),
        (MemoryUploadedFileManager, "add_file"),
    ):
        method = getattr(owner, name)
        while closure := getattr(method, "__closure__", None):
            method = closure[0].cell_contents
        monkeypatch.setattr(owner, name, method)


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.name)
def test_a_patch_fits_the_installed_streamlit(patch: Patch) -> None:
    assert importlib.metadata.version("streamlit").startswith(f"{patch.seen_in}.")
    assert patch.apply()
    assert Path(streamlit_patches.__file__).with_name(f"{patch.name}.py").is_file()


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.name)
@pytest.mark.parametrize(
    "change",
    [
        lambda patch: replace(patch, method="gone"),
        lambda patch: replace(patch, owner="streamlit.runtime.gone:Gone"),
        lambda patch: replace(patch, parameters=("self", "something_else")),
    ],
    ids=["method", "module", "parameters"],
)
def test_a_patch_that_does_not_fit_is_logged_and_skipped(
    patch: Patch, change: Callable[[Patch], Patch], caplog: pytest.LogCaptureFixture
) -> None:
    before = AppSession.handle_backmsg, AppSession._clear_queue, MemoryUploadedFileManager.add_file
    with caplog.at_level(logging.WARNING):
        assert not change(patch).apply()
    assert (AppSession.handle_backmsg, AppSession._clear_queue, MemoryUploadedFileManager.add_file) == before
    assert patch.name in caplog.text
    assert patch.fault in caplog.text


def test_all_patches_are_applied_once_and_none_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(AppSession, "_clear_queue")
    streamlit_patches.apply.__wrapped__()
    assert AppSession.handle_backmsg.__module__ == "mnist_demo.app.streamlit_patches.count_presses_once"
    assert not hasattr(AppSession, "_clear_queue")


# The next tests are on a press that is sent twice; tests/browser/test_streamlit_patches.py shows the fault itself.


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
def test_only_a_timers_message_loses_its_presses(sent: tuple[WidgetState, ...], is_auto: bool, kept: list[str]) -> None:
    message = rerun(*sent, is_auto=is_auto)
    pass_over_early_presses(message)
    assert [state.id for state in message.rerun_script.widget_states.widgets] == kept


def test_other_messages_stay_as_they_are() -> None:
    message = BackMsg(stop_script=True)
    pass_over_early_presses(message)
    assert message == BackMsg(stop_script=True)


def test_two_quick_presses_are_two_whatever_timers_send_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[BackMsg] = []
    monkeypatch.setattr(AppSession, "handle_backmsg", lambda self, msg: received.append(msg))
    assert COUNT_PRESSES_ONCE.apply()
    for is_auto in (True, False, False, True, True, False):
        AppSession.handle_backmsg(None, rerun(PRESS, is_auto=is_auto))  # type: ignore[arg-type]
    counted = [message for message in received if message.rerun_script.widget_states.widgets]
    assert len(received) == 6
    assert [message.rerun_script.is_auto_rerun for message in counted] == [False, False, False]


class OtherMessage:
    """A message of another Streamlit, whose kind does not say whether a timer sent it."""

    rerun_script = SimpleNamespace()

    def WhichOneof(self, group: str) -> str:  # noqa: N802
        return "rerun_script"


class UnknownMessage:
    """A message of another Streamlit, of no known kind."""

    def WhichOneof(self, group: str) -> str:  # noqa: N802
        raise ValueError(f"no oneof {group}")


@pytest.mark.parametrize("message", [OtherMessage(), UnknownMessage()])
def test_a_message_of_another_kind_stays_unchanged(message: object, monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[object] = []
    monkeypatch.setattr(AppSession, "handle_backmsg", lambda self, msg: received.append(msg))
    assert COUNT_PRESSES_ONCE.apply()
    AppSession.handle_backmsg(None, message)  # type: ignore[arg-type]
    assert received == [message]


# The next tests are on unsent messages when a live fragment draws again.


def drawn(text: str, fragment: str = "") -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.extend([0, 1])
    message.delta.fragment_id = fragment
    message.delta.new_element.markdown.body = text
    return message


def begin_a_run(queue: ForwardMsgQueue, fragments: list[str] | None) -> None:
    AppSession._clear_queue(SimpleNamespace(_browser_queue=queue), fragments)  # type: ignore[arg-type]


def sent(queue: ForwardMsgQueue) -> list[str]:
    """Return a short form of the messages that a queue would send."""
    return [
        message.delta.new_element.markdown.body if message.WhichOneof("type") == "delta" else "the end"
        for message in queue.flush()
    ]


def sent_when_a_fragment_begins_early() -> list[str]:
    queue = ForwardMsgQueue()
    queue.enqueue(drawn("by the whole page", LIVE))
    queue.enqueue(ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY))
    begin_a_run(queue, [LIVE])
    queue.enqueue(drawn("by the fragment's own run", LIVE))
    return sent(queue)


def test_without_the_patch_the_whole_page_ends_without_its_fragment() -> None:
    assert sent_when_a_fragment_begins_early() == ["the end", "by the fragment's own run"]


def test_a_fragments_run_leaves_what_the_whole_page_drew_of_it() -> None:
    assert KEEP_UNSENT_FRAGMENTS.apply()
    # The order must be kept, because in the place of the first message the second would count as the whole page's.
    assert sent_when_a_fragment_begins_early() == ["by the whole page", "the end", "by the fragment's own run"]


def test_a_run_of_the_whole_page_still_throws_away_what_it_draws_anew() -> None:
    assert KEEP_UNSENT_FRAGMENTS.apply()
    queue = ForwardMsgQueue()
    queue.enqueue(drawn("outdated"))
    queue.enqueue(drawn("outdated too", LIVE))
    begin_a_run(queue, None)
    queue.enqueue(drawn("new"))
    assert sent(queue) == ["new"]


# The next tests are on files that a session uploads and never uses.


def upload(manager: MemoryUploadedFileManager, session: str, name: str, size: int) -> None:
    manager.add_file(session, UploadedFileRec(name, f"{name}.npz", "application/octet-stream", bytes(size)))


def held(manager: MemoryUploadedFileManager, session: str) -> list[str]:
    return list(manager.file_storage[session])


def test_without_the_patch_a_session_may_upload_without_end() -> None:
    manager = MemoryUploadedFileManager("/upload")
    for number in range(10 * MAX_SESSION_FILES):
        upload(manager, "a", str(number), 1)
    assert len(held(manager, "a")) == 10 * MAX_SESSION_FILES


def test_a_session_keeps_the_newest_files_up_to_their_number() -> None:
    assert BOUND_UPLOADS.apply()
    manager = MemoryUploadedFileManager("/upload")
    upload(manager, "another", "kept", 1)
    for number in range(10 * MAX_SESSION_FILES):
        upload(manager, "a", str(number), 1)
    assert held(manager, "a") == [str(number) for number in range(9 * MAX_SESSION_FILES, 10 * MAX_SESSION_FILES)]
    assert held(manager, "another") == ["kept"]


def test_a_session_keeps_the_newest_files_up_to_their_size() -> None:
    assert BOUND_UPLOADS.apply()
    manager = MemoryUploadedFileManager("/upload")
    for name in "abcdef":
        upload(manager, "a", name, MAX_SESSION_BYTES // 4)
    assert held(manager, "a") == list("cdef")


def test_many_sessions_together_stay_within_the_common_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bound_uploads, "MAX_ALL_BYTES", 100)
    assert BOUND_UPLOADS.apply()
    manager = MemoryUploadedFileManager("/upload")
    upload(manager, "small", "kept", 10)
    for name in "abc":
        upload(manager, "large", name, 40)
    assert held(manager, "small") == ["kept"]
    assert held(manager, "large") == ["b", "c"]
