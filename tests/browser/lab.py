"""Helpers of browser tests, which find pages by their names and buttons by their labels, never by a class."""

import dataclasses
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from mnist_demo.app.identity import COOKIE
from mnist_demo.app.navigation import FIRST, PAGES
from mnist_demo.presets import PRESETS
from tests.server import LabServer

PATIENCE = 120_000
"""Milliseconds that a slow machine may take for a training to begin or to end."""

RUN_ID = "20260101-120000-abcdef"
EPOCHS = 3
"""Id and number of epochs of the run that is trained once for all tests."""

BATCH = 64

ENDLESS = dataclasses.replace(
    PRESETS["codelab"],
    name="endless",
    # The batches are whole, so that each has as many images.
    training=dataclasses.replace(
        PRESETS["codelab"].training, epochs=90, batch_size=BATCH, train_images=850 * BATCH, validation_images=500
    ),
)
"""An experiment whose training takes minutes on a fast machine, so that it never ends during a test."""


def open_page(page: Page, server: LabServer, name: str, lab: str | None = None) -> None:
    """Open a page by its address and wait until the page is complete."""
    (path,) = (each.name for each in PAGES if each.title == name)
    page.goto(f"{server.url}/{'' if path == FIRST.name else path}" + (f"?lab={lab}" if lab else ""))
    expect_page(page, name)


def keep_run(folder: Path, home: Path, lab: str) -> None:
    """Put a copy of a trained run into a lab."""
    shutil.copytree(folder, home / "runs" / lab / folder.name)


def go_to(page: Page, name: str) -> None:
    """Open a page by the navigation."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    expect_page(page, name)


def expect_page(page: Page, name: str) -> None:
    """Expect that the page's title is shown, the script has ended, and no error or dialog hides the page."""
    (heading,) = (each.heading or each.title for each in PAGES if each.title == name)
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect_no_exception(page)


def expect_no_exception(page: Page) -> None:
    """Expect that the page shows no trace."""
    expect(page.get_by_test_id("stException")).to_have_count(0)


def main(page: Page) -> Locator:
    """Return the page without the sidebar."""
    return page.get_by_test_id("stMain")


def button(page: Page, label: str) -> Locator:
    """Return a button of the page without the sidebar."""
    return main(page).get_by_role("button", name=re.compile(rf"(^|\s){re.escape(label)}$"))


def train(page: Page) -> None:
    """Press Train, and wait until there is a run to stop."""
    button(page, "Train").click()
    expect(button(page, "Stop")).to_be_visible()


def begin_endless(page: Page, server: LabServer) -> None:
    """Open a new lab and start a training in it that never ends during a test."""
    page.goto(f"{server.url}/train?experiment={ENDLESS.to_query()}")
    expect_page(page, "Train")
    train(page)


def lab_of(page: Page) -> str:
    """Return the lab's id in the browser's cookie."""
    (lab,) = (cookie["value"] for cookie in page.context.cookies(page.url) if cookie["name"] == COOKIE)
    return lab


def wait_until(page: Page, condition: Callable[[], bool]) -> None:
    """Wait for a condition on the run's folder; the page continues meanwhile."""
    deadline = time.monotonic() + PATIENCE / 1_000
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        page.wait_for_timeout(50)
