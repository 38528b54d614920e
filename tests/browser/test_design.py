"""The page Design in a browser: the editor beside its layer, buttons for thumbs, what opens at the screen's foot."""

from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.lab import PATIENCE, button, expect_no_exception, expect_page, main, open_page
from tests.server import LabServer

# The script scrolls the element to the foot of the screen, with room for one line below it.
_TO_THE_FOOT = """element => {
    element.scrollIntoView({ block: 'end' })
    element.closest('[data-testid=stMain]').scrollTop += 100
}"""

THUMB = 44
"""Least side of a target for a thumb, in pixels (WCAG 2.5.5)."""


# The script returns the edges of elements in one moment, once they have been the same for ten frames.
_EDGES = """selectors => new Promise(resolve => {
    let last = "", still = 0
    const look = () => {
        const boxes = selectors.map(each => document.querySelector(each)?.getBoundingClientRect())
        const edges = boxes.map(box => box && [box.left, box.top, box.right, box.bottom])
        const seen = JSON.stringify(edges)
        still = seen === last ? still + 1 : 0
        last = seen
        still < 10 ? requestAnimationFrame(look) : resolve(edges)
    }
    look()
})"""

ROWS = [f".st-key-design_row_{place}" for place in range(12)]
EDITOR = ".st-key-design_editor"

Edges = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels of the screen."""


def edges(page: Page, *selectors: str) -> list[Edges]:
    """Return the edges of elements when nothing moves any more."""
    return [(left, top, right, bottom) for left, top, right, bottom in page.evaluate(_EDGES, list(selectors))]


def open_editor(page: Page, name: str) -> Locator:
    """Open the editor of a layer by its name, and return the editor."""
    button(page, name).click()
    editor = main(page).locator(EDITOR)
    expect(editor).to_be_visible()
    return editor


def test_what_opens_at_the_foot_of_the_screen_is_seen(page: Page, server: LabServer) -> None:
    open_page(page, server, "Design")
    add = button(page, "Add a layer")
    add.evaluate(_TO_THE_FOOT)
    add.click()
    confirm = button(page, "Add")
    expect(confirm).to_be_in_viewport(ratio=1)
    main(page).get_by_role("combobox", name="Layer").click()
    page.get_by_role("option", name="Dropout").click()
    expect(main(page).get_by_text("Silences a random share")).to_be_in_viewport(ratio=1)
    confirm.click()
    # The new layer is at the end, with its editor open.
    expect(main(page).get_by_role("spinbutton", name="Rate")).to_be_in_viewport(ratio=1)
    share = button(page, "Share")
    share.evaluate(_TO_THE_FOOT)
    share.click()
    expect(page.get_by_role("dialog").get_by_test_id("stCode")).to_be_in_viewport(ratio=1)
    expect_no_exception(page)


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_the_editor_stands_beside_its_layer_and_moves_nothing(
    page: Page, server: LabServer, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_page(page, server, "Design")
    # The figures come a moment after the buttons.
    expect(main(page).locator(ROWS[-1]).get_by_text("sees 28×28")).to_be_visible()
    before = [bottom - top for _, top, _, bottom in edges(page, *ROWS)]
    open_editor(page, "2 · MaxPooling2D 2×2")
    (left, top, _, _), *rows = edges(page, EDITOR, *ROWS)
    assert abs(top - rows[2][1]) <= 1
    assert all(right <= left for _, _, right, _ in rows)
    # The editor is higher than its row, and yet the rows keep their heights and stand close together.
    assert [bottom - top for _, top, _, bottom in rows] == pytest.approx(before, abs=1)
    assert all(lower[1] - upper[3] < 10 for upper, lower in pairwise(rows))
    expect_no_exception(page)


def test_a_layer_is_moved_and_removed_by_keyboard(page: Page, server: LabServer) -> None:
    open_page(page, server, "Design")
    down = button(page, "Move down layer 2, MaxPooling2D")
    down.focus()
    page.keyboard.press("Enter")
    expect(button(page, "Move down layer 3, MaxPooling2D")).to_be_focused()
    page.keyboard.press("Enter")
    expect(button(page, "Move down layer 4, MaxPooling2D")).to_be_focused()
    remove = button(page, "Remove layer 4, MaxPooling2D")
    remove.focus()
    page.keyboard.press("Space")
    expect(main(page).get_by_text("Removed layer 4, MaxPooling2D.")).to_be_visible()
    button(page, "Undo").press("Enter")
    expect(button(page, "4 · MaxPooling2D 2×2")).to_be_visible()
    expect_no_exception(page)


def test_on_a_phone_layers_are_cards_for_a_thumb_and_the_editor_is_below_its_layer(
    browser: Browser, server: LabServer
) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True) as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        open_page(page, server, "Design")
        open_editor(page, "1 · Conv2D 16 · 5×5")
        first, editor, second = edges(page, ROWS[1], EDITOR, ROWS[2])
        assert first[3] <= editor[1] < editor[3] <= second[1]
        buttons = main(page).locator(ROWS[1]).get_by_role("button").all()
        assert len(buttons) == 4
        for each in buttons:
            box = each.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= THUMB, each.text_content()
            assert 0 <= box["x"] < box["x"] + box["width"] <= 390
        # A press anywhere on a card chooses its preset.
        dense = main(page).get_by_role("radio", name="dense", exact=True)
        dense.tap(position={"x": 100, "y": 75})
        expect(dense).to_be_checked()
        expect_page(page, "Design")
