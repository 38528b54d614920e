"""A queue that is fair between labs: whoever was served longest ago is next, and within a lab the order stands."""

import copy
from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")

MAX_REMEMBERED = 1_000
"""Labs of which it is remembered when they were served; those that waited longest for it are forgotten first."""


class FairQueue(Generic[Item]):
    """Items waiting by lab. A lab with five of them does not starve a lab with one. Not for several threads at once."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[Item]] = OrderedDict()  # in the order in which labs began to wait
        self._served: OrderedDict[str, None] = OrderedDict()  # the longest ago first

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def __iter__(self) -> Iterator[Item]:
        """The items in the order in which they would be served if nothing were added."""
        ahead: FairQueue[Item] = FairQueue()
        ahead._waiting = OrderedDict((lab, copy.copy(items)) for lab, items in self._waiting.items())
        ahead._served = self._served.copy()
        while ahead:
            yield ahead.pop()

    def push(self, lab: str, item: Item) -> None:
        """Put an item behind the others of its lab."""
        self._waiting.setdefault(lab, deque()).append(item)

    def pop(self) -> Item:
        """Take the next item.

        Raises:
            IndexError: when nothing waits.
        """
        if not self._waiting:
            raise IndexError("nothing waits")
        rank = {lab: place for place, lab in enumerate(self._served)}
        # Labs that were never served come first, in the order in which they began to wait.
        lab = min(self._waiting, key=lambda lab: rank.get(lab, -1))
        items = self._waiting[lab]
        item = items.popleft()
        if not items:
            del self._waiting[lab]
        self._served[lab] = None
        self._served.move_to_end(lab)
        while len(self._served) > MAX_REMEMBERED:
            self._served.popitem(last=False)
        return item

    def remove(self, lab: str, item: Item) -> None:
        """Take an item out before it is served.

        Raises:
            ValueError: when it does not wait.
        """
        items = self._waiting.get(lab, deque())
        items.remove(item)
        if not items:
            self._waiting.pop(lab, None)
