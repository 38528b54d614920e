"""Reading a glossary's text file: a heading for each term, lines such as 'also: epochs' under it, and the entry."""

import functools
import re
from pathlib import Path

from mnist_demo.glossary.glossary import Entry, Glossary
from mnist_demo.language import Language

MAX_BYTES = 200_000
"""Bytes of a glossary's file; our own have about 40,000."""

_FOLDER = Path(__file__).parent
_HEADING = re.compile(r"## +(?P<name>\S.*)")
_SETTING = re.compile(r"(?P<key>[a-z]+): +(?P<value>\S.*)")
_KEYS = ("term", "also", "see")


class GlossaryError(ValueError):
    """A mistake in a glossary's file; the message names the file, the line and what is accepted."""


@functools.cache
def load_glossary(language: Language) -> Glossary:
    """Return the lab's glossary in a language, read once."""
    path = _FOLDER / f"{language}.md"
    return read_glossary(path.read_text(encoding="utf-8"), path.name)


def read_glossary(text: str, source: str) -> Glossary:
    """Read and check a glossary.

    Args:
        text: The file's content.
        source: The file's name in messages.

    Raises:
        GlossaryError: At the first mistake.
    """
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise GlossaryError(f"{source}: the file has more than {MAX_BYTES:,} bytes.")
    entries: dict[str, Entry] = {}
    for line, name, block in _blocks(text, source):
        if name in entries:
            raise GlossaryError(f"{source}, line {line}: {name} is given twice.")
        entries[name] = _entry(name, block, f"{source}, line {line}")
    try:
        return Glossary(entries)
    except ValueError as error:
        raise GlossaryError(f"{source}: {error}.") from None


def _blocks(text: str, source: str) -> list[tuple[int, str, list[str]]]:
    """Return each heading's line, from 1, its text, and the lines below it; the file's own title is left out."""
    blocks: list[tuple[int, str, list[str]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if heading := _HEADING.fullmatch(line):
            blocks.append((number, heading["name"].strip(), []))
        elif blocks:
            blocks[-1][2].append(line)
        elif line.strip() and not line.startswith("# "):
            raise GlossaryError(f"{source}, line {number}: there is text before the first term; accepted is '## NAME'.")
    return blocks


def _entry(name: str, lines: list[str], place: str) -> Entry:
    settings: dict[str, str] = {}
    words: list[str] = []
    for line in lines:
        setting = None if any(words) else _SETTING.fullmatch(line)
        if setting is None:
            words.append(line.strip())
        elif setting["key"] not in _KEYS or setting["key"] in settings:
            raise GlossaryError(f"{place}: '{setting['key']}:' is unknown or given twice; accepted are {_KEYS}.")
        else:
            settings[setting["key"]] = setting["value"].strip()
    try:
        return Entry(
            name=name,
            term=settings.get("term", name.replace("-", " ")),
            forms=_listed(settings.get("also", "")),
            text=" ".join(filter(None, words)),
            see=_listed(settings.get("see", "")),
        )
    except ValueError as error:
        raise GlossaryError(f"{place}: {error}.") from None


def _listed(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())
