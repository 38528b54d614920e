"""Lesson files: what is accepted, and how a mistake is named."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.files import write_npz
from mnist_demo.lessons import FIGURES, Condition, ConditionError, Language, Lesson, LessonError, Situation, read_lesson
from mnist_demo.lessons.__main__ import main
from mnist_demo.lessons.drawn import Drawn
from mnist_demo.lessons.library import FOLDER_VARIABLE, load_library, read_folder
from mnist_demo.lessons.pointers import Pointer, PointerError, page_names
from mnist_demo.presets import PRESETS
from mnist_demo.runs import EventKind, EventWriter, Run, RunState, create_run
from tests.lessons.tested_runs import run_with_tests

HEAD = "# Title\n\nminutes: 5\nlearn: Something.\n\n"
STEP = "## Step\n\npage: train\n"


def read(text: str) -> Lesson:
    return read_lesson(text, "mine", Language.ENGLISH, "mine/en.md")


def a_run(folder: Path, experiment: Experiment, accuracies: list[float]) -> Run:
    """A finished run with these validation accuracies."""
    run = create_run(folder, experiment)
    with EventWriter(run.events_path) as writer:
        for number, accuracy in enumerate(accuracies, 1):
            figures = {"loss": 0.5, "accuracy": accuracy + 0.005, "val_loss": 0.25, "val_accuracy": accuracy}
            writer.write(
                EventKind.EPOCH, epoch=number, step=number, images=number, seconds=1.0, learning_rate=0.001, **figures
            )
    run.mark(RunState.FINISHED)
    return run


def test_a_whole_lesson_is_read() -> None:
    lesson = read(
        HEAD
        + "## First step\n\npage: design\npreset: codelab\ndo: Train it.\ndone: finished codelab\n"
        + "question: How many?\nanswer: Few | accuracy < 50%\nanswer: Many | accuracy >= 50%\n"
        + "after: It is {accuracy}.\n"
        + "\nWords with [a link](layer:1), {filters} kernels and `{code}`.\n\n```python\n# a comment\nx = {}\n```\n"
        + "\n## Second\npage: draw\n\npage: this is a sentence\n"
    )
    assert (lesson.title, lesson.minutes, lesson.learn) == ("Title", 5, ("Something.",))
    first, second = lesson.steps
    assert (first.title, first.page, first.preset, first.task) == ("First step", "design", "codelab", "Train it.")
    assert first.done == Condition("finished codelab")
    assert first.question is not None
    assert [answer.text for answer in first.question.answers] == ["Few", "Many"]
    assert "# a comment\nx = {}" in first.words
    assert first.told(Situation(experiment=PRESETS["codelab"])).startswith(
        "Words with [a link](layer:1), 8 kernels and"
    )
    # Only the lines below a heading are settings.
    assert second.words == "page: this is a sentence"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "the file is empty"),
        ("words\n# Title", 1, "text before the title"),
        ("## Step\n", 1, "accepted is '# TITLE'"),
        ("# Title\nlearn: A.\n" + STEP, 1, "'minutes: NUMBER' is missing"),
        ("# Title\n\nminutes: soon\nlearn: A.\n" + STEP, 3, "no number"),
        ("# Title\nminutes: 500\nlearn: A.\n" + STEP, 1, "accepted is 1 to 120"),
        ("# Title\nminutes: 5\n" + STEP, 1, "nothing is to be learned"),
        (HEAD, 1, "there is no step"),
        (HEAD + STEP + "# Another\n", 9, "a second heading"),
        (HEAD + "## Step\nwords\n", 6, "page is ''"),
        (HEAD + "## Step\npage: nowhere\n", 7, "accepted is one of design, draw"),
        (HEAD + STEP + "colour: red\n", 9, "accepted is one of page, preset"),
        (HEAD + STEP + "page: draw\n", 9, "'page:' is given twice"),
        (HEAD + STEP + "preset: huge\n", 6, "accepted is one of fast"),
        (HEAD + STEP + "do: Jump.\n", 6, "both 'do' and 'done'"),
        (HEAD + STEP + "do: Jump.\ndone: jumped\n", 10, "'jumped' is no condition"),
        (HEAD + STEP + "answer: Yes | finished\n", 9, "an answer without a question"),
        (HEAD + STEP + "question: Why?\nanswer: So | finished\n", 9, "1 answers; accepted are two or more"),
        (HEAD + STEP + "question: Why?\nanswer: So\n", 10, "'TEXT | CONDITION'"),
        (HEAD + STEP + "\nIt has {wheels}.\n", 10, "{wheels} is no figure"),
        (HEAD + STEP + "\nSee [this](https://example.com).\n", 10, "points at nothing"),
        (HEAD + STEP + "\nSee [this](layer:99).\n", 10, "accepted is 1 to 24"),
        (HEAD + STEP + "\nSee [this](control:engine).\n", 10, "'engine' is no control"),
        (HEAD + STEP + "\nA <script>alert(1)</script>.\n", 10, "there is HTML"),
        (HEAD + STEP + "\nAn <!-- comment -->.\n", 10, "there is HTML"),
        (HEAD + STEP + "\n![a picture](x.png)\n", 10, "there is a picture"),
        (HEAD + STEP + "\n```\ncode\n", 11, "is not closed"),
        ("# Title\nminutes: 5\nlearn: <b>All</b>.\n" + STEP, 3, "there is HTML"),
    ],
)
def test_a_mistake_names_the_file_the_line_and_what_is_accepted(text: str, line: int, said: str) -> None:
    with pytest.raises(LessonError) as caught:
        read(text)
    assert str(caught.value).startswith(f"mine/en.md, line {line}: ")
    assert said in str(caught.value)


def test_a_file_beyond_the_bound_is_refused() -> None:
    with pytest.raises(LessonError, match="more than 200,000 bytes"):
        read(HEAD + STEP + "x" * 200_000)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("finished", True),
        ("finished codelab", False),
        ("accuracy > 97%", True),
        ("accuracy > 97.5%", False),
        ("best_accuracy >= 98%", True),
        ("accuracy > 97% and best_accuracy < 98%", False),
        ("first_parameters = 208", True),
        ("parameters = 5,994", True),
        ("largest_layer = 3,216", True),
        ("filters = 8 and kernel = 5 and stride = 1 and first_map = 24", True),
        ("convolutions = 2 and poolings = 2", True),
        ("receptive_field = 16", True),
        ("kernel_change >= 0", False),
        ("epochs_done = 2", True),
        ("gap < 1%", True),
        ("drew", False),
        ("opened page train", True),
        ("opened layer 3", True),
        ("opened layer 2", False),
    ],
)
def test_what_the_lab_notices(tmp_path: Path, condition: str, holds: bool) -> None:
    run = a_run(tmp_path / "run", PRESETS["codelab"], [0.98, 0.975])
    situation = Situation(experiment=PRESETS["codelab"], run=run, page="train", open_layer=3)
    assert Condition(condition).holds(situation) is holds


def test_a_run_of_another_design_has_no_figures(tmp_path: Path) -> None:
    run = a_run(tmp_path / "run", PRESETS["codelab"], [0.98])
    situation = Situation(experiment=PRESETS["fast"], run=run)
    assert not Condition("finished").holds(situation)
    assert situation.in_words("accuracy") is None
    assert situation.in_words("parameters") == "212,874"


def test_no_figure_holds_before_there_is_one() -> None:
    situation = Situation(experiment=PRESETS["codelab"])
    assert not Condition("accuracy >= 0").holds(situation)
    assert not Condition("accuracy < 2").holds(situation)


@pytest.mark.parametrize(
    "condition", ["", "accuracy", "accuracy > much", "speed > 3", "accuracy > 1.2.3", "finished huge", "drew and"]
)
def test_what_is_no_condition_is_refused(condition: str) -> None:
    with pytest.raises(ConditionError):
        Condition(condition)


def test_a_question_is_answered_by_the_figures(tmp_path: Path) -> None:
    question = read(
        HEAD + STEP + "question: How many?\nanswer: Few | accuracy < 50%\nanswer: Many | accuracy >= 50%\n"
    ).steps[0]
    assert question.question is not None
    without = Situation(experiment=PRESETS["codelab"])
    assert question.question.right(without) is None
    run = a_run(tmp_path / "run", PRESETS["codelab"], [0.9])
    assert question.question.right(Situation(experiment=PRESETS["codelab"], run=run)) == 1


def test_every_figure_is_written_for_every_preset(tmp_path: Path) -> None:
    for name, experiment in PRESETS.items():
        run, other = (
            run_with_tests(tmp_path / f"{name}-{seed}", replace(experiment, seed=seed), range(9 + seed))
            for seed in (0, 1)
        )
        situation = Situation(
            experiment=experiment,
            run=run,
            runs=(run, other),
            chosen=(run, other),
            drawn=Drawn(7, 0.5),
            kept=1,
            kept_right=lambda: 1,
        )
        words = {figure: situation.in_words(figure) for figure in FIGURES}
        assert words["accuracy"] == "98.0%"
        assert words["parameters"] == f"{experiment.network.report().parameters:,}"
        missing = {figure for figure, shown in words.items() if shown is None}
        assert missing <= {"filters", "kernel", "stride", "first_map", "second_filters", "kernel_change"}, name


def test_the_receptive_field_is_that_of_the_last_map() -> None:
    """A dense layer behind the maps sees everything, and says nothing about the convolutions."""
    fields = {name: Situation(experiment=each).figure("receptive_field") for name, each in PRESETS.items()}
    assert (fields["codelab"], fields["fast"], fields["dense"]) == (16, 12, 2)


def test_the_change_of_the_kernels_is_read_from_the_snapshots(tmp_path: Path) -> None:
    run = a_run(tmp_path / "run", PRESETS["codelab"], [0.9])
    shape = (5, 5, 1, 8)
    for epoch, weight in enumerate((1.0, 1.31)):
        write_npz(run.folder / "snapshots" / f"{epoch:03d}.npz", {"000": np.full(shape, weight, np.float32)})
    assert Situation(experiment=PRESETS["codelab"], run=run).in_words("kernel_change") == "31%"
    assert Situation(experiment=PRESETS["fast"], run=run).in_words("kernel_change") is None


def test_pointers_lead_to_pages_that_exist() -> None:
    assert Pointer.parse("page:draw") == Pointer("draw")
    assert Pointer.parse("layer:2") == Pointer("design", layer=2)
    assert Pointer.parse("control:canvas") == Pointer("draw", control="canvas")
    assert Pointer.parse("control:canvas").page in page_names()
    assert Pointer.parse("word:learning-rate") == Pointer(None, word="learning-rate")
    for target in ("word:flux-capacitor", "word:", "javascript:alert(1)", "page:../runs", "layer:0", "", "page:"):
        with pytest.raises(PointerError):
            Pointer.parse(target)


def test_our_own_lessons_are_right_and_in_both_languages() -> None:
    lessons = load_library({}).lessons
    assert next(iter(lessons)) == "codelab"
    for name, versions in lessons.items():
        assert set(versions) == set(Language), name
        english, korean = versions[Language.ENGLISH], versions[Language.KOREAN]
        # A translation says the same: the same pages, tasks, code and pointers, in the same places.
        assert [facts(step) for step in english.steps] == [facts(step) for step in korean.steps], name


def facts(step: object) -> tuple[object, ...]:
    """Return what a step has in every language."""
    from mnist_demo.lessons import Step
    from mnist_demo.lessons.lesson import figures_in

    assert isinstance(step, Step)
    question = step.question
    answers = [answer.condition for answer in question.answers] if question else []
    pointed = sorted(part.split(")")[0] for part in step.words.split("](")[1:])
    return step.page, step.preset, step.done, answers, pointed, sorted(figures_in(step.words)), step.words.count("```")


def test_a_folder_adds_lessons_and_one_with_a_mistake_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "en.md").write_text(HEAD + STEP)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "en.md").write_text(HEAD + "## Step\npage: nowhere\n")
    library = load_library({FOLDER_VARIABLE: str(tmp_path)})
    mine = library.find("mine", Language.KOREAN)
    assert mine is not None
    assert mine.language is Language.ENGLISH
    assert library.find("bad", Language.ENGLISH) is None
    assert "bad/en.md, line 7" in caplog.text
    assert "codelab" in library.lessons


def test_the_checker_prints_every_file_with_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content in {"a": HEAD + STEP, "b": "", "c": HEAD}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "en.md").write_text(content)
    (tmp_path / "a" / "klingon.md").write_text(HEAD)
    (tmp_path / "a" / "ko.md").write_bytes(b"\xff\xfe")
    assert main(["check", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert "1 lesson files are right, 4 have a mistake." in printed.out
    assert "b/en.md, line 1" in printed.err
    assert "accepted is one of en.md, ko.md" in printed.err
    assert "accepted is text in UTF-8" in printed.err
    assert main(["check", str(tmp_path / "nothing")]) == 1
    lessons, mistakes = read_folder(tmp_path / "nothing")
    assert not lessons
    assert not mistakes
