"""The memory of the lab: the server alone, with its workers while a network trains, and over many trainings.

The figures are the resident size of the server, and the proportional set size (PSS, in which each process counts its
share of shared pages) of the server and all its children.
"""

import argparse
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import Page, expect, sync_playwright

from tests.benchmarks.report import print_result, print_table
from tests.browser.lab import button, go_to, open_page
from tests.browser.lab import main as main_of
from tests.server import CHROMIUM_ARGUMENTS, LabServer, find_chromium

MB = 2**20


def main() -> None:
    """Run the measurements of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trainings", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, LabServer(Path(folder)) as server, sync_playwright() as playwright:
        assert server.process is not None
        lab = psutil.Process(server.process.pid)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        page = browser.new_page()
        open_page(page, server, "Train")
        rows, after = [], []
        highest = 0.0
        for number in range(1, arguments.trainings + 1):
            peak = _train_once(page, lab)
            if number == 1:
                # The page asks the inference process, so that this process exists and has a network loaded.
                go_to(page, "Evaluate")
                expect(main_of(page).get_by_text("95% interval").first).to_be_visible(timeout=60_000)
                go_to(page, "Train")
            time.sleep(1)
            after.append((lab.memory_info().rss / MB, pss(lab)))
            highest = max(highest, peak)
            rows.append((number, f"{after[-1][0]:.0f} MB", f"{peak:.0f} MB", f"{after[-1][1]:.0f} MB"))
        browser.close()
    # The first trainings fill caches, so growth counts from after them.
    settled = after[min(4, len(after) - 1)]
    growth = (after[-1][1] - settled[1]) / max(1, len(after) - 5)
    print_table(("training", "server resident", "all, highest while training (PSS)", "all, afterwards (PSS)"), rows)
    print_result(
        server_resident_mb=max(server for server, _ in after),
        all_pss_mb=highest,
        growth_mb_per_training=growth,
        trainings=arguments.trainings,
    )


def _train_once(page: Page, lab: psutil.Process) -> float:
    """Press Train, wait for the end, and return the highest PSS in MB on the way."""
    button(page, "Train").click()
    expect(button(page, "Stop")).to_be_enabled(timeout=30_000)
    highest = 0.0
    # The button Train is absent while the network is trained.
    while not button(page, "Train").count():
        highest = max(highest, pss(lab))
        time.sleep(0.2)
    return highest


def pss(lab: psutil.Process) -> float:
    """Return the proportional set size in MB of a process and all its children."""
    total = 0.0
    for process in (lab, *lab.children(recursive=True)):
        try:
            total += process.memory_full_info().pss / MB
        except psutil.Error:
            continue
    return total


if __name__ == "__main__":
    main()
