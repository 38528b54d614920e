"""How smoothly the time machine moves, in a real browser, over a training of a hundred epochs.

- a step: from the slider's new value to the frame that shows it fully painted; the browser is idle in between
- first pass: from opening the page until the last of 101 networks has read 5,000 images
- second visit: the same from a server that was just started, with the predictions kept in the run's folder
"""

import dataclasses
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from mnist_demo.experiment import Experiment
from mnist_demo.presets import PRESETS
from tests.apart import train_apart
from tests.benchmarks.report import print_result, print_table
from tests.browser.lab import main as main_of
from tests.server import CHROMIUM_ARGUMENTS, LabServer, find_chromium

LAB = "time-machine-lab-00000"

EPOCHS = 100

TARGET = 150.0
"""Most milliseconds of a step."""

_DRAG = """async slider => {
    const times = []
    for (let step = 0; step <= Number(slider.max); step++) {
        await new Promise(done => setTimeout(done, 20))
        const start = performance.now()
        slider.value = step
        slider.dispatchEvent(new Event('input', { bubbles: true }))
        await new Promise(done => requestAnimationFrame(() => setTimeout(done)))
        times.push(performance.now() - start)
    }
    return times
}"""


def _experiment() -> Experiment:
    codelab = PRESETS["codelab"]
    settings = dataclasses.replace(
        codelab.training, epochs=EPOCHS, batch_size=512, train_images=2_000, validation_images=5_000
    )
    return dataclasses.replace(codelab, training=settings)


def main() -> None:
    """Run all three measurements."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        run = home / "runs" / LAB / "20260101-120000-abcdef"
        train_apart(_experiment(), run)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        with LabServer(home) as server:
            page, first_pass = _visit(browser, server)
            steps: list[float] = main_of(page).get_by_role("slider", name="Epoch").evaluate(_DRAG)
            page.close()
        with LabServer(home) as server:
            _, second_visit = _visit(browser, server)
        browser.close()
    p95 = statistics.quantiles(steps, n=20)[-1]
    print_table(
        ("what", "median", "95%", "longest", "target"),
        [
            ("a step", f"{statistics.median(steps):.0f} ms", f"{p95:.0f} ms", f"{max(steps):.0f} ms", f"{TARGET:g} ms"),
            ("first pass", f"{first_pass:.1f} s", "", "", ""),
            ("second visit", f"{second_visit:.1f} s", "", "", ""),
        ],
    )
    print_result(
        epochs=EPOCHS,
        step_median_ms=statistics.median(steps),
        step_p95_ms=p95,
        step_longest_ms=max(steps),
        step_target_ms=TARGET,
        first_pass_seconds=first_pass,
        second_visit_seconds=second_visit,
    )


def _visit(browser: Browser, server: LabServer) -> tuple[Page, float]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    began = time.monotonic()
    page.goto(f"{server.url}/time_machine?lab={LAB}")
    slider = main_of(page).get_by_role("slider", name="Epoch")
    expect(slider).to_have_attribute("max", str(EPOCHS), timeout=180_000)
    return page, time.monotonic() - began


if __name__ == "__main__":
    main()
