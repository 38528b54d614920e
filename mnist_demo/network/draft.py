"""A network while it is being edited: layers with stable identities, which need not work together yet."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mnist_demo import fields
from mnist_demo.network.analysis import analyse
from mnist_demo.network.choices import Initializer
from mnist_demo.network.layers import (
    AveragePooling2D,
    Conv2D,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
)
from mnist_demo.network.network import Network
from mnist_demo.network.report import MAX_LAYERS, NetworkReport


class DraftError(ValueError):
    """An edit that cannot be made; the message says why."""


@dataclass(frozen=True)
class DraftLayer:
    """A layer and the identity that it keeps while it is edited and moved."""

    id: int
    layer: Layer


@dataclass(frozen=True)
class Draft:
    """The hidden layers of a network that may not work yet. Every edit gives a new draft.

    Attributes:
        items: The layers, first to last.
        output_initializer: How the weights of the final Dense 10 are drawn.
        next_id: Identities from here on are free; none is ever used twice.

    Raises:
        FieldError: The initializer is none.
    """

    items: tuple[DraftLayer, ...]
    output_initializer: Initializer = fields.choice(
        Initializer.GLOROT_UNIFORM, "How the weights of the final Dense 10 are drawn before training."
    )
    next_id: int = 0

    def __post_init__(self) -> None:
        fields.check(self)

    @classmethod
    def of(cls, network: Network, first_id: int = 0) -> "Draft":
        """Make a draft of a network that works; its layers are numbered from `first_id`."""
        items = tuple(itertools.starmap(DraftLayer, enumerate(network.layers, start=first_id)))
        return cls(items, network.output_initializer, first_id + len(items))

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers without their identities."""
        return tuple(item.layer for item in self.items)

    @property
    def is_full(self) -> bool:
        """Whether no further layer is allowed."""
        return len(self.items) >= MAX_LAYERS

    def report(self) -> NetworkReport:
        """Report on the network that the draft would be, problems included."""
        return analyse(self.layers)

    def network(self) -> Network:
        """Return the draft as a network.

        Raises:
            NetworkError: It cannot work yet; the message is the first problem.
        """
        return Network(self.layers, self.output_initializer)

    def is_of(self, network: Network) -> bool:
        """Tell whether the draft is exactly this network."""
        return self.layers == network.layers and self.output_initializer is network.output_initializer

    def usual_place(self, kind: type[Layer]) -> int:
        """Return the likely place of a new layer of a type: before the map becomes a vector, else at the end."""
        if issubclass(kind, Conv2D | DepthwiseConv2D | MaxPooling2D | AveragePooling2D):
            for place, layer in enumerate(self.layers):
                if isinstance(layer, Flatten | GlobalAveragePooling2D):
                    return place
        return len(self.items)

    def add(self, layer: Layer, place: int | None = None) -> "Draft":
        """Put a layer before the one at `place` (from 0), or where it most likely belongs.

        Raises:
            DraftError: The draft is full.
        """
        if self.is_full:
            raise DraftError(f"This lab allows {MAX_LAYERS} layers before the final one. Remove one first.")
        at = self.usual_place(type(layer)) if place is None else max(0, min(place, len(self.items)))
        added = DraftLayer(self.next_id, layer)
        return replace(self, items=(*self.items[:at], added, *self.items[at:]), next_id=self.next_id + 1)

    def duplicate(self, layer_id: int) -> "Draft":
        """Put a copy of a layer behind it.

        Raises:
            DraftError: The draft is full or has no such layer.
        """
        place = self._place(layer_id)
        return self.add(self.items[place].layer, place + 1)

    def remove(self, layer_id: int) -> "Draft":
        """Take a layer out.

        Raises:
            DraftError: There is no such layer.
        """
        place = self._place(layer_id)
        return self._with(self.items[:place], self.items[place + 1 :])

    def move(self, layer_id: int, by: int) -> "Draft":
        """Move a layer towards the output (`by` > 0) or the image (`by` < 0), at most to the end.

        Raises:
            DraftError: There is no such layer.
        """
        place = self._place(layer_id)
        target = max(0, min(place + by, len(self.items) - 1))
        others = self.items[:place] + self.items[place + 1 :]
        return self._with(others[:target], (self.items[place],), others[target:])

    def change(self, layer_id: int, layer: Layer) -> "Draft":
        """Put another layer in the place of one, which keeps its identity.

        Raises:
            DraftError: There is no such layer.
        """
        place = self._place(layer_id)
        return self._with(self.items[:place], (DraftLayer(layer_id, layer),), self.items[place + 1 :])

    def layer(self, layer_id: int) -> Layer:
        """Return a layer by its identity.

        Raises:
            DraftError: There is no such layer.
        """
        return self.items[self._place(layer_id)].layer

    def _place(self, layer_id: int) -> int:
        for place, item in enumerate(self.items):
            if item.id == layer_id:
                return place
        raise DraftError("That layer is no longer part of the network.")

    def _with(self, *parts: Sequence[DraftLayer]) -> "Draft":
        return replace(self, items=tuple(itertools.chain(*parts)))
