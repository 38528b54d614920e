"""A queue that is fair between labs by the time that they have used: the lab that used the least is next.

Each waiting item has a tag: the virtual time at which its turn begins, as in start-time fair queueing (P. Goyal and
others, SIGCOMM 1996) and Linux's CFS. The tags are sorted, so bisection finds an item's place.
"""

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item", bound=Hashable)

MAX_REMEMBERED = 1_000
"""Most labs whose used time is remembered; the labs that waited longest ago are forgotten first."""


class Tag(NamedTuple):
    """The position of an item. At equal times the labs take turns, in the order in which they began to wait."""

    begins: float
    lab_number: int


class FairQueue(Generic[Item]):
    """Items that wait, by lab; a lab has few of them. Not thread-safe.

    Args:
        turn: The seconds that a turn is expected to take, until `settle` reports how many it took.
    """

    def __init__(self, turn: float = 1.0) -> None:
        self._turn = turn
        self._order: list[Tag] = []
        self._items: dict[Tag, tuple[str, Item]] = {}
        self._tags: dict[Item, Tag] = {}
        self._labs: dict[str, list[Item]] = {}  # the waiting items of each lab, in order
        self._used: OrderedDict[str, float] = OrderedDict()  # virtual time by lab, the longest unchanged first
        self._now = 0.0  # the newest tag that was served, because no lab saves up time from before it
        self._numbers = 0

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Item]:
        """Iterate over the items in the order in which they would be served if nothing were added."""
        return (self._items[tag][1] for tag in self._order)

    def push(self, lab: str, item: Item) -> None:
        """Put an item behind the others of its lab."""
        # A new lab begins a quarter of a turn late (CFS: START_DEBIT). Otherwise labs made in seconds would all pass a
        # lab that has used little.
        self._charge_to(lab, self._used.get(lab, self._now + self._turn / 4))
        number = self._number_of(lab)
        self._line_up(lab, [*self._leave(lab), item], number)

    def requeue(self, lab: str, item: Item) -> None:
        """Put a preempted item before the others of its lab and behind the next item of another lab."""
        own = self._leave(lab)
        next_of_others = self._order[0].begins if self._order else self._now
        self._charge_to(lab, max(self._used.get(lab, self._now), next_of_others))
        self._line_up(lab, [item, *own], self._new_number())

    def pop(self) -> Item:
        """Take the next item.

        Raises:
            IndexError: If nothing waits.
        """
        if not self._order:
            raise IndexError("nothing waits")
        tag = self._order[0]
        lab, item = self._items[tag]
        self._now = max(self._now, tag.begins)
        self._charge_to(lab, tag.begins + self._turn)
        self._line_up(lab, self._leave(lab)[1:], tag.lab_number)
        return item

    def take(self, lab: str, item: Item) -> None:
        """Take an item of a lab out of its order; it costs the lab a turn, as `pop` does.

        Raises:
            KeyError: If the item does not wait.
        """
        number = self._tags[item].lab_number
        self._charge_to(lab, self._used[lab] + self._turn)
        self._line_up(lab, [other for other in self._leave(lab) if other != item], number)

    def settle(self, lab: str, seconds: float) -> None:
        """Report how long a turn of a lab took; the lab's waiting items move accordingly.

        Args:
            lab: A lab whose item was popped.
            seconds: The length of the turn.
        """
        number = self._number_of(lab)
        self._charge_to(lab, self._used.get(lab, self._now) + seconds - self._turn)
        self._line_up(lab, self._leave(lab), number)

    def place(self, item: Item) -> int:
        """Return the number of items that are served before this one, in O(log n) steps.

        Raises:
            KeyError: If the item does not wait.
        """
        return bisect_left(self._order, self._tags[item])

    def waiting(self, lab: str) -> int:
        """Return the number of waiting items of a lab."""
        return len(self._labs.get(lab, ()))

    def remove(self, lab: str, item: Item) -> None:
        """Take an item out before it is served.

        Raises:
            KeyError: If the item does not wait.
        """
        number = self._tags[item].lab_number
        self._line_up(lab, [other for other in self._leave(lab) if other != item], number)

    def _charge_to(self, lab: str, used: float) -> None:
        self._used[lab] = max(used, self._now)
        self._used.move_to_end(lab)
        if len(self._used) > MAX_REMEMBERED:
            oldest = next(iter(self._used))
            # The used time of a lab that waits must be kept, so the lab becomes the newest.
            self._used.move_to_end(oldest) if oldest in self._labs else self._used.pop(oldest)

    def _number_of(self, lab: str) -> int:
        return self._tags[self._labs[lab][0]].lab_number if lab in self._labs else self._new_number()

    def _new_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _line_up(self, lab: str, items: list[Item], number: int) -> None:
        for ahead, item in enumerate(items):
            tag = Tag(self._used[lab] + ahead * self._turn, number)
            self._tags[item], self._items[tag] = tag, (lab, item)
            insort(self._order, tag)
        if items:
            self._labs[lab] = items

    def _leave(self, lab: str) -> list[Item]:
        items = self._labs.pop(lab, [])
        for item in items:
            tag = self._tags.pop(item)
            del self._items[tag], self._order[bisect_left(self._order, tag)]
        return items
