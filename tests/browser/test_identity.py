"""How a browser finds its lab again: by a cookie, by a private link, and what happens without cookies."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from mnist_demo.app.identity import COOKIE
from mnist_demo.app.navigation import FIRST
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Lab, RunState
from tests.browser.lab import PATIENCE, expect_page, lab_of, main, open_page
from tests.server import CHROMIUM_ARGUMENTS, LabServer, find_chromium

LAB, OTHER = "private-lab-0123456789", "another-lab-0123456789"
BASE = "course/lab"


@pytest.fixture(scope="module", params=["", BASE], ids=["at the root", "below a path"])
def lab_server(
    request: pytest.FixtureRequest, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LabServer]:
    """A server with two labs that have a run each."""
    home = tmp_path_factory.mktemp("home")
    for lab in (LAB, OTHER):
        Lab(home, lab).runs.create(PRESETS["fast"]).mark(RunState.STOPPED)
    with LabServer(home, options=[f"--server.baseUrlPath={request.param}"] if request.param else []) as server:
        yield server
        log = server.log.read_text()
    assert LAB not in log
    assert "Traceback" not in log
    shutil.rmtree(home, ignore_errors=True)


def expect_clean(page: Page) -> None:
    """The address gives no lab away, and no script can read the cookie."""
    expect(page).to_have_url(re.compile(r"^(?!.*lab=)"))
    assert COOKIE not in page.evaluate("document.cookie")


def test_the_plain_address_finds_the_lab_again(page: Page, lab_server: LabServer, elsewhere: BrowserContext) -> None:
    open_page(page, lab_server, "Train", LAB)
    expect(page.get_by_text("Welcome back: 1 run.")).to_be_visible()
    expect_clean(page)
    page.goto(lab_server.url)
    expect_page(page, FIRST.title)
    expect_clean(page)
    assert lab_of(page) == LAB
    expect(page.get_by_test_id("stSidebar").get_by_text("Stopped after 0 of 1 epochs")).to_be_visible()
    stranger = elsewhere.new_page()
    stranger.goto(lab_server.url)
    expect_page(stranger, FIRST.title)
    expect(stranger.get_by_test_id("stSidebar").get_by_text("No run yet")).to_be_visible()
    assert lab_of(stranger) != LAB


def test_the_lab_is_found_after_the_server_began_again(page: Page, chromium: str, tmp_path: Path) -> None:
    Lab(tmp_path, LAB).runs.create(PRESETS["fast"]).mark(RunState.STOPPED)
    server = LabServer(tmp_path)
    with server:
        open_page(page, server, "Train", LAB)
    with server:
        open_page(page, server, "Train")
        expect(page.get_by_text("Welcome back: 1 run.")).to_be_visible()
        assert lab_of(page) == LAB


def test_a_private_link_moves_the_lab_to_another_browser(
    page: Page, lab_server: LabServer, elsewhere: BrowserContext
) -> None:
    open_page(page, lab_server, "Train", LAB)
    page.get_by_role("button", name="Move to another device").click()
    link = page.get_by_role("dialog").locator("code").inner_text().strip()
    assert link.startswith(lab_server.url)
    there = elsewhere.new_page()
    there.goto(link)
    expect_page(there, FIRST.title)
    expect_clean(there)
    assert lab_of(there) == LAB


def test_nobody_is_led_into_another_lab_unasked(page: Page, lab_server: LabServer) -> None:
    open_page(page, lab_server, "Train", LAB)
    page.goto(f"{lab_server.url}/draw?lab={OTHER}")
    expect(page.get_by_role("heading", name="Open another lab?")).to_be_visible()
    page.get_by_role("link", name="Stay in mine").click()
    expect_page(page, "Draw")
    assert lab_of(page) == LAB
    page.goto(f"{lab_server.url}/draw?lab={OTHER}")
    page.get_by_role("button", name="Open the other lab").click()
    expect_page(page, "Draw")
    expect_clean(page)
    assert lab_of(page) == OTHER


@pytest.fixture
def refusing(browser: Browser, tmp_path: Path) -> Iterator[BrowserContext]:
    """Open a browser whose owner has blocked all cookies in its settings."""
    settings = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(settings))
    context = browser.browser_type.launch_persistent_context(
        tmp_path, executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS
    )
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def test_without_cookies_the_lab_lasts_as_long_as_the_tab(refusing: BrowserContext, lab_server: LabServer) -> None:
    page = refusing.new_page()
    open_page(page, lab_server, "Train", LAB)
    assert not refusing.cookies()
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_text("lasts as long as this tab")).to_be_visible()
    expect(sidebar.get_by_text("Stopped after 0 of 1 epochs")).to_be_visible()
    expect_clean(page)
    # The next page of the same tab has the same lab.
    sidebar.get_by_role("link", name="Evaluate").click()
    expect(main(page).get_by_role("heading", level=1)).to_be_visible()
    expect(sidebar.get_by_text("Stopped after 0 of 1 epochs")).to_be_visible()
    page.get_by_role("button", name="Move to another device").click()
    expect(page.get_by_role("dialog").locator("code")).to_contain_text(f"lab={LAB}")
