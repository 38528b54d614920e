"""All lessons that the lab offers: the lab's own, and those of the folder that the environment names."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mnist_demo.language import Language
from mnist_demo.lessons.lesson import Lesson
from mnist_demo.lessons.reader import MAX_BYTES, LessonError, read_lesson

FOLDER_VARIABLE = "MNIST_DEMO_LESSONS"
"""The environment variable that names a folder of more lessons."""

_OWN = Path(__file__).parent
_ORDER = "order.txt"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Library:
    """Lessons by name, each in one or more languages, in the order in which they are offered."""

    lessons: Mapping[str, Mapping[Language, Lesson]]

    def find(self, name: str, language: Language) -> Lesson | None:
        """Find a lesson in a language, or in another one that it has; None if there is no such lesson."""
        versions = self.lessons.get(name, {})
        return versions.get(language) or next(iter(versions.values()), None)


def read_folder(folder: Path) -> tuple[dict[str, dict[Language, Lesson]], list[LessonError]]:
    """Read every lesson of a folder, `NAME/LANGUAGE.md`, and all mistakes, one a file.

    Names listed in the folder's `order.txt` come first, in its order.
    """
    lessons: dict[str, dict[Language, Lesson]] = {}
    mistakes: list[LessonError] = []
    for path in _ordered(folder):
        try:
            lesson = _read(path)
        except LessonError as mistake:
            mistakes.append(mistake)
        else:
            lessons.setdefault(lesson.name, {})[lesson.language] = lesson
    return lessons, mistakes


def load_library(environment: Mapping[str, str] = os.environ) -> Library:
    """Read the lab's own lessons and those of the environment's folder; a lesson with a mistake is left out.

    A lesson of the folder takes the place of the lab's own of the same name.
    """
    lessons, mistakes = read_folder(_OWN)
    if folder := environment.get(FOLDER_VARIABLE, ""):
        more, more_mistakes = read_folder(Path(folder))
        if not more and not more_mistakes:
            _log.warning("%s names the folder %s, which has no lessons.", FOLDER_VARIABLE, folder)
        lessons |= more
        mistakes += more_mistakes
    for mistake in mistakes:
        _log.error("A lesson is left out. %s", mistake)
    return Library(lessons)


def _read(path: Path) -> Lesson:
    source = f"{path.parent.name}/{path.name}"
    try:
        language = Language(path.stem)
    except ValueError:
        accepted = ", ".join(f"{language}.md" for language in Language)
        raise LessonError(f"{source}: the file's name is no language; accepted is one of {accepted}.") from None
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise LessonError(f"{source}: the file cannot be read ({error!s:.100}); accepted is text in UTF-8.") from None
    return read_lesson(text, path.parent.name, language, source)


def _ordered(folder: Path) -> list[Path]:
    try:
        order = (folder / _ORDER).read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        order = []
    place = {name: number for number, name in enumerate(order)}
    return sorted(folder.glob("*/*.md"), key=lambda path: (place.get(path.parent.name, len(order)), path))
