"""Frames: what a snapshot's answers add up to, against scikit-learn."""

import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix

from mnist_demo.insight.time_machine import Frame, kernel_levels, make_frame
from mnist_demo.runs import Predictions
from mnist_demo.runs.events import FIXED_DIGITS


def answers(count: int, seed: int = 0) -> Predictions:
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet(np.ones(10), count).astype(np.float32)
    return Predictions.of(random.integers(0, 10, count).astype(np.uint8), probabilities)


def test_figures_are_those_of_scikit_learn() -> None:
    said = answers(500)
    labels = said.labels
    frame = make_frame(3, said)
    np.testing.assert_array_equal(frame.confusion, confusion_matrix(labels, said.classes, labels=range(10)))
    assert frame.accuracy == accuracy_score(labels, said.classes)
    assert frame.images == 500
    np.testing.assert_array_equal(frame.digits, said.classes[:FIXED_DIGITS])


def frame_with(kernels: np.ndarray) -> Frame:
    return make_frame(0, answers(20), kernels.astype(np.float32))


def test_all_frames_share_one_scale() -> None:
    small, large = kernel_levels(
        [frame_with(np.array([[[0.5]], [[-0.25]]])), frame_with(np.array([[[-1.0]], [[0.0]]]))]
    )
    assert small.ravel().tolist() == [64, -32]
    assert large.ravel().tolist() == [-127, 0]


def test_a_network_of_zeros_or_without_kernels() -> None:
    assert not kernel_levels([frame_with(np.zeros((2, 3, 3)))])[0].any()
    assert kernel_levels([make_frame(0, answers(20))])[0].size == 0
    assert kernel_levels([]) == []
