"""The room `network` serves the server world without importing Keras there."""

import subprocess
import sys

import pytest

import mnist_demo.network


def test_everything_but_build_model_works_without_keras() -> None:
    program = """
import sys
import mnist_demo.network as network
report = network.Network((network.Conv2D(8, 5), network.Flatten())).report()
assert report.works
network.Network.from_json({"layers": [{"type": "Flatten"}]}).to_json()
print(*sorted({"keras", "tensorflow", "streamlit"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_unknown_names_are_still_errors() -> None:
    with pytest.raises(AttributeError, match="no attribute 'build_models'"):
        _ = mnist_demo.network.build_models


def test_every_exported_name_exists() -> None:
    for name in mnist_demo.network.__all__:
        assert getattr(mnist_demo.network, name) is not None
