"""What the fork server imports before it forks: Keras, the workers, and MNIST's pixels, which all children then share.

Nothing here may build a model or run an op: a process forked after that can hang.
"""

import gc

import mnist_demo.inference.worker
import mnist_demo.training.worker  # noqa: F401
from mnist_demo.data import load_mnist

load_mnist()
# A collection in a child would walk what was imported here, and by that copy its pages.
gc.collect()
gc.freeze()
