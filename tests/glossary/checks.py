"""The search for words of the field that have no entry."""

from mnist_demo.glossary import Glossary
from mnist_demo.glossary.glossary import pattern_of, plain
from mnist_demo.language import Language
from tests.glossary import vocabulary


def uncovered(text: str, glossary: Glossary, language: Language) -> list[str]:
    """Return the words of the field in a text that are no form of any entry, sorted."""
    text = text.replace("*", "")  # Markdown's emphasis divides a term of two words
    names = vocabulary.keras_names()
    words = vocabulary.words(language) | {spelled for name in names if " " in (spelled := vocabulary.as_words(name))}
    entered = {plain(form) for entry in glossary.entries.values() for form in entry.spellings}
    found = {plain(match[1]) for match in pattern_of(words).finditer(text)}
    # A name in Keras counts as it is spelled there, because many are ordinary words in lower case.
    found |= {plain(match[1]) for match in pattern_of(names).finditer(text) if match[1] in names}
    return sorted(found - entered)
