"""The languages of the lessons and of the glossary."""

from enum import StrEnum


class Language(StrEnum):
    """The languages that lessons and the glossary are written in, by their codes in ISO 639-1."""

    ENGLISH = "en"
    KOREAN = "ko"
