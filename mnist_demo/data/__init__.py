"""Pixels in: the bundled MNIST, the readers for other files, and what is known before any training."""

from mnist_demo.data.batches import Batch
from mnist_demo.data.class_names import DIGIT_CLASS_NAMES, FASHION_MNIST_CLASS_NAMES, checked_class_names
from mnist_demo.data.errors import DataError
from mnist_demo.data.limits import MAX_FILES, MAX_UPLOAD_BYTES
from mnist_demo.data.mnist import load_mnist
from mnist_demo.data.splits import MnistData, Split, SplitName
from mnist_demo.data.statistics import ClassImages, PcaMap, class_counts, class_images, pca_map
from mnist_demo.data.store import is_whole, load_data, load_sizes, save_data
from mnist_demo.data.uploads import Upload, read_uploads
from mnist_demo.files import NPZ_FAULTS, ZIP_FAULTS

__all__ = [
    "DIGIT_CLASS_NAMES",
    "FASHION_MNIST_CLASS_NAMES",
    "MAX_FILES",
    "MAX_UPLOAD_BYTES",
    "NPZ_FAULTS",
    "ZIP_FAULTS",
    "Batch",
    "ClassImages",
    "DataError",
    "MnistData",
    "PcaMap",
    "Split",
    "SplitName",
    "Upload",
    "checked_class_names",
    "class_counts",
    "class_images",
    "is_whole",
    "load_data",
    "load_mnist",
    "load_sizes",
    "pca_map",
    "read_uploads",
    "save_data",
]
