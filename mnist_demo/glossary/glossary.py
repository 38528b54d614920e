"""A glossary: terms with their entries, and the search for terms in a text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

MAX_CHARACTERS = 340
"""Most characters of an entry's text: about four lines in a popover."""

MAX_SENTENCES = 3

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SENTENCE_END = re.compile(r"[.?!](?=\s|$)")
_HTML = re.compile(r"</?[a-zA-Z!]")
_SEPARATOR = r"[\s_-]+"
_LETTER = "A-Za-z0-9"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One term in one language.

    Attributes:
        name: The name in pointers, the same in every language: lower-case letters, digits and hyphens.
        term: The term as a heading shows it.
        forms: Other spellings of the term in texts: synonyms, abbreviations, irregular plurals.
        text: One to three sentences in Markdown, without HTML.
        see: The names of related terms.

    Raises:
        ValueError: On construction, if a field is not accepted.
    """

    name: str
    term: str
    forms: tuple[str, ...] = ()
    text: str
    see: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"the name is {self.name!r:.60}; accepted are up to 40 of a-z, 0-9 and -")
        for form in self.spellings:
            if not 0 < len(form.strip()) <= 60:
                raise ValueError(f"{self.name}: a form is {form!r:.80}; accepted are 1 to 60 characters")
        if not 0 < len(self.text) <= MAX_CHARACTERS:
            raise ValueError(
                f"{self.name}: the text has {len(self.text)} characters; accepted are 1 to {MAX_CHARACTERS}"
            )
        if not 1 <= (sentences := len(_SENTENCE_END.findall(self.text))) <= MAX_SENTENCES:
            raise ValueError(f"{self.name}: the text has {sentences} sentences; accepted are 1 to {MAX_SENTENCES}")
        if _HTML.search(self.text):
            raise ValueError(f"{self.name}: there is HTML; accepted is Markdown")

    @property
    def spellings(self) -> tuple[str, ...]:
        """The term and its other forms."""
        return (self.term, *self.forms)


@dataclass(frozen=True)
class Glossary:
    """All entries of one language, by name, in the order of the file.

    Raises:
        ValueError: On construction, if two entries share a spelling, or an entry refers to a term that does not exist.
    """

    entries: Mapping[str, Entry]

    def __post_init__(self) -> None:
        owners: dict[str, str] = {}
        for name, entry in self.entries.items():
            for spelling in map(plain, entry.spellings):
                if owners.setdefault(spelling, name) != name:
                    raise ValueError(
                        f"{name} and {owners[spelling]} share the form {spelling!r}; accepted is one owner"
                    )
            for other in entry.see:
                if other == name or other not in self.entries:
                    raise ValueError(f"{name}: see is {other!r:.60}; accepted is the name of another entry")

    def terms_in(self, text: str) -> list[str]:
        """Return the names of the terms that a text uses, in the order of their first use.

        The longest form counts: 'batch normalization' is not a use of 'batch'. Case and hyphens do not matter. English
        forms may have a plural's ending, Korean forms a particle.
        """
        found = (self._owners[plain(match[1])] for match in self._pattern.finditer(text))
        return list(dict.fromkeys(found))

    @cached_property
    def _owners(self) -> dict[str, str]:
        return {plain(form): name for name, entry in self.entries.items() for form in entry.spellings}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return pattern_of(self._owners)


def pattern_of(forms: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds forms in a text, the longest first; its group 1 is the form without an ending."""
    longest_first = sorted(forms, key=len, reverse=True)
    spelled = "|".join(_SEPARATOR.join(map(re.escape, plain(form).split())) for form in longest_first)
    # Nothing is excluded after a form but a Latin letter, because a Korean particle follows its word without a space.
    return re.compile(rf"(?<![{_LETTER}가-힣])({spelled})(?:(?<=[A-Za-z])e?s)?(?![{_LETTER}])", re.IGNORECASE)


def plain(form: str) -> str:
    """Return a form as it is compared: in lower case, with single spaces in place of hyphens and underscores."""
    return re.sub(_SEPARATOR, " ", form.strip().lower())
