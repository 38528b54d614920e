"""Claims of the README and the architecture page on the code are true: paths, names, commands and defaults."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from streamlit import config

from mnist_demo import fields
from mnist_demo.experiment import Experiment
from mnist_demo.presets import PRESETS
from mnist_demo.runs import StoreLimits

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
PAGES = {"README.md": README, "docs/architecture.md": (ROOT / "docs" / "architecture.md").read_text()}

# A path may be relative to these folders, besides the folders that its line names.
BASES = ("", "mnist_demo", "mnist_demo/app", "docs")


def paths_of(text: str) -> set[str]:
    """Return the files and folders of this repository that a text names in backticks or links to."""
    quoted = re.findall(r"`([\w./-]+)`", text)
    linked = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    is_path = re.compile(r"(?!~|\.venv)(.*(/|\.(py|md|txt|toml))|[\w.]+/[\w./]+)")
    return {path for path in quoted if is_path.fullmatch(path)} | set(linked)


def is_there(path: str, line: str) -> bool:
    """Tell whether a path exists below the root, a base, or a folder that the same line names."""
    folders = [folder for base in BASES for name in paths_of(line) if (folder := ROOT / base / name).is_dir()]
    # A file that each page has, such as `page.py`, is one folder deeper.
    in_each = any(any(folder.glob(f"*/{path}")) for folder in folders)
    return in_each or any((folder / path).exists() for folder in (*(ROOT / base for base in BASES), *folders))


def section(title: str) -> str:
    """Return the README's section with this title."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_is_named_exists(page: str) -> None:
    missing = {path for line in PAGES[page].splitlines() for path in paths_of(line) if not is_there(path, line)}
    assert not missing


def test_every_name_in_the_table_of_additions_is_in_a_file_of_its_row() -> None:
    rows = [line for line in section("What can be added").splitlines() if line.startswith("|") and "`" in line]
    assert len(rows) == 8
    for row in rows:
        files = [
            file
            for path in paths_of(row)
            for file in ((ROOT / path).glob("*.py") if path.endswith("/") else [ROOT / path])
        ]
        source = "\n".join(file.read_text() for file in files if file.is_file())
        for name in re.findall(r"`(\w+)(?:\(\))?`", row):
            assert re.search(rf"\b{name}\b", source), f"{name} is in no file of the row: {row}"


def test_each_question_about_the_map_is_answered_by_a_name_that_exists() -> None:
    for page in PAGES.values():
        for owner, member in re.findall(r"`(Jobs|Run)\.(\w+)`", page):
            path = {"Jobs": "mnist_demo/jobs/jobs.py", "Run": "mnist_demo/runs/run.py"}[owner]
            classes = [node for node in ast.parse((ROOT / path).read_text()).body if isinstance(node, ast.ClassDef)]
            members = {
                each.name for node in classes if node.name == owner for each in node.body if hasattr(each, "name")
            }
            assert member in members


def test_the_two_commands_use_files_that_exist() -> None:
    commands = re.findall(r"```sh\n(.*?)```", section("Two commands"), re.S)
    assert len(commands) == 2
    for command in commands:
        assert all((ROOT / file).is_file() for file in re.findall(r"[\w-]+\.(?:txt|py)\b", command))


def test_the_script_trains_and_continues(
    small_experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = section("From a script")
    (script,) = re.findall(r"```python\n(.*?)```", text, re.S)
    (more,) = re.findall(r"`(train_more\(.*?\))`", text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(PRESETS, "fast", small_experiment)
    names: dict[str, object] = {}
    exec(script, names)
    assert capsys.readouterr().out.startswith("finished [")
    exec(f"from mnist_demo.training import Continuation, train_more\nrun = {more}", names)
    assert len(names["run"].history().epochs["epoch"]) == 4  # type: ignore[attr-defined]


def test_the_limits_and_their_defaults_are_those_of_the_store() -> None:
    rows = re.findall(r"\| `(MNIST_DEMO_MAX_\w+)` \| ([\d,]+) \|", README)
    limits = StoreLimits()
    expected = {f"MNIST_DEMO_{name.upper()}": getattr(limits, name) for name in fields.field_specs(StoreLimits)}
    assert {variable: int(default.replace(",", "")) for variable, default in rows} == expected


def test_each_module_that_is_run_by_name_can_be_run() -> None:
    benchmarks = re.findall(r"^\| `(\w+)` \|", section("Measured"), re.M)
    modules = [f"tests.benchmarks.{name}" for name in benchmarks] + re.findall(r"python -m ([\w.]+[a-z])\b", README)
    assert len(benchmarks) >= 9
    for module in {module.removesuffix(".NAME") for module in modules} - {"venv", "tests.benchmarks"}:
        path = ROOT / module.replace(".", "/")
        source = (path / "__main__.py" if path.is_dir() else path.with_suffix(".py")).read_text()
        assert 'if __name__ == "__main__":' in source, module


def test_each_option_of_streamlit_is_one() -> None:
    options = re.findall(r"`--([a-z]+\.\w+)", README)
    assert options
    assert set(options) <= set(config.get_config_options(force_reparse=False))


def test_the_checks_are_those_of_ci() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    for command in re.findall(r"`(ruff [^`]+|mypy|pytest)`", section("Checks")):
        assert re.search(rf"^(\w+=\S+ )?{re.escape(command)}\b", script, re.M), command


def test_the_python_versions_are_those_of_the_package() -> None:
    accepted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    versions = [int(minor) for minor in re.findall(r"3\.(\d+)", section("Two commands").split("```")[0])]
    assert accepted == f">=3.{versions[0]},<3.{versions[-1] + 1}"
