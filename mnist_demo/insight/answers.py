"""A snapshot's answers to the validation images, kept beside it so that they are worked out once."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data import NPZ_FAULTS, ZIP_FAULTS
from mnist_demo.runs import write_atomically

FIXED_DIGITS = 20
"""How many validation digits are shown throughout: the first ones of the split, as while training."""

_FOLDER = "answers"
_CLASSES = 10


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network says of the validation images.

    Attributes:
        predictions: the most probable class of each image, uint8 (n,), 0–9.
        confidences: the probability of that class for the first `FIXED_DIGITS` images, float32 (k,), 0–1.
    """

    predictions: NDArray[np.uint8]
    confidences: NDArray[np.float32]

    @classmethod
    def of(cls, probabilities: NDArray[np.float32]) -> "Answers":
        """The answers in probabilities, float32 (n, 10); what is no number, as after a training went astray, is 0."""
        finite = np.nan_to_num(probabilities, posinf=0.0, neginf=0.0)
        return cls(finite.argmax(axis=1).astype(np.uint8), finite[:FIXED_DIGITS].max(axis=1).astype(np.float32))


def snapshot_digest(content: bytes) -> str:
    """What tells the content of one snapshot from that of another.

    Raises:
        ValueError: when the content is not whole.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            damaged = archive.testzip()
    except ZIP_FAULTS as error:
        raise ValueError(f"The snapshot is damaged: {error}") from None
    if damaged is not None:
        raise ValueError(f"The snapshot is damaged: {damaged} does not fit its checksum.")
    return hashlib.sha256(content).hexdigest()


def kept_answers(snapshot: Path, digest: str, images: int) -> Answers | None:
    """What was kept for a snapshot; None when there is nothing, or it is damaged or of other weights or images.

    Args:
        snapshot: a file of a run's `snapshots` folder.
        digest: its `snapshot_digest`.
        images: how many validation images were asked about.
    """
    try:
        with np.load(io.BytesIO(_path(snapshot).read_bytes()), allow_pickle=False) as arrays:
            found = Answers(arrays["predictions"], arrays["confidences"])
            fits = str(arrays["digest"]) == digest
    except NPZ_FAULTS:
        return None
    return found if fits and _is_sound(found, images) else None


def keep_answers(snapshot: Path, digest: str, answers: Answers) -> None:
    """Keep answers in the run's folder, 5 kB for a snapshot.

    Raises:
        OSError: when they cannot be written.
    """
    path = _path(snapshot)
    path.parent.mkdir(exist_ok=True)
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        allow_pickle=False,
        predictions=answers.predictions,
        confidences=answers.confidences,
        digest=np.array(digest),
    )
    write_atomically(path, buffer.getvalue())


def _path(snapshot: Path) -> Path:
    return snapshot.parent.parent / _FOLDER / snapshot.name


def _is_sound(answers: Answers, images: int) -> bool:
    predictions, confidences = answers.predictions, answers.confidences
    return (
        predictions.dtype == np.uint8
        and predictions.shape == (images,)
        and bool((predictions < _CLASSES).all())
        and confidences.dtype == np.float32
        and confidences.shape == (min(images, FIXED_DIGITS),)
        and bool(((confidences >= 0) & (confidences <= 1.001)).all())
    )
