"""How soon the controls of a training take effect, in a real browser while a network trains.

- shown: from the click to the frame in which the page shows it
- done: from the click until the training process has executed the command and written it to the run's events

`python -m tests.benchmarks.controls --help`
"""

import argparse
import dataclasses
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from mnist_demo.presets import PRESETS
from mnist_demo.runs import Lab, Run, RunState
from tests.benchmarks.report import print_result, print_table
from tests.browser.lab import PATIENCE, button, expect_page, lab_of, main
from tests.server import CHROMIUM_ARGUMENTS, LabServer, find_chromium

TARGET = 0.5

CLICK_TO_PROGRESS = """([label, text]) => new Promise(resolve => {
    const control = [...document.querySelectorAll('[data-testid=stMain] button')]
        .find(element => element.innerText.trim().endsWith(label));
    const progress = () => document.querySelector('[data-testid=stMain] [data-testid=stProgress]').innerText;
    const start = performance.now(), before = progress();
    const look = () => progress() !== before && progress().includes(text)
        ? resolve((performance.now() - start) / 1000) : requestAnimationFrame(look);
    control.click();
    look();
})"""


def run() -> None:
    """Run the measurements of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="fast", choices=list(PRESETS))
    parser.add_argument("--rounds", type=int, default=10)
    arguments = parser.parse_args()
    preset = PRESETS[arguments.preset]
    endless = dataclasses.replace(preset, training=dataclasses.replace(preset.training, epochs=100))
    times: dict[str, list[float]] = {}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder, LabServer(Path(folder)) as server:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{server.url}/train?experiment={endless.to_query()}")
        expect_page(page, "Train")
        button(page, "Train").click()
        expect(main(page).get_by_text(re.compile(r"Epoch \d+ of 100, .* left")).first).to_be_visible(timeout=PATIENCE)
        (training,) = Lab(Path(folder), lab_of(page)).runs
        for _ in range(arguments.rounds):
            _measure(times, page, "Pause", "Paused", training, lambda: training.state is RunState.PAUSED)
            stood = training.history().step
            _measure(
                times,
                page,
                "One batch",
                "Paused",
                training,
                lambda stood=stood: training.history().step == stood + 1,  # type: ignore[misc]
            )
            _measure(times, page, "Resume", "Epoch", training, lambda: training.state is RunState.TRAINING)
            page.wait_for_timeout(700)
        _measure(times, page, "Stop", "Stopp", training, lambda: training.state is RunState.STOPPED)
        browser.close()
    print_table(
        ("control", "median", "longest", "target", "times"),
        [
            (what, f"{statistics.median(t):.2f} s", f"{max(t):.2f} s", f"{TARGET:g} s", len(t))
            for what, t in times.items()
        ],
    )
    print_result(
        preset=arguments.preset,
        target=TARGET,
        **{what: {"median": statistics.median(t), "longest": max(t)} for what, t in times.items()},
    )


def _measure(
    times: dict[str, list[float]], page: Page, label: str, text: str, run: Run, is_done: Callable[[], bool]
) -> None:
    clicked = time.time()
    times.setdefault(f"{label}, shown", []).append(float(page.evaluate(CLICK_TO_PROGRESS, [label, text])))
    deadline = time.monotonic() + 30
    while not is_done():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{label} was not done within 30 seconds.")
        time.sleep(0.01)
    times.setdefault(f"{label}, done", []).append(run.events()[-1]["time"] - clicked)


if __name__ == "__main__":
    run()
