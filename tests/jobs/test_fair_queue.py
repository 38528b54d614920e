"""Fairness between labs: who waits longest for a turn is next, however many jobs others have put in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_demo.jobs.fair_queue import FairQueue


def queue_of(*items: str) -> FairQueue[str]:
    """Items named by their lab and a number, pushed in this order."""
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


def test_what_was_taken_out_is_not_served() -> None:
    queue = queue_of("a1", "b1", "a2")
    queue.remove("b", "b1")
    assert (len(queue), list(queue)) == (2, ["a1", "a2"])
    with pytest.raises(ValueError):  # noqa: PT011 - deque's own words
        queue.remove("b", "b1")
    assert [queue.pop(), queue.pop()] == ["a1", "a2"]
    with pytest.raises(IndexError, match="nothing waits"):
        queue.pop()


@given(st.lists(st.sampled_from("abcd"), max_size=30))
def test_the_order_is_foretold_and_nobody_waits_for_two_of_another(labs: list[str]) -> None:
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
        # Between two turns of a lab every other lab that waits has had one.
        following = [its_lab for its_lab, _ in served[place + 1 :]]
        if lab in following:
            assert waiting - {lab} <= set(following[: following.index(lab)])
