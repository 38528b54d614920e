"""Answers kept beside a snapshot: found again, and never taken for those of other weights."""

import io
import pickle
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.insight.answers import FIXED_DIGITS, Answers, keep_answers, kept_answers, snapshot_digest
from mnist_demo.runs import events


def content(seed: int) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **{"000": np.random.default_rng(seed).random((50, 10))})
    return buffer.getvalue()


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    path = tmp_path / "snapshots" / "003.npz"
    path.parent.mkdir()
    path.write_bytes(content(1))
    return path


@pytest.fixture
def answers() -> Answers:
    return Answers.of(np.random.default_rng(0).dirichlet(np.ones(10), 300).astype(np.float32))


def test_the_digits_are_those_of_the_training() -> None:
    assert FIXED_DIGITS == events.FIXED_DIGITS


def test_what_is_kept_is_found_again(snapshot: Path, answers: Answers) -> None:
    digest = snapshot_digest(snapshot.read_bytes())
    assert kept_answers(snapshot, digest, 300) is None
    keep_answers(snapshot, digest, answers)
    found = kept_answers(snapshot, digest, 300)
    assert found is not None
    np.testing.assert_array_equal(found.predictions, answers.predictions)
    np.testing.assert_array_equal(found.confidences, answers.confidences)
    (kept,) = (snapshot.parent.parent / "answers").iterdir()
    assert kept.stat().st_size < 10_000


def test_a_network_that_went_astray_has_answers_too(snapshot: Path) -> None:
    digest = snapshot_digest(snapshot.read_bytes())
    keep_answers(snapshot, digest, Answers.of(np.full((300, 10), np.nan, np.float32)))
    found = kept_answers(snapshot, digest, 300)
    assert found is not None
    assert not found.predictions.any()
    assert not found.confidences.any()


def test_answers_of_other_weights_or_images_do_not_count(snapshot: Path, answers: Answers) -> None:
    digest = snapshot_digest(snapshot.read_bytes())
    keep_answers(snapshot, digest, answers)
    assert kept_answers(snapshot, snapshot_digest(content(2)), 300) is None
    assert kept_answers(snapshot, digest, 299) is None


def test_what_is_damaged_or_foreign_is_as_if_nothing_was_kept(snapshot: Path, answers: Answers) -> None:
    digest = snapshot_digest(snapshot.read_bytes())
    keep_answers(snapshot, digest, answers)
    path = snapshot.parent.parent / "answers" / snapshot.name
    whole = path.read_bytes()
    harmful = io.BytesIO()
    np.savez(harmful, digest=np.array(digest), predictions=np.array([print], dtype=object), confidences=np.zeros(20))
    high = io.BytesIO()
    np.savez(
        high,
        allow_pickle=False,
        digest=np.array(digest),
        predictions=np.full(300, 10, np.uint8),
        confidences=answers.confidences,
    )
    for each in (b"", whole[:-50], pickle.dumps([1]), harmful.getvalue(), high.getvalue()):
        path.write_bytes(each)
        assert kept_answers(snapshot, digest, 300) is None


def test_a_torn_snapshot_has_no_digest() -> None:
    whole = content(1)
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    for torn in (b"", whole[:-1_000], whole[:100], bytes(flipped)):
        with pytest.raises(ValueError, match="damaged"):
            snapshot_digest(torn)
