"""axe-core finds nothing on every page, empty and with a trained run, light and dark; no other host is asked."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from mnist_demo.app import navigation
from tests.browser.lab import PATIENCE, expect_page, go_to, keep_run, main
from tests.server import LabServer

LAB = "access-lab-01234567890"

CONTRAST = 3
"""Least contrast that WCAG asks for between the parts of a control."""

# The script measures the contrast of a toggle's knob on its track.
_KNOB = """label => {
    const luminance = element => getComputedStyle(element).backgroundColor.match(/[\\d.]+/g).slice(0, 3)
        .map(each => each / 255).map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
        .reduce((sum, each, place) => sum + each * [0.2126, 0.7152, 0.0722][place], 0)
    const track = label.querySelector('div'), both = [luminance(track), luminance(track.firstChild)]
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05)
}"""


@pytest.fixture(scope="module")
def trained(server: LabServer, trained_folder: Path) -> None:
    """Put one trained network into a lab."""
    keep_run(trained_folder, server.home, LAB)


@pytest.fixture(params=["light", "dark"])
def look(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def asked() -> list[str]:
    """Return the list of addresses at other hosts that the page asked for."""
    return []


@pytest.fixture
def offline(browser: Browser, look: str, server: LabServer, asked: list[str]) -> Iterator[Page]:
    """Open a page that reaches the lab and no other host."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, color_scheme="dark" if look == "dark" else "light"
    )
    context.set_default_timeout(PATIENCE)

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    host = urlsplit(server.url).netloc
    context.route(lambda url: url.startswith("http") and urlsplit(url).netloc != host, refuse)
    yield context.new_page()
    context.close()


def open_lab(page: Page, server: LabServer, lab: str | None) -> None:
    """Open the first page by its address."""
    page.goto(server.url + (f"?lab={lab}" if lab else ""))
    expect_page(page, navigation.FIRST.title)


def open_complete(page: Page, which: navigation.Page) -> None:
    """Open a page and wait for everything that follows its script: pictures, charts and fonts."""
    go_to(page, which.title)
    # The script must have ended, because Streamlit shows a button of its own while a script runs for long.
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    expect(main(page).get_by_test_id("stSkeleton")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => [...document.images].every(image => image.complete)")
    page.evaluate("document.fonts.ready.then(() => true)")


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize("lab", [None, LAB], ids=["empty", "trained"])
def test_axe_finds_nothing_and_no_other_host_is_asked(
    offline: Page, server: LabServer, asked: list[str], lab: str | None
) -> None:
    open_lab(offline, server, lab)
    for which in navigation.PAGES:
        open_complete(offline, which)
        found = Axe().run(offline)
        assert found.violations_count == 0, f"{which.title}: {found.generate_report()}"
        # Each "?" has a name of its own.
        expect(offline.get_by_role("button", name="Help", exact=True)).to_have_count(0)
        broken = "() => [...document.images].filter(image => image.complete && !image.naturalWidth).length"
        assert offline.evaluate(broken) == 0, which.title
        assert asked == [], which.title


@pytest.mark.usefixtures("trained")
def test_focus_on_the_navigation_and_a_toggles_knob_are_seen(offline: Page, server: LabServer) -> None:
    open_lab(offline, server, LAB)
    open_complete(offline, navigation.EVALUATE)
    links = offline.get_by_test_id("stSidebarNav").get_by_role("link")
    links.first.focus()
    offline.keyboard.press("Tab")
    expect(links.nth(1)).to_be_focused()
    expect(links.nth(1)).to_have_css("outline-style", "solid")
    expect(links.nth(1)).to_have_css("outline-width", "2px")
    toggle = main(offline).get_by_test_id("stCheckbox").locator("label").first
    toggle.get_by_role("switch").focus()
    offline.keyboard.press("Space")
    expect(toggle.get_by_role("switch")).to_be_checked()
    # The test waits, because the colours fade into each other for a moment.
    offline.wait_for_function(f"label => ({_KNOB})(label) >= {CONTRAST}", arg=toggle.element_handle())
