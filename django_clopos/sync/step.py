"""One resource and venue of a run: each page through the pipeline, in a transaction with counters and checkpoint."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from django.db import router, transaction
from django.db.models import Model
from django.utils import timezone

from django_clopos.client import Usage
from django_clopos.mirror.resource import Resource, Table
from django_clopos.models.base import allow_writes
from django_clopos.models.bookkeeping import COUNTS, SyncRun, SyncStep
from django_clopos.models.brands import Brand
from django_clopos.signals import row_rejected, rows_changed
from django_clopos.sync.columns import RowContext
from django_clopos.sync.history import History, open_history
from django_clopos.sync.lease import Held
from django_clopos.sync.pages import Incoming, read_records
from django_clopos.sync.prepare import Page, Preparer
from django_clopos.sync.quarantine import (
    DriftCounter,
    Rejection,
    find_open_rejections,
    resolve_rejections,
    save_rejections,
)
from django_clopos.sync.removals import Allowance, Judge, Verdict, apply_verdict, remove_absent
from django_clopos.sync.report import Listener
from django_clopos.sync.store import Outcome, Writer
from django_clopos.sync.tally import Extent
from django_clopos.sync.tombstones import Tombstones, find_tombstones
from django_clopos.sync.walk import Batch, Walk
from django_clopos.sync.walks import read

#: How long the counts of pages that change nothing may wait; the lease is renewed with them.
_QUIET_SECONDS = 5.0


@dataclass(kw_only=True, slots=True)
class Step:
    """Runs one walk to its end. In a dry run everything is read and nothing written."""

    brand: Brand
    run: SyncRun
    row: SyncStep
    resource: Resource
    walk: Walk
    listener: Listener
    lease: Held | None
    before: Usage
    """What the client had used before this step."""
    allowance: Allowance
    may_remove: bool
    """Whether absence means anything: it is known whose rows the walk gives."""
    is_dry_run: bool
    holds_collector: bool
    """Keep the garbage collector out of the pages: a fifth faster, not for threads of a web server."""
    _drift: DriftCounter = field(default_factory=DriftCounter)
    _tombstones: Tombstones = field(default_factory=Tombstones)
    _open_rejections: set[tuple[str, str]] = field(default_factory=set)
    _created: dict[tuple[type[Model], int], Table] = field(default_factory=dict)
    """What a dry run found new, and what filled it."""
    _seen: set[int] = field(default_factory=set)
    """Remote ids that the current walk gave."""
    _walk_began_at: datetime = field(default_factory=timezone.now)
    _saved_at: float = 0.0
    _history: History = field(init=False)

    def execute(self) -> None:
        """Store every batch of the walk. Raises what the client raises; what was stored until then stays."""
        self._open_rejections = find_open_rejections(brand_id=self.brand.pk or 0, resource=self.resource.name)
        self._tombstones = find_tombstones(self.brand, self.resource)
        self._history = open_history(self.resource, self.walk.checkpoints, run=self.run, is_dry_run=self.is_dry_run)
        try:
            # Closed at once when a page fails: a traceback would keep the walk's threads alive.
            with closing(read(self.walk)) as batches:
                for batch in batches:
                    self._count_usage()
                    self._take_in_turn(batch)
            self._history.begin(now=timezone.now())
        finally:
            self._count_usage()
            if not self.is_dry_run:
                self._drift.save(brand_id=self.brand.pk, resource=self.resource.name, now=timezone.now())

    def _take_in_turn(self, batch: Batch) -> None:
        """Store a batch, judge what a complete walk left out, and let others go first where the walk says so."""
        if batch.expected is not None:
            self.listener.expecting(self.row, rows=batch.expected)
        if batch.begins:
            self._seen, self._walk_began_at = set(), timezone.now()
        self._history.follow(batch.checkpoints)
        self.row.races += 1 if batch.has_raced else 0
        with _collector_held() if self.holds_collector else nullcontext():
            self._take(batch)
        if batch.extent is not None and self.may_remove and not self.is_dry_run:
            self._judge(batch.extent)
        if batch.gives_way and self.lease:
            self.lease.give_way()
            self._tombstones = find_tombstones(self.brand, self.resource)  # an erasure may have gone first

    def _judge(self, extent: Extent) -> None:
        """Mark what a complete walk left out, and store what is there all the same."""
        checkpoints, earlier = self.walk.checkpoints, self.walk.checkpoints.read("complete_walk_at")
        context = RowContext(brand_id=self.brand.pk, venue=self.row.venue, timezone_of=self.brand.timezone_of)
        judge = Judge(
            resource=self.resource,
            context=context,
            zone=self.walk.timezone,
            client=self.walk.client,
            allowance=self.allowance,
            walk_began_at=self._walk_began_at,
            earlier_walk_began_at=datetime.fromisoformat(earlier) if earlier else None,
        )
        verdict = judge.judge(self._seen, extent)
        if verdict == Verdict() and extent != Extent():
            return  # most windows: nothing to write, not even when the walk was
        table, now = self.resource.table, timezone.now()
        outcomes, removed = [Outcome(table=table)], [key - context.base for key in verdict.removed]
        using = router.db_for_write(table.model)
        with transaction.atomic(using=using), allow_writes():
            if self.lease:
                self.lease.renew()
            apply_verdict(table, verdict, began_at=self._walk_began_at, now=now)
            self.row.missing += len(verdict.missing)
            self.row.removed += len(verdict.removed)
            self.row.note = verdict.note or self.row.note
            self.row.save(update_fields=[*COUNTS, "note"])
            if extent == Extent():
                checkpoints.write({"complete_walk_at": self._walk_began_at.isoformat()})
            self._history.record(outcomes, removed=removed, context=context, now=now, using=using)
        self._send_signals(outcomes, removed)
        if verdict.alive:
            self._take(Batch(bodies=tuple(verdict.alive), is_page=False))

    def _take(self, batch: Batch) -> None:
        now = timezone.now()
        context = RowContext(brand_id=self.brand.pk or 0, venue=self.row.venue, timezone_of=self.brand.timezone_of)
        records = self._tombstones.keep_out(self.resource, read_records(self.resource, batch.bodies, ids=batch.ids))
        self._seen.update(record.id for record in records)
        pages = Preparer(resource=self.resource, context=context, drift=self._drift, now=now).prepare(records)
        writer = Writer(
            context=context,
            open_rejections=self._open_rejections,
            now=now,
            using=router.db_for_write(self.resource.table.model),
        )
        self.row.pages += 1 if batch.is_page else 0
        self.row.seen += len(records)
        if self.is_dry_run or self._is_quiet(batch, pages):
            outcomes = writer.describe(pages)
            removed = self._find_absent(batch, writer, records)
            self._count(outcomes, removed)
        else:
            outcomes, removed = self._write(batch, writer, pages, records)
        if not self.is_dry_run:
            self._send_signals(outcomes, removed)
        self.listener.page_stored(
            self.row, rejections=_rejections(outcomes), budget_remaining=self.walk.client.budget_remaining
        )

    def _is_quiet(self, batch: Batch, pages: Sequence[Page]) -> bool:
        """Tell whether a page changes nothing, so that its counts may wait for the next commit, seconds away."""
        if batch.checkpoints or batch.is_set or time.monotonic() - self._saved_at > _QUIET_SECONDS:
            return False
        return not any(page.has_work(self._open_rejections) for page in pages)

    def _write(
        self, batch: Batch, writer: Writer, pages: Sequence[Page], records: Sequence[Incoming]
    ) -> tuple[list[Outcome], list[int]]:
        """Commit a page with its counters and checkpoints, if the lease is still ours."""
        with transaction.atomic(using=writer.using), allow_writes():
            if self.lease:
                self.lease.renew()
            outcomes = writer.write(pages)
            removed = self._find_absent(batch, writer, records)
            self._save_rejections(outcomes, now=writer.now)
            self._count(outcomes, removed)
            self.row.save(update_fields=[*COUNTS, "waited_seconds"])
            self.walk.checkpoints.write(batch.checkpoints)
            self._history.record(outcomes, removed=removed, context=writer.context, now=writer.now, using=writer.using)
        self._saved_at = time.monotonic()
        return outcomes, removed

    def _find_absent(self, batch: Batch, writer: Writer, records: Sequence[Incoming]) -> list[int]:
        """Mark what an answer that is the whole set leaves out; in a dry run, only find it."""
        if not batch.is_set:
            return []
        table = self.resource.table
        return remove_absent(table, writer.context, records, now=writer.now, is_dry_run=self.is_dry_run)

    def _count(self, outcomes: Sequence[Outcome], removed: Sequence[int]) -> None:
        """Add a page's outcomes."""
        for outcome in outcomes:
            self.row.created += len(self._drop_repeated(outcome) if self.is_dry_run else outcome.created)
            self.row.updated += len(outcome.updated)
            self.row.unchanged += outcome.unchanged
            self.row.rejected += len(outcome.rejections)
        self.row.removed += len(removed)

    def would_create(self, model: type[Model]) -> set[int]:
        """Give the Clopos ids of the rows of a model that this step of a dry run found new."""
        return {clopos_id for found, clopos_id in self._created if found is model}

    def _drop_repeated(self, outcome: Outcome) -> list[int]:
        """Give the rows that no earlier page of this dry run found new; count the others as a real run does."""
        fresh = []
        for clopos_id in outcome.created:
            key = (outcome.table.model, clopos_id)
            earlier = self._created.get(key)
            if earlier is None:
                fresh.append(clopos_id)
            elif earlier is outcome.table:
                self.row.unchanged += 1
            elif outcome.table is self.resource.table:
                self.row.updated += 1  # the record itself, after it came nested in another
            else:
                continue  # nested in another, after the record itself
            self._created[key] = outcome.table
        return fresh

    def _save_rejections(self, outcomes: Sequence[Outcome], *, now: datetime) -> None:
        brand_id, name = self.brand.pk, self.resource.name
        rejections = _rejections(outcomes)
        save_rejections(rejections, brand_id=brand_id, resource=name, venue=self.row.venue, run=self.run, now=now)
        self._open_rejections.update((rejection.table.__name__, rejection.key) for rejection in rejections)
        for outcome in outcomes:
            table = outcome.table.model.__name__
            resolve_rejections(outcome.resolved, brand_id=brand_id, resource=name, table=table, now=now)
            self._open_rejections.difference_update((table, key) for key in outcome.resolved)

    def _send_signals(self, outcomes: Sequence[Outcome], removed: list[int]) -> None:
        """Tell the site what was committed; a receiver that fails is logged by Django and stops nothing."""
        for index, outcome in enumerate(outcomes):
            gone = removed if index == 0 else []
            if outcome.created or outcome.updated or gone:
                rows_changed.send_robust(
                    sender=outcome.table.model,
                    brand=self.brand,
                    resource=self.resource.name,
                    model=outcome.table.model,
                    created=outcome.created,
                    updated=outcome.updated,
                    removed=gone,
                    run=self.run,
                )
        for rejection in _rejections(outcomes):
            row_rejected.send_robust(
                sender=rejection.table,
                brand=self.brand,
                resource=self.resource.name,
                key=rejection.key,
                reason=rejection.reason,
                run=self.run,
            )

    def _count_usage(self) -> None:
        used = self.walk.client.usage - self.before
        self.row.requests, self.row.waited_seconds = used.requests, used.waited_seconds


def _rejections(outcomes: Sequence[Outcome]) -> list[Rejection]:
    return [rejection for outcome in outcomes for rejection in outcome.rejections]


@contextmanager
def _collector_held() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
