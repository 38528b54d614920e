"""Reading a lesson's text file: Markdown, with lines such as 'page: train' under its headings."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from mnist_demo.language import Language
from mnist_demo.lessons.conditions import Condition
from mnist_demo.lessons.figures import FIGURES
from mnist_demo.lessons.lesson import Answer, Lesson, Question, Step, figures_in
from mnist_demo.lessons.pointers import Pointer, page_names

MAX_BYTES = 200_000
"""Bytes of a lesson's file; the longest of our own has about 20,000."""

_SETTING = re.compile(r"(?P<key>[a-z]+): +(?P<value>\S.*)")
_HEADING = re.compile(r"(?P<level>#{1,2}) +(?P<title>\S.*)")
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]*)\)")
_FENCE = "```"
_Built = TypeVar("_Built")
_LESSON_KEYS = ("minutes", "learn")
_STEP_KEYS = ("page", "preset", "do", "done", "question", "answer", "after")
_REPEATED = ("learn", "answer")


class LessonError(ValueError):
    """A mistake in a lesson's file; the message names the file, the line and what is accepted."""


@dataclass(frozen=True)
class _Section:
    """A heading with what stands below it.

    Attributes:
        line: The heading's line, from 1.
        level: 1 for the lesson, 2 for a step.
        title: The heading's text.
        settings: Lines and values by key.
        words: Lines of text with their numbers.
    """

    line: int
    level: int
    title: str
    settings: dict[str, list[tuple[int, str]]]
    words: list[tuple[int, str]]


def read_lesson(text: str, name: str, language: Language, source: str) -> Lesson:
    """Read and check a lesson.

    Args:
        text: The file's content.
        name: The lesson's name, which is its folder's.
        language: The language, which is the file's name.
        source: The file's name in messages.

    Raises:
        LessonError: At the first mistake.
    """
    reader = _Reader(source)
    first, *rest = reader.sections(text)
    reader.expect(first.level == 1, first.line, "the file begins with a heading '## …'; accepted is '# TITLE'")
    steps = []
    for section in rest:
        reader.expect(section.level == 2, section.line, "there is a second heading '# …'; a step's is accepted: '## …'")
        steps.append(reader.step(section))
    return reader.lesson(first, name, language, tuple(steps))


class _Reader:
    """Reads the parts of one file, and knows how to name a place in it."""

    def __init__(self, source: str) -> None:
        self._source = source

    def expect(self, is_right: bool, line: int, message: str) -> None:
        if not is_right:
            raise LessonError(f"{self._source}, line {line}: {message}.")

    def sections(self, text: str) -> Iterator[_Section]:
        self.expect(len(text.encode(errors="replace")) <= MAX_BYTES, 1, f"the file has more than {MAX_BYTES:,} bytes")
        section: _Section | None = None
        is_code = is_head = False
        for number, line in enumerate(text.splitlines(), 1):
            heading = None if is_code else _HEADING.fullmatch(line)
            if heading:
                if section:
                    yield section
                section = _Section(number, len(heading["level"]), heading["title"].strip(), {}, [])
                is_head = True
                continue
            if section is None:
                self.expect(not line.strip(), number, "there is text before the title; accepted is '# TITLE' first")
                continue
            if line.startswith(_FENCE):
                is_code = not is_code
            setting = _SETTING.fullmatch(line) if is_head else None
            if setting:
                self._keep(section, number, setting["key"], setting["value"].strip())
            else:
                # The settings are one block, so a blank line ends them, except before the first setting.
                is_head = is_head and not line.strip() and not section.settings
                section.words.append((number, line))
        self.expect(section is not None, 1, "the file is empty; accepted is '# TITLE' first")
        self.expect(not is_code, len(text.splitlines()), "a block of code is not closed; accepted is a line '```'")
        assert section is not None
        yield section

    def _keep(self, section: _Section, line: int, key: str, value: str) -> None:
        accepted = _LESSON_KEYS if section.level == 1 else _STEP_KEYS
        self.expect(key in accepted, line, f"'{key}:' is unknown here; accepted is one of {', '.join(accepted)}")
        values = section.settings.setdefault(key, [])
        self.expect(not values or key in _REPEATED, line, f"'{key}:' is given twice")
        values.append((line, value))

    def lesson(self, section: _Section, name: str, language: Language, steps: tuple[Step, ...]) -> Lesson:
        line, minutes = self._one(section, "minutes") or (section.line, "")
        self.expect(minutes.isdecimal() and len(minutes) < 4, line, "'minutes: NUMBER' is missing or no number")
        learn = tuple(self._words([each]) for each in section.settings.get("learn", []))
        return self._built(section.line, Lesson, name=name, language=language, title=section.title,
                           minutes=int(minutes), learn=learn, steps=steps)  # fmt: skip

    def step(self, section: _Section) -> Step:
        line, page = self._one(section, "page") or (section.line, "")
        accepted = ", ".join(sorted(page_names()))
        self.expect(page in page_names(), line, f"page is {page!r:.60}; accepted is one of {accepted}")
        done = self._one(section, "done")
        return self._built(
            section.line,
            Step,
            title=section.title,
            page=page,
            words=self._words(section.words),
            preset=self._value(section, "preset"),
            task=self._value(section, "do"),
            done=self._built(done[0], Condition, text=done[1]) if done else None,
            question=self._question(section),
        )

    def _question(self, section: _Section) -> Question | None:
        asked = self._one(section, "question")
        lines = section.settings.get("answer", [])
        if asked is None:
            for line, _ in lines:
                self.expect(False, line, "there is an answer without a question")
            return None
        answers = []
        for line, answer in lines:
            text, bar, condition = answer.partition("|")
            self.expect(bool(bar), line, "the answer does not say when it is right; accepted is 'TEXT | CONDITION'")
            answers.append(Answer(text.strip(), self._built(line, Condition, text=condition.strip())))
        after = self._one(section, "after")
        return self._built(asked[0], Question, text=self._words([asked]), answers=tuple(answers),
                           after=self._words([after]) if after else "")  # fmt: skip

    def _words(self, lines: list[tuple[int, str]]) -> str:
        """Check what figures and links the lines name, and that there is no HTML; return them as one text."""
        is_code = False
        for number, line in lines:
            is_code ^= line.startswith(_FENCE)
            if is_code:
                continue
            bare = re.sub(r"`[^`]*`", "", line)
            self.expect(not re.search(r"</?[a-zA-Z!]", bare), number, "there is HTML; accepted is Markdown")
            self.expect("![" not in bare, number, "there is a picture; accepted are words, links and code")
            for name in figures_in(bare):
                known = ", ".join(FIGURES)
                self.expect(name in FIGURES, number, f"{{{name}}} is no figure; accepted is one of {known}")
            for link in _LINK.finditer(bare):
                self._built(number, Pointer.parse, target=link["target"])
        return "\n".join(line for _, line in lines).strip()

    def _one(self, section: _Section, key: str) -> tuple[int, str] | None:
        return next(iter(section.settings.get(key, [])), None)

    def _value(self, section: _Section, key: str) -> str | None:
        found = self._one(section, key)
        return self._words([found]) if found else None

    def _built(self, line: int, build: Callable[..., _Built], /, **values: object) -> _Built:
        """Build a checked part; the error of a refused part names this line."""
        try:
            return build(**values)
        except ValueError as error:
            raise LessonError(f"{self._source}, line {line}: {error}.") from None
