"""Pointers in the words of a lesson, to a page, a layer, a control of a page, or a term of the glossary."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mnist_demo.glossary import load_glossary
from mnist_demo.language import Language
from mnist_demo.network import MAX_LAYERS

CONTROLS: Mapping[str, str] = {
    "splits": "explore",
    "presets": "design",
    "layers": "design",
    "totals": "design",
    "training": "design",
    "train": "train",
    "pause": "train",
    "learning-rate": "train",
    "diagonal": "evaluate",
    "classes": "evaluate",
    "kernels": "time_machine",
    "canvas": "draw",
    "answer": "draw",
    "stages": "draw",
    "teach": "draw",
    "runs": "runs",
    "duel": "runs",
}
"""The page of each control that words can point at."""

_LAYER = re.compile(r"[1-9]\d?")


class PointerError(ValueError):
    """A pointer to nothing; the message says what is accepted."""


def page_names() -> frozenset[str]:
    """Return the names of all pages: the folders of the app that have a `page.py`."""
    app = Path(__file__).parents[1] / "app"
    return frozenset(path.parent.name for path in app.glob("*/page.py"))


@dataclass(frozen=True)
class Pointer:
    """Where a link of a lesson leads.

    Attributes:
        page: The name of the page to open; None to stay.
        layer: The layer to open there, from 1; None for none.
        control: The control of the page that shines for a moment; None for none.
        word: The term of the glossary whose entry opens; None for none.
    """

    page: str | None
    layer: int | None = None
    control: str | None = None
    word: str | None = None

    @classmethod
    def parse(cls, target: str) -> "Pointer":
        """Read a link's target: `page:train`, `layer:3`, `control:learning-rate` or `word:epoch`.

        Raises:
            PointerError: If it is anything else, or points at what does not exist.
        """
        kind, _, name = target.partition(":")
        match kind:
            case "page" if name in page_names():
                return cls(name)
            case "page":
                raise PointerError(f"{name!r:.60} is no page; accepted is one of {', '.join(sorted(page_names()))}")
            case "layer" if _LAYER.fullmatch(name) and int(name) <= MAX_LAYERS:
                return cls("design", layer=int(name))
            case "layer":
                raise PointerError(f"{name!r:.60} is no layer; accepted is 1 to {MAX_LAYERS}")
            case "control" if name in CONTROLS:
                return cls(CONTROLS[name], control=name)
            case "control":
                raise PointerError(f"{name!r:.60} is no control; accepted is one of {', '.join(CONTROLS)}")
            case "word" if name in load_glossary(Language.ENGLISH).entries:
                return cls(None, word=name)
            case "word":
                raise PointerError(f"{name!r:.60} is no term of the glossary; accepted is a name in glossary/en.md")
        raise PointerError(
            f"{target!r:.60} points at nothing; accepted are page:NAME, layer:NUMBER, control:NAME and word:NAME"
        )
