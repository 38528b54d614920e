"""Kernels of the first layer, read from a snapshot, against the layer of the Keras model that it was saved from."""

import io
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.insight.kernels import (
    MAX_PICTURES,
    MAX_VALUES,
    FirstKernels,
    first_kernels,
    kernel_change,
    read_kernels,
)
from mnist_demo.network import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Network,
    Normalization,
    build_model,
)
from mnist_demo.runs import create_run
from mnist_demo.training.weights import save_weights

NETWORKS: dict[str, tuple[tuple[Layer, ...], FirstKernels]] = {
    "convolution": ((Conv2D(8, 5), Flatten()), FirstKernels(5, 8, slides=True)),
    "after normalizations": (
        (Normalization(), BatchNormalization(), Dropout(0.1), Conv2D(4, 3), Flatten()),
        FirstKernels(3, 4, slides=True),
    ),
    "depthwise": (
        (DepthwiseConv2D(3, depth_multiplier=2), GlobalAveragePooling2D()),
        FirstKernels(3, 2, slides=True),
    ),
    "pixels": ((Flatten(), Dropout(0.1), Dense(16)), FirstKernels(28, 16, slides=False)),
    "pooled pixels": ((AveragePooling2D(2), Flatten(), Dense(16)), FirstKernels(14, 16, slides=False)),
    "output alone": ((Flatten(),), FirstKernels(28, 10, slides=False)),
    "more than there is room for": ((Flatten(), Dense(100)), FirstKernels(28, 100, slides=False)),
}


def snapshot(network: Network, path: Path) -> tuple[bytes, np.ndarray]:
    """A snapshot's content and the weights of the first layer that has a matrix of them."""
    model = build_model(network, seed=1)
    save_weights(path, model)
    matrices = [weights for weights in model.get_weights() if weights.ndim > 1]
    return path.read_bytes(), matrices[0]


@pytest.mark.parametrize(("layers", "expected"), NETWORKS.values(), ids=NETWORKS)
def test_kernels_are_those_of_the_first_layer(
    layers: tuple[Layer, ...], expected: FirstKernels, tmp_path: Path
) -> None:
    network = Network(layers)
    found = first_kernels(network)
    assert found == expected
    content, weights = snapshot(network, tmp_path / "000.npz")
    pictures = read_kernels(content, found)
    assert pictures.dtype == np.float32
    assert len(pictures) == found.shown <= MAX_PICTURES
    assert pictures.size <= MAX_VALUES
    for number, picture in enumerate(pictures):
        column = weights.reshape(-1, weights.shape[-1])[:, number]
        np.testing.assert_array_equal(picture.ravel(), column)


def test_a_layer_that_sees_averages_has_none() -> None:
    assert first_kernels(Network((MaxPooling2D(2), GlobalAveragePooling2D(), Dense(8)))) is None


def test_a_weight_that_is_no_number_is_shown_as_none(tmp_path: Path) -> None:
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **{"000": np.full((784, 10), np.nan, np.float32)})
    assert not read_kernels(content.getvalue(), FirstKernels(28, 10, slides=False)).any()


def test_damaged_or_foreign_snapshots_are_one_sentence(tmp_path: Path) -> None:
    content, _ = snapshot(Network((Conv2D(8, 5), Flatten())), tmp_path / "000.npz")
    with pytest.raises(ValueError, match="were expected"):
        read_kernels(content, FirstKernels(3, 8, slides=True))
    kernels = FirstKernels(5, 8, slides=True)
    for damaged in (b"", b"nothing", content[:-100], content[: len(content) // 2]):
        with pytest.raises(ValueError, match="damaged"):
            read_kernels(damaged, kernels)


def test_the_change_of_the_kernels_is_a_share_of_their_length(tmp_path: Path) -> None:
    run = create_run(tmp_path / "run", Experiment(network=Network((Conv2D(8, 5), Flatten()))))
    first, last = (run.folder / "snapshots" / f"{epoch:03d}.npz" for epoch in (0, 7))
    assert kernel_change(run) is None
    content, weights = snapshot(run.experiment.network, first)
    assert kernel_change(run) is None  # no epoch has ended
    np.savez(last, allow_pickle=False, **{"000": 1.5 * weights})
    assert kernel_change(run) == pytest.approx(0.5)
    last.write_bytes(content)
    assert kernel_change(run) == 0
    last.write_bytes(content[:-100])
    assert kernel_change(run) is None
