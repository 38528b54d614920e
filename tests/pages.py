"""The page scripts for tests."""

from mnist_demo.app.navigation import PAGES


def script(name: str) -> str:
    """Return the script of a page, for `AppTest.switch_page`."""
    return {page.name: str(page.path) for page in PAGES}[name]
