"""Questions to a trained network, answered by one warm process."""

from mnist_demo.inference.client import Inference, InferenceError

__all__ = ["Inference", "InferenceError"]
