"""The front door: addresses, bounds, the browser that opens, and a log without lab ids."""

import logging
import os
import time
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from mnist_demo.app import log
from mnist_demo.app.log import HIDDEN
from mnist_demo.app.server import page_location
from mnist_demo.app.session import housekeeping
from mnist_demo.runs import HOME_VARIABLE
from tests.server import LabServer

LAB = "lab-in-a-log-012345678"


@pytest.mark.parametrize(
    ("path", "base", "location"),
    [
        ("/Draw", "", "draw"),
        ("/Time-Machine", "", "time_machine"),
        ("/time machine", "", "time_machine"),
        ("/draw/", "", "../draw"),
        ("/draw//", "", "../../draw"),
        ("/Start", "", "./"),
        ("/start/", "", "../"),
        ("/course/lab/DRAW", "course/lab", "draw"),
        ("/draw", "", None),
        ("/", "", None),
        ("/course/lab/draw", "course/lab", None),
        ("/Draw", "course/lab", None),
        ("//evil.example/Draw", "", None),
        ("/static/Draw", "", None),
        ("/_stcore/health", "", None),
        ("/drawing", "", None),
    ],
)
def test_a_spelling_leads_to_its_page_and_to_nothing_else(path: str, base: str, location: str | None) -> None:
    assert page_location(path, f"/{base}/" if base else "/") == location


def test_no_record_holds_a_labs_id(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "_logRecordFactory", logging.LogRecord)
    log.hide_lab_ids.__wrapped__()
    path = Path("/home/labs") / f"{LAB}.json"
    logging.getLogger("any").warning("%s could not be read: %s", path, OSError(2, "No such file", str(path)))
    logging.getLogger("uvicorn.access").warning('"GET %s" %d', f"/draw?lab={LAB}", 200)
    try:
        path.with_name("none") / str(path.read_bytes())
    except OSError:
        logging.getLogger("streamlit").exception("Uncaught")
    assert LAB not in caplog.text
    assert caplog.text.count(HIDDEN) >= 4
    assert "GET" in caplog.text


def test_other_words_of_that_length_stay_in_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "_logRecordFactory", logging.LogRecord)
    log.hide_lab_ids.__wrapped__()
    logging.getLogger("any").warning("/app/keep_unsent_fragments1.py %s %d", "count_presses_once_now", 22)
    assert HIDDEN not in caplog.text


def test_a_home_that_cannot_be_written_is_named_with_its_variable(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert housekeeping.unwritable_home() is None
    monkeypatch.setattr(Path, "mkdir", lambda self, **how: (_ for _ in ()).throw(OSError(30, "Read-only file system")))
    housekeeping.log_unwritable_home()
    for said in (str(home), HOME_VARIABLE, "Read-only file system"):
        assert said in caplog.text


def test_a_message_that_no_page_needs_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with LabServer(tmp_path) as server:
        address = server.url.replace("http", "ws") + "/_stcore/stream"
        with connect(address, origin=Origin(server.url), max_size=None) as socket:
            socket.send(bytes(2_000_001))
            with pytest.raises(ConnectionClosed) as refusal:
                socket.recv(30)
    assert refusal.value.rcvd is not None
    assert refusal.value.rcvd.code == 1009


@pytest.mark.skipif(os.name == "nt" or not Path("/usr/bin").exists(), reason="the stand-in is a shell script")
@pytest.mark.parametrize("is_headless", [True, False])
def test_the_browser_opens_unless_the_server_is_headless(tmp_path: Path, is_headless: bool) -> None:
    opened, stand_in = tmp_path / "opened", tmp_path / "bin" / "xdg-open"
    stand_in.parent.mkdir()
    stand_in.write_text(f'#!/bin/sh\necho "$1" > "{opened}.new" && mv "{opened}.new" "{opened}"\n')
    stand_in.chmod(0o755)
    path = f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}"
    options = [f"--server.headless={str(is_headless).lower()}", "--server.showEmailPrompt=false"]
    with LabServer(tmp_path, options=options, environment={"PATH": path}) as server:
        deadline = time.monotonic() + (0 if is_headless else 30)
        while not opened.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert opened.exists() is not is_headless
        if not is_headless:
            assert opened.read_text().strip() == server.url
