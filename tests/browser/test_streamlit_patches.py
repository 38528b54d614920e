"""A press that the page sends twice, because a live fragment's timer fires between the press and its sending."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mnist_demo.runs import Lab, RunState
from tests.browser.lab import BATCH, begin_endless, button, expect_no_exception, lab_of, main, wait_until
from tests.server import ROOT, LabServer

# Streamlit's page sends a press in a task of its own, which waits here for longer than two runs of a live fragment.
LATE = """
const soon = window.setTimeout;
window.setTimeout = (task, delay, ...rest) => soon(task, !delay && window.isLate ? 1200 : delay, ...rest);
"""


def test_a_press_that_is_sent_twice_counts_once(page: Page, server: LabServer) -> None:
    page.add_init_script(LATE)
    begin_endless(page, server)
    (run,) = Lab(server.home, lab_of(page)).runs
    button(page, "Pause").click()
    wait_until(page, lambda: run.state is RunState.PAUSED)
    stood = run.history().step
    expect(main(page).get_by_text(f"after {stood * BATCH:,} images")).to_be_visible()
    page.evaluate("window.isLate = true")
    button(page, "One batch").click()
    expect(main(page).get_by_text(f"after {(stood + 1) * BATCH:,} images")).to_be_visible()
    page.evaluate("new Promise(done => setTimeout(done, 0))")  # late messages are sent by then
    page.evaluate("window.isLate = false")
    button(page, "Stop").click()
    expect(main(page).get_by_text("Stopped after").first).to_be_visible()
    assert run.history().step == stood + 1
    expect_no_exception(page)


@pytest.mark.parametrize(
    ("environment", "counted"), [({}, r"([3-9]|\d\d)"), ({"MENDED": "1"}, "2")], ids=["as it comes", "mended"]
)
def test_streamlit_alone_still_counts_such_a_press_more_than_once(
    page: Page, tmp_path: Path, environment: dict[str, str], counted: str
) -> None:
    """When the first of these assertions fails, Streamlit has fixed the fault and the lab's patch can go."""
    script = Path(__file__).with_name("presses_page.py")
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    with LabServer(tmp_path, script=script, environment={**environment, "PYTHONPATH": path}) as server:
        page.add_init_script(LATE)
        page.goto(server.url)
        expect(page.get_by_text("Pressed 0 times")).to_be_visible()
        page.evaluate("window.isLate = true")
        page.get_by_role("button", name="Press").click()
        expect(page.get_by_text("Pressed 0 times")).to_have_count(0)
        page.evaluate("new Promise(done => setTimeout(done, 0))")  # late messages are sent by then
        page.evaluate("window.isLate = false")
        # A second press is counted after everything that the first press made the page send.
        page.get_by_role("button", name="Press").click()
        expect(page.get_by_text(re.compile(rf"^Pressed {counted} times$"))).to_be_visible()
