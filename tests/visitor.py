"""A visitor without a browser, who speaks Streamlit's websocket protocol as its frontend does."""

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE = 120.0
"""Seconds after which a wait for an answer gives up."""

_EARLY = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN


@dataclass(frozen=True)
class Widget:
    """A widget on the page: its element, and the fragment that a press of the widget runs."""

    element: Any
    fragment_id: str

    @property
    def id(self) -> str:
        """The widget's id, by which the server knows the widget."""
        return str(self.element.id)


@dataclass(eq=False)
class _Request:
    """A requested rerun: of one fragment, or of the whole page when the fragment is empty."""

    fragment_id: str
    answered: asyncio.Future[None]
    run: str = ""  # the run that answers the request, once that run has begun


@dataclass
class _Page:
    """The elements of the page, by place."""

    elements: dict[tuple[int, ...], Any] = field(default_factory=dict)
    fragments: dict[tuple[int, ...], str] = field(default_factory=dict)


class Visitor:
    """One session; an async context manager that opens the lab and leaves it.

    Args:
        url: The server's address, such as `http://127.0.0.1:8501`.
        lab: The lab's id in the address.
    """

    def __init__(self, url: str, lab: str) -> None:
        self.lab = lab
        self.pages: dict[str, str] = {}
        self.page_name = ""
        self.errors: list[str] = []
        self.received = bytearray()
        self.bytes_received = 0
        self._address = url.replace("http", "ws", 1) + "/_stcore/stream"
        self._query = f"lab={lab}"
        self._page_hash = ""
        self._page = _Page()
        self._states: dict[str, WidgetState] = {}
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._requests: list[_Request] = []

    async def __aenter__(self) -> "Visitor":
        self._socket: ClientConnection = await connect(self._address, subprotocols=["streamlit"], max_size=None)  # type: ignore[list-item]
        self._listening = asyncio.create_task(self._listen())
        await self._rerun()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in (*self._timers.values(), self._listening):
            task.cancel()
        await self._socket.close()
        await asyncio.gather(*self._timers.values(), self._listening, return_exceptions=True)

    async def go_to(self, name: str) -> float:
        """Open a page by its title in the navigation, and return the seconds until the page is complete."""
        self._page_hash = self.pages[name]
        self.page_name = name
        self._states.clear()
        return await self._rerun()

    async def press(self, widget: Widget, state: WidgetState) -> float:
        """Give a widget a value, and return the seconds until the change is shown."""
        self._states[widget.id] = state
        seconds = await self._rerun(widget.fragment_id)
        if state.WhichOneof("value") == "trigger_value":
            self._states.pop(widget.id, None)
        return seconds

    async def click(self, label: str) -> float:
        """Press a button, as soon as the button is there, and return the seconds until the change is shown."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for widget in self.widgets("button"):
                if widget.element.label == label and not widget.element.disabled:
                    return await self.press(widget, WidgetState(id=widget.id, trigger_value=True))
            await asyncio.sleep(0.05)
        raise LookupError(f"There is no button {label} on {self.page_name}.")

    def widgets(self, *kinds: str) -> list[Widget]:
        """Return the widgets of some kinds on the page."""
        found = []
        for place, element in self._page.elements.items():
            kind = element.WhichOneof("type")
            if kind in kinds:
                found.append(Widget(getattr(element, kind), self._page.fragments.get(place, "")))
        return found

    def choices(self) -> list[tuple[Widget, WidgetState]]:
        """Return, for each enabled widget that has a choice, another value of the widget, drawn at random."""
        found = []
        for kind, change in _CHANGES.items():
            for widget in self.widgets(kind):
                if not widget.element.disabled and (state := change(widget, self._states.get(widget.id))):
                    found.append((widget, state))
        return found

    async def _rerun(self, fragment_id: str = "") -> float:
        began = time.perf_counter()
        request = _Request(fragment_id, asyncio.get_running_loop().create_future())
        self._requests.append(request)
        await self._send(fragment_id)
        try:
            await asyncio.wait_for(request.answered, PATIENCE)
        except TimeoutError:
            self.errors.append(f"{self.page_name}: no answer within {PATIENCE:g} seconds")
        return time.perf_counter() - began

    async def _send(self, fragment_id: str, is_auto: bool = False) -> None:
        message = BackMsg()
        message.rerun_script.query_string = self._query
        message.rerun_script.page_script_hash = self._page_hash
        message.rerun_script.fragment_id = fragment_id
        message.rerun_script.is_auto_rerun = is_auto
        message.rerun_script.widget_states.widgets.extend(self._states.values())
        await self._socket.send(message.SerializeToString())

    async def _listen(self) -> None:
        async for content in self._socket:
            assert isinstance(content, bytes)
            self.bytes_received += len(content)
            self.received += content
            message = ForwardMsg()
            message.ParseFromString(content)
            self._take(message)

    def _take(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "new_session":
                self._begin(message.metadata.run)
            case "navigation":
                self.pages = {page.page_name: page.page_script_hash for page in message.navigation.app_pages}
                self._page_hash = message.navigation.page_script_hash
                self.page_name = {hash_: name for name, hash_ in self.pages.items()}.get(self._page_hash, "")
            case "page_info_changed":
                self._query = message.page_info_changed.query_string
            case "delta":
                self._take_delta(tuple(message.metadata.delta_path), message.delta)
            case "auto_rerun":
                rerun = message.auto_rerun
                if rerun.fragment_id not in self._timers:
                    self._timers[rerun.fragment_id] = asyncio.create_task(self._again(rerun))
            case "session_event" if message.session_event.HasField("script_compilation_exception"):
                self.errors.append(f"{self.page_name}: the script does not compile")
            case "script_finished":
                self._end(message.metadata.run.script_run_id, message.script_finished == _EARLY)

    def _begin(self, run: Any) -> None:
        # The end of a run is not always announced: a request may find its runner just leaving.
        self._answer([request for request in self._requests if request.run])
        for request in self._requests:
            if not run.fragment_ids or request.fragment_id in run.fragment_ids:
                request.run = run.script_run_id
        if not run.fragment_ids:
            self._page = _Page()
            for timer in self._timers.values():
                timer.cancel()
            self._timers.clear()

    def _end(self, run_id: str, is_early: bool) -> None:
        ended = [request for request in self._requests if request.run == run_id]
        if not is_early:
            self._answer(ended)
        # The run that replaces an interrupted run answers its request.
        for request in ended:
            request.run = ""

    def _answer(self, requests: list[_Request]) -> None:
        for request in requests:
            self._requests.remove(request)
            if not request.answered.done():
                request.answered.set_result(None)

    def _take_delta(self, place: tuple[int, ...], delta: Any) -> None:
        if delta.WhichOneof("type") != "new_element":
            if delta.WhichOneof("type") == "add_block":
                for inner in [each for each in self._page.elements if each[: len(place)] == place]:
                    del self._page.elements[inner]
            return
        element = delta.new_element
        self._page.elements[place] = element
        self._page.fragments[place] = delta.fragment_id
        if element.WhichOneof("type") == "exception":
            self.errors.append(f"{self.page_name}: {element.exception.type} {element.exception.message}")

    async def _again(self, rerun: Any) -> None:
        # The frontend sends at its interval, whether the last request was answered or not.
        with contextlib.suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(rerun.interval)
                await self._send(rerun.fragment_id, is_auto=True)


def _another(options: list[str], before: str | None) -> str | None:
    others = [option for option in options if option != before]
    return random.choice(others) if others else None


def _button_group(widget: Widget, before: WidgetState | None) -> WidgetState | None:
    options = [option.content for option in widget.element.options if not option.content_icon]
    chosen = _another(options, before.string_array_value.data[0] if before else None)
    if chosen is None:
        return None
    state = WidgetState(id=widget.id)
    state.string_array_value.data.append(chosen)
    return state


def _selectbox(widget: Widget, before: WidgetState | None) -> WidgetState | None:
    chosen = _another(list(widget.element.options), before.string_value if before else None)
    return None if chosen is None else WidgetState(id=widget.id, string_value=chosen)


def _checkbox(widget: Widget, before: WidgetState | None) -> WidgetState:
    return WidgetState(id=widget.id, bool_value=not (before.bool_value if before else widget.element.default))


def _number_input(widget: Widget, before: WidgetState | None) -> WidgetState | None:
    element = widget.element
    value = (before.double_value if before else element.default) + random.choice((-1, 1)) * element.step
    if (element.has_min and value < element.min) or (element.has_max and value > element.max):
        return None
    return WidgetState(id=widget.id, double_value=value)


_CHANGES = {
    "button_group": _button_group,
    "selectbox": _selectbox,
    "radio": _selectbox,
    "checkbox": _checkbox,
    "number_input": _number_input,
}
