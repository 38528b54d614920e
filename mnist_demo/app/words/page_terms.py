"""The terms of the glossary that each page uses: the one table of them."""

from collections.abc import Mapping

SIDEBAR = ("experiment", "parameter", "run", "epoch", "validation")
"""The terms of the sidebar, which is on every page."""

PAGE_TERMS: Mapping[str, tuple[str, ...]] = {
    "start": ("network", "training", "probability", "class", "confidence", "validation"),
    "explore": (
        *("network", "split", "training", "validation", "test", "class", "sample", "mnist", "mean"),
        *("standard-deviation", "pixel", "label", "principal-component", "variance", "sprite", "fashion-mnist"),
    ),
    "learn": (),
    "design": (
        *("network", "preset", "layer", "training", "parameter", "weight", "bias", "multiply-adds", "receptive-field"),
        *("pixel", "shape", "channel", "vector", "feature-map", "convolution", "depthwise-convolution", "filter"),
        *("kernel", "stride", "padding", "pooling", "global-average-pooling", "batch-normalization", "normalization"),
        *("mean", "standard-deviation", "dropout", "flatten", "dense", "unit", "activation", "relu", "leaky-relu"),
        *("elu", "selu", "gelu", "silu", "tanh", "sigmoid", "linear", "softmax", "class"),
        *("initialisation", "glorot", "he", "lecun", "variance-scaling", "l2", "optimizer", "gradient", "sgd"),
        *("momentum", "rmsprop", "adam", "beta", "adamw", "weight-decay", "learning-rate", "loss", "schedule"),
        *("cosine", "one-cycle", "warm-up", "epoch", "batch", "step", "validation", "early-stopping", "accuracy"),
        *("augmentation", "shear", "elastic", "seed", "experiment", "mnist", "run"),
    ),
    "train": (
        *("training", "network", "epoch", "batch", "step", "learning-rate", "schedule", "loss", "accuracy"),
        *("validation", "error-rate", "log-scale", "mnist", "run"),
    ),
    "evaluate": (
        *("network", "test", "accuracy", "interval", "loss", "cross-entropy", "confusion-matrix", "class"),
        *("label", "confidence", "precision", "recall", "f1", "support", "epoch", "probability", "training"),
    ),
    "time_machine": (
        *(
            "epoch",
            "network",
            "validation",
            "test",
            "training",
            "run",
            "log-scale",
            "kernel",
            "unit",
            "layer",
            "weight",
        ),
        *("class", "label", "confidence", "pixel"),
    ),
    "draw": (
        *("network", "confidence", "probability", "validation", "pixel", "class", "label", "mnist", "test"),
        *("domain-gap", "preset", "training", "held-out", "epoch", "weight"),
    ),
    "runs": (
        *(
            "run",
            "network",
            "test",
            "validation",
            "accuracy",
            "parameter",
            "preset",
            "training",
        ),
        *("interval", "mcnemar", "seed", "learning-curve", "error-rate", "log-scale", "loss", "epoch", "batch"),
        *("dense", "weight"),
    ),
}
"""The names of the terms by the name of the page, in the order in which the page uses them."""
