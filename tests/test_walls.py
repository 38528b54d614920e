"""The two walls: the server never loads Keras, and only the app knows Streamlit; imports run downwards."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "mnist_demo"

# The rooms from the top down; a room may import those below it and none on its own level.
LEVELS = (
    {"app"},
    {"training", "inference", "inference_worker", "evaluation", "drawing", "insight", "preload"},
    {"runs", "presets", "processes", "experiment_difference"},
    {"experiment"},
    {"settings"},
    {"data", "network"},
    {"fields", "backend"},
)
# The trainer's way of reading weights is the inference worker's too, and the fork server preloads both workers.
ALLOWED_SIDEWAYS = {
    ("inference", "inference_worker"),
    ("inference_worker", "training"),
    ("preload", "training"),
    ("preload", "inference_worker"),
}

WORKER_MODULES = {
    "backend.py",
    "inference_worker.py",
    "preload.py",
    "network/build.py",
    "training/augmentation.py",
    "training/batch_loop.py",
    "training/handwriting.py",
    "training/objective.py",
    "training/optimizers.py",
    "training/pipeline.py",
    "training/preparation.py",
    "training/recorder.py",
    "training/resampling.py",
    "training/strangers.py",
    "training/trainer.py",
    "training/worker.py",
}

VISIT_EVERY_PAGE = """
import json, sys
from streamlit.testing.v1 import AppTest
lab = AppTest.from_file("streamlit_app.py", default_timeout=120).run()
assert not lab.exception, lab.exception
for page in ("explore", "design", "train", "evaluate", "time_machine", "draw", "runs"):
    lab.switch_page(f"mnist_demo/app/{page}.py").run()
    assert not lab.exception, lab.exception
print(json.dumps(sorted(name for name in sys.modules if name.split(".")[0] in ("keras", "tensorflow"))))
"""


def test_no_page_loads_keras_into_the_server() -> None:
    """In a process of its own, as other tests here do load Keras."""
    done = subprocess.run(
        [sys.executable, "-c", VISIT_EVERY_PAGE], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == []


def imports(path: Path) -> Iterator[str]:
    """The full names of the modules that a file imports anywhere in it, type checking aside."""
    tree = ast.parse(path.read_text())
    hidden = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_who_may_import_keras_and_streamlit(path: Path) -> None:
    name = path.relative_to(PACKAGE).as_posix()
    roots = {module.split(".")[0] for module in imports(path)}
    if name != "backend.py":
        assert not roots & {"keras", "tensorflow"}, f"{name} goes past the one door to Keras, mnist_demo.backend"
    if name not in WORKER_MODULES:
        assert "mnist_demo.backend" not in set(imports(path))
    if not name.startswith("app/"):
        assert not roots & {"streamlit", "altair", "streamlit_drawable_canvas"}


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_downwards(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if room == "__init__":
        return
    level = next(index for index, rooms in enumerate(LEVELS) if room in rooms)
    for module in imports(path):
        parts = module.split(".")
        if parts[0] != "mnist_demo" or len(parts) < 2 or parts[1] == room:
            continue
        other = next((index for index, rooms in enumerate(LEVELS) if parts[1] in rooms), None)
        if other is None or (room, parts[1]) in ALLOWED_SIDEWAYS:
            continue
        assert other > level, f"{room} imports {module}, which is not below it"
