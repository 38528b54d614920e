"""The lab as a server of its own, for browser tests and benchmarks."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from mnist_demo.runs import HOME_VARIABLE

ROOT = Path(__file__).parent.parent

MAIN = ROOT / "mnist_demo" / "app" / "main.py"
"""The page script, which runs without the front door too."""

# Chromium runs without its sandbox and without network requests of its own, so that tests need no rights or network.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Return the path of an installed Chromium or Chrome, first the one that CHROMIUM names."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


class LabServer:
    """The lab on a free port; a context manager that ends the server and its children.

    Args:
        home: The lab's data folder; the log is beside it when it is no folder.
        script: The script that `streamlit run` is given.
        options: Further options, such as '--server.baseUrlPath=lab'.
        environment: Further environment variables.
    """

    def __init__(
        self,
        home: Path,
        script: Path = ROOT / "streamlit_app.py",
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.home, self.script, self.options = home, script, options
        self.environment = {**os.environ, HOME_VARIABLE: str(home), **(environment or {})}
        self.process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.log = home / "server.log" if home.is_dir() else home.with_suffix(".log")

    @property
    def url(self) -> str:
        """The address of the lab."""
        base = next((option.partition("=")[2] for option in self.options if "baseUrlPath" in option), "")
        return f"http://127.0.0.1:{self.port}/{base}".rstrip("/")

    def __enter__(self) -> "LabServer":
        command = [sys.executable, "-m", "streamlit", "run", str(self.script)]
        options = ["--server.port", str(self.port), "--server.address", "127.0.0.1", "--server.headless=true"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, *options, *self.options], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 120
        while not self._answers():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"The lab did not start: {self.log.read_text()[-2000:]}")
            time.sleep(0.05)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process is not None
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
