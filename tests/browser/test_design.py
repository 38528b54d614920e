"""The page Design in a browser: a popover that opens at the foot of the screen."""

from playwright.sync_api import Page, expect

from tests.browser.lab import button, expect_no_exception, main, open_page
from tests.server import LabServer

# The script scrolls the element to the foot of the screen, with room for one line below it.
_TO_THE_FOOT = """element => {
    element.scrollIntoView({ block: 'end' })
    element.closest('[data-testid=stMain]').scrollTop += 100
}"""


def test_a_popover_at_the_foot_of_the_screen_is_fully_visible(page: Page, server: LabServer) -> None:
    open_page(page, server, "Design")
    opened = page.get_by_role("dialog")
    add = main(page).get_by_role("button", name="Add a layer")
    add.evaluate(_TO_THE_FOOT)
    add.click()
    # The popover used to be as high as the rest of the screen, too low to open the list in.
    expect(opened.get_by_role("button", name="Add")).to_be_in_viewport(ratio=1)
    opened.get_by_role("combobox", name="Layer").click()
    page.get_by_role("option", name="Dropout").click()
    expect(opened.get_by_text("Silences a random share")).to_be_in_viewport(ratio=1)
    opened.get_by_role("button", name="Add").click()
    # The new layer is at the end, with its editor open.
    expect(opened.get_by_role("spinbutton", name="Rate")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    expect(opened).to_have_count(0)
    share = button(page, "Share")
    share.evaluate(_TO_THE_FOOT)
    share.click()
    expect(opened.get_by_test_id("stCode")).to_be_in_viewport(ratio=1)
    expect_no_exception(page)
