"""The figures of a visitor's own experiment and run that a lesson may name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mnist_demo.evaluation import McNemar
from mnist_demo.evaluation.mcnemar import images_needed
from mnist_demo.evaluation.percent import percent
from mnist_demo.experiment import Experiment
from mnist_demo.insight.kernels import kernel_change
from mnist_demo.lessons import tested
from mnist_demo.lessons.drawn import Drawn
from mnist_demo.network import AveragePooling2D, Conv2D, DepthwiseConv2D, Layer, MaxPooling2D, NetworkReport
from mnist_demo.runs import History, Predictions, Run, RunState, final_predictions


@dataclass(frozen=True, kw_only=True)
class Situation:
    """The state of a visitor's lab that a lesson may look at.

    Attributes:
        experiment: The experiment that the visitor works on.
        run: The run that the visitor looks at; None for none. Its figures count only if it trained this experiment.
        page: The name of the page that is open.
        finished: The names of the experiments of all finished runs of the lab.
        has_drawn: Whether a digit of the visitor was read.
        open_layer: The layer that is open on the Design page, from 1; None for none.
        runs: All runs of the lab.
        chosen: The runs that are chosen on the page Runs, in their order there.
        drawn: What the run's network said to the drawing on the page Draw; None without a drawing.
        kept: How many labelled drawings the lab keeps.
        kept_right: Returns how many of these the run's network classifies correctly; None while that is unknown.
    """

    experiment: Experiment
    run: Run | None = None
    page: str = ""
    finished: frozenset[str] = field(default_factory=frozenset)
    has_drawn: bool = False
    open_layer: int | None = None
    runs: Sequence[Run] = ()
    chosen: Sequence[Run] = ()
    drawn: Drawn | None = None
    kept: int = 0
    kept_right: Callable[[], int | None] = lambda: None

    @cached_property
    def report(self) -> NetworkReport:
        """The layers of the experiment's network."""
        return self.experiment.network.report()

    @cached_property
    def _own_run(self) -> Run | None:
        """The run, if the run trained the current experiment."""
        return self.run if self.run is not None and tested.has_trained(self.run, self.experiment) else None

    @cached_property
    def history(self) -> History | None:
        """The figures of the experiment's run so far; None without such a run."""
        return self._own_run.history() if self._own_run else None

    @cached_property
    def kernel_change(self) -> float | None:
        """The change of the first layer's weights since before the training; None without such a run."""
        return kernel_change(self._own_run) if self._own_run else None

    @cached_property
    def is_finished(self) -> bool:
        """Whether the experiment's run reached its end."""
        return self._own_run is not None and self._own_run.state is RunState.FINISHED

    @cached_property
    def tested(self) -> Predictions | None:
        """What the final network of the experiment's run answers to the test images; None while that is unknown."""
        return final_predictions(self._own_run) if self._own_run else None

    @cached_property
    def temperature(self) -> float | None:
        """The temperature of the experiment's run; None while it is unknown."""
        return tested.temperature(self._own_run) if self._own_run else None

    @cached_property
    def by_seed(self) -> Mapping[int, float]:
        """The validation accuracies of the experiment's finished runs, by seed."""
        return tested.accuracies_by_seed(self.runs, self.experiment)

    @cached_property
    def pair(self) -> tuple[McNemar, int] | None:
        """McNemar's test of the two chosen runs, and the number of test images; None while that is unknown."""
        return tested.pair(self.chosen)

    def figure(self, name: str) -> float | None:
        """Return a figure of the table `FIGURES`; None while the visitor has none.

        Raises:
            KeyError: If the table has no such figure.
        """
        return FIGURES[name].read(self)

    def in_words(self, name: str) -> str | None:
        """Return a figure as a lesson's words show it, such as '5,994' or '98.7%'; None while there is none."""
        value = self.figure(name)
        return None if value is None else FIGURES[name].show(value)


@dataclass(frozen=True)
class Figure:
    """A figure that a lesson may name.

    Attributes:
        read: Finds the figure in a situation.
        show: Writes the figure as a reader sees it.
    """

    read: Callable[[Situation], float | None]
    show: Callable[[float], str]


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _plain(value: float) -> str:
    return f"{value:.3g}"


def _share(value: float) -> str:
    return f"{value:.0%}"


def _convolution(number: int) -> Callable[[Situation], Conv2D | None]:
    def find(situation: Situation) -> Conv2D | None:
        found = [layer for layer in situation.experiment.network.layers if isinstance(layer, Conv2D)]
        return found[number - 1] if len(found) >= number else None

    return find


def _of_convolution(number: int, attribute: str) -> Callable[[Situation], float | None]:
    find = _convolution(number)

    def read(situation: Situation) -> float | None:
        layer = find(situation)
        return None if layer is None else float(getattr(layer, attribute))

    return read


def _count(*kinds: type[Layer]) -> Callable[[Situation], float]:
    return lambda situation: float(sum(isinstance(layer, kinds) for layer in situation.experiment.network.layers))


def _first_map(situation: Situation) -> float | None:
    """Return the side of the first convolution's maps."""
    rows = zip(situation.experiment.network.layers, situation.report.layers, strict=False)
    shape = next((row.output_shape for layer, row in rows if isinstance(layer, Conv2D)), None)
    return None if shape is None else float(shape[0])


def _first_parameters(situation: Situation) -> float:
    return float(next((row.parameters for row in situation.report.layers if row.parameters), 0))


def _last(column: str) -> Callable[[Situation], float | None]:
    def read(situation: Situation) -> float | None:
        if situation.history is None or not len(values := situation.history.epochs[column]):
            return None
        return float(values[-1])

    return read


def _best(situation: Situation) -> float | None:
    return situation.history.best_validation_accuracy if situation.history else None


def _gap(situation: Situation) -> float | None:
    training, validation = _last("accuracy")(situation), _last("val_accuracy")(situation)
    return None if training is None or validation is None else training - validation


def _epochs_done(situation: Situation) -> float | None:
    return float(len(situation.history.epochs["epoch"])) if situation.history else None


def _of_drawing(read: Callable[[Drawn], float]) -> Callable[[Situation], float | None]:
    return lambda situation: None if situation.drawn is None else read(situation.drawn)


def _kept_accuracy(situation: Situation) -> float | None:
    right = situation.kept_right() if situation.kept else None
    return None if right is None else right / situation.kept


def _of_test(read: Callable[[Predictions], float | None]) -> Callable[[Situation], float | None]:
    return lambda situation: None if situation.tested is None else read(situation.tested)


def _wrong(predictions: Predictions) -> int:
    return len(predictions) - predictions.correct_count


def _sure_mistakes_share(predictions: Predictions) -> float | None:
    return tested.sure_mistakes(predictions) / _wrong(predictions) if _wrong(predictions) else None


def _test_gap(test: McNemar, images: int) -> float:
    return abs(test.only_first - test.only_second) / images


def _of_pair(read: Callable[[McNemar, int], float | None]) -> Callable[[Situation], float | None]:
    return lambda situation: None if situation.pair is None else read(*situation.pair)


def _seed_gap(situation: Situation) -> float | None:
    accuracies = situation.by_seed.values()
    return max(accuracies) - min(accuracies) if len(accuracies) > 1 else None


def _points(value: float) -> str:
    return f"{100 * value:.2f}"


def _sure(value: float) -> str:
    # Nothing is rounded to certainty.
    return ">99%" if value > 0.995 else f"{value:.0%}"


def _chance(value: float) -> str:
    return f"{value:.0%}" if value >= 0.01 else f"{value:.1%}" if value >= 0.001 else "<0.1%"


def _rounded(value: float) -> str:
    return f"{float(f'{value:.2g}'):,.0f}"


FIGURES: Mapping[str, Figure] = {
    "filters": Figure(_of_convolution(1, "filters"), _whole),
    "kernel": Figure(_of_convolution(1, "kernel_size"), _whole),
    "stride": Figure(_of_convolution(1, "strides"), _whole),
    "first_map": Figure(_first_map, _whole),
    "second_filters": Figure(_of_convolution(2, "filters"), _whole),
    "convolutions": Figure(_count(Conv2D, DepthwiseConv2D), _whole),
    "poolings": Figure(_count(MaxPooling2D, AveragePooling2D), _whole),
    "first_parameters": Figure(_first_parameters, _whole),
    "parameters": Figure(lambda situation: situation.report.parameters, _whole),
    "largest_layer": Figure(lambda situation: max(row.parameters for row in situation.report.layers), _whole),
    "layers": Figure(lambda situation: len(situation.report.layers), _whole),
    "receptive_field": Figure(lambda situation: situation.report.receptive_field, _whole),
    "multiply_adds": Figure(lambda situation: situation.report.multiply_adds, _whole),
    "batch": Figure(lambda situation: situation.experiment.training.batch_size, _whole),
    "epochs": Figure(lambda situation: situation.experiment.training.epochs, _whole),
    "train_images": Figure(lambda situation: situation.experiment.training.train_images, _whole),
    "validation_images": Figure(lambda situation: situation.experiment.training.validation_images, _whole),
    "learning_rate": Figure(lambda situation: situation.experiment.training.learning_rate, _plain),
    "epochs_done": Figure(_epochs_done, _whole),
    "loss": Figure(_last("loss"), _plain),
    "validation_loss": Figure(_last("val_loss"), _plain),
    "training_accuracy": Figure(_last("accuracy"), percent),
    "accuracy": Figure(_last("val_accuracy"), percent),
    "best_accuracy": Figure(_best, percent),
    "gap": Figure(_gap, percent),
    "kernel_change": Figure(lambda situation: situation.kernel_change, _share),
    "drawn_as": Figure(_of_drawing(lambda drawn: drawn.best), _whole),
    "confidence": Figure(_of_drawing(lambda drawn: drawn.confidence), _sure),
    "kept": Figure(lambda situation: situation.kept, _whole),
    "kept_accuracy": Figure(_kept_accuracy, "{:.0%}".format),
    "test_accuracy": Figure(_of_test(lambda found: found.correct_count / len(found)), "{:.2%}".format),
    "test_low": Figure(_of_test(lambda found: tested.interval(found).low), "{:.2%}".format),
    "test_high": Figure(_of_test(lambda found: tested.interval(found).high), "{:.2%}".format),
    "test_width": Figure(_of_test(lambda found: tested.interval(found).high - tested.interval(found).low), _points),
    "test_wrong": Figure(_of_test(_wrong), _whole),
    "test_confidence": Figure(_of_test(lambda found: float(found.confidences.mean())), "{:.2%}".format),
    "too_sure": Figure(_of_test(lambda found: float(found.confidences.mean() - found.correct.mean())), _points),
    "sure_mistakes": Figure(_of_test(tested.sure_mistakes), _whole),
    "sure_mistakes_share": Figure(_of_test(_sure_mistakes_share), _chance),
    "temperature": Figure(lambda situation: situation.temperature, "{:.2f}".format),
    "seeds": Figure(lambda situation: len(situation.by_seed), _whole),
    "seed_gap": Figure(_seed_gap, _points),
    "seed_worst": Figure(lambda situation: min(situation.by_seed.values(), default=None), percent),
    "chosen": Figure(lambda situation: len(situation.chosen), _whole),
    "apart": Figure(_of_pair(lambda test, images: test.parted), _whole),
    "test_gap": Figure(_of_pair(_test_gap), _points),
    "chance": Figure(_of_pair(lambda test, images: test.p_value), _chance),
    "digits_needed": Figure(_of_pair(images_needed), _rounded),
}
"""Every figure that a lesson may name, in braces in its words and by name in its conditions."""
