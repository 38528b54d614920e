"""Words of the field, kept apart from the glossary: names in Keras, and entries of textbooks' indexes."""

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

from mnist_demo.language import Language

_FOLDER = Path(__file__).parent

# These names in Keras are ordinary words of a page too.
_ORDINARY = {
    *("Add", "Average", "Layer", "Multiply", "Sum", "add", "average", "concatenate", "dot", "get", "maximum"),
    *("minimum", "multiply", "ones", "subtract", "sum", "zeros"),
}


def words(language: Language) -> set[str]:
    """Return the words of a language's index, `index.LANGUAGE.txt`.

    The index is after those of I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", and A. Zhang et al., "Dive
    into Deep Learning", and after the glossaries of scikit-learn and of Google's machine learning course.
    """
    return set((_FOLDER / f"index.{language}.txt").read_text(encoding="utf-8").splitlines())


def keras_names() -> set[str]:
    """Return the names of Keras' layers, activations, initializers, optimizers, losses and metrics."""
    rooms = ("layers", "activations", "initializers", "optimizers", "losses", "metrics")
    return {name for room in rooms for name in _names_in(room)} - _ORDINARY


def as_words(name: str) -> str:
    """Return a name as words: 'GlorotUniform' becomes 'glorot uniform'."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _names_in(room: str) -> Iterator[str]:
    # The file is read and not imported, because Keras takes seconds to import.
    spec = importlib.util.find_spec("keras")
    assert spec is not None
    assert spec.origin is not None
    for node in ast.parse((Path(spec.origin).parent / room / "__init__.py").read_text()).body:
        if isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
