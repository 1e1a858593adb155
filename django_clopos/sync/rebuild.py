"""Derive rows again from the records stored with them: after an upgrade, a changed time zone, a damaged column.

Nothing is asked of the remote. A row's record, digest and marks stay as they are, and so does `synced_at`: the record
did not change, so neither history nor signals speak of it. A parent row that was deleted here takes its record with
it: that one a sync brings back, not a rebuild.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import router, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from django_clopos.mirror.resource import Nested, Resource, Table
from django_clopos.models.base import allow_writes
from django_clopos.models.bookkeeping import RejectedRow
from django_clopos.models.brands import Brand
from django_clopos.models.fields import load_json
from django_clopos.sync.columns import RowContext, plan_table
from django_clopos.sync.compare import fetch_stored
from django_clopos.sync.lease import Held, hold
from django_clopos.sync.pages import drop_repeated, make_incoming
from django_clopos.sync.prepare import Preparer
from django_clopos.sync.quarantine import DriftCounter, save_rejections
from django_clopos.sync.rewrite import Rewriter, StoredRow, fetch_rows, select_rows
from django_clopos.sync.store import Outcome, Writer

_CHUNK = 500


@dataclass(kw_only=True, slots=True)
class Rebuilt:
    """What a rebuild did to one table."""

    table: str
    read: int = 0
    written: int = 0
    """Rows that differed from what their record gives, or whose children did."""
    created: int = 0
    """Rows that come nested in a stored record and were missing."""
    rejected: int = 0
    """Records that are no longer valid: kept in RejectedRow, their rows left as they were."""
    dropped: int = 0
    """Child rows that belonged to no row."""


def rebuild(brand: Brand, resource: Resource, *, on_wait: Callable[[str], None]) -> list[Rebuilt]:
    """Rebuild the tables of one resource, under its lease, in chunks between which a sync that waits may go first.

    `on_wait` is told who is being waited for. Raises LeaseLost where another process takes the resource over.
    """
    with hold(brand_id=brand.pk, resource=resource.name, on_wait=on_wait) as lease:
        work = _Rebuild(brand=brand, resource=resource, lease=lease)
        # The resource's own table comes first: it makes the nested rows that are missing.
        return [work.rebuild_table(table) for table in resource.tables]


def make_rewriter(brand: Brand, resource: Resource, *, venue: int | None) -> Rewriter:
    """Make what writes rows of a brand again; `venue`: the one that they were read for."""
    now = timezone.now()
    context = RowContext(brand_id=brand.pk, venue=venue, timezone_of=brand.timezone_of)
    # What the contract does not know was counted when the remote sent it.
    preparer = Preparer(resource=resource, context=context, drift=DriftCounter(), now=now)
    using = router.db_for_write(resource.table.model)
    return Rewriter(preparer=preparer, writer=Writer(context=context, open_rejections=(), now=now, using=using))


def group_by_venue(brand: Brand, table: Table, rows: Sequence[StoredRow]) -> dict[int | None, list[StoredRow]]:
    """Group rows by the venue whose zone their stamps are in, and those of their children."""
    is_told = brand.venue_timezones and not table.from_venue and plan_table(table).venue_index is not None
    grouped: dict[int | None, list[StoredRow]] = defaultdict(list)
    for row in rows:
        # From the record: the column may be what is wrong.
        venue = load_json(row.record.body).get("venue_id") if is_told else row.venue
        grouped[venue if isinstance(venue, int) else None].append(row)
    return grouped


@dataclass(kw_only=True, slots=True)
class _Rebuild:
    brand: Brand
    resource: Resource
    lease: Held

    def rebuild_table(self, table: Table) -> Rebuilt:
        done = Rebuilt(table=table.model.__name__)
        rows = select_rows(table, self.brand.pk)
        context = make_rewriter(self.brand, self.resource, venue=None).preparer.context
        last = 0
        while True:
            with transaction.atomic(using=rows.db), allow_writes():
                self.lease.renew()
                chunk = fetch_rows(table, rows.filter(pk__gt=last), context, limit=_CHUNK)
                self._rebuild_chunk(table, chunk, done)
            if len(chunk) < _CHUNK:
                break
            last = chunk[-1].pk
            self.lease.give_way()
        with transaction.atomic(using=rows.db), allow_writes():
            self.lease.renew()
            done.dropped = self._drop_orphans(table)
        return done

    def _rebuild_chunk(self, table: Table, chunk: Sequence[StoredRow], done: Rebuilt) -> None:
        for venue, rows in group_by_venue(self.brand, table, chunk).items():
            rewriter = make_rewriter(self.brand, self.resource, venue=venue)
            outcome = rewriter.rewrite(table, rows)
            self._settle_rejections(table, rows, outcome, rewriter)
            done.read += len(rows)
            done.written += len(outcome.updated)
            done.rejected += len(outcome.rejections)
            if table is self.resource.table:
                for nested in self.resource.nested:
                    done.created += len(self._create_missing(nested, rows, rewriter).created)

    def _create_missing(self, nested: Nested, rows: Sequence[StoredRow], rewriter: Rewriter) -> Outcome:
        """Write the rows that come nested in these records and are not stored."""
        outer = [load_json(row.record.body) for row in rows]
        inner = drop_repeated(make_incoming(found) for record in outer for found in nested.find(record))
        plan = plan_table(nested.table)
        stored = fetch_stored(nested.table, plan, inner, rewriter.preparer.context)
        return rewriter.create(nested.table, [record for record in inner if record.id and record.id not in stored])

    def _settle_rejections(self, table: Table, rows: Sequence[StoredRow], outcome: Outcome, rewriter: Rewriter) -> None:
        """Keep the records that are no longer valid, and close what an earlier rebuild said of those that are again."""
        name, now = table.model.__name__, rewriter.writer.now
        save_rejections(
            outcome.rejections,
            brand_id=self.brand.pk,
            resource=self.resource.name,
            venue=rewriter.preparer.context.venue,
            run=None,
            now=now,
        )
        refused = {rejection.key for rejection in outcome.rejections}
        valid = [row.record for row in rows if rewriter.preparer.key_of(row.record) not in refused]
        # By digest: a rejection of a newer record stays open, whatever the older one gives.
        RejectedRow.objects.filter(
            brand=self.brand,
            resource=self.resource.name,
            table=name,
            resolved_at=None,
            content_hash__in=[record.digest for record in valid],
        ).update(resolved_at=now)

    def _drop_orphans(self, table: Table) -> int:
        """Delete child rows of this brand whose parent is not stored."""
        dropped = 0
        for child in table.children:
            using = router.db_for_write(child.model)
            parents = table.model._base_manager.using(using).filter(pk=OuterRef(f"{child.parent}_id"))
            orphans = child.model._base_manager.using(using).filter(~Exists(parents), brand_id=self.brand.pk)
            dropped += orphans.delete()[0]
        return dropped
