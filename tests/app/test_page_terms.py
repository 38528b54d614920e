"""Every term of the field on a page has an entry in the glossary and is in the page's words."""

import shutil
from collections.abc import Callable, Iterator, Set
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo import fields
from mnist_demo.app.design.editors import choice_label
from mnist_demo.app.navigation import BY_NAME, PAGES
from mnist_demo.app.widgets.glossary import FIND
from mnist_demo.experiment import Experiment
from mnist_demo.experiment.augmentation import Augmentation
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.glossary import load_glossary
from mnist_demo.language import Language
from mnist_demo.network import LAYER_TYPES
from mnist_demo.runs import Run
from tests.app.conftest import LAB, OpenPage
from tests.app.drawing import SEVEN, FakeCanvas
from tests.app.page_words import glossary_of, open_all, words_of, words_of_source
from tests.glossary.checks import uncovered

ENGLISH = load_glossary(Language.ENGLISH)

OTHER_ID = "20260102-120000-abcdef"

Words = Iterator[str]


def everything(app: AppTest) -> Words:
    yield open_all(app)


def tabs(app: AppTest, key: str, labels: tuple[str, ...]) -> Words:
    """Open each tab and all that is in it."""
    for label in labels:
        app.session_state[key] = label
        app.run()
        yield open_all(app)


def explore(app: AppTest) -> Words:
    yield from tabs(app, "view", ("Classes", "One digit", "Map", "Use other data"))


def design(app: AppTest) -> Words:
    yield from tabs(app, "design_tab", ("Network", "Training"))
    app.session_state["design_tab"] = "Network"
    app.session_state["design_add"] = True
    app.run()
    # The editors of layers and settings that are not in this experiment are made from their fields.
    specs: tuple[Any, ...] = (*LAYER_TYPES.values(), TrainingSettings, Augmentation, Experiment)
    for spec in specs:
        yield f"{spec.__name__}\n{getattr(spec, 'description', '')}"
        yield "\n".join(
            f"{fields.label(name)}\n{field.help}\n{_options(field)}" for name, field in fields.field_specs(spec).items()
        )


def _options(field: fields.FieldSpec) -> str:
    return ", ".join(map(choice_label, field.options)) if isinstance(field, fields.Choice) else ""


def train(app: AppTest) -> Words:
    yield open_all(app)
    app.button_group(key="train_measure").set_value("error").run()
    yield words_of(app)


def draw(app: AppTest) -> Words:
    yield open_all(app)
    for source in ("photo", "test_set"):
        app.session_state["draw_source"] = source
        app.run()
        yield words_of(app)


def runs(app: AppTest) -> Words:
    yield open_all(app)
    app.session_state["runs_chosen"] = list(app.session_state["runs_shown"])
    app.session_state["compare_measure"] = "error"
    app.run()
    yield open_all(app)


OPEN: dict[str, Callable[[AppTest], Words]] = {
    "explore": explore,
    "design": design,
    "train": train,
    "draw": draw,
    "runs": runs,
}
"""How the parts of a page open that neither a popover nor an expander shows."""

ORDINARY = {"train": {"shape"}, "draw": {"step"}}
"""Words that a page uses in their ordinary sense: the shape of a schedule's curve, the steps from a stroke to the
network's input."""


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_every_term_of_a_page_has_an_entry_in_its_words(
    name: str, open_page: OpenPage, trained_run: Run, canvas: FakeCanvas
) -> None:
    shutil.copytree(trained_run.folder, trained_run.folder.with_name(OTHER_ID))
    canvas.value = SEVEN
    texts = [words_of(open_page(name)), words_of_source(BY_NAME[name].path.parent)]
    app = open_page(name, LAB)
    texts += [words_of(app), *OPEN.get(name, everything)(app)]
    assert not app.exception
    words = "\n".join(texts)
    assert mistakes(words, glossary_of(app), ORDINARY.get(name, set())) == []


def test_a_term_that_a_page_does_not_explain_is_found() -> None:
    shown = "\n".join(f"**{term}**  \n{ENGLISH.entries[term].text}" for term in ("epoch", "batch", "step"))
    assert mistakes("The batches of an epoch are its steps.", shown) == []
    assert mistakes("The batches of an epoch", shown, {"epoch"}) == ["not on the page: epoch"]
    assert mistakes("Batches, epochs, steps and gradients", shown) == ["not in `app/words/page_terms.py`: gradient"]
    assert mistakes("Batches, epochs, steps and autoencoders", shown) == ["without an entry: autoencoder"]


def test_a_term_is_found_and_leads_to_related_terms(open_page: OpenPage) -> None:
    app = open_page("train")
    app.session_state[FIND] = "softmax"
    assert ENGLISH.entries["softmax"].text in glossary_of(app)
    app.button(key=f"{FIND}_logit").click().run()
    assert ENGLISH.entries["logit"].text in glossary_of(app)


def test_the_terms_of_a_lesson_s_step_come_first_and_in_its_language(open_page: OpenPage) -> None:
    app = open_page("train")
    app.query_params.update({"lesson": "overfitting", "step": "3", "lang": "ko"})
    app.run()
    shown = glossary_of(app)
    korean = load_glossary(Language.KOREAN).entries
    assert f"{korean['dropout'].term} (dropout)" in shown
    assert shown.index(korean["dropout"].text) < shown.index(korean["schedule"].text)


def mistakes(words: str, shown: str, ordinary: Set[str] = frozenset()) -> list[str]:
    """Return the terms of a page that its glossary does not explain, and explained terms that the page does not use.

    Args:
        words: The words of the page.
        shown: The words of its glossary.
        ordinary: The names of terms that the page uses in their ordinary sense.
    """
    used = set(ENGLISH.terms_in(words)) - ordinary
    explained = {name for name, entry in ENGLISH.entries.items() if f"\n{entry.text}" in shown}
    # An entry uses terms of its own.
    within = {other for term in used for other in ENGLISH.terms_in(ENGLISH.entries[term].text)} - ordinary
    return [
        *(f"without an entry: {word}" for word in uncovered(words, ENGLISH, Language.ENGLISH)),
        *(f"not in `app/words/page_terms.py`: {name}" for name in sorted(used - explained)),
        *(f"not on the page: {name}" for name in sorted(explained - used - within)),
    ]
