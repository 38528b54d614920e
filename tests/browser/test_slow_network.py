"""On a slow network, the browser never asks for a picture that a fast fragment has replaced."""

from playwright.sync_api import Page, Response, Route, expect

from tests.browser.lab import begin_endless, button, expect_no_exception, main
from tests.server import LabServer

# At every frame the script records the pictures without pixels, and the number of texts of the twenty digits.
WATCH = """() => {
    const broken = new Set(), texts = new Set();
    const look = () => {
        for (const image of document.querySelectorAll('[data-testid=stImage] img')) {
            if (image.complete && image.naturalWidth === 0) broken.add(image.src.slice(0, 80));
        }
        const told = [...document.querySelectorAll('[data-testid=stCaptionContainer]')].map(each => each.innerText);
        told.filter(text => / of 20 right/.test(text)).forEach(text => texts.add(text));
        requestAnimationFrame(look);
    };
    window.watched = () => ({broken: [...broken], texts: texts.size});
    look();
}"""


def test_the_twenty_digits_of_a_training_are_never_broken(page: Page, server: LabServer) -> None:
    late: list[Route] = []
    missing: list[str] = []

    def note(response: Response) -> None:
        if "/media/" in response.url and response.status >= 400:
            missing.append(response.url)

    page.on("response", note)
    begin_endless(page, server)
    page.route("**/media/**", lambda route: late.append(route))
    page.evaluate(WATCH)
    page.wait_for_function("() => window.watched().texts >= 4")
    # The requested files arrive after others have replaced them.
    for route in late:
        route.continue_()
    page.wait_for_function("() => window.watched().texts >= 6")
    assert missing == []
    assert page.evaluate("() => window.watched().broken") == []
    pictures = main(page).get_by_test_id("stImage").locator("img")
    expect(pictures).to_have_count(2)
    assert all(width > 0 for width in pictures.evaluate_all("images => images.map(image => image.naturalWidth)"))
    button(page, "Stop").click()
    expect(main(page).get_by_test_id("stProgress").get_by_text("Stopped after")).to_be_visible()
    expect_no_exception(page)
