"""A queue that is fair between labs by the time that they have used: the least used first.

Each item has a tag, the virtual time at which its turn begins, as in start-time fair queueing (P. Goyal and others,
SIGCOMM 1996) and Linux's CFS. The tags are sorted, so an item's place is found by bisection.
"""

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item")

MAX_REMEMBERED = 1_000
"""Labs whose used time is remembered; those that waited longest ago are forgotten first."""


class _Tag(NamedTuple):
    begins: float
    number: int


class FairQueue(Generic[Item]):
    """Items that wait, by lab. Not for several threads at once.

    Args:
        turn: seconds that an item is expected to use, until it is known how many it used.
    """

    def __init__(self, turn: float = 1.0) -> None:
        self._turn = turn
        self._order: list[_Tag] = []
        self._items: dict[_Tag, tuple[str, Item]] = {}
        self._tags: dict[str, list[_Tag]] = {}  # of a lab's waiting items, in order
        self._used: OrderedDict[str, float] = OrderedDict()  # virtual time, the longest unchanged first
        self._now = 0.0  # the tag of the newest item that was served: nobody can save up time before it
        self._number = 0

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Item]:
        """The items in the order in which they would be served if nothing were added."""
        return (self._items[tag][1] for tag in self._order)

    def push(self, lab: str, item: Item) -> None:
        """Put an item behind the others of its lab."""
        # A new lab begins half a turn late (CFS: START_DEBIT). Else labs made in seconds would all go before one that
        # was there and has used little.
        used = self._used.get(lab, self._now + self._turn / 2)
        self._used[lab] = max(used, self._now)
        self._used.move_to_end(lab)
        if len(self._used) > MAX_REMEMBERED:
            self._forget()
        self._insert(lab, item)

    def pop(self) -> Item:
        """Take the next item.

        Raises:
            IndexError: when nothing waits.
        """
        if not self._order:
            raise IndexError("nothing waits")
        tag = self._order[0]
        lab, item = self._take(tag)
        self._now = max(self._now, tag.begins)
        # Until it is known what the turn took.
        self._used[lab] = tag.begins + self._turn
        return item

    def settle(self, lab: str, seconds: float) -> None:
        """Say what a turn of a lab took; what it has waiting moves accordingly.

        Args:
            lab: one whose item was popped.
            seconds: that the turn took.
        """
        if lab in self._used:
            self._used[lab] += seconds - self._turn
            for item in [self._take(tag)[1] for tag in list(self._tags.get(lab, ()))]:
                self._insert(lab, item)

    def place(self, lab: str, item: Item) -> int:
        """How many items are served before this one, in O(log n) steps for a lab that has few.

        Raises:
            ValueError: when it does not wait.
        """
        return bisect_left(self._order, self._tag(lab, item))

    def waiting(self, lab: str) -> int:
        """How many items of a lab wait."""
        return len(self._tags.get(lab, ()))

    def remove(self, lab: str, item: Item) -> None:
        """Take an item out before it is served.

        Raises:
            ValueError: when it does not wait.
        """
        self._take(self._tag(lab, item))

    def _tag(self, lab: str, item: Item) -> _Tag:
        for tag in self._tags.get(lab, ()):
            if self._items[tag][1] == item:
                return tag
        raise ValueError(f"{item!r} does not wait")

    def _insert(self, lab: str, item: Item) -> None:
        tags = self._tags.setdefault(lab, [])
        begins = tags[-1].begins + self._turn if tags else max(self._used[lab], self._now)
        self._number += 1
        tag = _Tag(begins, self._number)
        tags.append(tag)
        self._items[tag] = (lab, item)
        insort(self._order, tag)

    def _take(self, tag: _Tag) -> tuple[str, Item]:
        lab, item = self._items.pop(tag)
        del self._order[bisect_left(self._order, tag)]
        self._tags[lab].remove(tag)
        if not self._tags[lab]:
            del self._tags[lab]
        return lab, item

    def _forget(self) -> None:
        oldest = next(iter(self._used))
        # One that waits is needed, and is looked at again later.
        if oldest in self._tags:
            self._used.move_to_end(oldest)
        else:
            del self._used[oldest]
