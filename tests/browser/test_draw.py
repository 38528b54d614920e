"""Drawing with a mouse and with a finger: networks read the digit, and nothing is lost or scrolled by drawing."""

import dataclasses
import re
import shutil
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mnist_demo.presets import PRESETS
from tests.browser.lab import PATIENCE, button, expect_page, go_to, keep_run, main, open_page, train
from tests.server import LabServer

LIGHT_INK, DARK_INK = (0x3A, 0x55, 0xB4), (0x8F, 0xA5, 0xFF)

LAB = "drawing-lab-0123456789"
LEARNING_LAB = "learning-lab-012345678"
GROWING_LAB = "growing-lab-0123456789"

SCROLLED = "() => [...document.querySelectorAll('*')].reduce((sum, element) => sum + element.scrollTop, 0)"

Strokes = list[list[tuple[float, float]]]

# The coordinates are shares of the canvas's side.
ONE: Strokes = [[(0.5, 0.15), (0.49, 0.5), (0.48, 0.87)]]
SEVEN: Strokes = [[(0.25, 0.21), (0.73, 0.21), (0.6, 0.45), (0.43, 0.85)]]
ZERO: Strokes = [
    [(0.5, 0.18), (0.34, 0.24), (0.26, 0.49), (0.34, 0.76), (0.5, 0.84)],
    [(0.5, 0.84), (0.67, 0.76), (0.75, 0.49), (0.67, 0.24), (0.5, 0.18)],
]


@pytest.fixture(scope="module")
def trained(server: LabServer, trained_folder: Path) -> Path:
    """Put one network that reads most digits into a lab."""
    keep_run(trained_folder, server.home, LAB)
    return trained_folder


@pytest.fixture
def drawing_page(page: Page, server: LabServer, trained: Path) -> Page:
    """Open the page Draw with an empty canvas."""
    forget_drawing(server)
    open_page(page, server, "Draw", LAB)
    expect(canvas(page)).to_be_visible()
    return page


def forget_drawing(server: LabServer) -> None:
    """Delete the drawing that the lab keeps."""
    shutil.rmtree(server.home / "drawings", ignore_errors=True)


def canvas(page: Page) -> Locator:
    """Return the upper of the component's canvases, which receives the pen and has no name."""
    return main(page).locator("canvas.upper-canvas")


def draw(page: Page, strokes: Strokes, size: float = 1.0, left: float = 0.0, top: float = 0.0) -> None:
    """Draw with the mouse, at a size and a place in shares of the canvas."""
    # A click elsewhere may have scrolled the canvas away.
    canvas(page).evaluate("element => element.scrollIntoView({block: 'center'})")
    box = canvas(page).bounding_box()
    assert box is not None
    for stroke in strokes:
        points = [
            (box["x"] + box["width"] * (left + size * x), box["y"] + box["height"] * (top + size * y))
            for x, y in stroke
        ]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=6)
        page.mouse.up()


def expect_answer(page: Page, answer: str) -> None:
    """Expect the large answer, in full."""
    value = page.get_by_test_id("stMetricValue")
    expect(value).to_have_text(re.compile(rf"^\s*{re.escape(answer)}\s*$"))


def ink(page: Page) -> list[tuple[int, ...]]:
    """Return the colours of the fully inked pixels on the canvas."""
    found = (
        main(page)
        .locator("canvas.dc-canvas.lower-canvas")
        .evaluate(
            """canvas => {
            const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            const colours = new Set();
            for (let at = 0; at < pixels.length; at += 4)
                if (pixels[at + 3] === 255) colours.add([pixels[at], pixels[at + 1], pixels[at + 2]].join());
            return [...colours].map(colour => colour.split(',').map(Number));
        }"""
        )
    )
    return [tuple(colour) for colour in found]


def expect_ink(page: Page, colours: list[tuple[int, ...]]) -> None:
    """Expect that the ink on the canvas soon has exactly these colours."""
    deadline = time.monotonic() + PATIENCE / 1000
    while ink(page) != colours:
        assert time.monotonic() < deadline, ink(page)
        page.wait_for_timeout(50)


@pytest.mark.parametrize(("strokes", "answer"), [(ONE, "1"), (SEVEN, "7"), (ZERO, "0")], ids=["1", "7", "0"])
def test_a_drawn_digit_is_read(drawing_page: Page, strokes: Strokes, answer: str) -> None:
    expect(main(drawing_page).get_by_text("Draw a digit: large and in the middle")).to_be_visible()
    expect_answer(drawing_page, "–")
    draw(drawing_page, strokes)
    expect_answer(drawing_page, answer)


def test_a_small_digit_in_a_corner_is_read_too(drawing_page: Page) -> None:
    draw(drawing_page, SEVEN, size=0.25, left=0.03, top=0.72)
    expect_answer(drawing_page, "7")


def test_clear_empties_the_canvas(drawing_page: Page) -> None:
    draw(drawing_page, SEVEN)
    expect_answer(drawing_page, "7")
    button(drawing_page, "Clear").click()
    expect_answer(drawing_page, "–")
    expect_ink(drawing_page, [])


def test_returning_to_the_page_restores_the_drawing(drawing_page: Page) -> None:
    draw(drawing_page, SEVEN)
    expect_answer(drawing_page, "7")
    go_to(drawing_page, "Train")
    go_to(drawing_page, "Draw")
    expect_answer(drawing_page, "7")
    expect(canvas(drawing_page)).to_be_visible()
    expect_ink(drawing_page, [LIGHT_INK])


def test_a_refresh_restores_the_drawing_and_undo_removes_a_stroke(drawing_page: Page) -> None:
    draw(drawing_page, SEVEN)
    expect_answer(drawing_page, "7")
    drawing_page.reload()
    expect_answer(drawing_page, "7")
    expect_ink(drawing_page, [LIGHT_INK])
    button(drawing_page, "Undo").click()
    expect_answer(drawing_page, "–")
    expect_ink(drawing_page, [])


def test_a_stroke_begun_while_the_answer_comes_is_not_lost(drawing_page: Page) -> None:
    draw(drawing_page, ZERO[:1])
    box = canvas(drawing_page).bounding_box()
    assert box is not None
    second = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ZERO[1]]
    drawing_page.mouse.move(*second[0])
    drawing_page.mouse.down()
    drawing_page.mouse.move(*second[1], steps=3)
    # The pen is down when the first stroke's answer changes the page.
    expect(drawing_page.get_by_test_id("stMetricValue")).not_to_have_text(re.compile("–"))
    for point in second[2:]:
        drawing_page.mouse.move(*point, steps=6)
    drawing_page.mouse.up()
    expect_answer(drawing_page, "0")


def test_a_network_that_learns_reads_the_drawing_again_and_again(page: Page, server: LabServer, trained: Path) -> None:
    # The run has a lab of its own, because a half-trained network would be the newest one of the other tests' lab.
    keep_run(trained, server.home, LEARNING_LAB)
    open_page(page, server, "Draw", LEARNING_LAB)
    expect(canvas(page)).to_be_visible()
    draw(page, SEVEN)
    expect_answer(page, "7")
    # The training is a slow one, because a quick network has its final confidence at the first answer.
    codelab = PRESETS["codelab"]
    slow = dataclasses.replace(codelab.training, learning_rate=1e-4, batch_size=64, epochs=90)
    link = dataclasses.replace(codelab, name="slow", training=slow).to_query()
    page.goto(f"{server.url}/train?lab={LEARNING_LAB}&experiment={link}")
    expect_page(page, "Train")
    train(page)
    stop = page.get_by_test_id("stSidebar").get_by_role("button", name="Stop")
    go_to(page, "Draw")
    # The script records the text of the bars at each change; the test touches nothing meanwhile.
    said = page.evaluate(
        """() => new Promise(resolve => {
            const said = [];
            const look = () => {
                const texts = [...document.querySelectorAll('[data-testid=stMain] [aria-label^="Probabilities"]')];
                const text = texts.map(element => element.getAttribute('aria-label'))[0];
                if (text && text !== said.at(-1)) said.push(text);
                said.length >= 4 ? resolve(said) : setTimeout(look, 50);
            };
            look();
            setTimeout(() => resolve(said), 40000);
        })"""
    )
    assert len(said) == 4
    stop.click()
    expect(stop).to_have_count(0)


def test_a_second_network_leaves_the_drawing_on_the_canvas(page: Page, server: LabServer, trained: Path) -> None:
    keep_run(trained, server.home, GROWING_LAB)
    open_page(page, server, "Draw", GROWING_LAB)
    expect(canvas(page)).to_be_visible()
    draw(page, SEVEN)
    expect_answer(page, "7")
    # A second network adds a choice of runs above the canvas.
    shutil.copytree(trained, server.home / "runs" / GROWING_LAB / "20260102-120000-abcdef")
    page.keyboard.press("r")
    expect(main(page).get_by_role("combobox")).to_be_visible()
    expect_page(page, "Draw")
    expect_ink(page, [LIGHT_INK])


def test_a_change_of_theme_keeps_the_drawing(drawing_page: Page) -> None:
    draw(drawing_page, SEVEN)
    expect_answer(drawing_page, "7")
    drawing_page.emulate_media(color_scheme="dark")
    # The server learns of the other theme with the next stroke.
    draw(drawing_page, [[(0.35, 0.5), (0.65, 0.5)]])
    expect_ink(drawing_page, [DARK_INK])
    expect_answer(drawing_page, "7")


def test_the_steps_are_shown_in_order(drawing_page: Page) -> None:
    main(drawing_page).get_by_text("How your drawing becomes the network's input").click()
    expect(main(drawing_page).get_by_text("Draw or bring a digit first")).to_be_visible()
    draw(drawing_page, SEVEN)
    captions = main(drawing_page).get_by_text(re.compile(r"^[1-6]\. "))
    expect(captions).to_have_count(6)
    assert [caption[:2] for caption in captions.all_inner_texts()] == ["1.", "2.", "3.", "4.", "5.", "6."]


def test_a_finger_draws_and_does_not_scroll(browser: Browser, server: LabServer, trained: Path) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True) as phone:
        phone.set_default_timeout(PATIENCE)
        page = phone.new_page()
        forget_drawing(server)
        open_page(page, server, "Draw", LAB)
        # A trial tap waits until the canvas no longer moves, and touches nothing.
        canvas(page).tap(trial=True)
        box = canvas(page).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        touch = phone.new_cdp_session(page)

        def drag(x: float, start: float, end: float) -> None:
            steps = [start + (end - start) * step / 10 for step in range(11)]
            for place, y in enumerate(steps):
                kind = "touchStart" if place == 0 else "touchMove"
                touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
                page.wait_for_timeout(20)
            touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

        def scrolled() -> float:
            return float(page.evaluate(SCROLLED))

        before = scrolled()
        # The stroke begins in the corner where the component has its own tools.
        drag(box["x"] + box["width"] - 40, box["y"] + 10, box["y"] + 0.9 * box["height"])
        expect_answer(page, "1")
        assert scrolled() == before
        # The answer and the drawing are visible together.
        expect(page.get_by_test_id("stMetricValue")).to_be_in_viewport(ratio=1)
        # A shorter phone has room for the canvas and a line above it.
        line = main(page).locator(".st-key-answer_line")
        expect(line).to_be_hidden()
        page.set_viewport_size({"width": 360, "height": 640})
        expect(line).to_have_text(re.compile(r"^1 .*sure$"))
        expect(line).to_be_in_viewport(ratio=1)
        expect(canvas(page)).to_be_in_viewport(ratio=0.95)
        page.set_viewport_size({"width": 360, "height": 740})
        expect(line).to_be_hidden()
        # The same movement beside the canvas does scroll, which proves that the test can fail.
        drag(60, box["y"] - 60, 40)
        page.wait_for_function(f"({SCROLLED})() > {before}")
