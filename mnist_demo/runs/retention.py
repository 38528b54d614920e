"""Which items of labs are deleted so that all labs stay within the limits.

A lab meets its own limits first: what it keeps beyond its share goes from this lab alone. The limits on all labs
together evict first from the lab with most of the kind that is too much, and a pinned run only beyond a lab's share.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mnist_demo.runs.clock import DAY, Now
from mnist_demo.runs.evicted import EvictionReason
from mnist_demo.runs.limits import StoreLimits
from mnist_demo.runs.survey import Kind, Stored

BIN_SECONDS = 3_600.0
"""Seconds in which a deleted run can be restored, and new data may be without an experiment."""

SMALL_SHARE = 0.2
"""The share of `max_megabytes` that small files may take, 0–1, so that labs without runs cannot evict runs."""

_MEGABYTE = 1_000_000
_DISK = frozenset({Kind.RUN, Kind.BINNED, Kind.SMALL})

IsActive = Callable[[Path], bool]


@dataclass(frozen=True)
class Eviction:
    """An item to delete, and the limit that its lab is told of; None for an item that is no run of the lab."""

    item: Stored
    reason: EvictionReason | None


def choose_evictions(
    stored: Sequence[Stored],
    limits: StoreLimits,
    is_active: IsActive,
    now: Now | None = None,
    room_in: str | None = None,
) -> tuple[list[Eviction], bool]:
    """Choose the items that are deleted so that labs stay within the limits.

    A pinned run stays, with its data, except in a lab beyond its share when all labs together are beyond a limit. A run
    that waits or trains always stays, with its data.

    Args:
        stored: The items that the labs keep, from `survey`.
        limits: The limits on what labs keep.
        is_active: Tells whether the item at a path is in use: a run that waits or trains, or data just uploaded.
        now: The present, if `stored` is all labs; without it, neither ages nor the limits on all labs count.
        room_in: The id of a lab that is about to get one more run.

    Returns:
        The evictions in order, and whether all labs together are still beyond a limit.
    """
    choice = _Choice(stored, limits, is_active)
    if now is not None:
        choice.hold_ages(now)
    choice.hold_counts(room_in)
    choice.hold_shares()
    is_full = choice.hold_totals() if now is not None else False
    return choice.evictions, is_full


class _Choice:
    """The evictions chosen so far, and the items that are left."""

    def __init__(self, stored: Sequence[Stored], limits: StoreLimits, is_active: IsActive) -> None:
        self.evictions: list[Eviction] = []
        self._limits = limits
        # The oldest items come first: runs by their creation, data by their last use.
        self._left = {item.path: item for item in sorted(stored, key=lambda item: item.created)}
        self._active = {item.path for item in stored if item.kind in (Kind.RUN, Kind.DATA) and is_active(item.path)}
        self._sizes = Counter[tuple[str, Kind]]()
        self._total = Counter[Kind]()
        # The count of runs that pin their data, by lab and digest.
        self._pins = Counter[tuple[str, str]]()
        for item in stored:
            self._count(item, 1)

    def hold_ages(self, now: Now) -> None:
        """Choose the items that are too old: deleted runs, unused data, runs, and small files of unused labs."""
        too_old = self._limits.max_days * DAY
        about = {(item.lab, item.data) for item in self._left.values() if item.kind is not Kind.DATA}
        used: dict[str, float] = {}
        for item in self._left.values():
            used[item.lab] = max(item.changed, used.get(item.lab, item.changed))
        for item in list(self._left.values()):
            match item.kind:
                case Kind.BINNED if now.distance(item.changed) > BIN_SECONDS:
                    self._evict(item, None)
                case Kind.DATA if (item.lab, item.data) not in about and now.distance(item.changed) > BIN_SECONDS:
                    if item.path not in self._active:
                        self._evict(item, None)
                case Kind.RUN if self._is_loose(item) and now.age(item.changed) > too_old:
                    self._evict(item, EvictionReason.AGE)
                case Kind.SMALL if now.age(used[item.lab]) > too_old:
                    self._evict(item, None)

    def hold_counts(self, room_in: str | None) -> None:
        """Choose the oldest runs of each lab that has too many."""
        counts = Counter(item.lab for item in self._left.values() if item.kind is Kind.RUN)
        if room_in is not None:
            counts[room_in] += 1
        for item in list(self._left.values()):
            if item.kind is Kind.RUN and counts[item.lab] > self._limits.max_runs and self._is_loose(item):
                self._evict(item, EvictionReason.COUNT)
                counts[item.lab] -= 1

    def hold_shares(self) -> None:
        """Choose from each lab that is beyond its share: the bin first, then the oldest run or data."""
        ordered = sorted(self._left.values(), key=lambda item: item.kind is not Kind.BINNED)
        for item in ordered:
            if item.kind is not Kind.SMALL and self._is_beyond_share(item.lab) and self._is_loose(item):
                self._evict(item, EvictionReason.SHARE)

    def hold_totals(self) -> bool:
        """Choose for the limits on all labs together; tell whether there is still too much."""
        most = self._limits.max_megabytes * _MEGABYTE
        most_data = self._limits.max_data_megabytes * _MEGABYTE
        return any(
            (
                self._hold_total(frozenset({Kind.SMALL}), int(most * SMALL_SHARE)),
                self._hold_total(_DISK, most),
                self._hold_total(frozenset({Kind.DATA}), most_data),
            )
        )

    def _hold_total(self, kinds: frozenset[Kind], most: int) -> bool:
        def is_too_much() -> bool:
            return sum(self._total[kind] for kind in kinds) > most

        def may_be_forced(item: Stored) -> bool:
            return item.path not in self._active and self._is_beyond_share(item.lab) and not self._is_at_work(item)

        if Kind.BINNED in kinds:
            for item in [item for item in self._left.values() if item.kind is Kind.BINNED]:
                if is_too_much():
                    self._evict(item, None)
        # Small files have a limit of their own, and are never evicted to make room for runs.
        going = kinds - {Kind.SMALL} or kinds
        for may_go in (self._is_loose, may_be_forced):
            waiting: dict[str, list[Stored]] = defaultdict(list)
            for item in reversed(self._left.values()):
                if item.kind in going:
                    waiting[item.lab].append(item)
            # Only the sizes of these kinds decide, so a flood of small files evicts none of a lab with large runs.
            largest = [(-self._size(lab, going), lab) for lab in waiting]
            heapq.heapify(largest)
            while largest and is_too_much():
                _, lab = heapq.heappop(largest)
                while waiting[lab] and not may_go(waiting[lab][-1]):
                    waiting[lab].pop()
                if waiting[lab]:
                    self._evict(waiting[lab].pop(), EvictionReason.BYTES)
                    heapq.heappush(largest, (-self._size(lab, going), lab))
        return is_too_much()

    def _size(self, lab: str, kinds: Iterable[Kind]) -> int:
        return sum(self._sizes[lab, kind] for kind in kinds)

    def _is_beyond_share(self, lab: str) -> bool:
        return self._size(lab, Kind) > self._limits.max_lab_megabytes * _MEGABYTE

    def _is_loose(self, item: Stored) -> bool:
        """Tell whether an item is neither pinned nor active, nor the data of such a run."""
        if item.path in self._active or item.pinned:
            return False
        return item.kind is not Kind.DATA or not self._pins[item.lab, item.data]

    def _is_at_work(self, data: Stored) -> bool:
        """Tell whether an active run uses the data."""
        return data.kind is Kind.DATA and any(
            run.kind is Kind.RUN and (run.lab, run.data) == (data.lab, data.data) and run.path in self._active
            for run in self._left.values()
        )

    def _evict(self, item: Stored, reason: EvictionReason | None) -> None:
        del self._left[item.path]
        self._count(item, -1)
        self.evictions.append(Eviction(item, reason if item.kind is Kind.RUN else None))

    def _count(self, item: Stored, by: int) -> None:
        self._sizes[item.lab, item.kind] += by * item.size
        self._total[item.kind] += by * item.size
        if item.kind is Kind.RUN and (item.pinned or item.path in self._active):
            self._pins[item.lab, item.data] += by
