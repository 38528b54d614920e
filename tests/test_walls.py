"""The walls: the server never loads Keras, only the app imports Streamlit, pages are apart, imports run downwards.

Each wall is tested on this package, and on a small package that breaks the wall.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests import walls

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "mnist_demo"

VISIT_EVERY_PAGE = """
import json, sys
from streamlit.testing.v1 import AppTest
from mnist_demo.app.navigation import PAGES
lab = AppTest.from_file("mnist_demo/app/main.py", default_timeout=120).run()
assert not lab.exception, lab.exception
for page in PAGES:
    lab.switch_page(str(page.path)).run()
    assert not lab.exception, lab.exception
print(json.dumps(sorted(name for name in sys.modules if name.split(".")[0] in ("keras", "tensorflow"))))
"""

Wall = Callable[[Path], list[str]]


def no_circles_of_rooms(package: Path) -> list[str]:
    return walls.circles_of_rooms(package, package.name)


def no_circles_in_the_app(package: Path) -> list[str]:
    return walls.circles_of_rooms(package, f"{package.name}.app")


VIOLATIONS: dict[Wall, Mapping[str, str]] = {
    walls.past_the_door_to_keras: {"backend.py": "import keras", "runs/run.py": "import tensorflow as tf"},
    walls.keras_in_the_server: {
        "backend.py": "import keras",
        "runs/__init__.py": "from house.backend import keras",
        "runs/run.py": "",
        "app/page/page.py": "from house.runs.run import Run",
    },
    walls.streamlit_outside_the_app: {"runs/run.py": "def show():\n    import streamlit"},
    walls.pages_that_import_pages: {
        "app/draw/page.py": "from house.app.runs import parts",
        "app/runs/page.py": "",
        "app/runs/parts.py": "",
    },
    walls.circles_of_modules: {
        "a.py": "from house.b import x",
        "b.py": "import house.c",
        "c.py": "from house import a",
    },
    no_circles_of_rooms: {
        "runs/run.py": "from house.data.idx import read",
        "data/idx.py": "",
        "data/store.py": "def f():\n    from house.runs import run",
    },
    no_circles_in_the_app: {
        "app/session/lab.py": "from house.app.widgets import live",
        "app/widgets/live.py": "",
        "app/widgets/layout.py": "from house.app.session import lab",
    },
}

INNOCENT = {
    "backend.py": "import keras",
    "training/trainer.py": "from house.backend import keras",
    "training/__init__.py": "from typing import *\nif TYPE_CHECKING:\n    from house.training import trainer",
    "jobs/local.py": "import house.training\ndef run():\n    from house.training.trainer import train",
    "app/session/lab.py": "import streamlit\nfrom house.jobs import local",
    "app/train/page.py": "import altair\nfrom house.app.session.lab import jobs",
    "app/draw/page.py": "from house.app.draw import canvas",
    "app/draw/canvas.py": "",
}


def build(folder: Path, files: Mapping[str, str]) -> Path:
    package = folder / "house"
    for name, source in files.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
        for parent in path.relative_to(package).parents:
            (package / parent / "__init__.py").touch()
    return package


@pytest.mark.parametrize("wall", VIOLATIONS, ids=lambda wall: wall.__name__)
def test_the_house_keeps_its_walls(wall: Wall) -> None:
    assert wall(PACKAGE) == []


@pytest.mark.parametrize("wall", VIOLATIONS, ids=lambda wall: wall.__name__)
def test_a_violation_is_found(wall: Wall, tmp_path: Path) -> None:
    assert wall(build(tmp_path, VIOLATIONS[wall]))


@pytest.mark.parametrize("wall", VIOLATIONS, ids=lambda wall: wall.__name__)
def test_what_is_allowed_is_not_taken_for_a_violation(wall: Wall, tmp_path: Path) -> None:
    assert wall(build(tmp_path, INNOCENT)) == []


def test_no_page_loads_keras_into_the_server() -> None:
    """The check has a process of its own, because other tests here load Keras."""
    done = subprocess.run(
        [sys.executable, "-c", VISIT_EVERY_PAGE], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == []
