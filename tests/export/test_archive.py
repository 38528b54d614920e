"""The archive of a run can be read anywhere, whatever the name of the run and however far its training came."""

import csv
import dataclasses
import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.export import archive_name, archive_run
from mnist_demo.runs import Annotations, EventKind, EventWriter, Run, create_run, write_annotations

ID = "20261124-101112-abcdef"


@pytest.fixture
def run(tmp_path: Path, small_experiment: Experiment) -> Run:
    run = create_run(tmp_path / ID, small_experiment)
    with EventWriter(run.events_path) as writer:
        for step, loss in ((1, 2.302585092994046), (2, 0.0), (3, float("nan"))):
            writer.write(
                EventKind.BATCH,
                step=step,
                images=100 * step,
                loss=loss,
                accuracy=0.125,
                learning_rate=0.001,
                seconds=0.5,
            )
    return run


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_tables_have_every_figure(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(opened(archive_run(run))["batches.csv"].decode())))
    batches = run.history().batches
    assert list(rows[0]) == list(batches)
    for name, column in batches.items():
        np.testing.assert_array_equal([float(row[name]) for row in rows], column)
    assert [row["step"] for row in rows] == ["1", "2", "3"]


def test_a_run_without_a_model_gives_its_other_files(run: Run, small_experiment: Experiment) -> None:
    files = opened(archive_run(run))
    assert set(files) == {"read me.txt", "experiment.json", "batches.csv", "epochs.csv"}
    assert Experiment.from_json_text(files["experiment.json"]) == small_experiment
    (run.folder / "snapshots" / "000.npz").write_bytes(b"first")
    (run.folder / "snapshots" / "001.npz").write_bytes(b"newest")
    files = opened(archive_run(run))
    assert files["weights.npz"] == b"newest"
    assert "model.keras" not in files["read me.txt"].decode()


def test_a_model_that_is_older_than_the_weights_is_left_out(run: Run) -> None:
    run.model_path.write_bytes(b"model")
    snapshot = run.folder / "snapshots" / "001.npz"
    snapshot.write_bytes(b"weights")
    for age, is_there in ((0, True), (10, False)):
        os.utime(run.model_path, ns=(0, snapshot.stat().st_mtime_ns - age))
        files = opened(archive_run(run))
        assert ("model.keras" in files) == is_there
        assert ("model.keras" in files["read me.txt"].decode()) == is_there


def test_files_dated_before_1980_are_packed_too(run: Run) -> None:
    os.utime(run.folder / "experiment.json", (0, 0))
    assert "experiment.json" in opened(archive_run(run))


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("small", f"small-{ID[:15]}.zip"),
        ("Ada's best: 99.2%", f"Ada-s-best-99-2-{ID[:15]}.zip"),
        ("../../etc/passwd", f"etc-passwd-{ID[:15]}.zip"),
        ("数字", f"run-{ID[:15]}.zip"),
    ],
)
def test_every_name_gives_a_file_name(run: Run, name: str, file: str) -> None:
    write_annotations(run, dataclasses.replace(Annotations(), name=name))
    assert archive_name(run) == file
    assert name in opened(archive_run(run))["read me.txt"].decode()
