"""The page scripts for tests."""

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from mnist_demo.app.navigation import PAGES, UNUSED_PATH
from tests.server import MAIN


def script(name: str) -> str:
    """Return the script of a page, for `AppTest.switch_page`."""
    return {page.name: str(page.path) for page in PAGES}[name]


def at_page(name: str, **parameters: str) -> AppTest:
    """Return the lab opened at a page by its address, before the first run.

    `AppTest.switch_page` would ask for a run of the first page before. It finds a page by the hash that is set here.

    Args:
        name: The name of the page.
        parameters: The parameters in the address.
    """
    app = AppTest.from_file(str(MAIN), default_timeout=120)
    app.query_params.update(parameters)
    app._page_hash = calc_hash(UNUSED_PATH if name == PAGES[0].name else name)
    return app
