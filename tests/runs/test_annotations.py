"""Annotations of a run are bounded, lie beside the experiment, and never prevent a run from being read."""

from pathlib import Path

import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.fields import FieldError
from mnist_demo.runs import Annotations, Run, annotations_path, create_run, name_of, read_annotations, write_annotations


@pytest.fixture
def run(tmp_path: Path, small_experiment: Experiment) -> Run:
    return create_run(tmp_path / "run", small_experiment)


def test_written_annotations_are_read_and_the_experiment_is_unchanged(run: Run, small_experiment: Experiment) -> None:
    assert read_annotations(run) == Annotations()
    assert name_of(run) == "small"
    said = Annotations(name="größer 🖊" * 5, note="x" * 500, pinned=True)
    write_annotations(run, said)
    assert read_annotations(run) == said
    assert name_of(run) == said.name
    assert Run(run.folder).experiment == small_experiment


@pytest.mark.parametrize(
    "said", [{"name": "x" * 61}, {"note": "x" * 501}, {"name": "a\nb"}, {"pinned": 1}, {"name": 3}]
)
def test_values_that_are_not_accepted_are_refused(said: dict[str, object]) -> None:
    with pytest.raises(FieldError, match="accepted is"):
        Annotations(**said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"name": 3}', b'{"spell": 1}', b"[" * 5000, b"\xff", b" " * 9000]
)
def test_a_damaged_file_gives_the_defaults(run: Run, content: bytes) -> None:
    annotations_path(run).write_bytes(content)
    assert read_annotations(run) == Annotations()


def test_the_longest_annotations_fit(run: Run) -> None:
    said = Annotations(name="🖊" * 60, note="🖊" * 500, pinned=True)
    write_annotations(run, said)
    assert read_annotations(run) == said


def test_nothing_is_written_for_a_run_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_annotations(Run(tmp_path / "gone"), Annotations(name="x"))
