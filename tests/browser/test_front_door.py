"""The front door: headers that a browser enforces, other spellings of an address, and the lab without this door."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mnist_demo.app.navigation import FIRST, PAGES
from mnist_demo.runs import HOME_VARIABLE
from tests.browser.lab import EPOCHS, expect_page, keep_run, lab_of, main
from tests.server import MAIN, LabServer

LAB = "open-door-lab-01234567"
BASE = "course/lab"

VIOLATIONS = """
window.violations = []
addEventListener('securitypolicyviolation', event => violations.push(`${event.effectiveDirective} ${event.blockedURI}`))
"""


@pytest.fixture(scope="module", params=["", BASE], ids=["at the root", "below a path"])
def door(
    request: pytest.FixtureRequest, chromium: str, trained_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LabServer]:
    """Serve the lab by its front door, with a trained run in it."""
    home = tmp_path_factory.mktemp("home")
    keep_run(trained_folder, home, LAB)
    with LabServer(home, options=[f"--server.baseUrlPath={request.param}"] if request.param else []) as server:
        yield server
        log = server.log.read_text()
    assert "Traceback" not in log
    assert LAB not in log


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_every_page_works_within_the_content_security_policy(page: Page, door: LabServer, name: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(VIOLATIONS)
    answer = page.goto(f"{door.url}/{'' if name == FIRST.name else name}?lab={LAB}")
    assert answer is not None
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    expect_page(page, {each.name: each.title for each in PAGES}[name])
    match name:
        case "explore" | "train" | "evaluate":
            expect(main(page).get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
        case "time_machine":
            slider = main(page).get_by_role("slider", name="Epoch")
            expect(slider).to_have_attribute("max", f"{EPOCHS}")
            slider.press("ArrowLeft")
            expect(slider).to_have_value(f"{EPOCHS - 1}")
        case "start" | "draw":
            canvas = main(page).get_by_role("img", name="Canvas: draw a digit")
            canvas.drag_to(canvas, source_position={"x": 160, "y": 60}, target_position={"x": 160, "y": 250})
            expect(main(page).get_by_role("button", name="Undo")).to_be_enabled()
    assert page.evaluate("violations") == []
    assert [url for url in asked if not url.startswith((door.url, "data:", "blob:"))] == []


@pytest.mark.parametrize(
    ("spelling", "title", "path"),
    [
        ("Draw", "Draw", "/draw"),
        ("Time-Machine", "Time machine", "/time_machine"),
        ("draw/", "Draw", "/draw"),
        ("TIMEMACHINE/", "Time machine", "/time_machine"),
        ("Start", FIRST.title, "/"),
    ],
)
def test_another_spelling_leads_to_the_page(page: Page, door: LabServer, spelling: str, title: str, path: str) -> None:
    page.goto(f"{door.url}/{spelling}?lab={LAB}")
    expect_page(page, title)
    assert page.url.split("?")[0].rstrip("/") == f"{door.url}{path}".rstrip("/")
    assert lab_of(page) == LAB


def test_the_lab_works_without_its_front_door(page: Page, chromium: str, tmp_path: Path) -> None:
    with LabServer(tmp_path, script=MAIN) as server:
        answer = page.goto(f"{server.url}/train")
        assert answer is not None
        assert "content-security-policy" not in answer.headers
        expect_page(page, "Train")
        main(page).get_by_role("button", name="Train", exact=True).click()
        expect(main(page).get_by_role("button", name="Stop")).to_be_visible()
        main(page).get_by_role("button", name="Stop").click()
        expect(main(page).get_by_text("Stopped after").first).to_be_visible()
        assert "Traceback" not in server.log.read_text()


def test_an_unwritable_data_folder_is_named_on_the_page_and_in_the_log(
    page: Page, chromium: str, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.write_text("A file in the place of the folder.")
    with LabServer(home) as server:
        for each in PAGES:
            page.goto(f"{server.url}/{'' if each is FIRST else each.name}")
            expect_page(page, each.title)
            warning = main(page).get_by_role("alert").filter(has_text="Nothing can be kept")
            expect(warning).to_contain_text(str(home))
            expect(warning).to_contain_text(HOME_VARIABLE)
        lab = lab_of(page)
        main(page).get_by_role("button").first.wait_for()
        log = server.log.read_text()
    assert f"The data folder {home} cannot be written" in log
    assert HOME_VARIABLE in log
    assert lab not in log
    assert "Traceback" not in log
