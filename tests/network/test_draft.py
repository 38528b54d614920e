"""The draft of a network, which a visitor edits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_demo.network import (
    MAX_LAYERS,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Initializer,
    Layer,
    MaxPooling2D,
    Network,
    NetworkError,
    Normalization,
    analyse,
)
from mnist_demo.network.draft import Draft, DraftError, DraftLayer
from mnist_demo.presets import PRESETS
from tests.network.strategies import any_layer, working_networks

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


def test_flatten_comes_by_itself_before_the_first_dense() -> None:
    pooled = Draft.of(CODELAB).remove(4)
    assert pooled.layers == CODELAB.layers[:4]
    assert pooled.add(Dense(8)).layers == (*CODELAB.layers[:4], Flatten(), Dense(8))
    # The final Dense 10 is a Dense too.
    assert pooled.add(Dropout()).layers == (*CODELAB.layers[:4], Dropout(), Flatten())
    assert Draft(()).add(Conv2D()).layers == (Conv2D(), Flatten())
    assert Draft(()).add(Flatten()).layers == (Flatten(),)
    assert pooled.add(GlobalAveragePooling2D()).layers == (*CODELAB.layers[:4], GlobalAveragePooling2D())
    assert pooled.add(Dense(8), 2).layers == (*CODELAB.layers[:2], Dense(8), *CODELAB.layers[2:4])


def test_an_added_layer_has_the_next_identity_also_beside_a_flatten() -> None:
    draft = Draft.of(CODELAB).remove(4)
    added = draft.add(Dense(8))
    assert added.layer(draft.next_id) == Dense(8)
    assert added.next_id == draft.next_id + 2


def test_a_window_that_does_not_fit_late_goes_where_it_fits() -> None:
    network = Network((MaxPooling2D(4), MaxPooling2D(3), Flatten()))
    assert Draft.of(network).add(Conv2D(4, 5)).layers == (MaxPooling2D(4), Conv2D(4, 5), MaxPooling2D(3), Flatten())


def test_the_standardisation_of_the_pixels_goes_first() -> None:
    assert Draft.of(CODELAB).add(Normalization()).layers == (Normalization(), *CODELAB.layers)


def test_the_places_offered_are_those_where_the_layer_works() -> None:
    draft = Draft.of(CODELAB)
    assert draft.places(MaxPooling2D())[0] == 4
    # Before everything, a pooling leaves the last one a 1×1 map.
    assert sorted(draft.places(MaxPooling2D())) == [1, 2, 3, 4]
    assert sorted(draft.places(Dropout())) == [0, 1, 2, 3, 4, 5]
    assert draft.places(Dense()) == [5]
    assert draft.remove(4).places(Dense())[0] == 4


def _is_possible(network: Network, layer: Layer) -> bool:
    """Tell whether a network with a layer, and perhaps a Flatten, at any places works."""
    for place in range(len(network.layers) + 1):
        once = [*network.layers[:place], layer, *network.layers[place:]]
        tries = [once, *([*once[:at], Flatten(), *once[at:]] for at in range(len(once) + 1))]
        if any(analyse(tried).works for tried in tries):
            return True
    return False


@given(st.one_of(st.sampled_from([preset.network for preset in PRESETS.values()]), working_networks), any_layer)
@settings(max_examples=200, deadline=None)
def test_a_network_stays_working_with_any_added_layer_if_that_is_possible(network: Network, layer: Layer) -> None:
    draft = Draft.of(network)
    added = draft.add(layer)
    assert added.report().works == _is_possible(network, layer)
    assert added.layer(draft.next_id) is layer
    # The other layers stay in their order.
    before = [item.id for item in draft.items]
    assert [item.id for item in added.items if item.id in before] == before
    for place in draft.places(layer):
        assert draft.add(layer, place).report().works


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
