"""The import walls of the package, derived from its folders and the imports in its files, without a list of modules.

Each function takes the folder of a package and returns the violations of its wall, a line for each.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

KERAS = ("keras", "tensorflow")
FOR_PAGES_ONLY = ("streamlit", "altair", "streamlit_drawable_canvas")
DOOR_TO_KERAS = "backend"

Graph = Mapping[str, frozenset[str]]


def past_the_door_to_keras(package: Path) -> list[str]:
    """Return modules that import Keras or TensorFlow themselves, which only `backend` may."""
    return [
        f"{name} imports {module}"
        for name, path in modules(package).items()
        for module in _imported(path)
        if module.split(".")[0] in KERAS and name != f"{package.name}.{DOOR_TO_KERAS}"
    ]


def keras_in_the_server(package: Path) -> list[str]:
    """Return modules of the app whose import loads Keras; an import within a function does not count."""
    graph, door = imports(package, deferred=False), f"{package.name}.{DOOR_TO_KERAS}"
    return [
        f"{name} reaches {door}"
        for name in graph
        if _room(name, package.name) == "app" and door in _reached(graph, name)
    ]


def streamlit_outside_the_app(package: Path) -> list[str]:
    """Return modules outside the app that import Streamlit or its charting library."""
    return [
        f"{name} imports {module}"
        for name, path in modules(package).items()
        for module in _imported(path)
        if module.split(".")[0] in FOR_PAGES_ONLY and _room(name, package.name) != "app"
    ]


def pages_that_import_pages(package: Path) -> list[str]:
    """Return modules of a page's folder that import another page's; a page is a folder of the app with a `page.py`."""
    pages = {path.parent.name for path in (package / "app").glob("*/page.py")}
    app = f"{package.name}.app"
    return [
        f"{name} imports {other}"
        for name, others in imports(package).items()
        for other in others
        if {_room(name, app), _room(other, app)} <= pages and _room(name, app) != _room(other, app)
    ]


def circles_of_modules(package: Path) -> list[str]:
    """Return modules that import each other in a circle."""
    graph = imports(package, deferred=False, faces=False)
    return [f"{name} reaches itself" for name in graph if any(name in _reached(graph, each) for each in graph[name])]


def circles_of_rooms(package: Path, house: str) -> list[str]:
    """Return rooms that reach each other, so that imports between them do not all run downwards.

    Args:
        house: The package whose folders and files are the rooms, such as 'mnist_demo' or 'mnist_demo.app'.
    """
    rooms: dict[str, set[str]] = {}
    for name, others in imports(package).items():
        if (room := _room(name, house)) is not None:
            found = {_room(other, house) for other in others}
            rooms.setdefault(room, set()).update(each for each in found if each is not None and each != room)
    graph = {room: frozenset(below) for room, below in rooms.items()}
    return [
        f"{room} imports {below}, which reaches {room}"
        for room, all_below in graph.items()
        for below in all_below
        if room in _reached(graph, below)
    ]


@cache
def modules(package: Path) -> dict[str, Path]:
    """Return every module of a package by its full name; a package's own name stands for its `__init__.py`."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def imports(package: Path, *, deferred: bool = True, faces: bool = True) -> Graph:
    """Return the modules that each module of the package imports, except for type checking.

    Args:
        deferred: Whether imports within functions count.
        faces: Whether a module counts as importing the packages that contain it, as in Python.
    """
    known = modules(package)
    graph = {}
    for name, path in known.items():
        found = set()
        for module in _imported(path, deferred=deferred):
            parts = module.split(".")
            heads = [".".join(parts[: count + 1]) for count in range(len(parts))]
            there = [head for head in heads if head in known]
            found.update(there if faces else there[-1:])
        graph[name] = frozenset(found - {name} - set(_faces(name)))
    return graph


def _faces(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[:count]) for count in range(1, len(parts)))


def _imported(path: Path, *, deferred: bool = True) -> Iterator[str]:
    """Return the full names that a file imports; `from a import b` gives a and a.b."""
    for node in _statements(ast.parse(path.read_text()), deferred):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _statements(node: ast.AST, deferred: bool) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for_types = isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING"
        if not for_types and (deferred or not is_function):
            yield child
            yield from _statements(child, deferred)


def _room(name: str, house: str) -> str | None:
    """Return the first part of a module's name below a house; None for the house itself and modules elsewhere."""
    return name.removeprefix(f"{house}.").split(".")[0] if name.startswith(f"{house}.") else None


def _reached(graph: Graph, start: str) -> set[str]:
    """Return every node that is reachable from a node, itself included."""
    reached, waiting = {start}, [start]
    while waiting:
        for each in graph.get(waiting.pop(), frozenset()) - reached:
            reached.add(each)
            waiting.append(each)
    return reached
