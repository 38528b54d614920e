"""What is known about a network before it is built: rows, problems, totals, and the bounds of the lab."""

from dataclasses import dataclass
from math import prod

from mnist_demo.network.shapes import ProblemKind

# One visitor must not be able to choke a shared server. At the bound of multiply-adds one image takes about 40 ms
# of training on two busy cores.
MAX_LAYERS = 24
MAX_PARAMETERS = 2_000_000
MAX_MULTIPLY_ADDS = 150_000_000
# Training keeps every layer's output for the way back, which the three bounds above do not limit: pooling and
# depthwise layers are cheap and large. Measured with Keras 3.15 on CPU: about 8 bytes per value and image of
# the batch, 21 for gelu.
MAX_FEATURE_VALUES = 400_000
MAX_BATCH_FEATURE_VALUES = 64_000_000

MAX_IMAGES_AT_ONCE = 500


@dataclass(frozen=True)
class Problem:
    """Why a network cannot work, in a learner's words, and the layer it is about (from 1)."""

    layer_index: int
    kind: ProblemKind
    message: str


@dataclass(frozen=True)
class Hint:
    """What is legal but hardly meant, in a learner's words, and the layer it is about (from 1)."""

    layer_index: int
    message: str


@dataclass(frozen=True)
class LayerReport:
    """What one layer would be. Where that cannot be known, `output_shape` is None and the numbers are 0.

    Attributes:
        index: Place in the network, from 1; the final Dense 10 comes last.
        name: The name of the Keras layer that would be built, such as `01_conv2d`, or `output`.
        title: The layer in one line, such as `Conv2D 8 · 5×5 · relu`.
        output_shape: (height, width, channels) of a map or (length,) of a vector, without the batch.
        trainable: Parameters that training changes.
        non_trainable: Parameters that it does not change by gradient (the statistics of BatchNormalization).
        multiply_adds: Per image, forward.
        receptive_field: Side, in pixels, of the largest square of the image that one output value depends on.
    """

    index: int
    name: str
    title: str
    output_shape: tuple[int, ...] | None
    trainable: int
    non_trainable: int
    multiply_adds: int
    receptive_field: int

    @property
    def parameters(self) -> int:
        return self.trainable + self.non_trainable

    @property
    def feature_values(self) -> int:
        """Number of values that the layer puts out per image."""
        return 0 if self.output_shape is None else prod(self.output_shape)


@dataclass(frozen=True)
class NetworkReport:
    """What a network would be: one row per layer, the final Dense 10 included, and what stands in its way."""

    layers: tuple[LayerReport, ...]
    problems: tuple[Problem, ...]
    hints: tuple[Hint, ...]

    @property
    def works(self) -> bool:
        return not self.problems

    @property
    def trainable(self) -> int:
        return sum(row.trainable for row in self.layers)

    @property
    def non_trainable(self) -> int:
        return sum(row.non_trainable for row in self.layers)

    @property
    def parameters(self) -> int:
        return self.trainable + self.non_trainable

    @property
    def multiply_adds(self) -> int:
        """Per image, forward; a training step takes about three times as many."""
        return sum(row.multiply_adds for row in self.layers)

    @property
    def receptive_field(self) -> int:
        """Receptive field of the last map: the side, in pixels, that one of its values depends on; 1 without a map."""
        maps = [row for row in self.layers if row.output_shape and len(row.output_shape) == 3]
        return maps[-1].receptive_field if maps else 1

    @property
    def feature_values(self) -> int:
        """Values that all layers together put out per image, which training keeps in memory."""
        return sum(row.feature_values for row in self.layers)

    @property
    def largest_batch(self) -> int:
        """Images that one training step may hold so that it stays within about half a gigabyte."""
        return MAX_BATCH_FEATURE_VALUES // max(self.feature_values, 1)

    @property
    def images_at_once(self) -> int:
        """Images that the network may be asked about in one call, so that its maps take no more than in training."""
        return min(MAX_IMAGES_AT_ONCE, self.largest_batch)

    def problems_of(self, layer_index: int) -> tuple[Problem, ...]:
        """Return the problems of one layer, counted from 1."""
        return tuple(problem for problem in self.problems if problem.layer_index == layer_index)
