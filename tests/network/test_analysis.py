"""The report of `analyse`: rows, problems, bounds and hints, compared word for word."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_demo.network import (
    MAX_BATCH_FEATURE_VALUES,
    MAX_FEATURE_VALUES,
    MAX_LAYERS,
    MAX_MULTIPLY_ADDS,
    MAX_PARAMETERS,
    Activation,
    ActivationName,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Initializer,
    Layer,
    MaxPooling2D,
    Network,
    NetworkError,
    Normalization,
    Padding,
    ProblemKind,
    analyse,
)
from mnist_demo.presets import PRESETS
from tests.network.strategies import any_layer, layers_of_type

RELU = ActivationName.RELU
SAME = Padding.SAME
POOL = MaxPooling2D()

# The network is that of Google's codelab "TensorFlow.js: Handwritten digit recognition with CNNs".
CODELAB = (Conv2D(8, 5, activation=RELU), POOL, Conv2D(16, 5, activation=RELU), POOL, Flatten())


def test_the_network_of_the_codelab_has_its_published_figures() -> None:
    report = analyse(CODELAB)
    assert report.works
    assert report.parameters == report.trainable == 5_994
    assert [row.output_shape for row in report.layers] == [
        (24, 24, 8),
        (12, 12, 8),
        (8, 8, 16),
        (4, 4, 16),
        (256,),
        (10,),
    ]
    assert [row.parameters for row in report.layers] == [208, 0, 3216, 0, 0, 2570]
    assert [row.receptive_field for row in report.layers] == [5, 6, 14, 16, 16, 28]
    assert [row.name for row in report.layers[-2:]] == ["05_flatten", "output"]
    assert report.layers[0].title == "Conv2D 8 · 5×5 · relu"
    assert report.layers[-1].title == "Dense 10 · softmax"


@pytest.mark.parametrize(
    ("layers", "index", "kind", "message"),
    [
        (
            (Conv2D(8, 5), POOL, Conv2D(8, 5, 2), MaxPooling2D(2, 1), Conv2D(8, 5), Flatten()),
            5,
            ProblemKind.WINDOW_DOES_NOT_FIT,
            "Layer 5, Conv2D 5×5, gets a 3×3 map: the kernel does not fit. "
            "Use padding 'same', a smaller kernel, or one pooling layer fewer.",
        ),
        (
            (Conv2D(8, 11), Conv2D(8, 11), DepthwiseConv2D(11), Flatten()),
            3,
            ProblemKind.WINDOW_DOES_NOT_FIT,
            "Layer 3, DepthwiseConv2D 11×11, gets an 8×8 map: the kernel does not fit. "
            "Use padding 'same', a smaller kernel, or padding 'same' in the layers before it.",
        ),
        (
            (MaxPooling2D(7), MaxPooling2D(7), Flatten()),
            2,
            ProblemKind.WINDOW_DOES_NOT_FIT,
            "Layer 2, MaxPooling2D 7×7, gets a 4×4 map: the window does not fit. "
            "Use padding 'same', a smaller window, or one pooling layer fewer.",
        ),
        (
            (MaxPooling2D(7), MaxPooling2D(4), AveragePooling2D(2), Flatten()),
            3,
            ProblemKind.WINDOW_DOES_NOT_FIT,
            "Layer 3, AveragePooling2D 2×2, gets a 1×1 map: there is nothing left to pool. "
            "Remove it, or a pooling layer before it.",
        ),
        (
            (POOL, Flatten(), Conv2D(8, 3)),
            3,
            ProblemKind.NEEDS_MAP,
            "Layer 3, Conv2D 3×3, needs a map, but layer 2, Flatten, has made a vector of it. "
            "Put layer 3 before layer 2, or remove it.",
        ),
        (
            (GlobalAveragePooling2D(), Dense(16, RELU), POOL),
            3,
            ProblemKind.NEEDS_MAP,
            "Layer 3, MaxPooling2D 2×2, needs a map, but layer 1, GlobalAveragePooling2D, has made a vector of "
            "it. Put layer 3 before layer 1, or remove it.",
        ),
        (
            (Conv2D(8, 5), POOL, Dense(128, RELU)),
            3,
            ProblemKind.NEEDS_VECTOR,
            "Layer 3, Dense 128, gets a 12×12×8 map, but it needs a vector. "
            "Put Flatten or GlobalAveragePooling2D before it, or use Conv2D 1×1 on every pixel.",
        ),
        (
            (Conv2D(8, 5), POOL),
            3,
            ProblemKind.NEEDS_VECTOR,
            "The final layer, Dense 10, gets a 12×12×8 map, but it needs a vector. "
            "Put Flatten or GlobalAveragePooling2D at the end.",
        ),
        (
            (),
            1,
            ProblemKind.NEEDS_VECTOR,
            "The final layer, Dense 10, gets a 28×28×1 map, but it needs a vector. "
            "Put Flatten or GlobalAveragePooling2D at the end.",
        ),
        (
            (Flatten(), *[Dropout()] * 24),
            25,
            ProblemKind.TOO_MANY_LAYERS,
            "The network has 25 layers, and this lab allows 24 before the final one. Remove 1 of them.",
        ),
        (
            (Flatten(), Dense(2516, RELU)),
            2,
            ProblemKind.TOO_MANY_PARAMETERS,
            "The network has 2,000,230 parameters, and this lab allows 2,000,000. Layer 2, Dense 2516, alone has "
            "1,975,060: use fewer units, or a pooling layer before Flatten.",
        ),
        (
            (Conv2D(32, 5, padding=SAME), Conv2D(239, 5, padding=SAME), GlobalAveragePooling2D()),
            2,
            ProblemKind.TOO_MANY_MULTIPLY_ADDS,
            "The network has 150,530,390 multiply-adds per image, and this lab allows 150,000,000. "
            "Layer 2, Conv2D 5×5, alone has 149,900,800: use fewer filters, a smaller kernel, or a pooling layer "
            "before it.",
        ),
        (
            (Conv2D(64, 1), *[DepthwiseConv2D(1)] * 7, GlobalAveragePooling2D()),
            1,
            ProblemKind.TOO_MANY_VALUES,
            "The network has 401,482 values to keep per image while it trains, and this lab allows 400,000. "
            "Layer 1, Conv2D 1×1, alone has 50,176: use fewer filters, a smaller kernel, or a pooling layer "
            "before it.",
        ),
        (
            (*[DepthwiseConv2D(1, depth_multiplier=8)] * 3, GlobalAveragePooling2D()),
            3,
            ProblemKind.TOO_MANY_VALUES,
            "The network has 458,378 values to keep per image while it trains, and this lab allows 400,000. "
            "Layer 3, DepthwiseConv2D 1×1, alone has 401,408: use a smaller depth multiplier, a smaller kernel, "
            "or a pooling layer before it.",
        ),
    ],
)
def test_a_problem_names_the_layer_and_the_reason_in_a_learners_words(
    layers: tuple[Layer, ...], index: int, kind: ProblemKind, message: str
) -> None:
    report = analyse(layers)
    assert [(problem.layer_index, problem.kind, problem.message) for problem in report.problems] == [
        (index, kind, message)
    ]
    assert not report.works
    assert report.problems_of(index) == report.problems
    with pytest.raises(NetworkError) as refusal:
        Network(layers)
    assert str(refusal.value) == message
    assert refusal.value.problems == report.problems


def test_a_network_that_is_too_large_in_several_ways_is_told_one_and_the_final_layer_can_be_why() -> None:
    report = analyse((Conv2D(256, 1), Flatten()))
    assert report.parameters > MAX_PARAMETERS
    assert report.feature_values > MAX_FEATURE_VALUES
    assert [(problem.layer_index, problem.message) for problem in report.problems] == [
        (
            3,
            "The network has 2,007,562 parameters, and this lab allows 2,000,000. Layer 3, Dense 10, alone has "
            "2,007,050: use a pooling layer before it, or fewer channels.",
        ),
    ]


@pytest.mark.parametrize(
    ("layers", "measure", "limit"),
    [
        ((Flatten(), Dense(2515, RELU)), "parameters", MAX_PARAMETERS),
        (
            (Conv2D(32, 5, padding=SAME), Conv2D(238, 5, padding=SAME), GlobalAveragePooling2D()),
            "multiply_adds",
            MAX_MULTIPLY_ADDS,
        ),
        ((Conv2D(62, 1), *[Activation()] * 7, GlobalAveragePooling2D()), "feature_values", MAX_FEATURE_VALUES),
    ],
)
def test_a_network_just_within_the_bounds_works(layers: tuple[Layer, ...], measure: str, limit: int) -> None:
    report = Network(layers).report()
    assert limit * 0.95 < getattr(report, measure) <= limit


def test_24_layers_work() -> None:
    assert len(Network((*[BatchNormalization()] * (MAX_LAYERS - 1), Flatten())).report().layers) == 25


def test_the_largest_batch_is_what_the_memory_for_values_allows() -> None:
    report = analyse((Conv2D(62, 1), *[Activation()] * 7, GlobalAveragePooling2D()))
    batch = report.largest_batch
    assert batch * report.feature_values <= MAX_BATCH_FEATURE_VALUES < (batch + 1) * report.feature_values
    assert batch >= 128


def test_analysis_continues_after_a_map_layer_that_gets_a_vector() -> None:
    report = analyse((POOL, Flatten(), Conv2D(8), MaxPooling2D(), Dense(32, RELU)))
    assert [(problem.layer_index, problem.message) for problem in report.problems] == [
        (
            3,
            "Layer 3, Conv2D 3×3, and 1 more after it need a map, but layer 2, Flatten, has made a vector of it. "
            "Move layer 2 behind layer 4.",
        )
    ]
    assert [row.output_shape for row in report.layers] == [(14, 14, 1), (196,), None, None, (32,), (10,)]
    assert [row.parameters for row in report.layers] == [0, 0, 0, 0, 196 * 32 + 32, 330]


def test_analysis_continues_after_a_dense_layer_that_gets_a_map() -> None:
    report = analyse((Conv2D(8), Dense(32, RELU), Dropout()))
    assert [problem.layer_index for problem in report.problems] == [2]
    assert [row.output_shape for row in report.layers] == [(26, 26, 8), None, (32,), (10,)]


def test_after_a_kernel_that_does_not_fit_only_what_is_certain_is_said() -> None:
    report = analyse((MaxPooling2D(7), Conv2D(8, 5), Conv2D(8, 11), Dense(32), Flatten(), Conv2D(4)))
    assert [(problem.layer_index, problem.kind) for problem in report.problems] == [
        (2, ProblemKind.WINDOW_DOES_NOT_FIT),
        (4, ProblemKind.NEEDS_VECTOR),
        (6, ProblemKind.NEEDS_MAP),
    ]
    assert report.problems[1].message.startswith("Layer 4, Dense 32, gets a map, but it needs a vector.")
    assert [row.output_shape for row in report.layers] == [(4, 4, 1), None, None, None, (32,), None, (10,)]


def test_layers_beyond_the_bound_are_named_and_not_analysed() -> None:
    report = analyse([DepthwiseConv2D(1, depth_multiplier=8)] * 5000)
    assert len(report.layers) == 5001
    assert report.layers[23].output_shape == (28, 28, 8**24)
    assert report.layers[24].output_shape is None
    assert report.layers[24].title == "DepthwiseConv2D 1×1 · multiplier 8"
    assert [problem.kind for problem in report.problems] == [ProblemKind.TOO_MANY_LAYERS]
    assert report.largest_batch == 0


def test_a_number_that_nobody_wants_to_read_is_cut() -> None:
    (problem,) = analyse([*[DepthwiseConv2D(1, depth_multiplier=8)] * 20, GlobalAveragePooling2D()]).problems
    assert problem.kind is ProblemKind.TOO_MANY_PARAMETERS
    assert problem.message.startswith("The network has over 1,000,000,000,000 parameters")


def test_a_dense_layer_among_layers_that_need_a_map_cannot_move_with_the_flatten() -> None:
    (problem,) = analyse((Flatten(), POOL, Dense(8, RELU), POOL)).problems
    assert problem.message.endswith("has made a vector of it. Put them before layer 1.")


def test_hints_wait_until_the_network_works() -> None:
    assert analyse((Flatten(), Dropout(0.0))).hints
    assert analyse((Dropout(0.0), Dense(8))).hints == ()


@given(st.data())
@settings(max_examples=300)
def test_one_edit_of_a_network_that_works_never_causes_more_than_one_error(data: st.DataObject) -> None:
    layers = list(data.draw(st.sampled_from(list(PRESETS.values()))).network.layers)
    place = data.draw(st.integers(0, len(layers) - 1))
    target = data.draw(st.integers(0, len(layers) - 1))
    match data.draw(st.sampled_from(["move", "remove", "change", "insert"])):
        case "move":
            layers.insert(target, layers.pop(place))
        case "remove":
            del layers[place]
        case "change":
            layers[place] = data.draw(layers_of_type(type(layers[place])))
        case _:
            layers.insert(place, data.draw(any_layer))
    assert len(analyse(layers).problems) <= 1


@given(st.lists(any_layer, max_size=30))
@settings(max_examples=200)
def test_analysis_never_raises_and_a_network_is_made_exactly_where_there_is_no_problem(
    layers: list[Layer],
) -> None:
    report = analyse(layers)
    assert [row.index for row in report.layers] == list(range(1, len(layers) + 2))
    assert all(1 <= problem.layer_index <= len(layers) + 1 for problem in report.problems)
    assert all("\n" not in problem.message for problem in report.problems)
    assert all(0 <= row.receptive_field <= 28 for row in report.layers)
    if report.works:
        assert Network(tuple(layers)).report() == report
        assert all(row.output_shape is not None and row.receptive_field > 0 for row in report.layers)
    else:
        with pytest.raises(NetworkError):
            Network(tuple(layers))


@pytest.mark.parametrize(
    ("layers", "index", "words"),
    [
        ((Flatten(), Flatten()), 2, "Layer 2, Flatten, gets a vector already and changes nothing."),
        ((GlobalAveragePooling2D(), Flatten()), 2, "Layer 2, Flatten, gets a vector already"),
        ((Activation(ActivationName.LINEAR), Flatten()), 1, "Layer 1, Activation linear, changes nothing."),
        ((Dropout(0.0), Flatten()), 1, "Layer 1, Dropout 0, changes nothing."),
        ((MaxPooling2D(1), Flatten()), 1, "Layer 1, MaxPooling2D 1×1, changes nothing: its window is a single"),
        ((Flatten(), Dense(64), Dense(32, RELU)), 3, "Layer 3, Dense 32, follows layer 2, Dense 64, which has no"),
        ((Flatten(), Dense(64), Dropout()), 4, "The final layer follows layer 2, Dense 64, which has no activation"),
        (
            (Conv2D(activation=RELU, kernel_initializer=Initializer.ZEROS), Flatten()),
            1,
            "Layer 1, Conv2D 3×3, starts from zeros with relu",
        ),
    ],
)
def test_accepted_layers_that_are_hardly_meant_get_a_hint(layers: tuple[Layer, ...], index: int, words: str) -> None:
    report = analyse(layers)
    assert report.works
    (hint,) = report.hints
    assert hint.layer_index == index
    assert hint.message.startswith(words)


@pytest.mark.parametrize(
    "layers",
    [
        CODELAB,
        (Flatten(), Dense(64), Activation(), Dense(32, RELU)),
        (Flatten(), Dense(64), BatchNormalization(), Activation(), Dense(32, RELU)),
        (MaxPooling2D(1, 2), Normalization(), Flatten()),
    ],
)
def test_a_sensible_network_gets_no_hint(layers: tuple[Layer, ...]) -> None:
    assert analyse(layers).hints == ()
