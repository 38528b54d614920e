"""Lessons as text files, and what reads and checks them."""

from mnist_demo.language import Language
from mnist_demo.lessons.conditions import Condition, ConditionError
from mnist_demo.lessons.figures import FIGURES, Situation
from mnist_demo.lessons.lesson import Answer, Lesson, Question, Step
from mnist_demo.lessons.library import FOLDER_VARIABLE, Library, load_library
from mnist_demo.lessons.reader import LessonError, read_lesson

__all__ = [
    "FIGURES",
    "FOLDER_VARIABLE",
    "Answer",
    "Condition",
    "ConditionError",
    "Language",
    "Lesson",
    "LessonError",
    "Library",
    "Question",
    "Situation",
    "Step",
    "load_library",
    "read_lesson",
]
