"""Thirty visitors browse while two labs train: no error, no leak, answers in time, all memory released.

Each visitor is a real session over a websocket, with a lab and trained networks of its own, and behaves like a visitor:
it opens a page, presses widgets on the page, and pauses for some seconds. Two of the labs train all the time, and their
pages redraw themselves as in a browser. These are the measurements:

- a widget's answer: from sending its new value until the server has sent all that it changes
- a page: from choosing it in the navigation until it is complete; the first visit to Evaluate reads 10,000 images
- others' data: ids and names of other labs, searched in everything that the server sent to a visitor
- memory: proportional set size (PSS) of the server and its children
"""

import argparse
import asyncio
import dataclasses
import json
import random
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from mnist_demo.presets import PRESETS
from mnist_demo.runs import Run
from tests.apart import train_apart
from tests.benchmarks.memory import MB, pss
from tests.benchmarks.report import print_result, print_table
from tests.server import LabServer
from tests.visitor import Visitor, Widget

PAGES = ("Explore", "Design", "Train", "Evaluate", "Time machine", "Draw")

TARGET_SECONDS = 0.5
"""Most seconds of a widget's answer at the 95th percentile."""

TARGET_MB = 2_560.0
"""Most megabytes of the server and its children."""

SESSIONS_KEPT = 125.0
"""Seconds for which Streamlit keeps a session after its end, and a little more."""

_TRAINED = "20260101-120000-{number:06x}"


@dataclass
class Seen:
    """The findings of one benchmark."""

    widgets: list[tuple[float, str]] = field(default_factory=list)  # seconds, and the pressed widget
    pages: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    non_digits: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)  # MB
    bytes_sent: int = 0
    labs: set[str] = field(default_factory=set)  # the labs that browsed


def main() -> None:
    """Run the measurements of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--training", type=int, default=2, help="how many of them train")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long they browse")
    parser.add_argument("--think", type=float, default=3.0, help="seconds between two presses, on average")
    parser.add_argument("--rest", type=float, default=SESSIONS_KEPT, help="seconds until what is left is measured")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        labs = prepare(home, arguments.visitors)
        with LabServer(home) as server:
            assert server.process is not None
            lab_process = psutil.Process(server.process.pid)
            asyncio.run(_look_at_everything(server.url, labs[0]))
            before, children = pss(lab_process), len(lab_process.children(recursive=True))
            seen = asyncio.run(browse(server.url, labs, arguments.training, arguments.seconds, arguments.think, server))
            time.sleep(arguments.rest)
            asyncio.run(_look_at_everything(server.url, labs[0]))
            after, left = pss(lab_process), len(lab_process.children(recursive=True))
            traces = server.log.read_text().count("Traceback")
        active = [run.id for lab in labs for run in runs_of(home, lab) if run.state.is_active]
    report(
        seen, arguments.visitors, before=before, after=after, processes=left - children, active=active, traces=traces
    )


def prepare(home: Path, visitors: int) -> list[str]:
    """Give every visitor a lab with a trained network that has the visitor's name, and return the labs' ids."""
    codelab = PRESETS["codelab"]
    two_epochs = dataclasses.replace(codelab.training, epochs=2)
    model = train_apart(dataclasses.replace(codelab, training=two_epochs), home / "model")
    labs = []
    for number in range(visitors):
        lab = f"visitor-{number:03d}-{random.getrandbits(40):010x}"
        folder = home / "runs" / lab / _TRAINED.format(number=number)
        shutil.copytree(model, folder)
        experiment = json.loads((folder / "experiment.json").read_text())
        (folder / "experiment.json").write_text(json.dumps({**experiment, "name": _name(number)}))
        kept = home / "labs" / f"{lab}.json"
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(json.dumps({**PRESETS["mnist_convnet"].to_json(), "name": _name(number)}))
        labs.append(lab)
    shutil.rmtree(model)
    return labs


def runs_of(home: Path, lab: str) -> list[Run]:
    """Return the runs in a lab's folder."""
    return [Run(folder) for folder in sorted((home / "runs" / lab).iterdir()) if folder.is_dir()]


def _name(number: int) -> str:
    return f"network {number:03d} here"


async def _look_at_everything(url: str, lab: str) -> None:
    """Open every page once, so that caches and the inference process exist before and after the measurement."""
    async with Visitor(url, lab) as visitor:
        for page in PAGES:
            await visitor.go_to(page)


async def browse(url: str, labs: list[str], training: int, seconds: float, think: float, server: LabServer) -> Seen:
    """Let one visitor for each lab browse for some seconds, while the first few labs train."""
    seen = Seen()
    assert server.process is not None
    watch = asyncio.create_task(_watch_memory(psutil.Process(server.process.pid), seen))
    until = time.monotonic() + seconds
    tasks = [
        _train(url, lab, until, seen, server.home) if number < training else _browse(url, lab, until, think, seen)
        for number, lab in enumerate(labs)
    ]
    visitors = await asyncio.gather(*tasks)
    watch.cancel()
    for visitor in visitors:
        seen.errors += visitor.errors
        seen.bytes_sent += visitor.bytes_received
        seen.non_digits += non_digits(visitor, labs, server.home)
    return seen


async def _train(url: str, lab: str, until: float, seen: Seen, home: Path) -> Visitor:
    """Train a network that never ends before it is stopped, and watch the training."""
    async with Visitor(url, lab) as visitor:
        await visitor.go_to("Train")
        await visitor.click("Train")
        has_pressed = False
        while time.monotonic() < until or not has_pressed:
            await asyncio.sleep(2)
            # The page redraws itself twice a second, and sometimes the visitor switches its chart.
            has_pressed |= await _press_something(visitor, seen)
        await visitor.click("Stop")
        for _ in range(120):
            if not any(run.state.is_active for run in runs_of(home, lab)):
                break
            await asyncio.sleep(0.5)
        else:
            visitor.errors.append("a training did not end within a minute of Stop")
        return visitor


async def _browse(url: str, lab: str, until: float, think: float, seen: Seen) -> Visitor:
    await asyncio.sleep(random.uniform(0, think))
    async with Visitor(url, lab) as visitor:
        # A visitor opens at least one page and presses one widget, even on a slow machine.
        has_pressed = False
        while time.monotonic() < until or not has_pressed:
            seen.labs.add(lab)
            page = random.choice(PAGES)
            seen.pages.setdefault(page, []).append(await visitor.go_to(page))
            for _ in range(random.randint(1, 5)):
                await asyncio.sleep(random.uniform(0.3, 1.7) * think)
                has_pressed |= await _press_something(visitor, seen)
                if time.monotonic() > until:
                    break
        return visitor


async def _press_something(visitor: Visitor, seen: Seen) -> bool:
    """Press a widget of the page, and return whether the page has one."""
    if not (choices := visitor.choices()):
        return False
    widget, state = random.choice(choices)
    seen.widgets.append((await visitor.press(widget, state), f"{visitor.page_name}: {_label(widget)}"))
    return True


def _label(widget: Widget) -> str:
    return str(widget.element.label)


async def _watch_memory(lab: psutil.Process, seen: Seen) -> None:
    while True:
        seen.memory.append(await asyncio.to_thread(pss, lab))
        await asyncio.sleep(2)


def non_digits(visitor: Visitor, labs: list[str], home: Path) -> list[str]:
    """Return what a visitor received of other labs: their ids, the names of their networks, the ids of their runs."""
    said = bytes(visitor.received).decode("latin-1")
    own = {run.id for run in runs_of(home, visitor.lab)}
    found = [run for run in set(re.findall(r"\d{8}-\d{6}-[0-9a-f]{6}", said)) if run not in own]
    for number, lab in enumerate(labs):
        if lab != visitor.lab:
            found += [text for text in (lab, _name(number)) if text in said]
    return [f"{visitor.lab} saw {text}" for text in found]


def report(
    seen: Seen, visitors: int, *, before: float, after: float, processes: int, active: Iterable[str], traces: int
) -> None:
    """Print the table and the last line."""
    times = sorted(seconds for seconds, _ in seen.widgets)
    p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else float("nan")
    print_table(
        ("what", "times", "median", "95%", "longest"),
        [_row("widget", times), *(_row(f"page {page}", sorted(times)) for page, times in sorted(seen.pages.items()))],
    )
    print(
        "\nslowest widgets: " + "; ".join(f"{label} {seconds:.2f} s" for seconds, label in sorted(seen.widgets)[:-6:-1])
    )
    for problem in (*seen.errors[:5], *seen.non_digits[:5]):
        print(problem)
    print(f"memory: {before:.0f} MB before, {max(seen.memory):.0f} MB at most, {after:.0f} MB afterwards\n")
    print_result(
        visitors=visitors,
        errors=len(seen.errors) + traces,
        non_digits=len(seen.non_digits),
        widget_p95_seconds=p95,
        widget_target_seconds=TARGET_SECONDS,
        memory_highest_mb=max(seen.memory),
        memory_target_mb=TARGET_MB,
        memory_before_mb=before,
        memory_after_mb=after,
        processes_left=processes,
        runs_left_active=len(list(active)),
        presses=len(times),
        megabytes_sent=seen.bytes_sent / MB,
    )


def _row(what: str, times: list[float]) -> tuple[object, ...]:
    p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    return what, len(times), f"{statistics.median(times):.3f} s", f"{p95:.3f} s", f"{times[-1]:.3f} s"


if __name__ == "__main__":
    main()
