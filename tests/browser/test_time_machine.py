"""The time machine's slider moves every view, by mouse and by key, without the server."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.lab import keep_run, main, open_page
from tests.server import LabServer

LAB = "machine-lab-0123456789"

# The scripts return a short form of all canvases, and drag to and fro; the benchmark measures the time of a step.
_PAINTED = """root => [...root.querySelectorAll('canvas')].map(canvas => canvas.toDataURL()).join().split('')
    .reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) | 0, 0)"""
_DRAG = """async slider => {
    for (let step = 0; step < 40; step++) {
        slider.value = step % (Number(slider.max) + 1)
        slider.dispatchEvent(new Event('input', { bubbles: true }))
        await new Promise(done => requestAnimationFrame(() => setTimeout(done)))
    }
}"""


@pytest.fixture(scope="module")
def trained(server: LabServer, trained_folder: Path) -> None:
    """Put one network of three epochs into a lab."""
    keep_run(trained_folder, server.home, LAB)


@pytest.fixture
def asked(page: Page) -> list[str | bytes]:
    """Return the list of messages from the page to the server."""
    said: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: said.append(frame)))
    return said


@pytest.fixture
def machine(page: Page, asked: list[str | bytes], server: LabServer, trained: None) -> Page:
    """Open the page with all epochs."""
    open_page(page, server, "Time machine", LAB)
    expect(slider(page)).to_have_attribute("max", "3")
    return page


def slider(page: Page) -> Locator:
    return main(page).get_by_role("slider", name="Epoch")


def shown(page: Page) -> tuple[str, str, str, int]:
    """Return the label, the accuracy, the confusion matrix and the painted pixels."""
    section = main(page).get_by_role("region", name="Time machine")
    return (
        section.get_by_role("status").first.inner_text(),
        section.locator(".accuracy").inner_text(),
        section.get_by_role("table").inner_text(),
        section.evaluate(_PAINTED),
    )


def test_everything_moves_with_the_slider(machine: Page, asked: list[str | bytes]) -> None:
    assert asked
    asked.clear()
    trained = shown(machine)
    assert "Epoch 3 of 3" in trained[0]
    slider(machine).focus()
    machine.keyboard.press("Home")
    untrained = shown(machine)
    assert "untrained" in untrained[0]
    assert all(before != after for before, after in zip(trained, untrained, strict=True))
    machine.keyboard.press("ArrowRight")
    assert "Epoch 1 of 3" in shown(machine)[0]
    machine.keyboard.press("End")
    assert shown(machine) == trained
    box = slider(machine).bounding_box()
    assert box is not None
    machine.mouse.click(box["x"] + 5, box["y"] + box["height"] / 2)
    assert shown(machine) == untrained
    slider(machine).evaluate(_DRAG)
    # The drag has forty steps over four epochs.
    assert shown(machine) == trained
    assert asked == []


def test_play_and_pause(machine: Page) -> None:
    play = main(machine).get_by_role("button", name="Play")
    # Play begins again with the untrained network. One script presses twice, because a slow machine would be too late.
    between = play.evaluate("button => { button.click(); const name = button.innerText; button.click(); return name }")
    assert between.strip() == "Pause"
    expect(play).to_be_visible()
    assert slider(machine).input_value() == "0"
    # The playback stops at the end.
    play.focus()
    machine.keyboard.press("Space")
    expect(slider(machine)).to_have_value("3")
    expect(play).to_be_visible()


def test_a_phone_and_another_theme(machine: Page, context: BrowserContext) -> None:
    light = shown(machine)
    machine.emulate_media(color_scheme="dark")
    expect(main(machine).get_by_role("region", name="Time machine")).to_have_css("color", re.compile("231, 229, 224"))
    dark = shown(machine)
    assert dark[:3] == light[:3]
    assert dark[3] != light[3]
    machine.set_viewport_size({"width": 360, "height": 740})
    overflow = machine.evaluate(
        "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth }"
    )
    assert overflow <= 0
    # The slider stays visible above the views that it moves.
    main(machine).get_by_role("table").scroll_into_view_if_needed()
    expect(slider(machine)).to_be_in_viewport()
