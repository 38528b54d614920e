"""Which lab a browser gets: by its cookie, by a private link, and never by another site."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from mnist_demo.app.identity import COOKIE, Identity
from mnist_demo.experiment import Experiment
from mnist_demo.runs import Lab, is_lab_id

OWN, OTHER = "own-lab-01234567890123", "other-lab-012345678901"


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every request as Streamlit answers one for a page."""
    await PlainTextResponse("the page")(scope, receive, send)


class Answer:
    """A response's status, headers and text."""

    def __init__(self, messages: list[Message]) -> None:
        self.status: int = messages[0]["status"]
        self.headers = Headers(raw=messages[0]["headers"])
        self.text = b"".join(message.get("body", b"") for message in messages[1:]).decode()

    @property
    def lab(self) -> str:
        """The lab that the response's cookie names; nothing without a cookie."""
        name, _, value = self.headers.get("set-cookie", "").partition(";")[0].partition("=")
        return value if name == COOKIE else ""


def ask(
    path: str = "/",
    query: str = "",
    *,
    cookie: str | None = None,
    method: str = "GET",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    scheme: str = "http",
) -> Answer:
    """Send one request through the middleware."""
    sent = {"host": "lab.example", **(headers or {})}
    if cookie is not None:
        sent["cookie"] = f"other=1; {COOKIE}={cookie}"
    scope: Scope = {
        "type": "http",
        "method": method,
        "scheme": scheme,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
    }
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    # The event loop has a thread of its own, because the browser tests leave a loop running in theirs.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(Identity(page)(scope, receive, send))).result()
    return Answer(messages)


@pytest.fixture
def used(home: Path, small_experiment: Experiment) -> None:
    """The lab `OWN` has a run."""
    Lab(home, OWN).runs.create(small_experiment)


def test_a_new_browser_gets_a_lab_that_no_script_can_read(home: Path) -> None:
    first, second = ask(), ask("/draw")
    assert first.text == second.text == "the page"
    assert is_lab_id(first.lab)
    assert is_lab_id(second.lab)
    assert first.lab != second.lab
    attributes = first.headers["set-cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes)
    assert "Secure" not in attributes
    assert first.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("https", [{"scheme": "https"}, {"headers": {"x-forwarded-proto": "https"}}])
def test_the_cookie_is_for_https_alone_where_the_page_is(home: Path, https: dict[str, object]) -> None:
    assert "Secure" in ask(**https).headers["set-cookie"]  # type: ignore[arg-type]


def test_a_known_browser_keeps_its_lab(used: None) -> None:
    assert ask(cookie=OWN).lab == OWN
    assert ask("/train", "experiment=abc", cookie=OWN).text == "the page"


@pytest.mark.parametrize("cookie", ["", "..", "a" * 23, "../../../etc/passwd....", "é" * 22])
def test_a_damaged_cookie_is_a_new_browser_s(home: Path, cookie: str) -> None:
    found = ask(cookie=cookie)
    assert is_lab_id(found.lab)
    assert found.lab != cookie


def test_a_private_link_is_taken_in(home: Path) -> None:
    # Whether a new browser keeps cookies is not known yet, so the page takes the lab out of the address itself.
    new = ask("/draw", f"lab={OTHER}")
    assert (new.text, new.lab) == ("the page", OTHER)
    # A browser whose own lab is empty loses nothing.
    empty = ask("/draw", f"lab={OTHER}&experiment=a%2Bb", cookie=OWN)
    assert (empty.status, empty.lab, empty.headers["location"]) == (303, OTHER, "draw?experiment=a%2Bb")


def test_the_lab_s_own_link_only_cleans_the_address(used: None) -> None:
    same = ask("/", f"lab={OWN}", cookie=OWN)
    assert (same.status, same.lab, same.headers["location"]) == (303, OWN, "./")


def test_a_browser_with_a_lab_of_its_own_is_asked(used: None) -> None:
    question = ask("/train", f"lab={OTHER}&view=%22%3E%3Cscript%3E", cookie=OWN)
    assert question.status == 200
    assert question.lab == ""
    assert "with 1 run." in question.text
    assert f'name="lab" value="{OTHER}"' in question.text
    assert "<script" not in question.text
    assert question.headers["x-frame-options"] == "DENY"


def test_the_answer_to_the_question_takes_the_lab_in(used: None) -> None:
    same_site = {"sec-fetch-site": "same-origin"}
    answer = ask("/train", "view=1", cookie=OWN, method="POST", body=f"lab={OTHER}".encode(), headers=same_site)
    assert (answer.status, answer.lab, answer.headers["location"]) == (303, OTHER, "train?view=1")
    older = ask(cookie=OWN, method="POST", body=f"lab={OTHER}".encode(), headers={"origin": "http://lab.example"})
    assert older.lab == OTHER


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, f"lab={OTHER}", 403),
        ({"sec-fetch-site": "same-site"}, f"lab={OTHER}", 403),
        ({"origin": "http://evil.example"}, f"lab={OTHER}", 403),
        ({"origin": "null"}, f"lab={OTHER}", 403),
        ({}, f"lab={OTHER}", 403),
        ({"sec-fetch-site": "same-origin"}, "lab=../../etc", 400),
        ({"sec-fetch-site": "same-origin"}, "", 400),
        ({"sec-fetch-site": "same-origin"}, "x" * 1_001, 413),
    ],
)
def test_nobody_else_chooses_a_visitor_s_lab(used: None, headers: dict[str, str], body: str, status: int) -> None:
    answer = ask(cookie=OWN, method="POST", body=body.encode(), headers=headers)
    assert (answer.status, answer.lab) == (status, "")


@pytest.mark.parametrize("path", ["/_stcore/health", "/static/js/index.js", "/media/x.png", "/drawing"])
def test_only_pages_carry_the_cookie(home: Path, path: str) -> None:
    answer = ask(path, f"lab={OTHER}", cookie=OWN)
    assert answer.text == "the page"
    assert "set-cookie" not in answer.headers


def test_below_a_path_the_cookie_is_for_that_path(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": "/course/lab/"}.__getitem__)
    assert "Path=/course/lab" in ask("/course/lab/").headers["set-cookie"].split("; ")
    assert "set-cookie" not in ask("/draw").headers
