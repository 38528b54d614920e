"""All words that a page shows, for tests: every text of every element, hidden or not."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Dataframe

from mnist_demo.app.widgets.glossary import KEY
from mnist_demo.glossary import load_glossary
from mnist_demo.language import Language

# Fields of Streamlit's messages with a text that somebody reads, hears, or finds in a tooltip.
_READ = {
    "alt", "body", "caption", "content", "delta", "format", "help", "label", "options", "placeholder", "text", "title",
}  # fmt: skip
_READ_IN_JSON = {"title", "label", "help", "domain", "field", "placeholder"}


def words_of(app: AppTest) -> str:
    """Return the words of the page and of the sidebar; a term stands for its entry, which other elements show too."""
    words = "\n".join(text for part in (app.main, app.sidebar) for text in _of_node(part))
    for entry in load_glossary(Language.ENGLISH).entries.values():
        words = words.replace(entry.text, entry.term)
    return words


def glossary_of(app: AppTest) -> str:
    """Open the glossary of a page, and return what it shows."""
    app.session_state[KEY] = True
    app.run()
    assert not app.exception, app.exception
    (popover,) = (node for node in _nodes(app.main) if _is_glossary(node))
    return "\n".join(text for node in _nodes(popover) for text in _of_message(node.proto))


def words_of_source(folder: Path) -> str:
    """Return the sentences in the source of a page's folder, for what the page says in rare situations only.

    A name, such as a key, has no space; docstrings are left out.
    """
    texts = [text for path in folder.glob("*.py") for text in _sentences(ast.parse(path.read_text()))]
    for path in folder.glob("*.html"):
        texts += re.findall(r"(?<=>)[^<>]+|(?<=aria-label=\")[^\"]+", path.read_text())
    for path in folder.glob("*.js"):
        code = re.sub(r"\$\{[^}]*\}|//.*", "", path.read_text())
        texts += [text for text in re.findall(r"\"[^.\"\n][^\"\n]*\"|`[^`]*`", code) if " " in text]
    return "\n".join(texts)


def open_all(app: AppTest) -> str:
    """Open every expander and popover of a page, and those within them, and return the words of the page."""
    tried: set[str] = set()
    while closed := set(_openable(app.main)) - tried:
        for key in closed:
            app.session_state[key] = True
        app.run()
        assert not app.exception, app.exception
        tried |= closed
    return words_of(app)


def _openable(node: Any) -> Iterator[str]:
    proto = getattr(node, "proto", None)
    for kind in ("expandable", "popover"):
        if _is_message(proto) and _has(proto, kind):
            key = _key(getattr(proto, kind).id)
            if key and key != KEY:
                yield key
    if isinstance(node, Block):
        for child in node.children.values():
            yield from _openable(child)


def _key(element_id: str) -> str:
    """Return the key in an element's id: '$$ID-0123abcd-key'."""
    return element_id.split("-", 2)[2] if element_id.count("-") > 1 else ""


def _is_message(value: object) -> bool:
    # Protocol buffers have no types that mypy knows.
    return hasattr(value, "ListFields")


def _has(message: Any, name: str) -> bool:
    return name in message.DESCRIPTOR.fields_by_name and message.HasField(name)


def _is_glossary(node: Any) -> bool:
    proto: Any = getattr(node, "proto", None)
    return _is_message(proto) and _has(proto, "popover") and _key(proto.popover.id) == KEY


def _nodes(node: Any) -> Iterator[Any]:
    if _is_message(getattr(node, "proto", None)):
        yield node
    for child in node.children.values() if isinstance(node, Block) else ():
        yield from _nodes(child)


def _of_node(node: Any) -> Iterator[str]:
    proto = getattr(node, "proto", None)
    if _is_message(proto):
        if _is_glossary(node):
            return
        yield from _of_message(proto)
    if isinstance(node, Dataframe):
        yield from map(str, node.value.columns)
        yield from _of_json(json.loads(node.proto.columns or "{}"))
    if isinstance(node, Block):
        for child in node.children.values():
            yield from _of_node(child)


def _of_message(message: Any) -> Iterator[str]:
    for field, value in message.ListFields():
        values = [value] if _is_message(value) or isinstance(value, str | bytes | int | float) else list(value)
        for each in values:
            if _is_message(each):
                yield from _of_message(each)
            elif isinstance(each, str) and field.name == "spec":
                yield from _of_json(json.loads(each))
            elif isinstance(each, str) and field.name in _READ:
                yield re.sub(r":material/\w+:|<style>.*?</style>", "", each, flags=re.DOTALL)


def _of_json(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _of_json(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from _of_json(each, key)
    elif isinstance(value, str) and key in _READ_IN_JSON:
        yield value


def _sentences(tree: ast.AST) -> Iterator[str]:
    # A counted noun, as in plural(steps, "step"), is a single word.
    nouns = {
        id(node.args[1]) for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "plural"
    }
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        # A text with a brace is a style or code.
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and (" " in node.value.strip() or id(node) in nouns)
            and "{" not in node.value
        ):
            yield node.value
