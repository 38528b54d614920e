"""The cumulative layout shift (CLS) of each page's first load is small."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from mnist_demo.app.navigation import DRAW, EVALUATE, FIRST, PAGES, TRAIN, Page
from tests.browser.lab import PATIENCE, expect_page, keep_run, main
from tests.server import LabServer

LAB = "shifting-lab-012345678"

GOOD = 0.1
"""Greatest cumulative layout shift of a stable page (web.dev/cls)."""

NEW = (FIRST, TRAIN, EVALUATE, DRAW)
"""Pages that are opened by a new visitor too, whose lab shows an example run."""

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 780}

# The script records each shift without recent input: its time, its size, and the elements that moved.
OBSERVE = """
window.shifts = []
const rectangle = r => [r.x, r.y, r.width, r.height].map(Math.round)
const named = node => {
    const element = node?.closest ? node : node?.parentElement
    const words = (element?.innerText ?? '').replaceAll(/\\s+/g, ' ').slice(0, 40)
    return `${element?.closest('[data-testid]')?.dataset.testid} "${words}"`
}
new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput)
        window.shifts.push({ at: entry.startTime, value: entry.value, moved: entry.sources.map(source =>
            `${named(source.node)} ${rectangle(source.previousRect)} -> ${rectangle(source.currentRect)}`) })
}).observe({ type: 'layout-shift', buffered: true })
"""


def cumulative(shifts: list[dict[str, Any]]) -> float:
    """Return the largest sum of a session window: at most 1 s between two shifts and 5 s in all."""
    largest = total = start = last = 0.0
    for shift in shifts:
        if shift["at"] - last > 1_000 or shift["at"] - start > 5_000:
            total, start = 0.0, shift["at"]
        total, last = total + shift["value"], shift["at"]
        largest = max(largest, total)
    return largest


@pytest.fixture(scope="module")
def trained(server: LabServer, trained_folder: Path) -> None:
    """Put a trained run into a lab."""
    keep_run(trained_folder, server.home, LAB)


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize(
    ("which", "lab"),
    [*((page, None) for page in NEW), *((page, LAB) for page in PAGES)],
    ids=[*(f"{page.name} of a new lab" for page in NEW), *(page.name for page in PAGES)],
)
def test_nothing_jumps_while_a_page_loads(
    browser: Browser, server: LabServer, which: Page, lab: str | None, size: ViewportSize
) -> None:
    # A new context has nothing in its cache.
    with browser.new_context(viewport=size, has_touch=size is PHONE) as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.add_init_script(OBSERVE)
        page.goto(f"{server.url}/{'' if which is FIRST else which.name}" + (f"?lab={lab}" if lab else ""))
        expect_page(page, which.title)
        expect(main(page).get_by_test_id("stSkeleton")).to_have_count(0)
        page.wait_for_load_state("networkidle")
        page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
        shifts = page.evaluate("shifts")
    told = "\n".join(f"{each['value']:.3f} at {each['at']:.0f} ms: {'; '.join(each['moved'])}" for each in shifts)
    assert cumulative(shifts) < GOOD, f"{which.title} shifts by {cumulative(shifts):.3f}:\n{told}"
