"""A lab opened by its front door, empty or with a trained run."""

import shutil
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.app.session import server
from mnist_demo.experiment import Experiment
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.network import Dense, Flatten, Network
from mnist_demo.runs import Run
from tests.apart import train_apart
from tests.app.drawing import FakeCanvas
from tests.jobs.fake_executor import FakeExecutor
from tests.pages import at_page

LAB = "trained-lab-0123456789"
"""The id of the lab that has a trained run."""

RUN_ID = "20260101-120000-abcdef"

OpenPage = Callable[..., AppTest]


@pytest.fixture
def executor(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeExecutor]:
    """Replace the training processes by a fake executor."""
    fake = FakeExecutor()
    monkeypatch.setattr(server, "LocalExecutor", lambda: fake)
    for cached in (server.jobs, server.executor):
        cached.clear()
    yield fake
    fake.close()
    for cached in (server.jobs, server.executor):
        cached.clear()


@pytest.fixture
def open_page() -> OpenPage:
    """Return a function that opens a page of the lab by name, in a given lab or in a new one."""

    def visit(page: str, lab: str | None = None) -> AppTest:
        app = at_page(page, **({} if lab is None else {"lab": lab})).run()
        assert not app.exception
        return app

    return visit


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run that is trained once for all tests."""
    folder = tmp_path_factory.mktemp("trained") / RUN_ID
    experiment = Experiment(
        name="small",
        network=Network(layers=(Flatten(), Dense(16))),
        training=TrainingSettings(batch_size=100, epochs=2, train_images=1000, validation_images=500),
    )
    return train_apart(experiment, folder)


@pytest.fixture
def trained_run(home: Path, trained_folder: Path) -> Run:
    """Put the only run into the lab `LAB`, and return it; open a page with this lab to see the run."""
    folder = home / "runs" / LAB / RUN_ID
    shutil.copytree(trained_folder, folder)
    return Run(folder)


@pytest.fixture
def canvas(monkeypatch: pytest.MonkeyPatch) -> FakeCanvas:
    """Replace the drawing component by a fake canvas."""
    fake = FakeCanvas()
    module = types.ModuleType("streamlit_drawable_canvas")
    monkeypatch.setattr(module, "st_canvas", fake, raising=False)
    monkeypatch.setitem(sys.modules, "streamlit_drawable_canvas", module)
    return fake
