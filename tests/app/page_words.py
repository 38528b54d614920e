"""All words that a page shows, for tests: every text of every element, hidden or not."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Dataframe

from mnist_demo.app.widgets.glossary import KEY

# Fields of Streamlit's messages with a text that somebody reads, hears, or finds in a tooltip.
_READ = {
    "alt", "body", "caption", "content", "delta", "format", "help", "label", "options", "placeholder", "text", "title",
}  # fmt: skip
_READ_IN_JSON = {"title", "label", "help", "domain", "field", "placeholder"}


def words_of(app: AppTest) -> str:
    """Return the words of the page, without those of the sidebar and of the glossary itself."""
    return "\n".join(_of_node(app.main))


def words_of_sidebar(app: AppTest) -> str:
    """Return the words of the sidebar."""
    return "\n".join(_of_node(app.sidebar))


def words_of_source(folder: Path) -> str:
    """Return the sentences in the source of a page's folder, for what the page says in rare situations only.

    A name, such as a key, has no space; docstrings are left out.
    """
    texts = [text for path in folder.glob("*.py") for text in _sentences(ast.parse(path.read_text()))]
    for path in folder.glob("*.html"):
        texts += re.findall(r">([^<>]+)<|aria-label=\"([^\"]+)\"", path.read_text())
    for path in folder.glob("*.js"):
        texts += re.findall(r"[\"`]([^\"`\n]* [^\"`\n]*)[\"`]", path.read_text())
    return "\n".join(" ".join(text) if isinstance(text, tuple) else text for text in texts)


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
        if isinstance(proto, Message) and _has(proto, kind):
            key = _key(getattr(proto, kind).id)
            if key and key != KEY:
                yield key
    if isinstance(node, Block):
        for child in node.children.values():
            yield from _openable(child)


def _key(element_id: str) -> str:
    """Return the key in an element's id: '$$ID-0123abcd-key'."""
    return element_id.split("-", 2)[2] if element_id.count("-") > 1 else ""


def _has(message: Message, name: str) -> bool:
    return name in message.DESCRIPTOR.fields_by_name and message.HasField(name)


def _of_node(node: Any) -> Iterator[str]:
    proto = getattr(node, "proto", None)
    if isinstance(proto, Message):
        if _has(proto, "popover") and _key(proto.popover.id) == KEY:
            return
        yield from _of_message(proto)
    if isinstance(node, Dataframe):
        yield from map(str, node.value.columns)
        yield from _of_json(json.loads(node.proto.columns or "{}"))
    if isinstance(node, Block):
        for child in node.children.values():
            yield from _of_node(child)


def _of_message(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        values = [value] if isinstance(value, str | Message) or not hasattr(value, "__iter__") else list(value)
        for each in values:
            if isinstance(each, Message):
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
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            if " " in node.value.strip() and "{" not in node.value:
                yield node.value
