"""Each public name, which other tools call, has an `Example:` in its docstring, and the example is true."""

import ast
import doctest
import importlib
import itertools
from pathlib import Path

import pytest

PUBLIC_NAMES = {
    "mnist_demo.data": ("MnistData", "Upload", "load_mnist", "read_uploads"),
    "mnist_demo.presets": ("PRESETS",),
    "mnist_demo.network": ("build_model",),
    "mnist_demo.training": ("train",),
    "mnist_demo.runs": ("Run",),
    "mnist_demo.drawing": ("digit_from_strokes", "read_photo"),
    "mnist_demo.jobs": ("Executor", "RunningTraining"),
}


@pytest.mark.parametrize(
    ("module", "name"), [(module, name) for module in PUBLIC_NAMES for name in PUBLIC_NAMES[module]]
)
def test_the_example_of_a_public_name_is_true(module: str, name: str) -> None:
    if module == "mnist_demo.jobs" and not hasattr(importlib.import_module(module), name):
        pytest.skip(f"{module} does not export {name} yet")
    docstring = docstring_of(module, name)
    assert "Example:\n" in docstring, f"{module}.{name} has no Example in its docstring."
    # The parser starts without any names, because an example must be complete.
    example = doctest.DocTestParser().get_doctest(docstring, {}, name, module, 0)
    output: list[str] = []
    result = doctest.DocTestRunner().run(example, out=output.append)
    assert result.attempted, f"The Example of {module}.{name} has no line that begins with >>>."
    assert not result.failed, "".join(output)


def docstring_of(module: str, name: str) -> str:
    """Return the docstring of a class or function, or the string after the assignment of a constant."""
    found = importlib.import_module(module)
    value = getattr(found, name)
    if isinstance(value, type) or callable(value):
        return value.__doc__ or ""
    statements = ast.parse(Path(str(found.__file__)).read_text()).body
    for statement, after in itertools.pairwise(statements):
        targets = [statement.target] if isinstance(statement, ast.AnnAssign) else getattr(statement, "targets", [])
        is_named = any(isinstance(target, ast.Name) and target.id == name for target in targets)
        if is_named and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            return str(after.value.value)
    return ""
