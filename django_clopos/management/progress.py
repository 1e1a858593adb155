"""What a person sees while a sync runs: bars on a terminal where rich is installed, plain lines otherwise."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.core.management.base import OutputWrapper

from django_clopos.models.bookkeeping import Status, SyncStep
from django_clopos.sync.quarantine import Rejection
from django_clopos.sync.report import Listener

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_SHOWN_REJECTIONS = 5


def describe_step(step: SyncStep) -> str:
    """Name a step: `receipts`, or `receipts, venue 2`."""
    return step.resource if step.venue is None else f"{step.resource}, venue {step.venue}"


@contextmanager
def choose_listener(stdout: OutputWrapper, *, quiet: bool) -> Iterator[Listener]:
    """Give the listener that fits where the output goes."""
    if quiet:
        yield Listener()
    elif stdout.isatty() and stdout._out is sys.stdout and find_spec("rich"):  # noqa: SLF001  # its only way to tell a captured stream
        from rich.progress import (  # noqa: PLC0415  # an extra
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        columns = [
            TextColumn("{task.description:<32}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:>9}"),
            TextColumn("{task.fields[budget]}"),
            TimeElapsedColumn(),
        ]
        with Progress(*columns) as progress:
            yield BarListener(progress)
    else:
        yield LineListener(stdout)


class LineListener(Listener):
    """One line a step, and a line a rejected row (the first few of a step)."""

    def __init__(self, stdout: OutputWrapper) -> None:
        self.stdout = stdout
        self.shown = 0

    def waiting(self, resource: str, *, holder: str) -> None:
        """Say who is being waited for."""
        self.stdout.write(f"{resource}: another sync ({holder}) holds it; waiting until it is done.")

    def step_started(self, step: SyncStep) -> None:  # each step shows a few of its own
        """Start counting the rejections shown."""
        self.shown = 0

    def page_stored(self, step: SyncStep, *, rejections: Sequence[Rejection], budget_remaining: int | None) -> None:
        """Print rejected rows."""
        for rejection in rejections:
            self.shown += 1
            if self.shown <= _SHOWN_REJECTIONS:
                self.stdout.write(describe_rejection(step, rejection))
            elif self.shown == _SHOWN_REJECTIONS + 1:
                self.stdout.write(f"  warning: {step.resource}: more rows were rejected; all are in RejectedRow.")

    def step_finished(self, step: SyncStep) -> None:
        """Print what the step did."""
        self.stdout.write(f"{describe_step(step)}: {describe_result(step)}")


class BarListener(Listener):
    """A bar a step, with its rate and what is left of the remote's request budget."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.tasks: dict[int, TaskID] = {}
        self.started: dict[int, float] = {}

    def waiting(self, resource: str, *, holder: str) -> None:
        """Say who is being waited for."""
        self.progress.console.print(f"{resource}: another sync ({holder}) holds it; waiting until it is done.")

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
        fields: dict[str, Any] = {"rate": f"{step.seen / seconds:,.0f}/s", "budget": _describe_budget(budget_remaining)}
        self.progress.update(self.tasks[id(step)], completed=step.seen, **fields)
        for rejection in rejections[:_SHOWN_REJECTIONS]:
            self.progress.console.print(describe_rejection(step, rejection), style="yellow", markup=False)

    def step_finished(self, step: SyncStep) -> None:
        """Fill the bar, or say what went wrong."""
        self.progress.update(self.tasks[id(step)], total=max(step.seen, 1), completed=max(step.seen, 1))
        if step.status != Status.SUCCEEDED:
            self.progress.console.print(f"{describe_step(step)}: {step.error}", style="red", markup=False)


def describe_result(step: SyncStep) -> str:
    """Say in one clause what a step did."""
    if step.status != Status.SUCCEEDED:
        return f"{step.status}. {step.error}"
    parts = [f"{step.seen} seen"]
    parts += [
        f"{getattr(step, name)} {name}" for name in ("created", "updated", "removed", "rejected") if getattr(step, name)
    ]
    return ", ".join(parts) if len(parts) > 1 else f"{parts[0]}, nothing changed"


def describe_rejection(step: SyncStep, rejection: Rejection) -> str:
    """Name a rejected row and its first reason."""
    name = rejection.clopos_id or f"without id ({rejection.digest[:8]})"
    return f"  warning: {step.resource} {name} rejected: {rejection.reason.splitlines()[0]}"


def _describe_budget(remaining: int | None) -> str:
    return "" if remaining is None else f"{remaining} requests left"
