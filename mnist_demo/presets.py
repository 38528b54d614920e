"""Named experiments to start from, each with a sentence on what it teaches."""

import functools
from dataclasses import dataclass, replace

from mnist_demo.experiment import Experiment
from mnist_demo.experiment.augmentation import Augmentation
from mnist_demo.experiment.settings import Optimizer, Schedule, TrainingSettings
from mnist_demo.experiment.short_names import short_name
from mnist_demo.network import (
    Activation,
    ActivationName,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Initializer,
    MaxPooling2D,
    Network,
)

_RELU = ActivationName.RELU
_SCALED = Initializer.VARIANCE_SCALING

# Google's codelab "TensorFlow.js: Handwritten digit recognition with CNNs": its network, initializer, optimizer, batch
# size, 5,500 images, 10 epochs and 1,000 validation images.
_CODELAB = Experiment(
    name="codelab",
    about="Google's TensorFlow.js codelab, figure for figure: two small convolutions soon read nine digits in ten.",
    network=Network(
        layers=(
            Conv2D(8, 5, activation=_RELU, kernel_initializer=_SCALED),
            MaxPooling2D(2),
            Conv2D(16, 5, activation=_RELU, kernel_initializer=_SCALED),
            MaxPooling2D(2),
            Flatten(),
        ),
        output_initializer=_SCALED,
    ),
    training=TrainingSettings(batch_size=512, epochs=10, train_images=5_500, validation_images=1_000),
)

# The pooling is what lets the widths come out at exactly the codelab's 5,994 parameters.
_DENSE = Experiment(
    name="dense",
    about="As many parameters as the codelab's network, but no convolution: what looking at neighbourhoods is worth.",
    network=Network(
        layers=(
            AveragePooling2D(2),
            Flatten(),
            Dense(28, activation=_RELU, kernel_initializer=_SCALED),
            Dense(12, activation=_RELU, kernel_initializer=_SCALED),
        ),
        output_initializer=_SCALED,
    ),
    training=_CODELAB.training,
)

# github.com/tensorflow/tfjs-examples, mnist/index.js: createConvModel and its training settings.
_CONVNET = Experiment(
    name="convnet",
    about="From tfjs-examples: three convolutions and a dense layer, as such networks have looked since LeNet.",
    network=Network(
        layers=(
            Conv2D(16, 3, activation=_RELU),
            MaxPooling2D(2),
            Conv2D(32, 3, activation=_RELU),
            MaxPooling2D(2),
            Conv2D(32, 3, activation=_RELU),
            Flatten(),
            Dense(64, activation=_RELU),
        )
    ),
    training=TrainingSettings(optimizer=Optimizer.RMSPROP, batch_size=320, epochs=3),
)

# keras.io/examples/vision/mnist_convnet: network, batch size, epochs and Adam's defaults.
_MNIST_CONVNET = Experiment(
    name="mnist_convnet",
    about="The example of keras.io: dropout before the last layer, so that the network cannot lean on single features.",
    network=Network(
        layers=(
            Conv2D(32, 3, activation=_RELU),
            MaxPooling2D(2),
            Conv2D(64, 3, activation=_RELU),
            MaxPooling2D(2),
            Flatten(),
            Dropout(0.5),
        )
    ),
    training=TrainingSettings(batch_size=128, epochs=15),
)

# Batch normalization forgets half of its initial statistics in a few batches at 0.8; Keras' 0.99 would need an epoch.
_NORMALIZED = BatchNormalization(momentum=0.8)

# After github.com/tuomaso/train_mnist_fast: relu after pooling costs a quarter, and one cycle of a high rate is enough.
# Normalizing the maps costs what sixteen filters in place of twenty-four save, and reads MNIST and the pen better.
_FAST = Experiment(
    name="fast",
    about="99% in a single epoch: a high learning rate that rises and falls once does in seconds what took minutes.",
    network=Network(
        layers=(
            Conv2D(16, 5),
            MaxPooling2D(2),
            _NORMALIZED,
            Activation(_RELU),
            Conv2D(32, 3),
            MaxPooling2D(2),
            _NORMALIZED,
            Activation(_RELU),
            Flatten(),
            Dense(256, activation=_RELU),
        )
    ),
    training=TrainingSettings(
        learning_rate=0.01,
        beta_1=0.7,
        beta_2=0.9,
        schedule=Schedule.ONE_CYCLE,
        # Smaller batches read a little better and take longer; 344 of them go eight at a time.
        batch_size=160,
        epochs=1,
    ),
)

_VARIED = TrainingSettings(
    learning_rate=0.01,
    beta_2=0.99,
    schedule=Schedule.ONE_CYCLE,
    batch_size=250,
    augmentation=Augmentation(rotation=10, shift=2, zoom=0.1, shear=5),
)

_ACCURATE = Experiment(
    name="accurate",
    about="Batch normalization, and images that are turned and moved a little each time: how far two minutes go.",
    network=Network(
        layers=(
            Conv2D(16, 5),
            MaxPooling2D(2),
            _NORMALIZED,
            Activation(_RELU),
            Conv2D(32, 3),
            _NORMALIZED,
            Activation(_RELU),
            Conv2D(32, 3),
            MaxPooling2D(2),
            _NORMALIZED,
            Activation(_RELU),
            Flatten(),
            Dense(128),
            _NORMALIZED,
            Activation(_RELU),
        )
    ),
    # Centring leaves less than a pixel to chance; more shift costs accuracy. Decay makes it no surer than it should be.
    training=replace(
        _VARIED,
        optimizer=Optimizer.ADAMW,
        weight_decay=0.05,
        epochs=9,
        augmentation=Augmentation(rotation=8, shift=1, zoom=0.1, shear=5),
    ),
)

# Found on the validation set and half the writers of a set of pen-written digits: little turning and bending reads both
# better than much. Without random sharpness (thickness) the added strokes' sharp edges would mean 1, 7 or 9.
_CANVAS = Experiment(
    name="canvas",
    about="For the page Draw: MNIST's digits given the bars, flags and tails of people's, beside what is no digit.",
    network=_ACCURATE.network,
    training=replace(
        _ACCURATE.training,
        epochs=8,
        augmentation=Augmentation(
            rotation=6, shift=1, zoom=0.1, shear=5, elastic=2, thickness=0.8, pen_forms=0.6, non_digits=0.1
        ),
    ),
)

_TINY = Experiment(
    name="tiny",
    about="Under 7,000 parameters and still past 99%: for reading digits, shape matters more than size.",
    network=Network(
        layers=(
            Conv2D(8, 5),
            MaxPooling2D(2),
            _NORMALIZED,
            Activation(_RELU),
            Conv2D(16, 3),
            _NORMALIZED,
            Activation(_RELU),
            Conv2D(16, 3),
            MaxPooling2D(2),
            _NORMALIZED,
            Activation(_RELU),
            Conv2D(16, 3),
            _NORMALIZED,
            Activation(_RELU),
            Flatten(),
        )
    ),
    training=replace(_VARIED, epochs=12),
)

PRESETS: dict[str, Experiment] = {
    preset.name: preset for preset in (_FAST, _CODELAB, _DENSE, _CONVNET, _MNIST_CONVNET, _ACCURATE, _CANVAS, _TINY)
}
"""The named experiments by name, in the order in which the pages offer them.

Example:
    >>> from mnist_demo.presets import PRESETS
    >>> list(PRESETS)[:3]
    ['fast', 'codelab', 'dense']
    >>> PRESETS["codelab"].network.report().parameters
    5994
"""


@functools.lru_cache(maxsize=512)
def shown_name(experiment: Experiment) -> str:
    """Return the name under which every page shows an experiment: its own, or its preset with what was changed.

    Example:
        >>> from dataclasses import replace
        >>> from mnist_demo.presets import PRESETS, shown_name
        >>> fast = PRESETS["fast"]
        >>> shown_name(replace(fast, training=replace(fast.training, train_images=500)))
        'fast · 500 images'
    """
    return short_name(experiment, PRESETS)


EMPTY = Experiment(
    about="Begun from nothing: no hidden layer yet, so each answer weighs the pixels one by one.",
    network=Network(layers=(Flatten(),)),
)
"""The experiment to begin from nothing: the smallest network that works, with the usual settings."""


@dataclass(frozen=True)
class PresetCard:
    """What a preset's card says that cannot be computed from the preset.

    Attributes:
        phrase: What the preset is, in a few words.
        accuracy: Share of the 10,000 test images read correctly, the mean of seeds 0 to 2 (0 and 1 of `mnist_convnet`),
            measured with Keras 3.15 by `python -m tests.benchmarks.time_to_accuracy --no-keras-io --presets NAME`.
    """

    phrase: str
    accuracy: float


PRESET_CARDS: dict[str, PresetCard] = {
    "fast": PresetCard("one quick epoch", 0.9914),
    "codelab": PresetCard("Google's lesson", 0.9180),
    "dense": PresetCard("no convolution", 0.7231),
    "convnet": PresetCard("the classic shape", 0.9792),
    "mnist_convnet": PresetCard("keras.io's example", 0.9918),
    "accurate": PresetCard("the most accurate", 0.9959),
    "canvas": PresetCard("for your own hand", 0.9941),
    "tiny": PresetCard("small, still good", 0.9944),
}
"""The card of each preset."""
