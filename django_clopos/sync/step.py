"""One resource and venue of a run: each page through the pipeline, in a transaction with counters and checkpoint."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from django.db import router, transaction
from django.utils import timezone

from django_clopos.client import Usage
from django_clopos.mirror.resource import Resource
from django_clopos.models.base import allow_writes
from django_clopos.models.bookkeeping import COUNTS, SyncRun, SyncStep
from django_clopos.models.brands import Brand
from django_clopos.signals import row_rejected, rows_changed
from django_clopos.sync.columns import RowContext
from django_clopos.sync.lease import Held
from django_clopos.sync.pages import read_records
from django_clopos.sync.quarantine import (
    DriftCounter,
    Rejection,
    find_open_rejections,
    resolve_rejections,
    save_rejections,
)
from django_clopos.sync.removals import remove_absent
from django_clopos.sync.report import Listener
from django_clopos.sync.store import Outcome, Pipeline
from django_clopos.sync.walks import Batch, Walk


@dataclass(kw_only=True, slots=True)
class Step:
    """Runs one walk to its end. In a dry run everything is read and nothing written."""

    brand: Brand
    run: SyncRun
    row: SyncStep
    resource: Resource
    walk: Walk
    listener: Listener
    before: Usage
    """What the client had used before this step."""
    is_dry_run: bool
    holds_collector: bool
    """Keep the garbage collector out of the pages: 20 percent faster, not for threads of a web server."""

    def execute(self, lease: Held | None) -> None:
        """Store every batch of the walk. Raises what the client raises; what was stored until then stays."""
        drift = DriftCounter()
        open_rejections = find_open_rejections(brand_id=self.brand.pk or 0, resource=self.resource.name)
        seen: set[tuple[str, int]] = set()
        try:
            for batch in self.walk.batches():
                self._count_usage()
                if batch.expected is not None:
                    self.listener.expecting(self.row, rows=batch.expected)
                with _collector_held() if self.holds_collector else nullcontext():
                    self._store(batch, lease=lease, drift=drift, open_rejections=open_rejections, seen=seen)
        finally:
            self._count_usage()
            if not self.is_dry_run:
                drift.save(brand_id=self.brand.pk, resource=self.resource.name, now=timezone.now())

    def _count_usage(self) -> None:
        used = self.walk.client.usage - self.before
        self.row.requests, self.row.waited_seconds = used.requests, used.waited_seconds

    def _store(
        self,
        batch: Batch,
        *,
        lease: Held | None,
        drift: DriftCounter,
        open_rejections: set[tuple[str, str]],
        seen: set[tuple[str, int]],
    ) -> None:
        pipeline = Pipeline(
            resource=self.resource,
            context=RowContext(brand_id=self.brand.pk or 0, venue=self.row.venue, timezone_of=self.brand.timezone_of),
            drift=drift,
            open_rejections=open_rejections,
            now=timezone.now(),
            using=router.db_for_write(self.resource.table.model),
        )
        records = read_records(self.resource, batch.bodies)
        pages = pipeline.prepare(records)
        if self.is_dry_run:
            outcomes = pipeline.describe(pages)
            self._count(batch, outcomes, seen, seen_now=len(records))
            self.listener.page_stored(self.row, rejections=_rejections(outcomes))
            return
        before = {name: getattr(self.row, name) for name in COUNTS}
        try:
            with transaction.atomic(using=pipeline.using), allow_writes():
                if lease:
                    lease.renew()
                outcomes = pipeline.write(pages)
                removed = remove_absent(pipeline, records) if batch.is_set else []
                self._save_rejections(outcomes, open_rejections, pipeline)
                self._count(batch, outcomes, seen, seen_now=len(records))
                self.row.removed += len(removed)
                self.row.save(update_fields=[*COUNTS, "waited_seconds"])
                self.walk.checkpoints.write(batch.checkpoints)
        except BaseException:
            for name, value in before.items():
                setattr(self.row, name, value)  # the page was rolled back, and so are its counts
            raise
        self._tell(outcomes, removed)

    def _count(self, batch: Batch, outcomes: Sequence[Outcome], seen: set[tuple[str, int]], *, seen_now: int) -> None:
        """Add a page to the step's counts. In a dry run a row that comes twice must not be counted as new twice."""
        self.row.pages += 1 if batch.is_page else 0
        self.row.seen += seen_now
        for outcome in outcomes:
            name = outcome.table.model.__name__
            created = [clopos_id for clopos_id in outcome.created if (name, clopos_id) not in seen]
            if self.is_dry_run:
                seen.update((name, clopos_id) for clopos_id in created)
            self.row.created += len(created)
            self.row.updated += len(outcome.updated)
            self.row.unchanged += outcome.unchanged
            self.row.rejected += len(outcome.rejections)

    def _save_rejections(
        self, outcomes: Sequence[Outcome], open_rejections: set[tuple[str, str]], pipeline: Pipeline
    ) -> None:
        rejections = _rejections(outcomes)
        save_rejections(
            rejections,
            brand_id=self.brand.pk,
            resource=self.resource.name,
            venue=self.row.venue,
            run=self.run,
            now=pipeline.now,
        )
        open_rejections.update((rejection.table.__name__, rejection.key) for rejection in rejections)
        for outcome in outcomes:
            resolve_rejections(
                outcome.resolved,
                brand_id=self.brand.pk,
                resource=self.resource.name,
                table=outcome.table.model.__name__,
                now=pipeline.now,
            )
            open_rejections.difference_update((outcome.table.model.__name__, key) for key in outcome.resolved)

    def _tell(self, outcomes: Sequence[Outcome], removed: list[int]) -> None:
        """Send signals and call the listener, after the commit."""
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
        rejections = _rejections(outcomes)
        for rejection in rejections:
            row_rejected.send_robust(
                sender=rejection.table,
                brand=self.brand,
                resource=self.resource.name,
                key=rejection.key,
                reason=rejection.reason,
                run=self.run,
            )
        self.listener.page_stored(self.row, rejections=rejections)


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
