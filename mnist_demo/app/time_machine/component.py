"""The time machine's component: it is given all frames at once and moves through them in the browser."""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_demo.app.words import plural
from mnist_demo.data import Split
from mnist_demo.insight.kernels import FirstKernels
from mnist_demo.insight.time_machine import Frame, kernel_levels
from mnist_demo.runs.events import FIXED_DIGITS

_PARTS = Path(__file__).parent

_component = st.components.v2.component(
    "time_machine",
    html=(_PARTS / "component.html").read_text(),
    css=(_PARTS / "component.css").read_text(),
    js=(_PARTS / "component.js").read_text(),
)


def show(data: dict[str, Any], key: str) -> None:
    """Draw the slider and everything that it moves, from what `payload` made."""
    _component(data=data, key=key)


def payload(
    frames: list[Frame], labels: list[str], split: Split, names: tuple[str, ...], kernels: FirstKernels | None
) -> dict[str, Any]:
    """Everything that the browser shows, as JSON values: about 2 kB a frame and its kernels.

    Args:
        frames: At least one, by epoch.
        labels: What each frame is called, as `frame_label` gives it.
        split: The images that the frames are about.
        names: Of the ten classes.
        kernels: What the pictures of the first layer are; None where it has none.
    """
    levels = kernel_levels(frames)
    digits = split.images[:FIXED_DIGITS]
    return {
        "frames": [
            {
                "epoch": frame.epoch,
                "label": label,
                "right": frame.right,
                "confusion": frame.confusion.ravel().tolist(),
                "digits": [
                    [int(answer), round(float(confidence), 4)]
                    for answer, confidence in zip(frame.digits, frame.confidences, strict=True)
                ],
                "kernels": _base64(level),
            }
            for frame, label, level in zip(frames, labels, levels, strict=True)
        ],
        "images": len(split.labels),
        "support": np.bincount(split.labels, minlength=len(names)).tolist(),
        "names": list(names),
        "labels": split.labels[:FIXED_DIGITS].tolist(),
        "pixels": _base64(digits),
        "kernels": {
            "title": _kernel_title(kernels),
            "side": kernels.side if kernels else 0,
            "shown": kernels.shown if kernels else 0,
        },
    }


def frame_label(epoch: int, whole: int, planned: int, *, is_fine_tuned: bool = False) -> str:
    """Return what a frame is called.

    Args:
        epoch: The snapshot's number.
        whole: Epochs that were learned to their end.
        planned: Epochs that were asked for.
        is_fine_tuned: Whether the training began from another run's weights, not from random ones.
    """
    if epoch == 0:
        return "Epoch 0: before the lesson" if is_fine_tuned else "Epoch 0: untrained"
    return f"Epoch {epoch} of {planned}" + (", stopped within" if epoch > whole else "")


def _kernel_title(kernels: FirstKernels | None) -> str:
    if kernels is None:
        return "No kernels: the first layer sees averages, not pixels"
    few = f"{kernels.shown} of " if kernels.shown < kernels.count else ""
    if kernels.slides:
        return f"{few}{plural(kernels.count, 'kernel')} of {kernels.side}×{kernels.side}"
    return f"What {few}{plural(kernels.count, 'unit')} look for"


def _base64(array: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
