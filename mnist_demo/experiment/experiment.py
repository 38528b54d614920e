"""An experiment: the frozen, shareable description of data, network, training and seed."""

import base64
import binascii
import dataclasses
import json
import re
import zlib
from dataclasses import dataclass
from typing import Any

from mnist_demo import fields
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.network import Network

MAX_QUERY_LENGTH = 8_000
"""Characters of an experiment in an address; browsers and proxies cut longer ones."""

MAX_JSON_BYTES = 64_000
"""Bytes that a shared experiment may unpack to; the largest real one has about 6,000."""

MNIST_DIGEST = "mnist"
"""The digest field of the bundled data; any other data set is named by its content."""

UNNAMED = "My network"
"""The name of an experiment to which nobody gave one."""

_DIGEST = re.compile(r"mnist|[0-9a-f]{64}")


class ExperimentError(ValueError):
    """An experiment that cannot be read; the message says why in one sentence."""


@dataclass(frozen=True)
class DataReference:
    """Which data an experiment trains on: a name to show and the content's digest, so that it can be found again."""

    name: str = fields.text("MNIST", 60, "What the data set is called.")
    digest: str = fields.text(MNIST_DIGEST, 64, "SHA-256 of the data set's content, or 'mnist'.")

    def __post_init__(self) -> None:
        fields.check(self)
        # The digest becomes part of a path, so nothing but its exact form may pass.
        if not _DIGEST.fullmatch(self.digest):
            raise fields.FieldError(
                f"DataReference: digest is {fields.shown(self.digest)}; accepted is 'mnist' or 64 hexadecimal digits."
            )

    @property
    def is_mnist(self) -> bool:
        """Whether this is the data that comes with the lab."""
        return self.digest == MNIST_DIGEST


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Everything needed to train a network again: the same experiment and seed give the same losses.

    Raises:
        ValueError: On construction, if a part is not accepted; the message names it.
    """

    network: Network = fields.nested(Network, required=True)
    name: str = fields.text(UNNAMED, 60, "What the experiment is called.")
    about: str = fields.text("", 300, "One sentence on what it teaches.")
    training: TrainingSettings = fields.nested(TrainingSettings)
    data: DataReference = fields.nested(DataReference)
    seed: int = fields.integer(0, 0, 2**31 - 1, "Where all randomness starts: the same seed, the same run.")

    def __post_init__(self) -> None:
        fields.check(self)
        largest = self.network.report().largest_batch
        if self.training.batch_size > largest:
            raise fields.FieldError(
                f"Training: batch_size is {self.training.batch_size}, more than this network's maps leave memory for; "
                f"accepted is up to {largest}."
            )

    def on_data(self, reference: DataReference, train_images: int, validation_images: int) -> "Experiment":
        """Return the same experiment on other data, with no more images than there are."""
        training = dataclasses.replace(
            self.training,
            train_images=min(self.training.train_images, train_images),
            validation_images=min(self.training.validation_images, validation_images),
        )
        return dataclasses.replace(self, data=reference, training=training)

    def to_json(self) -> dict[str, Any]:
        """Return the experiment as JSON values."""
        return fields.to_json(self)

    @classmethod
    def from_json(cls, value: object) -> "Experiment":
        """Read the experiment in parsed JSON; nothing about it is trusted.

        Raises:
            ValueError: If a part is missing, unknown or not accepted; the message names it.
        """
        return fields.from_json(cls, value, "The experiment")

    @classmethod
    def from_json_text(cls, text: str | bytes) -> "Experiment":
        """Read the experiment in JSON text, as `from_json` does.

        Raises:
            ValueError: If it is not JSON, or not an experiment.
        """
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            raise ExperimentError("The experiment is not valid JSON.") from None
        return cls.from_json(value)

    def to_query(self) -> str:
        """Return the experiment for an address: compressed JSON in URL-safe base 64, some hundred characters."""
        packed = zlib.compress(json.dumps(self.to_json(), separators=(",", ":")).encode(), 9)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def from_query(cls, text: str) -> "Experiment":
        """Read the experiment in an address; sizes are bounded before anything is unpacked.

        Raises:
            ValueError: If the text is not an experiment; the message is one sentence for the visitor.
        """
        if len(text) > MAX_QUERY_LENGTH:
            raise ExperimentError(f"The experiment in the link is longer than {MAX_QUERY_LENGTH:,} characters.")
        damaged = ExperimentError("The experiment in the link is damaged or cut off; ask for the link again.")
        try:
            packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            unpacker = zlib.decompressobj()
            unpacked = unpacker.decompress(packed, MAX_JSON_BYTES)
        except (binascii.Error, ValueError, zlib.error):
            raise damaged from None
        if not unpacker.eof:
            raise damaged
        return cls.from_json_text(unpacked)
