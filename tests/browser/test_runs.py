"""A duel from its button to its conclusion; runs are chosen, deleted and restored by mouse and by keyboard."""

import re
import zipfile

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.lab import PATIENCE, begin_endless, button, expect_no_exception, expect_page, main, open_page
from tests.server import LabServer

HEAD, ROW = 36, 35
"""Height of the table's head and of each row in pixels, to click at, because the table is drawn on a canvas."""


def expect_chosen(page: Page, count: int) -> None:
    """Expect that this many runs are chosen, in the list and in the address."""
    chosen = main(page).get_by_test_id("stMultiSelect").get_by_role("button", name=re.compile("^Remove "))
    expect(chosen).to_have_count(count)
    expect(page).to_have_url(re.compile(r"^[^?]*([?]|$)" + "&".join(["compare=[^&]*"] * count) + "$"))


def expect_above_the_fold(page: Page) -> None:
    """Expect the chart of a duel and the digits of both networks on the screen of a projector, without scrolling."""
    chart = main(page).get_by_test_id("stVegaLiteChart")
    expect(chart).to_have_count(1)
    answers = main(page).get_by_role("img", name=re.compile("^[AB] (codelab|dense): "))
    expect(answers).to_have_count(2)
    for picture in (chart, *answers.all()):
        box = picture.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800


def test_a_duel_then_delete_and_undo(page: Page, elsewhere: BrowserContext, server: LabServer) -> None:
    # Another lab trains, so that both runs wait long enough to be seen waiting.
    other = elsewhere.new_page()
    begin_endless(other, server)
    open_page(page, server, "Runs")
    button(page, "Duel: codelab against dense").click()
    # The two train together, so neither waits for the other.
    expect(main(page).get_by_text("Waiting: 1 ahead of you")).to_have_count(2)
    expect_above_the_fold(page)
    button(other, "Stop").click()
    expect(main(other).get_by_text("Stopped after").first).to_be_visible()
    # The table takes keys only in the foreground tab.
    other.close()
    # Both have answers to the twenty digits before either has ended.
    expect(main(page).get_by_text(re.compile(r"Twenty digits that it never learns from: \d+ right"))).to_have_count(2)
    conclusion = main(page).get_by_text(re.compile(r"reads better than .*McNemar's exact test"))
    # The timeout covers two trainings of ten epochs each: 20 s here, and minutes on a busy machine.
    expect(conclusion).to_be_visible(timeout=4 * PATIENCE)
    expect(conclusion).to_contain_text("A codelab reads better than B dense.")
    expect(main(page).get_by_test_id("stMetric")).to_have_count(2)
    expect_chosen(page, 2)
    # The link shows the comparison to every visitor who opens it.
    page.reload()
    expect_page(page, "Runs")
    expect(conclusion).to_be_visible()

    table = main(page).get_by_test_id("stDataFrame").first
    # The test waits, because the conclusion appears before the table knows its selection and takes a click.
    expect(table.locator("[role=row][aria-selected=true]")).to_have_count(2)
    table.click(position={"x": 17, "y": HEAD + ROW // 2})
    expect_chosen(page, 1)
    expect(conclusion).to_have_count(0)
    with page.expect_download() as download:
        button(page, "Download").click()
    assert re.fullmatch(r"(codelab|dense)-\d{8}-\d{6}\.zip", download.value.suggested_filename)
    with zipfile.ZipFile(download.value.path()) as archive:
        assert "model.keras" in archive.namelist()
    button(page, "Delete").click()
    expect(main(page).get_by_text(re.compile("^Deleted: (codelab|dense)$"))).to_be_visible()
    expect_chosen(page, 0)
    button(page, "Undo").click()
    expect_chosen(page, 1)
    # The keyboard chooses the row that is not chosen yet.
    table.click(position={"x": 60, "y": HEAD + ROW // 2})
    page.keyboard.press("Shift+Space")
    expect_chosen(page, 2)
    expect(conclusion).to_be_visible()
    expect_no_exception(page)
