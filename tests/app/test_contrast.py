"""Text is legible in both appearances: WCAG 2.2 asks for a contrast of 4.5."""

import re
import tomllib

import numpy as np
import pytest

from mnist_demo.app.evaluate.confusion_chart import confusion_spec
from mnist_demo.app.theme import colours, style
from mnist_demo.app.theme.chart_style import text_config
from tests.server import ROOT

LEAST = 4.5

CAPTION = 0.6
"""Share of the text's colour that Streamlit gives a caption (the opacity of `stCaptionContainer`)."""


@pytest.fixture(params=["light", "dark"])
def look(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(colours, "appearance", lambda: request.param)
    return str(request.param)


def contrast(first: np.ndarray, second: np.ndarray) -> float:
    """Return the contrast ratio of two colours, float (3,), 0 to 1 (WCAG 2.2)."""
    both = np.array([first, second])
    linear = np.where(both <= 0.04045, both / 12.92, ((both + 0.055) / 1.055) ** 2.4)
    dark, light = np.sort(linear @ [0.2126, 0.7152, 0.0722])
    return float((light + 0.05) / (dark + 0.05))


def rgb(colour: str) -> np.ndarray:
    return np.frombuffer(bytes.fromhex(colour.removeprefix("#")), np.uint8) / 255


@pytest.mark.usefixtures("look")
def test_text_on_charts() -> None:
    paper = rgb(colours.paper_and_ink()[0])
    config = text_config()
    assert contrast(rgb(config["text"]["color"]), paper) >= LEAST
    assert all(contrast(rgb(colour), paper) >= LEAST for part in ("axis", "legend") for colour in config[part].values())


@pytest.mark.usefixtures("look")
def test_the_numbers_of_the_confusion_matrix_on_every_shade() -> None:
    paper, primary = rgb(colours.paper_and_ink()[0]), rgb(colours.primary_colour())
    (colour,) = [layer["encoding"]["color"] for layer in confusion_spec(tuple("0123456789"))["layer"][1:2]]
    turn = float(re.sub(r"^datum\.shade > ", "", colour["condition"]["test"]))
    for shade in np.linspace(0, 1, 101):
        written = colour["condition"]["value"] if shade > turn else colour["value"]
        assert contrast(rgb(written), (1 - shade) * paper + shade * primary) >= LEAST, shade


def test_words_on_the_primary_colour(look: str) -> None:
    found = re.search(r"stBaseButton-primary[^}]*\{ color: (#\w{6}); \}", style.sheet())
    assert (found is None) == (look == "light")
    # Streamlit writes white on the primary colour.
    assert contrast(rgb(found[1] if found else "#ffffff"), rgb(colours.primary_colour())) >= LEAST


@pytest.mark.parametrize("place", ["page", "sidebar"])
def test_captions_on_every_ground(look: str, place: str) -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"][look]
    colours = theme if place == "page" else {**theme, **theme["sidebar"]}
    for name in ("backgroundColor", "secondaryBackgroundColor"):
        ground = rgb(colours[name])
        assert contrast(CAPTION * rgb(colours["textColor"]) + (1 - CAPTION) * ground, ground) >= LEAST, name


def test_the_charts_are_on_the_pages_own_paper_with_its_ink(look: str) -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"][look]
    assert colours.paper_and_ink() == (theme["backgroundColor"], theme["textColor"])
