"""How long a visitor waits in a real browser: for the first page, the first chart point, a widget, and an answer.

- first page: from the browser opening the address of a server that was just started until the whole page is shown, the
  chart under the digits included
- first chart point: from the click on *Train*, in a lab without a run, to the first piece of a curve
- a widget's answer: from the click on another split of Explore to its caption, idle and while a network trains
- pen up to answer: from lifting the pen on Draw to the answer, the component's own wait of 0.2 s included

Times are taken inside the page, from the event to the frame that shows its effect.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.benchmarks.report import print_result, print_table
from tests.browser.lab import PATIENCE, button, expect_page, go_to, main, open_page
from tests.server import CHROMIUM_ARGUMENTS, LabServer, find_chromium

CLICK_TO_TEXT = """([label, text]) => new Promise(resolve => {
    const control = [...document.querySelectorAll('[data-testid=stMain] button, [data-testid=stMain] [role=radio]')]
        .find(element => element.innerText.trim() === label);
    const start = performance.now();
    const look = () => document.querySelector('[data-testid=stMain]').innerText.includes(text)
        ? resolve((performance.now() - start) / 1000) : requestAnimationFrame(look);
    control.click();
    look();
})"""

CLICK_TO_CURVE = """() => new Promise(resolve => {
    const control = [...document.querySelectorAll('[data-testid=stMain] button')]
        .find(element => element.innerText.trim().endsWith('Train'));
    const start = performance.now();
    const drawn = () => [...document.querySelectorAll('[data-testid=stVegaLiteChart] .mark-line path')]
        .some(path => (path.getAttribute('d') || '').length > 1);
    const look = () => drawn() ? resolve((performance.now() - start) / 1000) : requestAnimationFrame(look);
    control.click();
    look();
})"""

PEN_UP_TO_ANSWER = """() => { window.answered = new Promise(resolve => {
    const value = () => document.querySelector('[data-testid=stMain] [data-testid=stMetricValue]')?.innerText.trim();
    const before = value();
    addEventListener('mouseup', () => {
        const start = performance.now();
        const look = () => value() !== before
            ? resolve((performance.now() - start) / 1000) : requestAnimationFrame(look);
        look();
    }, { capture: true, once: true });
}) }"""

TARGETS = {
    "first page": 3.0,
    "first chart point": 2.0,
    "widget, idle": 0.15,
    "widget, training": 0.3,
    "pen up": 0.35,
}


def run() -> None:
    """Run the measurements of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--servers", type=int, default=3, help="how many servers to start for the first page")
    parser.add_argument("--clicks", type=int, default=20)
    arguments = parser.parse_args()
    times: dict[str, list[float]] = {}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        for number in range(arguments.servers):
            home = Path(folder) / str(number)
            home.mkdir()
            with LabServer(home) as server:
                page = browser.new_page()
                times.setdefault("first page", []).append(_first_page(page, server))
                page.close()
                if number == arguments.servers - 1:
                    times.update(_visit(browser, server, arguments.clicks))
        browser.close()
    print_table(
        ("what", "median", "longest", "target", "times"),
        [
            (what, f"{statistics.median(t):.2f} s", f"{max(t):.2f} s", f"{TARGETS[what]:g} s", len(t))
            for what, t in times.items()
        ],
    )
    print_result(
        **{
            what: {"median": statistics.median(t), "longest": max(t), "target": TARGETS[what]}
            for what, t in times.items()
        }
    )


def _first_page(page: Page, server: LabServer) -> float:
    start = time.monotonic()
    page.goto(server.url)
    main(page).get_by_test_id("stImage").first.wait_for(timeout=PATIENCE)
    main(page).get_by_text("training images").first.wait_for(timeout=PATIENCE)
    main(page).get_by_test_id("stVegaLiteChart").locator("svg").first.wait_for(timeout=PATIENCE)
    return time.monotonic() - start


def _visit(browser: Browser, server: LabServer, clicks: int) -> dict[str, list[float]]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    open_page(page, server, "Explore")
    page.wait_for_timeout(8_000)  # the fork server imports Keras meanwhile
    idle = _clicks(page, clicks)
    first_points = [_first_chart_point(browser, server) for _ in range(6)]
    go_to(page, "Design")
    main(page).get_by_role("radio", name="mnist_convnet", exact=True).click()
    go_to(page, "Train")
    button(page, "Train").click()
    expect(main(page).get_by_test_id("stProgress").get_by_text("Epoch 1 of 15")).to_be_visible(timeout=PATIENCE)
    go_to(page, "Explore")
    page.wait_for_timeout(2_000)
    training = _clicks(page, clicks)
    go_to(page, "Train")
    button(page, "Stop").click()
    expect(main(page).get_by_text("Stopped after").first).to_be_visible(timeout=PATIENCE)
    return {
        "first chart point": first_points,
        "widget, idle": idle,
        "widget, training": training,
        "pen up": _pen_ups(page, clicks),
    }


def _first_chart_point(browser: Browser, server: LabServer) -> float:
    # The page opens a new lab, because an ended run would show its curves.
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    open_page(page, server, "Train")
    button(page, "Train").wait_for(timeout=PATIENCE)
    page.wait_for_timeout(500)
    seconds = float(page.evaluate(CLICK_TO_CURVE))
    expect(main(page).get_by_text("Finished").first).to_be_visible(timeout=PATIENCE)
    page.close()
    return seconds


def _clicks(page: Page, count: int) -> list[float]:
    seconds = []
    for number in range(count + 1):
        label, text = (("Test", "10,000 test images"), ("Training", "55,000 training images"))[number % 2]
        seconds.append(float(page.evaluate(CLICK_TO_TEXT, [label, text])))
        page.wait_for_timeout(300)
    return seconds[1:]


def _pen_ups(page: Page, count: int) -> list[float]:
    go_to(page, "Draw")
    pen = main(page).locator("canvas.upper-canvas")
    pen.wait_for(timeout=PATIENCE)
    page.wait_for_timeout(2_000)
    seconds = []
    for _ in range(count):
        box = pen.bounding_box()
        assert box is not None
        page.evaluate(PEN_UP_TO_ANSWER)
        page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.2 * box["height"], steps=5)
        page.mouse.move(box["x"] + 0.45 * box["width"], box["y"] + 0.85 * box["height"], steps=5)
        page.mouse.up()
        seconds.append(float(page.evaluate("() => window.answered")))
        page.wait_for_timeout(300)
        button(page, "Clear").click()
        page.wait_for_timeout(800)
        expect_page(page, "Draw")
    return seconds


if __name__ == "__main__":
    run()
