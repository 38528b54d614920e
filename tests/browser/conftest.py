"""A real server and a real Chromium: tests without them are skipped, or fail if REQUIRE_BROWSER is set."""

import dataclasses
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from mnist_demo.presets import PRESETS
from tests.apart import train_apart
from tests.browser.lab import EPOCHS, PATIENCE, RUN_ID
from tests.server import CHROMIUM_ARGUMENTS, LabServer, find_chromium

# The timeout is longer than Playwright's five seconds, which are not enough on a busy machine.
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder as browser tests."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the browser."""
    path = find_chromium()
    if path is None:
        reason = "no Chromium found: install Debian's chromium or set CHROMIUM to its path"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """Serve the lab with a home of its own."""
    home = tmp_path_factory.mktemp("lab")
    with LabServer(home) as running:
        yield running
        log = running.log.read_text()
    # The log is checked, because a page hides the trace of an error.
    assert "Traceback" not in log, log[log.index("Traceback") - 1_000 :][:5_000]
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of the preset fast in short epochs, trained once for all tests, which reads most digits."""
    settings = dataclasses.replace(PRESETS["fast"].training, epochs=EPOCHS, train_images=18_000)
    experiment = dataclasses.replace(PRESETS["fast"], training=settings)
    return train_apart(experiment, tmp_path_factory.mktemp("trained") / RUN_ID)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Start one browser for all tests; each test has a context of its own."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open a context for a new visitor at a laptop."""
    fresh = browser.new_context(viewport={"width": 1280, "height": 800})
    fresh.set_default_timeout(PATIENCE)
    yield fresh
    fresh.close()


@pytest.fixture
def elsewhere(browser: Browser) -> Iterator[BrowserContext]:
    """Open the browser of another visitor."""
    another = browser.new_context(viewport={"width": 1280, "height": 800})
    another.set_default_timeout(PATIENCE)
    yield another
    another.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Open the visitor's first tab."""
    return context.new_page()
