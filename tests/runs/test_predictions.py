"""Predictions kept with a run are read unchanged, and only for the weights that made them."""

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.runs import Predictions, Run, create_run, final_predictions
from mnist_demo.runs.predictions import TEST, keep_predictions, predictions_path, read_predictions, snapshot_digest

LABELS = np.array([3, 1, 4], np.uint8)
PROBABILITIES = np.full((3, 10), 0.02, np.float32)
PROBABILITIES[[0, 1, 2], [3, 1, 5]] = 0.82


@pytest.fixture
def run(tmp_path: Path, small_experiment: Experiment) -> Run:
    run = create_run(tmp_path / "run", small_experiment)
    for epoch in range(3):
        (run.folder / "snapshots" / f"{epoch:03d}.npz").write_bytes(b"weights %d" % epoch)
    return run


def keep(run: Run, part: str = TEST, *, with_probabilities: bool = True) -> Path:
    snapshot = run.snapshots[-1]
    predictions = Predictions.of(LABELS, PROBABILITIES.copy())
    if not with_probabilities:
        predictions = dataclasses.replace(predictions, probabilities=None)
    keep_predictions(snapshot, snapshot_digest(snapshot), part, predictions)
    return predictions_path(snapshot, part)


def test_kept_predictions_are_read_unchanged(run: Run) -> None:
    assert final_predictions(run) is None
    keep(run)
    kept = final_predictions(run)
    assert kept is not None
    assert kept.labels.tolist() == [3, 1, 4]
    assert kept.classes.tolist() == [3, 1, 5]
    assert kept.confidences.tolist() == pytest.approx([0.82] * 3)
    assert kept.correct.tolist() == [True, True, False]
    assert (kept.correct_count, len(kept)) == (2, 3)
    assert kept.probabilities is not None
    np.testing.assert_allclose(kept.probabilities, PROBABILITIES, rtol=1e-3)
    assert read_predictions(run.snapshots[-1], "validation") is None


def test_newer_weights_have_no_predictions(run: Run) -> None:
    keep(run)
    # A stop within an epoch leaves a snapshot, which the finished epoch replaces.
    snapshot = run.snapshots[-1]
    changed = snapshot.stat().st_mtime_ns + 1
    snapshot.write_bytes(b"Weights 2")
    os.utime(snapshot, ns=(changed, changed))
    assert final_predictions(run) is None
    keep(run)
    assert final_predictions(run) is not None
    (run.folder / "snapshots" / "003.npz").write_bytes(b"weights 3")
    assert final_predictions(run) is None


def test_a_copied_run_keeps_its_predictions(run: Run) -> None:
    keep(run)
    os.utime(run.snapshots[-1], ns=(1, 1))
    assert final_predictions(run) is not None, "the content counts, not the file's time"


def test_predictions_without_probabilities_have_exact_confidences(run: Run) -> None:
    keep(run, with_probabilities=False)
    kept = final_predictions(run)
    assert kept is not None
    assert kept.probabilities is None
    assert kept.confidences.tolist() == PROBABILITIES.max(axis=1).tolist()


def test_the_file_of_5000_images_is_small(run: Run) -> None:
    random = np.random.default_rng(0)
    logits = random.normal(0, 4, (5_000, 10))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    whole = Predictions.of(random.integers(0, 10, 5_000), shares.astype(np.float32))
    snapshot = run.snapshots[-1]
    sizes = []
    for predictions in (dataclasses.replace(whole, probabilities=None), whole):
        keep_predictions(snapshot, snapshot_digest(snapshot), "validation", predictions)
        sizes.append(predictions_path(snapshot, "validation").stat().st_size)
    # The probabilities as float32 take 200,000 bytes, and compression saves only a tenth of that.
    assert sizes[0] < 30_000
    assert sizes[1] < 120_000


def test_rounding_the_probabilities_keeps_the_class_and_the_loss(run: Run) -> None:
    # float16 has no number between the first two, and none near the smallest without the factor.
    probabilities = np.array([[0.49999, 0.50001, *[0.0] * 8], [1 - 1e-9, 1e-9, *[0.0] * 8]], np.float32)
    whole = Predictions.of(np.array([1, 1]), probabilities)
    snapshot = run.snapshots[-1]
    keep_predictions(snapshot, snapshot_digest(snapshot), TEST, whole)
    kept = final_predictions(run)
    assert kept is not None
    assert kept.probabilities is not None
    assert kept.probabilities.argmax(axis=1).tolist() == [1, 0]
    np.testing.assert_allclose(kept.probabilities, probabilities, rtol=1e-3)


def test_a_network_that_diverged_has_predictions_too(run: Run) -> None:
    found = Predictions.of(LABELS, np.full((3, 10), np.nan, np.float32))
    assert not found.classes.any()
    assert not found.confidences.any()
    snapshot = run.snapshots[-1]
    keep_predictions(snapshot, snapshot_digest(snapshot), TEST, found)
    kept = final_predictions(run)
    assert kept is not None
    assert kept.probabilities is not None
    assert np.isnan(kept.probabilities[:, 1:]).all()


@pytest.mark.parametrize("cut", [0, 10, 100, -1])
def test_a_torn_file_gives_no_predictions(run: Run, cut: int) -> None:
    path = keep(run)
    path.write_bytes(path.read_bytes()[:cut])
    assert final_predictions(run) is None


def test_a_file_that_unpacks_to_too_many_bytes_gives_no_predictions(run: Run) -> None:
    path = keep(run)
    np.savez_compressed(path, bomb=np.zeros(6_000_000, np.uint8))
    assert path.stat().st_size < 10_000
    assert final_predictions(run) is None


def test_a_pickle_is_not_opened(run: Run) -> None:
    path = keep(run)
    np.savez(path, snapshot=np.array([{}], object))
    assert final_predictions(run) is None


@pytest.mark.parametrize(
    ("labels", "probabilities"),
    [
        ([], np.zeros((0, 10))),
        ([1, 2], np.zeros((1, 10))),
        ([10], np.zeros((1, 10))),
        ([1], np.zeros((1, 9))),
        ([1], np.full((1, 10), 1.5)),
        ([1], np.full((1, 10), -0.5)),
        ([1], np.full((1, 10), np.inf)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(labels: list[int], probabilities: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"accepted|outside"):
        Predictions.of(np.array(labels, np.uint8), probabilities.astype(np.float32))
