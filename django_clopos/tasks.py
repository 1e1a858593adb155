"""Celery tasks: thin calls into the engine. What is due is decided in `schedule`; a message is only a hint.

Every task may run twice, late or not at all: a claim keeps two copies of a job apart, the lease and its fence keep
their pages apart, and the next tick sends again what was lost. A failing remote is recorded, not raised.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from celery import Task, shared_task
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from django_clopos.client import CloposError
from django_clopos.conf import load_settings
from django_clopos.mirror import RESOURCES, get_resource
from django_clopos.mirror.resource import Resource, Urgency
from django_clopos.mirror.strategies import Part
from django_clopos.models.bookkeeping import Status, SyncRun
from django_clopos.models.brands import Brand
from django_clopos.models.schedule import Work
from django_clopos.schedule.claims import Claim, NoClaim, claim, make_due
from django_clopos.schedule.holds import try_now
from django_clopos.schedule.jobs import list_backfilled
from django_clopos.schedule.messages import choose_priority, deliver, deliver_again
from django_clopos.schedule.room import Slice
from django_clopos.schedule.rows import make_rows
from django_clopos.schedule.tickets import Ticket, take_due
from django_clopos.sync.asked import take_run, withdraw_run
from django_clopos.sync.checkpoints import has_history_begun, is_history_left
from django_clopos.sync.connection import find_brand, open_client
from django_clopos.sync.engine import Options, add_needed, is_hopeless, sync
from django_clopos.sync.prune import choose_limits
from django_clopos.sync.prune import prune as prune_brand
from django_clopos.sync.references import fetch_missing
from django_clopos.sync.report import RunReport
from django_clopos.sync.verify import heal, make_plan, verify

#: Of every task but `sync_brand`, whose first run may take hours. Below what brokers allow before they hand a message
#: out again or hang up: an hour on Redis, half an hour on RabbitMQ.
HARD_LIMIT_SECONDS = 1500
_WHILE_HISTORY_IS_READ = timedelta(minutes=15)
_VERIFIED_DAYS = 7

TicketNumbers = Sequence[int] | None
Held = Claim | NoClaim


class CloposTask(Task):  # type: ignore[type-arg]  # takes none at run time
    """What all tasks have in common."""

    abstract = True
    acks_late = True
    ignore_result = True

    @property
    def queue(self) -> str:
        """The queue that the settings name."""
        return load_settings().QUEUE


class LimitedTask(CloposTask):
    """Ended by its worker after 25 minutes. No soft limit before it: that would break off a page like any error."""

    abstract = True
    time_limit = HARD_LIMIT_SECONDS
    soft_time_limit = HARD_LIMIT_SECONDS


@shared_task(name="django_clopos.tick", base=LimitedTask)
def tick() -> dict[str, Any]:
    """Send a message for every job that is due. For Celery's beat, every few seconds; two at once do no harm."""
    make_rows()
    sent = deliver(take_due(), _send)
    return {"sent": sent}


@shared_task(name="django_clopos.sync_brand", base=CloposTask)
def sync_brand(
    brand: str | None = None, resources: Sequence[str] = (), *, full: bool = False, run: int | None = None
) -> dict[str, Any]:
    """Mirror a brand, named by its slug, and return how the run ended.

    Without a slug: the brand of the environment, or the only one. Without names: everything that is not opt-in.
    A failing remote is recorded on the run, not raised; wrong configuration raises. An inactive brand is left alone.
    `run`: key of the row that was made when somebody asked for it; nothing is done if it was begun or withdrawn.
    """
    row = find_brand(brand)
    if not row.is_active:
        if run is not None:
            withdraw_run(run, reason="The brand is inactive.")
        return {"run": run, "status": "inactive"}
    asked = None if run is None else take_run(run)
    if run is not None and asked is None:
        return {"run": run, "status": "void"}
    chosen = [get_resource(name) for name in resources] or [
        resource for resource in RESOURCES if not resource.is_opt_in
    ]
    ordered = [resource for resource in RESOURCES if resource in chosen]
    report = _sync(row, ordered, Options(resources=tuple(resources), is_full=full), run=asked)
    if asked is not None and report.run.status == Status.SUCCEEDED:
        try_now(row.pk)  # what failed before need not wait for the end of a hold whose cause is gone
    return _describe(report)


@shared_task(name="django_clopos.sync_resource", base=LimitedTask)
def sync_resource(brand: str, resource: str, *, part: str = Part.WHOLE, ticket: TicketNumbers = None) -> dict[str, Any]:
    """Mirror one resource of a brand. `part`: of orders and receipts, `news` or `trailing` only."""

    def work(row: Brand, held: Held) -> dict[str, Any]:
        chosen = Part(part)
        if chosen is Part.TRAILING and is_history_left(row.pk):
            held.postpone(_WHILE_HISTORY_IS_READ)
            return {"status": "postponed"}
        report = _sync(row, [get_resource(resource)], Options(resources=(resource,), part=chosen), held)
        if chosen is Part.NEWS and is_history_left(row.pk):
            make_due(row.pk, Work.BACKFILL)
        _settle(held, report)
        return _describe(report)

    return _do(brand, ticket, work)


@shared_task(name="django_clopos.backfill", base=LimitedTask, bind=True)
def backfill(self: LimitedTask, brand: str, *, ticket: TicketNumbers = None) -> dict[str, Any]:
    """Read the history of a brand's orders and receipts, for some minutes, and leave the rest to another message.

    It ends at the boundary of a window, sooner where a job that must not wait finds no free worker.
    """
    is_eager = bool(self.request.is_eager)

    def work(row: Brand, held: Held) -> dict[str, Any]:
        resources = list_backfilled()
        names = tuple(resource.name for resource in resources)
        if not has_history_begun(row.pk, names):
            _sync(row, resources, Options(resources=names, part=Part.NEWS), held)
        if not is_history_left(row.pk):
            held.succeed()
            return {"status": "nothing left"}
        should_stop = bool if is_eager else Slice().is_over
        options = Options(resources=names, part=Part.BACKFILL)
        report = _sync(row, resources, options, held, should_stop=should_stop)
        is_left = is_history_left(row.pk)
        _settle(held, report, is_unfinished=is_left)
        if is_left and report.run.status == Status.SUCCEEDED and not is_eager:
            _send_rest(row, held)
        return {**_describe(report), "is_left": is_left}

    return _do(brand, ticket, work)


@shared_task(name="django_clopos.verify_brand", base=LimitedTask)
def verify_brand(brand: str, *, ticket: TicketNumbers = None) -> dict[str, Any]:
    """Compare a brand's lists and last days with the remote, read again what differs, and fetch what is named only."""

    def work(row: Brand, held: Held) -> dict[str, Any]:
        if is_history_left(row.pk):
            held.postpone(_WHILE_HISTORY_IS_READ)
            return {"status": "postponed"}
        compared = [each for each in RESOURCES if not (each.is_opt_in or each.endpoint.has_parent)]
        with open_client(row) as client:
            client.is_patient = True
            plan = make_plan(row, compared, client=client, days=_VERIFIED_DAYS, is_deep=False)
            findings = verify(row, plan, client=client, is_deep=False, on_finding=lambda _: held.renew())
            heal(row, findings, client=client)
            fetch_missing(row, client=client, resources=RESOURCES)
        held.succeed()
        return {"compared": len(findings), "different": sum(finding.differs for finding in findings)}

    return _do(brand, ticket, work)


@shared_task(name="django_clopos.prune", base=LimitedTask)
def prune(brand: str, *, ticket: TicketNumbers = None) -> dict[str, Any]:
    """Delete what is old of a brand's diary and history; mirrored rows stay."""

    def work(row: Brand, held: Held) -> dict[str, Any]:
        counts = prune_brand(row, choose_limits(timezone.now()), is_dry_run=False)
        held.succeed()
        return counts

    return _do(brand, ticket, work)


def _do(brand: str, ticket: TicketNumbers, work: Callable[[Brand, Held], dict[str, Any]]) -> dict[str, Any]:
    """Do a job if its ticket is good. What it says of wrong configuration is raised only for a site's own call."""
    with claim(ticket) as held:
        if held is None:
            return {"status": "void"}
        row = find_brand(brand)
        if not row.is_active:
            return {"status": "inactive"}
        try:
            return work(row, held)
        except CloposError as error:
            held.fail(error, is_hopeless=is_hopeless(error, has_read=False))
        except ImproperlyConfigured as error:
            held.fail(error, is_hopeless=True)
            if ticket is None:
                raise
        return {"status": Status.FAILED}


def _sync(
    brand: Brand,
    resources: Sequence[Resource],
    options: Options,
    held: Held | None = None,
    *,
    should_stop: Callable[[], bool] = bool,
    run: SyncRun | None = None,
) -> RunReport:
    ordered = add_needed(resources, registry=RESOURCES, brand=brand)
    return sync(brand, ordered, options=options, listener=held, should_stop=should_stop, run=run)


def _settle(held: Held, report: RunReport, *, is_unfinished: bool = False) -> None:
    if report.run.status == Status.SUCCEEDED:
        held.succeed(is_unfinished=is_unfinished)
        return
    has_read = any(step.pages for step in report.steps)
    error = report.errors[0] if report.errors else CloposError(report.run.error)
    held.fail(error, is_hopeless=is_hopeless(error, has_read=has_read))


def _describe(report: RunReport) -> dict[str, Any]:
    counts = {name: report.total(name) for name in ("created", "updated", "removed", "rejected")}
    return {"run": report.run.pk, "status": str(report.run.status), **counts}


def _send(ticket: Ticket, priority: int) -> None:
    """Send the message of a ticket."""
    job, options = ticket.job, {"ticket": ticket.as_json()}
    match job.work:
        case Work.POLL:
            task, arguments = sync_resource, {"resource": job.resource, "part": Part.NEWS}
        case Work.TRAILING:
            task, arguments = sync_resource, {"resource": job.resource, "part": Part.TRAILING}
        case Work.BACKFILL:
            task, arguments = backfill, {}
        case Work.VERIFY:
            task, arguments = verify_brand, {}
        case Work.PRUNE:
            task, arguments = prune, {}
        case unknown:
            raise ValueError(unknown)
    task.apply_async(args=(ticket.brand,), kwargs=arguments | options, priority=priority)


def _send_rest(brand: Brand, held: Held) -> None:
    """Leave the rest of a backfill to another message."""
    if isinstance(held, Claim):
        deliver_again(held.row.pk, _send)
    else:
        backfill.apply_async(args=(brand.slug,), priority=choose_priority(Urgency.LAST))
