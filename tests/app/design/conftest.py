"""The page Design, opened in a new lab."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages import at_page


@pytest.fixture
def page() -> AppTest:
    app = at_page("design").run()
    assert not app.exception
    return app
