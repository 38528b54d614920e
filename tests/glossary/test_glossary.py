"""The glossary: what its files may hold, how terms are found in a text, and that nothing is left unexplained."""

import math
import re
from itertools import chain
from pathlib import Path

import pytest

import mnist_demo.lessons
from mnist_demo.app.words.page_terms import PAGE_TERMS, SIDEBAR
from mnist_demo.evaluation import wilson_interval
from mnist_demo.glossary import Entry, Glossary, GlossaryError, load_glossary, read_glossary
from mnist_demo.language import Language
from mnist_demo.presets import PRESETS
from tests.glossary.checks import uncovered

LESSONS = sorted(Path(mnist_demo.lessons.__file__).parent.glob("*/*.md"))


def entry(name: str, *forms: str, text: str = "Something.", see: tuple[str, ...] = ()) -> Entry:
    return Entry(name=name, term=name, forms=forms, text=text, see=see)


def glossary(*entries: Entry) -> Glossary:
    return Glossary({each.name: each for each in entries})


def test_both_languages_have_the_same_terms() -> None:
    english, korean = (
        [(name, each.see) for name, each in load_glossary(language).entries.items()] for language in Language
    )
    assert english == korean


@pytest.mark.parametrize("language", Language)
def test_no_entry_explains_a_term_by_itself(language: Language) -> None:
    for name, each in load_glossary(language).entries.items():
        assert each.term.lower() not in each.text.lower().split(), name


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_term_of_a_lesson_has_an_entry(path: Path) -> None:
    language = Language(path.stem)
    assert uncovered(path.read_text(encoding="utf-8"), load_glossary(language), language) == []


def test_every_entry_is_used() -> None:
    """Every entry explains a word of a page or a lesson, or belongs to an entry that does."""
    english = load_glossary(Language.ENGLISH)
    lessons = "\n".join(path.read_text(encoding="utf-8") for path in LESSONS if path.stem == Language.ENGLISH)
    used = {*chain(*PAGE_TERMS.values()), *SIDEBAR, *english.terms_in(lessons)}
    while further := {other for name in used for other in english.entries[name].see} - used:
        used |= further
    assert set(english.entries) - used == set()


def test_a_word_without_an_entry_is_found() -> None:
    english, korean = (load_glossary(language) for language in Language)
    words = "One epoch of an Autoencoder with UpSampling2D and batch normalization; press Add."
    assert uncovered(words, english, Language.ENGLISH) == ["autoencoder", "upsampling2d"]
    assert uncovered("**에포크**를 마친 신경망의 앙상블입니다.", korean, Language.KOREAN) == ["앙상블"]
    assert uncovered("One epoch of batches.", glossary(entry("batch")), Language.ENGLISH) == ["epoch"]


def test_a_term_is_found_in_its_forms() -> None:
    terms = glossary(
        entry("batch", "mini-batch"), entry("batch-normalization", "batch normalization"), entry("loss"), entry("step")
    )
    assert terms.terms_in("Losses after MINI BATCHES, not batch_normalization") == [
        "loss",
        "batch",
        "batch-normalization",
    ]
    assert terms.terms_in("glossy, stepwise, batched, footstep") == []
    korean = glossary(entry("layer", "층"), entry("kernel", "커널"), entry("kernel-size", "커널 크기"))
    assert korean.terms_in("커널은 층의 커널 크기만큼, 지층과 함께") == ["kernel", "layer", "kernel-size"]


def test_a_file_is_read() -> None:
    read = read_glossary(
        "# Title\n\n## batch-size\n\nalso: size of a batch, batches\nsee: step\n\nHow many\nimages.\n\n"
        "## step\nterm: step of learning\n\nA change.\n",
        "en.md",
    )
    assert read.entries["batch-size"] == Entry(
        name="batch-size",
        term="batch size",
        forms=("size of a batch", "batches"),
        text="How many images.",
        see=("step",),
    )
    assert read.entries["step"].term == "step of learning"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Words", "line 1: there is text before the first term"),
        ("## a\n\nOne.\n\n## a\n\nTwo.", "line 5: a is given twice"),
        ("## A term\n\nOne.", "line 1: the name is 'A term'"),
        ("## a\ncolour: red\n\nOne.", "line 1: 'colour:' is unknown or given twice"),
        ("## a\n", "line 1: a: the text has 0 characters"),
        ("## a\n\nNo full stop", "line 1: a: the text has 0 sentences"),
        ("## a\n\nOne. Two. Three. Four.", "line 1: a: the text has 4 sentences"),
        ("## a\n\n" + "long " * 70 + ".", "line 1: a: the text has 351 characters"),
        ("## a\n\nA <b>bold</b> one.", "line 1: a: there is HTML"),
        ("## a\nsee: b\n\nOne.", "a: see is 'b'"),
        ("## a\nalso: c\n\nOne.\n\n## b\nalso: C\n\nTwo.", "b and a share the form 'c'"),
        ("## a\n\nOne." + " " * 200_000, "more than 200,000 bytes"),
    ],
)
def test_a_mistake_is_named(text: str, message: str) -> None:
    with pytest.raises(GlossaryError, match=f"^en.md.*{re.escape(message)}"):
        read_glossary(text, "en.md")


@pytest.mark.parametrize("language", Language)
def test_the_figures_in_the_entries_are_those_of_the_lab(language: Language) -> None:
    entries = load_glossary(language).entries
    codelab = PRESETS["codelab"]
    report = codelab.network.report()
    assert f"{report.multiply_adds:,}" in entries["multiply-adds"].text
    assert f"{report.parameters:,}" in entries["parameter"].text
    # The last pooling stands before Flatten and the final layer.
    field = report.layers[-3].receptive_field
    assert f"{field}×{field}" in entries["receptive-field"].text
    assert re.search(rf"\b{codelab.training.steps()}(\b|번)", entries["step"].text)
    assert f"{math.log(10):.3f}" in entries["loss"].text
    low, high = wilson_interval(9_900, 10_000)
    assert re.search(rf"{100 * low:.1f}.*{100 * high:.1f}%", entries["interval"].text)
