"""A network while it is being edited: layers with stable identities, which need not work together yet."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mnist_demo import fields
from mnist_demo.network.analysis import analyse
from mnist_demo.network.choices import Initializer
from mnist_demo.network.layers import Layer
from mnist_demo.network.network import Network
from mnist_demo.network.placement import insertions, working_places
from mnist_demo.network.report import MAX_LAYERS, NetworkReport

_FULL = f"This lab allows {MAX_LAYERS} layers before the final one. Remove one first."


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

    def places(self, layer: Layer) -> list[int]:
        """Return the places, from 0, where a layer causes no further problem, the likely place first."""
        return working_places(self.layers, layer)

    def add(self, layer: Layer, place: int | None = None) -> "Draft":
        """Put a layer before the one at `place` (from 0), or where it works; a Flatten that it needs comes by itself.

        The added layer has the identity `next_id` of the draft before.

        Raises:
            DraftError: The draft is full.
        """
        if self.is_full:
            raise DraftError(_FULL)
        items, next_id = list(self.items), self.next_id + 1
        for shift, (at, added) in enumerate(insertions(self.layers, layer, place)):
            identity = self.next_id
            if added is not layer:
                identity, next_id = next_id, next_id + 1
            items.insert(at + shift, DraftLayer(identity, added))
        return replace(self, items=tuple(items), next_id=next_id)

    def duplicate(self, layer_id: int) -> "Draft":
        """Put a copy of a layer behind it.

        Raises:
            DraftError: The draft is full or has no such layer.
        """
        if self.is_full:
            raise DraftError(_FULL)
        place = self._place(layer_id)
        copy = DraftLayer(self.next_id, self.items[place].layer)
        return replace(self._with(self.items[: place + 1], (copy,), self.items[place + 1 :]), next_id=self.next_id + 1)

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
