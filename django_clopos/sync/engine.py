"""A run: which steps it has, in which order, and how it ends. Every run is accounted, whatever happens to it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from django_clopos.client import AuthenticationFailed, Client, CloposError, ConnectionLost, Usage
from django_clopos.client.endpoints import Scope
from django_clopos.conf import load_settings
from django_clopos.mirror.resource import Resource
from django_clopos.mirror.strategies import Part, PerParent
from django_clopos.models.bookkeeping import Status, SyncRun, SyncStep
from django_clopos.models.brands import Brand
from django_clopos.models.venues import Venue
from django_clopos.signals import step_finished, sync_finished
from django_clopos.sync.checkpoints import Checkpoints
from django_clopos.sync.connection import open_client
from django_clopos.sync.endings import choose_status, close_dead_runs, explain
from django_clopos.sync.lease import hold
from django_clopos.sync.removals import Allowance
from django_clopos.sync.report import Listener, RunReport
from django_clopos.sync.scope import choose_venues, is_scope_known
from django_clopos.sync.step import Step
from django_clopos.sync.walk import Walk
from django_clopos.sync.walks import is_left


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What was asked of a run."""

    resources: tuple[str, ...] = ()
    """Names, for the record; empty: all that are not opt-in."""
    venues: tuple[int, ...] = ()
    """Clopos ids; empty: every venue. Resources of the whole brand are not affected."""
    since: date | None = None
    until: date | None = None
    """Read again the orders and receipts created in these days, both included."""
    is_full: bool = False
    """Ignore watermarks and checkpoints, and walk all history again."""
    is_dry_run: bool = False
    """Read and compare, write nothing."""
    allows_mass_removal: bool = False
    """Believe complete walks that leave out more than a fifth of the rows, and empty answers."""
    holds_collector: bool = False
    part: Part = Part.WHOLE
    """What to do of orders and receipts."""

    def as_json(self) -> dict[str, Any]:
        """Give what was asked for, defaults left out, for the run's row."""
        given = {name: value for name, value in asdict(self).items() if value and value != Part.WHOLE}
        return {name: str(value) if isinstance(value, date) else value for name, value in given.items()}


def sync(
    brand: Brand,
    resources: Sequence[Resource],
    *,
    options: Options | None = None,
    client: Client | None = None,
    listener: Listener | None = None,
    should_stop: Callable[[], bool] = bool,
    run: SyncRun | None = None,
) -> RunReport:
    """Mirror these resources of a brand, in their order, and give the report.

    A failing resource fails its step and lets the others go on; only what would fail every step ends the run. The
    report's run says how it ended. Raises ImproperlyConfigured for missing credentials, after recording the run;
    KeyboardInterrupt and unforeseen errors are passed on, after recording the run as abandoned or failed.

    `should_stop` is asked after every window of a backfill and before every step: True leaves the rest to another run.
    `run`: a row that was made when somebody asked for this sync; None: it gets a new one.
    """
    engine = _Engine(
        brand=brand,
        resources=tuple(resources),
        options=options or Options(),
        listener=listener or Listener(),
        should_stop=should_stop,
        run=run,
    )
    return engine.run(client)


def store_records(brand: Brand, resource: Resource, bodies: Sequence[bytes], *, client: Client) -> RunReport:
    """Store records of a resource that were read by their id, in a run of their own. Moves no checkpoint."""
    options = Options(resources=(resource.name,))
    engine = _Engine(brand=brand, resources=(resource,), options=options, listener=Listener(), given=tuple(bodies))
    return engine.run(client)


class _Engine:
    def __init__(
        self,
        *,
        brand: Brand,
        resources: tuple[Resource, ...],
        options: Options,
        listener: Listener,
        given: tuple[bytes, ...] | None = None,
        should_stop: Callable[[], bool] = bool,
        run: SyncRun | None = None,
    ) -> None:
        self.brand = brand
        self.should_stop = should_stop
        self.given = given
        """Records to store in place of a walk."""
        self.resources = resources
        self.options = options
        self.listener = listener
        self.allowance = Allowance(allows_mass_removal=options.allows_mass_removal)
        self.unsaved_venues: set[int] = set()
        """Of a dry run, which finds venues and stores none."""
        self.report = RunReport(
            run=_begin_run(run or SyncRun(brand=brand), options),
            is_dry_run=options.is_dry_run,
        )

    @property
    def writes(self) -> bool:
        return not self.options.is_dry_run

    def run(self, client: Client | None) -> RunReport:
        run = self.report.run
        if self.writes:
            close_dead_runs(self.brand)
            run.save()
        self.listener.run_started(run, steps=len(self.resources))
        with self._account():
            if client is not None:
                self._run_steps(client)
            else:
                with open_client(self.brand) as own:
                    self._run_steps(own)
        return self.report

    @contextmanager
    def _account(self) -> Iterator[None]:
        """Give the run its status, whatever ends it."""
        try:
            yield
        except CloposError as error:
            self._note(error)
            self._finish(Status.FAILED, str(error))
        except ImproperlyConfigured as error:
            self._finish(Status.FAILED, str(error))
            raise
        except KeyboardInterrupt:
            self._finish(
                Status.ABANDONED, "Stopped by hand. What was mirrored until then is kept; sync again to go on."
            )
            raise
        except BaseException as error:
            self._finish(
                Status.FAILED, f"An unforeseen error ({type(error).__name__}); please report it with its traceback."
            )
            raise
        else:
            status = self._conclude()
            self._finish(status, self.report.steps[0].error if status == Status.FAILED else "")

    def _conclude(self) -> Status:
        failed = sum(step.status != Status.SUCCEEDED for step in self.report.steps)
        if failed == 0:
            return Status.SUCCEEDED
        return Status.PARTIAL if failed < len(self.report.steps) else Status.FAILED

    def _finish(self, status: Status, error: str) -> None:
        run = self.report.run
        run.status, run.error, run.finished_at = status, error, timezone.now()
        if self.writes:
            run.save()
            sync_finished.send_robust(sender=SyncRun, brand=self.brand, run=run)
        self.listener.run_finished(self.report)

    def _run_steps(self, client: Client) -> None:
        for resource in self.resources:
            if self.writes:
                with hold(
                    brand_id=self.brand.pk,
                    resource=resource.name,
                    on_wait=lambda holder, name=resource.name: self.listener.waiting(name, holder=holder),  # type: ignore[misc]
                ) as lease:
                    self._run_resource(client, resource, lease)
            else:
                self._run_resource(client, resource, None)

    def _run_resource(self, client: Client, resource: Resource, lease: Any) -> None:
        before = client.usage
        try:
            venues = choose_venues(
                client,
                resource,
                self._known_venues(),
                named=self.options.venues,
                brand_id=self.brand.pk,
                relearn=self.options.is_full,
            )
        except CloposError as error:
            row = self._open_step(resource, None)
            self._close_step(row, error)
            self._stop_if_hopeless(error)
            return
        may_remove = is_scope_known(resource, self._known_venues(), brand_id=self.brand.pk)
        for venue in venues:
            walk = self._make_walk(client, resource, venue)
            if self.should_stop() or not is_left(walk):
                continue
            self._run_step(walk, lease, before=before, may_remove=may_remove)
            before = client.usage
            if lease and venue != venues[-1]:
                lease.give_way()

    def _run_step(self, walk: Walk, lease: Any, *, before: Usage, may_remove: bool) -> None:
        row = self._open_step(walk.resource, walk.venue)
        step = Step(
            brand=self.brand,
            run=self.report.run,
            row=row,
            resource=walk.resource,
            walk=walk,
            listener=self.listener,
            lease=lease,
            before=before,
            allowance=self.allowance,
            may_remove=may_remove,
            is_dry_run=self.options.is_dry_run,
            holds_collector=self.options.holds_collector,
        )
        try:
            step.execute()
        except CloposError as error:
            self._close_step(row, error)
            self._stop_if_hopeless(error)
        except BaseException as error:
            self._close_step(row, error)
            raise
        else:
            self._close_step(row, None)
            self.unsaved_venues |= step.would_create(Venue)

    def _make_walk(self, client: Client, resource: Resource, venue: int | None) -> Walk:
        values = load_settings()
        return Walk(
            client=client,
            resource=resource,
            venue=venue,
            checkpoints=Checkpoints(brand_id=self.brand.pk, resource=resource.name, venue=venue),
            timezone=self.brand.timezone_of(venue),
            now=timezone.now(),
            trailing_days=values.TRAILING_DAYS,
            history_from=values.HISTORY_FROM,
            since=self.options.since,
            until=self.options.until,
            is_full=self.options.is_full,
            is_dry_run=self.options.is_dry_run,
            given=self.given,
            part=self.options.part,
            should_stop=self.should_stop,
        )

    def _open_step(self, resource: Resource, venue: int | None) -> SyncStep:
        row = SyncStep(
            run=self.report.run,
            resource=resource.name,
            venue=venue,
            walk=type(resource.strategy).__name__ if self.given is None else "by id",
            started_at=timezone.now(),
        )
        if self.writes:
            row.save()
        self.report.steps.append(row)
        self.listener.step_started(row)
        return row

    def _close_step(self, row: SyncStep, error: BaseException | None) -> None:
        row.finished_at = timezone.now()
        row.status = choose_status(error)
        row.error = explain(error)
        if isinstance(error, CloposError):
            self._note(error)
        if self.writes:
            row.save()
            step_finished.send_robust(sender=SyncStep, brand=self.brand, step=row)
        self.listener.step_finished(row)

    def _note(self, error: CloposError) -> None:
        if error not in self.report.errors:  # one that ended a step may end the run too
            self.report.errors.append(error)

    def _stop_if_hopeless(self, error: CloposError) -> None:
        """End the run where every other step would fail in the same way."""
        if is_hopeless(error, has_read=any(step.pages for step in self.report.steps)):
            raise error

    def _known_venues(self) -> list[int]:
        """Give the Clopos ids of the venues that the brand has, in order."""
        known = Venue.objects.filter(brand_id=self.brand.pk, removed_at=None, missing_since=None)
        ids = set(known.values_list("clopos_id", flat=True)) if self.brand.pk else set()
        return sorted(ids | self.unsaved_venues)


def _begin_run(run: SyncRun, options: Options) -> SyncRun:
    """Say in a row that this process does now what was asked for."""
    run.status, run.options = Status.RUNNING, options.as_json()
    run.host, run.pid, run.started_at = socket.gethostname(), os.getpid(), timezone.now()
    return run


def add_needed(resources: Sequence[Resource], *, registry: Iterable[Resource], brand: Brand) -> tuple[Resource, ...]:
    """Put the list of venues first where a resource is read venue by venue and no venue is known yet."""
    needs_venues = any(resource.endpoint.scope is not Scope.BRAND for resource in resources)
    if not needs_venues or (brand.pk and Venue.objects.filter(brand=brand).exists()):
        return tuple(resources)
    first = [resource for resource in registry if resource.table.model is Venue and resource not in resources]
    return (*first, *resources)


def is_hopeless(error: CloposError, *, has_read: bool) -> bool:
    """Tell whether everything else of the brand would fail in the same way: no access, or nobody there.

    `has_read`: something was read in the same run, so that a lost connection may be an accident.
    """
    if isinstance(error, AuthenticationFailed) or error.path == "auth":
        return True
    return isinstance(error, ConnectionLost) and not has_read


def is_dated(resource: Resource) -> bool:
    """Tell whether --since and --until mean something for a resource."""
    return resource.endpoint.dated or isinstance(resource.strategy, PerParent)


__all__ = ["Options", "add_needed", "is_dated", "is_hopeless", "store_records", "sync"]
