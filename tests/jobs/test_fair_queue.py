"""Fairness between labs: the lab that used the least time is next, however many jobs others have put in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_demo.jobs import fair_queue
from mnist_demo.jobs.fair_queue import FairQueue


def queue_of(*items: str) -> FairQueue[str]:
    """Return a queue of items named by their lab and a number, pushed in this order."""
    queue: FairQueue[str] = FairQueue()
    for item in items:
        queue.push(item[0], item)
    return queue


def test_a_lab_with_five_jobs_does_not_starve_a_lab_with_one() -> None:
    queue = queue_of("a1", "a2", "a3", "a4", "a5", "b1")
    assert queue.pop() == "a1"
    assert list(queue) == ["b1", "a2", "a3", "a4", "a5"]


def test_a_lab_that_comes_again_and_again_does_not_starve_the_others() -> None:
    queue = queue_of("a1", "a2", "a3")
    served = [queue.pop()]
    for number in range(1, 4):
        queue.push("b", f"b{number}")
        served.append(queue.pop())
    assert served == ["a1", "b1", "a2", "b2"]


def test_a_removed_item_is_not_served() -> None:
    queue = queue_of("a1", "b1", "a2")
    queue.remove("b", "b1")
    assert (len(queue), list(queue)) == (2, ["a1", "a2"])
    with pytest.raises(KeyError):
        queue.remove("b", "b1")
    assert [queue.pop(), queue.pop()] == ["a1", "a2"]
    with pytest.raises(IndexError, match="nothing waits"):
        queue.pop()


def test_an_item_taken_out_of_order_costs_its_lab_a_turn() -> None:
    queue: FairQueue[str] = FairQueue()
    for item in ("a1", "a2", "a3", "b1", "b2"):
        queue.push(item[0], item)
    assert queue.pop() == "a1"
    queue.take("a", "a2")
    # Lab a has used two turns, so both items of lab b are served first.
    assert list(queue) == ["b1", "b2", "a3"]
    with pytest.raises(KeyError):
        queue.take("a", "a2")


@given(st.lists(st.sampled_from("abcd"), max_size=30))
def test_the_order_is_predicted_and_no_lab_waits_for_two_turns_of_another(labs: list[str]) -> None:
    queue: FairQueue[tuple[str, int]] = FairQueue()
    for number, lab in enumerate(labs):
        queue.push(lab, (lab, number))
    foretold = list(queue)
    served = [queue.pop() for _ in labs]
    assert served == foretold
    for lab in set(labs):
        own = [number for its_lab, number in served if its_lab == lab]
        assert own == sorted(own)
    for place, (lab, _) in enumerate(served):
        waiting = {its_lab for its_lab, _ in served[place:]}
        # Between two turns of a lab every other lab that waits has a turn.
        following = [its_lab for its_lab, _ in served[place + 1 :]]
        if lab in following:
            assert waiting - {lab} <= set(following[: following.index(lab)])


def test_at_equal_times_no_second_item_passes_the_first_of_another_lab() -> None:
    assert list(queue_of("a1", "b1", "b2", "a2")) == ["a1", "b1", "a2", "b2"]


def test_a_lab_that_used_little_comes_before_one_that_used_much_and_before_new_ones() -> None:
    queue = queue_of("a1", "b1")
    for lab, seconds in (("a", 0.9), ("b", 0.2)):
        queue.pop()
        queue.settle(lab, seconds)
    for new in range(40):
        queue.push(f"new{new}", f"new{new}")
    queue.push("a", "a2")
    queue.push("b", "b2")
    assert (queue.place("b2"), queue.place("a2")) == (0, 41)


def test_waiting_items_move_when_it_is_known_how_long_a_turn_took() -> None:
    queue = queue_of("a1", "a2", "b1", "c1", "c2")
    queue.pop()
    queue.settle("a", 0.5)
    assert list(queue) == ["b1", "c1", "a2", "c2"]
    queue.settle("a", 9.0)
    assert list(queue) == ["b1", "c1", "c2", "a2"]


def test_a_preempted_item_lets_another_lab_go_first_whatever_its_used_time() -> None:
    queue = queue_of("b1")
    queue.pop()
    queue.settle("b", 1_000.0)
    queue.push("a", "a1")
    queue.push("a", "a2")
    queue.push("b", "b2")
    assert list(queue) == ["a1", "a2", "b2"]
    preempted = queue.pop()
    queue.settle("a", 60.0)
    queue.requeue("a", preempted)
    assert list(queue) == ["b2", "a1", "a2"]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.floats(0, 9)), max_size=30), st.floats(0, 9))
def test_time_is_shared_between_labs_that_always_wait(turns: list[tuple[str, float]], longest: float) -> None:
    """No lab is ahead of another by more than its last turn."""
    queue = queue_of("a", "b", "c", "d")
    used = dict.fromkeys("abcd", 0.0)
    for _, seconds in turns:
        lab = queue.pop()
        took = min(seconds, longest)
        assert used[lab] <= min(used.values()) + 1e-9
        queue.settle(lab, took)
        used[lab] += took
        queue.push(lab, lab)


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.data())
def test_places_are_those_of_the_order(labs: list[str], data: st.DataObject) -> None:
    queue: FairQueue[tuple[str, int]] = FairQueue()
    items = [(lab, number) for number, lab in enumerate(labs)]
    for item in items:
        queue.push(item[0], item)
    for item in data.draw(st.lists(st.sampled_from(items), unique=True)) if items else []:
        queue.remove(item[0], item)
    order = list(queue)
    assert [queue.place(item) for item in order] == list(range(len(order)))
    assert sum(queue.waiting(lab) for lab in "abcd") == len(queue) == len(order)


def test_a_place_among_a_thousand_labs_takes_a_dozen_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    class CountedTag(fair_queue.Tag):
        def __lt__(self, other: tuple[Any, ...]) -> bool:
            nonlocal compared
            compared += 1
            return super().__lt__(other)

    monkeypatch.setattr(fair_queue, "Tag", CountedTag)
    queue: FairQueue[int] = FairQueue()
    for number in range(1_000):
        queue.push(f"lab{number}", number)
    for number in (0, 500, 999):
        compared = 0
        assert queue.place(number) == number
        assert 0 < compared <= 12
    compared = 0
    queue.push("another", 1_000)
    assert 0 < compared <= 24
