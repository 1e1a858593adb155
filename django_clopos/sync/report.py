"""What a caller is told while a sync runs. Services know no progress bar: they call a listener."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django_clopos.client.errors import CloposError
from django_clopos.models.bookkeeping import SyncRun, SyncStep
from django_clopos.sync.quarantine import Rejection


class Listener:
    """Told of what happens; every method may be left out."""

    def run_started(self, run: SyncRun, *, steps: int) -> None:
        """A run begins. `steps`: how many resources it will read."""

    def waiting(self, resource: str, *, holder: str) -> None:
        """Another sync holds this resource; this one waits for it."""

    def step_started(self, step: SyncStep) -> None:
        """A resource, and a venue where it has venues, is about to be read."""

    def expecting(self, step: SyncStep, *, rows: int) -> None:
        """The remote says that a walk will give this many rows, beside those of earlier walks of this step."""

    def page_stored(self, step: SyncStep, *, rejections: Sequence[Rejection], budget_remaining: int | None) -> None:
        """A page was written; the step's counts include it. `budget_remaining`: requests left, as the remote says."""

    def step_finished(self, step: SyncStep) -> None:
        """A step ended; its status says how."""

    def run_finished(self, report: RunReport) -> None:
        """The run ended."""


@dataclass(kw_only=True, slots=True)
class RunReport:
    """A run with its steps. In a dry run neither is in the database."""

    run: SyncRun
    steps: list[SyncStep] = field(default_factory=list)
    is_dry_run: bool = False
    errors: list[CloposError] = field(default_factory=list)
    """What ended steps, or the run itself, in the order in which it came."""

    def total(self, name: str) -> int:
        """Sum one count over the steps, such as `created`."""
        return sum(getattr(step, name) for step in self.steps)
