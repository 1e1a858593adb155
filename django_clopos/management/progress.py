"""What a person sees while a sync runs: bars on a terminal where rich is installed, plain lines otherwise."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TextIO, cast

from django.core.management.base import OutputWrapper

from django_clopos.models.bookkeeping import Status, SyncStep
from django_clopos.sync.quarantine import Rejection
from django_clopos.sync.report import Listener

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_SHOWN_REJECTIONS = 5


@contextmanager
def choose_listener(stdout: OutputWrapper, *, quiet: bool) -> Iterator[Listener]:
    """Give the listener that fits where the output goes."""
    keep_logs_off_the_screen()
    progress = None if quiet else _make_progress(_find_stream(stdout))
    if quiet:
        yield Listener()
    elif progress is None:
        yield LineListener(stdout)
    else:
        with progress:
            yield BarListener(progress)


class LineListener(Listener):
    """One line a step, and a line a rejected row (the first few of a step)."""

    def __init__(self, stdout: OutputWrapper) -> None:
        self.stdout = stdout
        self.shown: Counter[int] = Counter()

    def waiting(self, resource: str, *, holder: str) -> None:
        """Say who is being waited for."""
        self.stdout.write(describe_wait(resource, holder))

    def page_stored(
        self, step: SyncStep, *, rejections: Sequence[Rejection], budget_remaining: int | None
    ) -> None:  # lines tell no pace
        """Print rejected rows."""
        for line in describe_rejections(step, rejections, shown=self.shown):
            self.stdout.write(line)

    def step_finished(self, step: SyncStep) -> None:
        """Print what the step did."""
        self.stdout.write(f"{describe_step(step)}: {describe_result(step)}")


class BarListener(Listener):
    """A bar a step, with its rate and what is left of the remote's request budget."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.tasks: dict[int, TaskID] = {}
        self.started: dict[int, float] = {}
        self.shown: Counter[int] = Counter()

    def waiting(self, resource: str, *, holder: str) -> None:
        """Say who is being waited for."""
        self._print(describe_wait(resource, holder), style="")

    def step_started(self, step: SyncStep) -> None:
        """Add a bar."""
        self.started[id(step)] = time.monotonic()
        self.tasks[id(step)] = self.progress.add_task(describe_step(step), total=None, rate="", budget="")

    def expecting(self, step: SyncStep, *, rows: int) -> None:
        """Give the bar its length."""
        self.progress.update(self.tasks[id(step)], total=step.seen + rows)

    def page_stored(self, step: SyncStep, *, rejections: Sequence[Rejection], budget_remaining: int | None) -> None:
        """Move the bar."""
        seconds = max(time.monotonic() - self.started[id(step)], 0.001)
        budget = "" if budget_remaining is None else f"{budget_remaining} req. left"
        self.progress.update(
            self.tasks[id(step)], completed=step.seen, rate=f"{step.seen / seconds:,.0f}/s", budget=budget
        )
        for line in describe_rejections(step, rejections, shown=self.shown):
            self._print(line, style="yellow")

    def step_finished(self, step: SyncStep) -> None:
        """Fill the bar, or say what went wrong."""
        if step.status == Status.SUCCEEDED:
            self.progress.update(self.tasks[id(step)], total=step.seen, completed=step.seen)
        else:
            self.progress.stop_task(self.tasks[id(step)])
            self._print(f"{describe_step(step)}: {describe_result(step)}", style="red")

    def _print(self, line: str, *, style: str) -> None:
        # Names of the remote may hold square brackets, which rich would take for its markup.
        self.progress.console.print(line, style=style, markup=False, highlight=False, soft_wrap=True)


def describe_step(step: SyncStep) -> str:
    """Name a step: `receipts`, or `receipts, venue 2`."""
    return step.resource if step.venue is None else f"{step.resource}, venue {step.venue}"


def describe_wait(resource: str, holder: str) -> str:
    """Say who holds a resource."""
    return f"{resource}: another sync ({holder}) holds it; waiting until it is done."


def describe_result(step: SyncStep) -> str:
    """Say in one clause what a step did."""
    if step.status != Status.SUCCEEDED:
        return f"{step.status}. {step.error}"
    parts = [f"{step.seen:,} seen"]
    parts += [f"{count:,} {name}" for name in _TOLD if (count := getattr(step, name))]
    return ", ".join(parts) if len(parts) > 1 else f"{parts[0]}, nothing changed"


_TOLD = ("created", "updated", "removed", "rejected")


def describe_rejections(step: SyncStep, rejections: Sequence[Rejection], *, shown: Counter[int]) -> Iterator[str]:
    """Name the rejected rows of a page with their first reasons; `shown` counts them for each step."""
    for rejection in rejections:
        shown[id(step)] += 1
        if shown[id(step)] <= _SHOWN_REJECTIONS:
            name = rejection.clopos_id or f"without id ({rejection.digest[:8]})"
            yield f"  warning: {step.resource} {name} rejected: {rejection.reason.partition(chr(10))[0]}"
        elif shown[id(step)] == _SHOWN_REJECTIONS + 1:
            yield f"  warning: {step.resource}: more rows were rejected; all are in RejectedRow."


def _find_stream(stdout: OutputWrapper) -> TextIO:
    """Give what a command really writes to; a command called by another has the other's wrapper in its own."""
    stream: Any = stdout
    while isinstance(stream, OutputWrapper):
        stream = stream._out  # noqa: SLF001  # Django has no public way
    return cast("TextIO", stream)


def _make_progress(stream: TextIO) -> Progress | None:
    """Give the bars; None: this is no terminal that can move its cursor, or rich is not installed."""
    if not stream.isatty() or not find_spec("rich"):
        return None
    from rich.console import Console  # noqa: PLC0415  # an extra
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console = Console(file=stream)
    if console.is_dumb_terminal:
        return None
    return Progress(
        TextColumn("{task.description:<22}"),
        BarColumn(bar_width=12),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:>8}"),
        TextColumn("{task.fields[budget]}"),
        TimeElapsedColumn(),
        console=console,
    )


def keep_logs_off_the_screen() -> None:
    """Keep Python's last resort from repeating in log records what a command prints; a site's own handlers go on."""
    for name in ("django_clopos", "stamina"):
        logger = logging.getLogger(name)
        if not logger.hasHandlers():
            logger.addHandler(logging.NullHandler())
