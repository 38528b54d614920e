"""The named choices that layers offer, with Keras' own names as values."""

from enum import StrEnum


class Padding(StrEnum):
    """What a window does at the edge of a map: stay inside it (valid), or see zeros beyond it (same)."""

    VALID = "valid"
    SAME = "same"


class ActivationName(StrEnum):
    """The function applied to each value. Softmax is not among them: it belongs to the final layer."""

    LINEAR = "linear"
    RELU = "relu"
    LEAKY_RELU = "leaky_relu"
    ELU = "elu"
    SELU = "selu"
    GELU = "gelu"
    SILU = "silu"
    TANH = "tanh"
    SIGMOID = "sigmoid"


class Initializer(StrEnum):
    """How the weights of a kernel are drawn before training; biases always start at zero.

    `variance_scaling` is the default of Keras' and TensorFlow.js' VarianceScaling, a truncated normal of
    variance 1 / fan-in, which is what `lecun_normal` is too. `zeros` is there to be seen failing.
    """

    GLOROT_UNIFORM = "glorot_uniform"
    GLOROT_NORMAL = "glorot_normal"
    HE_UNIFORM = "he_uniform"
    HE_NORMAL = "he_normal"
    LECUN_NORMAL = "lecun_normal"
    VARIANCE_SCALING = "variance_scaling"
    ZEROS = "zeros"
