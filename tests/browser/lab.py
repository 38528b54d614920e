"""What browser tests say: pages by their names, buttons by their labels, never by a class."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.server import LabServer

PATIENCE = 60_000
"""Milliseconds that a slow machine may take for a training to begin or to end."""


def open_page(page: Page, server: LabServer, name: str, lab: str | None = None) -> None:
    """Go to a page by its address and wait until it is complete."""
    page.goto(f"{server.url}/{name.lower()}" + (f"?lab={lab}" if lab else ""))
    expect_page(page, name)


def go_to(page: Page, name: str) -> None:
    """Go to a page by the navigation."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    expect_page(page, name)


def expect_page(page: Page, name: str) -> None:
    """The page's title stands, nothing is running, and nothing went wrong or hides it."""
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=PATIENCE)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect_no_exception(page)


def expect_no_exception(page: Page) -> None:
    """No trace on the page."""
    expect(page.get_by_test_id("stException")).to_have_count(0)


def main(page: Page) -> Locator:
    """The page itself, without the sidebar and its bench."""
    return page.get_by_test_id("stMain")


def button(page: Page, label: str) -> Locator:
    """A button of the page itself."""
    return main(page).get_by_role("button", name=re.compile(rf"(^|\s){re.escape(label)}$"))


def lab_of(page: Page) -> str:
    """The lab's id in the address."""
    found = re.search(r"[?&]lab=([\w-]{22})", page.url)
    assert found is not None, page.url
    return found[1]
