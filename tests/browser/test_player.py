"""The controls of a training, and its survival of a refresh, a closed tab and a killed server.

`tests.benchmarks.controls` measures how soon each control takes effect, because two tests may share two cores here.
"""

import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from mnist_demo.runs import Lab, RunState
from tests.browser.lab import (
    BATCH,
    begin_endless,
    button,
    expect_no_exception,
    expect_page,
    go_to,
    lab_of,
    main,
    open_page,
    wait_until,
)
from tests.server import LabServer


def progress_of(page: Page) -> Locator:
    return main(page).get_by_test_id("stProgress").first


def begin(page: Page, server: LabServer) -> None:
    """Start a training that never ends during a test, on a page that knows its length."""
    begin_endless(page, server)
    expect(progress_of(page).get_by_text(re.compile(r"Epoch \d+ of 90, .* left"))).to_be_visible()


def test_pause_step_resume_another_rate_stop_and_train_more(page: Page, server: LabServer) -> None:
    begin(page, server)
    (run,) = Lab(server.home, lab_of(page)).runs

    button(page, "Pause").click()
    expect(progress_of(page).get_by_text("Paused in epoch")).to_be_visible()
    expect(button(page, "Resume")).to_be_visible()
    # The page says so right after the click, while the batches on their way are still trained.
    wait_until(page, lambda: run.state is RunState.PAUSED)
    stood = run.history().step
    expect(progress_of(page).get_by_text(f"after {stood * BATCH:,} images")).to_be_visible()

    button(page, "One batch").click()
    expect(progress_of(page).get_by_text(f"after {(stood + 1) * BATCH:,} images")).to_be_visible()
    page.wait_for_timeout(700)
    assert run.history().step == stood + 1

    rate = main(page).get_by_role("spinbutton", name="Learning rate")
    rate.fill("0.0005")
    rate.press("Enter")
    # Both charts have the mark and its name.
    expect(main(page).get_by_test_id("stVegaLiteChart").get_by_text("rate 0.0005")).to_have_count(2)
    assert run.history().rates["learning_rate"].tolist() == [0.0005]

    epochs = len(run.history().epochs["epoch"])
    button(page, "One epoch").click()
    expect(progress_of(page).get_by_text(f"Paused in epoch {epochs + 2} of 90")).to_be_visible()
    assert len(run.history().epochs["epoch"]) == epochs + 1

    button(page, "Resume").click()
    expect(progress_of(page).get_by_text(re.compile(r"Epoch \d+ of 90"))).to_be_visible()
    button(page, "Stop").click()
    expect(progress_of(page).get_by_text("Stopped after")).to_be_visible()
    done = run.history().step

    main(page).get_by_role("button", name="Train more").click()
    page.get_by_role("button", name="Go on").click()
    expect(progress_of(page).get_by_text(re.compile(r"Epoch \d+ of 90, .* left"))).to_be_visible()
    wait_until(page, lambda: run.history().step > done)
    button(page, "Stop").click()
    expect(progress_of(page).get_by_text("Stopped after")).to_be_visible()
    expect_no_exception(page)


def test_a_refresh_shows_the_same_training_and_another_visitor_none_of_it(
    page: Page, context: BrowserContext, elsewhere: BrowserContext, server: LabServer
) -> None:
    begin(page, server)
    lab = lab_of(page)
    (run,) = Lab(server.home, lab).runs
    page.reload()
    expect_page(page, "Train")
    expect(progress_of(page).get_by_text(re.compile(r"Epoch \d+ of 90"))).to_be_visible()
    before = run.history().step
    page.close()

    # The training continues after the tab is closed.
    again = context.new_page()
    wait_until(again, lambda: run.history().step > before)
    open_page(again, server, "Train")
    expect(progress_of(again).get_by_text(re.compile(r"Epoch \d+ of 90"))).to_be_visible()
    assert len(Lab(server.home, lab).runs) == 1

    stranger = elsewhere.new_page()
    open_page(stranger, server, "Train")
    assert lab_of(stranger) != lab
    expect(main(stranger).get_by_text("This is an example")).to_be_visible()
    go_to(stranger, "Runs")
    expect(stranger.get_by_text("endless")).to_have_count(0)
    button(again, "Stop").click()
    expect(progress_of(again).get_by_text("Stopped after")).to_be_visible()


@pytest.fixture
def own_home(chromium: str, tmp_path: Path) -> Path:
    """Return a home for servers that only this test uses, which needs a browser."""
    del chromium
    place = tmp_path / "own"
    place.mkdir()
    return place


def test_a_killed_server_loses_nothing(page: Page, own_home: Path) -> None:
    with LabServer(own_home) as server:
        begin(page, server)
        lab = lab_of(page)
        (run,) = Lab(own_home, lab).runs
        expect(progress_of(page).get_by_text(re.compile(r"Epoch ([2-9]|\d\d) of 90"))).to_be_visible()
        assert server.process is not None
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(10)
    done = len(run.history().epochs["epoch"])
    with LabServer(own_home) as server:
        open_page(page, server, "Train", lab)
        expect(progress_of(page).get_by_text("Interrupted")).to_be_visible()
        main(page).get_by_role("button", name="Train more").click()
        expect(page.get_by_text("as if it had never stopped")).to_be_visible()
        page.get_by_role("button", name="Go on").click()
        expect(progress_of(page).get_by_text(re.compile(r"Epoch \d+ of 90, .* left"))).to_be_visible()
        assert run.history().epochs["epoch"].tolist()[:done] == list(range(1, done + 1))
        button(page, "Stop").click()
        expect(progress_of(page).get_by_text("Stopped after")).to_be_visible()
        expect_no_exception(page)
