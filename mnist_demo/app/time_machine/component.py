"""The time machine's component, which receives all frames at once and moves through them in the browser."""

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
    """Draw the slider and the views that it moves, from the result of `payload`."""
    _component(data=data, key=key)


def payload(
    frames: list[Frame], labels: list[str], split: Split, names: tuple[str, ...], kernels: FirstKernels | None
) -> dict[str, Any]:
    """Return the component's data as JSON values: about 2 kB for each frame and its kernels.

    Args:
        frames: The frames by epoch, at least one.
        labels: The name of each frame, from `frame_label`.
        split: The images that the frames are about.
        names: The names of the ten classes.
        kernels: The kind of the first layer's pictures; None where the layer has none.
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
    """Return the name of a frame.

    Args:
        epoch: The snapshot's number.
        whole: The number of finished epochs.
        planned: The number of requested epochs.
        is_fine_tuned: Whether the training began from another run's weights instead of random weights.
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
