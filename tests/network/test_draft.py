"""The draft of a network, which a visitor edits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_demo.network import MAX_LAYERS, Conv2D, Dense, Dropout, Flatten, Initializer, MaxPooling2D, NetworkError
from mnist_demo.network.draft import Draft, DraftError, DraftLayer
from mnist_demo.presets import PRESETS
from tests.network.strategies import any_layer

CODELAB = PRESETS["codelab"].network


def test_a_draft_begins_as_its_network() -> None:
    draft = Draft.of(CODELAB, first_id=7)
    assert draft.is_of(CODELAB)
    assert draft.network() == CODELAB
    assert [item.id for item in draft.items] == [7, 8, 9, 10, 11]
    assert draft.output_initializer is Initializer.VARIANCE_SCALING


def test_a_map_layer_goes_before_the_map_becomes_a_vector_and_others_to_the_end() -> None:
    draft = Draft.of(CODELAB).add(MaxPooling2D()).add(Dense(8))
    assert draft.layers == (*CODELAB.layers[:4], MaxPooling2D(), Flatten(), Dense(8))


def test_a_layer_can_be_added_at_a_bounded_place() -> None:
    assert Draft.of(CODELAB).add(Dropout(), 0).layers[0] == Dropout()
    assert Draft.of(CODELAB).add(Dropout(), 99).layers[-1] == Dropout()


def test_removing_flatten_is_a_draft_and_no_network() -> None:
    draft = Draft.of(CODELAB).remove(4)
    assert not draft.report().works
    with pytest.raises(NetworkError, match="needs a vector"):
        draft.network()


def test_changing_keeps_the_identity() -> None:
    draft = Draft.of(CODELAB).change(2, Conv2D(4, 3))
    assert draft.items[2] == DraftLayer(2, Conv2D(4, 3))


def test_a_full_draft_and_a_missing_layer_are_refused() -> None:
    draft = Draft.of(CODELAB)
    for _ in range(MAX_LAYERS - len(CODELAB.layers)):
        draft = draft.duplicate(4)
    with pytest.raises(DraftError, match=f"allows {MAX_LAYERS} layers"):
        draft.duplicate(4)
    with pytest.raises(DraftError, match="no longer part"):
        draft.remove(999)


Edit = tuple[str, int, int]
edits = st.lists(st.tuples(st.sampled_from(["add", "move", "duplicate", "remove"]), st.integers(0, 40), st.integers()))


@given(edits, any_layer)
def test_identities_stay_unique_and_moves_keep_the_layers(steps: list[Edit], layer: Conv2D) -> None:
    draft = Draft.of(CODELAB)
    for kind, pick, by in steps:
        before = draft
        chosen = draft.items[pick % len(draft.items)].id if draft.items else 0
        try:
            match kind:
                case "add":
                    draft = draft.add(layer, pick)
                case "move":
                    draft = draft.move(chosen, by)
                    assert sorted(item.id for item in draft.items) == sorted(item.id for item in before.items)
                case "duplicate":
                    draft = draft.duplicate(chosen)
                case _:
                    draft = draft.remove(chosen)
        except DraftError:
            assert draft == before
        identities = [item.id for item in draft.items]
        assert len(set(identities)) == len(identities) <= MAX_LAYERS
        assert all(identity < draft.next_id for identity in identities)
