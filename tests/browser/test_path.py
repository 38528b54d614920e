"""The whole path in a real browser: look, design, train while the charts move, evaluate; and known faults."""

import re

from playwright.sync_api import BrowserContext, Page, expect

from mnist_demo.app.navigation import FIRST, PAGES
from tests.browser.lab import (
    button,
    expect_no_exception,
    expect_page,
    go_to,
    lab_of,
    main,
    open_page,
    train,
)
from tests.server import LabServer

# Once everything is shown, the script records at every frame whether the drawings are the same elements, how many
# pictures of digits there are, how far the visitor has scrolled, and where the charts are on the screen.
WATCH = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    const drawings = () => [...main.querySelectorAll('[data-testid=stVegaLiteChart] svg')];
    const curve = () => drawings().flatMap(svg => [...svg.querySelectorAll('path')])
        .map(path => path.getAttribute('d') || '').join('').length;
    const seen = new Set();
    let first = null, shortest = Infinity;
    window.watched = () => ({seen: [...seen].map(JSON.parse), grew: curve() > shortest});
    const look = () => {
        const charts = drawings(), digits = main.querySelectorAll('[data-testid=stImage] img').length;
        const figures = main.querySelectorAll('[data-testid=stMetricValue]').length;
        // Before the run begins, the press of Train itself scrolls to the button.
        const hasBegun = [...main.querySelectorAll('button')].some(each => each.innerText.trim().endsWith('Stop'));
        const isThere = hasBegun && charts.length === 2 && digits === 2 && figures === 4;
        if (first === null && isThere && main.scrollHeight - main.clientHeight >= 200) {
            first = charts;
            main.scrollTop = 200;
        }
        if (first !== null) {
            // The curves of the example may still be there for a moment.
            shortest = Math.min(shortest, curve());
            const same = charts.length === 2 && charts.every((chart, index) => chart === first[index]);
            const top = first[0].isConnected ? Math.round(first[0].getBoundingClientRect().top) : null;
            seen.add(JSON.stringify([same, digits, main.scrollTop, top]));
        }
        requestAnimationFrame(look);
    };
    look();
}"""


def choose_preset(page: Page, name: str) -> None:
    go_to(page, "Design")
    main(page).get_by_role("radio", name=name, exact=True).or_(
        main(page).get_by_role("button", name=name, exact=True)
    ).first.click()
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_text(re.compile(rf"^{name} · [\d,]+ parameters"))).to_be_visible()


def test_from_the_digits_to_the_accuracy(page: Page, server: LabServer) -> None:
    for address in (f"{server.url}/home", server.url):
        page.goto(address)
        expect_page(page, FIRST.title)
    go_to(page, "Explore")
    expect(main(page).get_by_test_id("stImage").first).to_be_visible()
    choose_preset(page, "codelab")
    button(page, "Train it").click()
    expect_page(page, "Train")
    expect(main(page).get_by_text("This is an example")).to_be_visible()

    page.evaluate(WATCH)
    train(page)
    expect(main(page).get_by_test_id("stProgress").get_by_text("Finished: 10 epochs")).to_be_visible()
    expect_page(page, "Train")
    # The same drawings grow: no chart is embedded anew or absent for a moment, and nothing moves on the screen.
    watched = page.evaluate("() => window.watched()")
    assert watched["grew"]
    assert len(watched["seen"]) == 1, watched["seen"]
    (always,) = watched["seen"]
    assert always[:3] == [True, 2, 200]
    expect(main(page).get_by_text(re.compile(r"\d+ of 20 right"))).to_be_visible()
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_text("Finished: 10 epochs")).to_be_visible()
    expect(sidebar.get_by_text(re.compile(r"Validation, final network: 9\d[\s\S]*Best epoch \d+: 9\d"))).to_be_visible()

    button(page, "See how good it is").click()
    expect_page(page, "Evaluate")
    accuracy = main(page).get_by_test_id("stMetric").filter(has_text="Accuracy")
    expect(accuracy.get_by_text(re.compile(r"^9\d\.\d+%$"))).to_be_visible()
    expect(main(page).get_by_text("95% interval").first).to_be_visible()
    expect_no_exception(page)


def test_stop_keeps_what_was_learned(page: Page, server: LabServer) -> None:
    open_page(page, server, "Train")
    choose_preset(page, "mnist_convnet")
    go_to(page, "Train")
    train(page)
    progress = main(page).get_by_test_id("stProgress")
    expect(progress.get_by_text(re.compile(r"Epoch \d+ of 15, .* left"))).to_be_visible()
    button(page, "Stop").click()
    expect(progress.get_by_text(re.compile("Stopp"))).to_be_visible()
    expect(progress.get_by_text(re.compile(r"Stopped after \d+ of 15 epochs and [\d,]+ images"))).to_be_visible()
    expect(button(page, "Train")).to_be_enabled()
    go_to(page, "Evaluate")
    expect(main(page).get_by_test_id("stMetric").first).to_be_visible()


def test_leaving_and_pressing_anything_never_disturbs_a_run(page: Page, server: LabServer) -> None:
    open_page(page, server, "Train")
    choose_preset(page, "codelab")
    go_to(page, "Train")
    train(page)
    for name in ("Explore", "Design", "Draw", "Evaluate", "Explore"):
        go_to(page, name)
    main(page).get_by_role("radio", name="Test").or_(main(page).get_by_role("button", name="Test")).first.click()
    page.reload()
    expect_page(page, "Explore")
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_text("Finished: 10 epochs")).to_be_visible()


def test_another_tab_shows_the_same_lab_and_no_other_browser_sees_it(
    page: Page, context: BrowserContext, elsewhere: BrowserContext, server: LabServer
) -> None:
    open_page(page, server, "Train")
    choose_preset(page, "dense")
    lab = lab_of(page)
    again = context.new_page()
    open_page(again, server, "Train")
    expect(again.get_by_test_id("stSidebar").get_by_text(re.compile("^dense · "))).to_be_visible()
    stranger = elsewhere.new_page()
    open_page(stranger, server, "Train")
    assert lab_of(stranger) != lab
    expect(stranger.get_by_test_id("stSidebar").get_by_text(re.compile("^fast · "))).to_be_visible()


def test_on_a_phone_the_menu_closes_and_nothing_is_wider_than_the_screen(
    context: BrowserContext, server: LabServer
) -> None:
    phone = context.browser.new_context(viewport={"width": 360, "height": 780}) if context.browser else context
    page = phone.new_page()
    open_page(page, server, FIRST.title)
    for name in (each.title for each in PAGES):
        page.get_by_test_id("stExpandSidebarButton").click()
        go_to(page, name)
        expect(page.get_by_test_id("stSidebarNav")).not_to_be_in_viewport()
        overflow = page.evaluate(
            "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth }"
        )
        assert overflow <= 0, f"{name} is {overflow} px wider than a phone"
    phone.close()
