"""Try refused records again, as they were stored: after an upgrade whose schemas take what older ones refused.

Nothing is asked of the remote. A record that is older than its row's current one is not written: the row has moved on.
"""

from __future__ import annotations

import os
import socket
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import router, transaction
from django.db.models import QuerySet
from django.utils import timezone

from django_clopos.mirror.resource import Resource, Table
from django_clopos.models.base import allow_writes
from django_clopos.models.bookkeeping import COUNTS, RejectedRow, Status, SyncRun, SyncStep
from django_clopos.models.brands import Brand
from django_clopos.signals import rows_changed
from django_clopos.sync.checkpoints import Checkpoints
from django_clopos.sync.columns import RowContext, plan_table
from django_clopos.sync.compare import match_column, select_stored
from django_clopos.sync.history import open_history
from django_clopos.sync.lease import Held, hold
from django_clopos.sync.pages import Incoming, read_records
from django_clopos.sync.prepare import Preparer
from django_clopos.sync.quarantine import DriftCounter, Rejection, save_rejections
from django_clopos.sync.store import Outcome, Writer
from django_clopos.sync.tombstones import find_tombstones

_CHUNK = 200


@dataclass(kw_only=True, slots=True)
class Replayed:
    """What became of one resource's refused records."""

    resource: str
    stored: int = 0
    """Valid now: their rows are as these records say."""
    overtaken: int = 0
    """Not written, because the row was stored from a newer record."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Key and reason of those that are still wrong."""


def replay(
    brand: Brand,
    resources: Sequence[Resource],
    *,
    on_wait: Callable[[str], None],
    only: Collection[int] | None = None,
) -> list[Replayed]:
    """Replay the open rejections of these resources, recorded as a run of its own where there are any.

    `only`: keys of the rejections to replay; None: all that are open.
    """
    names = set(_select_open(brand, only=only).values_list("resource", flat=True).order_by().distinct())
    chosen = [resource for resource in resources if resource.name in names]
    if not chosen:
        return []
    now = timezone.now()
    options = {"retry_rejected": [resource.name for resource in chosen]}
    run = SyncRun.objects.create(
        brand=brand, options=options, host=socket.gethostname(), pid=os.getpid(), started_at=now
    )
    try:
        done = [_replay_resource(brand, resource, run, on_wait, only) for resource in chosen]
    except BaseException as error:
        _finish(run, Status.FAILED, f"Stopped by {type(error).__name__}.")
        raise
    _finish(run, Status.SUCCEEDED, "")
    return done


def _finish(run: SyncRun, status: Status, error: str) -> None:
    run.status, run.error, run.finished_at = status, error, timezone.now()
    run.save(update_fields=["status", "error", "finished_at"])
    run.steps.filter(status=Status.RUNNING).update(status=status, error=error, finished_at=run.finished_at)


def _replay_resource(
    brand: Brand,
    resource: Resource,
    run: SyncRun,
    on_wait: Callable[[str], None],
    only: Collection[int] | None,
) -> Replayed:
    done = Replayed(resource=resource.name)
    step = SyncStep.objects.create(run=run, resource=resource.name, walk="Replay", started_at=timezone.now())
    with hold(brand_id=brand.pk, resource=resource.name, on_wait=on_wait) as lease:
        last = 0
        while chunk := list(_select_open(brand, resource, only=only).filter(pk__gt=last).order_by("pk")[:_CHUNK]):
            last = chunk[-1].pk
            groups: dict[tuple[str, int | None], list[RejectedRow]] = defaultdict(list)
            for row in chunk:
                groups[row.table, row.venue].append(row)
            for (name, venue), rows in groups.items():
                batch = _Batch(brand=brand, resource=resource, venue=venue, run=run, step=step, lease=lease, done=done)
                batch.replay(name, rows)
    step.status, step.finished_at = Status.SUCCEEDED, timezone.now()
    step.save()
    return done


def _select_open(
    brand: Brand, resource: Resource | None = None, *, only: Collection[int] | None = None
) -> QuerySet[RejectedRow]:
    rows = RejectedRow.objects.using(router.db_for_write(RejectedRow)).filter(brand=brand, resolved_at=None)
    if only is not None:
        rows = rows.filter(pk__in=only)
    return rows if resource is None else rows.filter(resource=resource.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Batch:
    """Rejections of one table's model and one venue."""

    brand: Brand
    resource: Resource
    venue: int | None
    run: SyncRun
    step: SyncStep
    lease: Held
    done: Replayed

    @property
    def context(self) -> RowContext:
        return RowContext(brand_id=self.brand.pk, venue=self.venue, timezone_of=self.brand.timezone_of)

    def replay(self, name: str, rows: Sequence[RejectedRow]) -> None:
        tables = [table for table in self.resource.tables if table.model.__name__ == name]
        if not tables:
            self.done.refused += [(row.key, f"this version has no table {name}") for row in rows]
            return
        # Already in pieces and without secrets, as it was stored.
        pieces = replace(self.resource, flatten=None)
        records = read_records(pieces, [row.record.encode() for row in rows])
        records = find_tombstones(self.brand, self.resource).keep_out(self.resource, records)
        shares: dict[Table, list[tuple[RejectedRow, Incoming]]] = defaultdict(list)
        owners = self._find_owners(tables, records)
        for row, record in zip(rows, records, strict=True):
            # Where no row tells, as nested: a list that has it too takes it over with the next sync.
            shares[owners.get(record.id, tables[-1])].append((row, record))
        for table, share in shares.items():
            self._replay_table(table, share)

    def _find_owners(self, tables: Sequence[Table], records: Sequence[Incoming]) -> dict[int, Table]:
        """Tell which of several declarations filled the stored rows of these records, by remote id."""
        if len(tables) == 1:
            return {}
        plan, base = plan_table(tables[0]), self.context.base
        rows = select_stored(tables[0], plan, [base + record.id for record in records if record.id], self.context)
        return {
            key - base: table
            for table in tables
            for key in rows.filter(**table.fixed).values_list(match_column(plan), flat=True)
        }

    def _replay_table(self, table: Table, share: Sequence[tuple[RejectedRow, Incoming]]) -> None:
        now, using = timezone.now(), router.db_for_write(table.model)
        nested = self.resource.nested if table.model is self.resource.table.model else ()
        alone = replace(self.resource, table=table, nested=nested, flatten=None)
        drift = DriftCounter()
        preparer = Preparer(resource=alone, context=self.context, drift=drift, now=now)
        checkpoints = Checkpoints(brand_id=self.brand.pk, resource=self.resource.name, venue=self.venue)
        with transaction.atomic(using=using), allow_writes():
            self.lease.renew()
            fresh, overtaken = self._split_by_age(table, share)
            pages = preparer.prepare([record for _, record in fresh])
            outcomes = Writer(context=self.context, open_rejections=(), now=now, using=using).write(pages)
            refused = {rejection.key: rejection.reason for rejection in outcomes[0].rejections}
            valid = [row for row, record in fresh if preparer.key_of(record) not in refused]
            self._settle([*valid, *overtaken], now=now)
            self._explain([(row, refused.get(preparer.key_of(record))) for row, record in fresh])
            inner = [rejection for outcome in outcomes[1:] for rejection in outcome.rejections]
            self._keep(inner, now=now)
            drift.save(brand_id=self.brand.pk, resource=self.resource.name, now=now)
            self._count(outcomes, seen=len(share))
            history = open_history(self.resource, checkpoints, run=self.run)
            history.record(outcomes, context=self.context, now=now, using=using)
        self.done.stored += len(valid)
        self.done.overtaken += len(overtaken)
        self._send_signals(outcomes)

    def _split_by_age(
        self, table: Table, share: Sequence[tuple[RejectedRow, Incoming]]
    ) -> tuple[list[tuple[RejectedRow, Incoming]], list[RejectedRow]]:
        """Tell the records that may be written from those whose row was stored since, oldest first."""
        plan, base = plan_table(table), self.context.base
        rows = select_stored(table, plan, [base + record.id for _, record in share if record.id], self.context)
        stored = dict(rows.values_list(match_column(plan), "synced_at"))
        fresh, overtaken = [], []
        for row, record in sorted(share, key=lambda pair: pair[0].last_seen_at):
            synced_at = stored.get(base + record.id)
            if synced_at is None or synced_at < row.last_seen_at:
                fresh.append((row, record))
            else:
                overtaken.append(row)
        return fresh, overtaken

    def _settle(self, rows: Sequence[RejectedRow], *, now: datetime) -> None:
        RejectedRow.objects.filter(pk__in=[row.pk for row in rows]).update(resolved_at=now)

    def _explain(self, pairs: Sequence[tuple[RejectedRow, str | None]]) -> None:
        """Keep what is wrong with a record in the words of this version."""
        for row, reason in pairs:
            if reason is None:
                continue
            self.done.refused.append((row.key, reason))
            if row.reason != reason:
                row.reason = reason
                row.save(update_fields=["reason"])

    def _keep(self, rejections: list[Rejection], *, now: datetime) -> None:
        save_rejections(
            rejections, brand_id=self.brand.pk, resource=self.resource.name, venue=self.venue, run=self.run, now=now
        )

    def _count(self, outcomes: Sequence[Outcome], *, seen: int) -> None:
        self.step.seen += seen
        for outcome in outcomes:
            self.step.created += len(outcome.created)
            self.step.updated += len(outcome.updated)
            self.step.unchanged += outcome.unchanged
            self.step.rejected += len(outcome.rejections)
        self.step.save(update_fields=[*COUNTS])

    def _send_signals(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.created or outcome.updated:
                rows_changed.send_robust(
                    sender=outcome.table.model,
                    brand=self.brand,
                    resource=self.resource.name,
                    model=outcome.table.model,
                    created=outcome.created,
                    updated=outcome.updated,
                    removed=[],
                    run=self.run,
                )
