"""What a person, or a monitor, wants to know of all brands at once: freshness, backlog, proof, budget, idle workers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import router
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery

from django_clopos.client import BudgetUse, CloposError
from django_clopos.models.bookkeeping import Checkpoint, Drift, RejectedRow, Status, SyncRun
from django_clopos.models.brands import Brand
from django_clopos.models.schedule import Schedule
from django_clopos.models.truth import Reconciliation
from django_clopos.schedule.freshness import Freshness, read_freshness
from django_clopos.schedule.idle import Idle, find_idle
from django_clopos.schedule.judgement import JobStatus
from django_clopos.sync.connection import read_budget


@dataclass(frozen=True, kw_only=True, slots=True)
class Backfill:
    """A history that is still being read."""

    resource: str
    venue: int | None
    """Clopos id; None: the whole brand."""
    day: str
    """The first day that is not read yet, as YYYY-MM-DD."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """The last comparison of a brand with the remote."""

    at: datetime
    parts: int
    """Lists and days that were compared."""
    different: int
    """Neither equal nor healed."""
    failed: int
    """Could not be compared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BrandStatus:
    """How one brand stands."""

    freshness: Freshness
    backfills: tuple[Backfill, ...]
    rejected: int
    """Records that are not stored because they are not valid."""
    drift: int
    """Kinds of things that the contract does not know."""
    comparison: Comparison | None
    run_error: str
    """What the last run failed with, where no worker takes care of the brand; empty: it succeeded."""
    budget: BudgetUse | str
    """The use of the shared request budget, or why it cannot be told."""

    @property
    def brand(self) -> Brand:
        """The brand; its secret was not read."""
        return self.freshness.brand

    @property
    def is_held(self) -> bool:
        """Whether nothing is asked of the remote for now."""
        held_until = self.brand.held_until
        return self.brand.is_active and held_until is not None and held_until > self.freshness.now


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteStatus:
    """How all brands stand, or the one that was asked for."""

    brands: tuple[BrandStatus, ...]
    idle: Idle | None
    """None: workers do what is due."""

    @property
    def stale(self) -> list[tuple[Brand, JobStatus]]:
        """Everything that is older than it may be."""
        return [(each.brand, job) for each in self.brands for job in each.freshness.stale]


def read_status(slug: str | None = None, *, limit: timedelta | None = None) -> SiteStatus:
    """Read how the brand of this slug stands, or every brand; `limit` as for `read_freshness`."""
    freshness = read_freshness(slug, limit=limit)
    brands = [each.brand for each in freshness]
    errors = _find_run_errors([each.brand for each in freshness if not each.has_worker])
    backfills = _find_backfills(brands)
    rejected = _count(_of(RejectedRow, brands).filter(resolved_at=None))
    drift = _count(_of(Drift, brands))
    comparisons = _find_comparisons(brands)
    return SiteStatus(
        brands=tuple(
            BrandStatus(
                freshness=each,
                run_error=errors.get(each.brand.pk, ""),
                backfills=tuple(backfills[each.brand.pk]),
                rejected=rejected.get(each.brand.pk, 0),
                drift=drift.get(each.brand.pk, 0),
                comparison=comparisons.get(each.brand.pk),
                budget=_ask_budget(each.brand),
            )
            for each in freshness
        ),
        idle=find_idle(freshness[0].now) if freshness else None,
    )


def _find_backfills(brands: Sequence[Brand]) -> dict[int, list[Backfill]]:
    rows = _of(Checkpoint, brands).filter(name="backfill").order_by("resource", "venue")
    found: dict[int, list[Backfill]] = defaultdict(list)
    for row in rows:
        found[row.brand_id].append(Backfill(resource=row.resource, venue=row.venue or None, day=row.value["next"]))
    return found


def _count(rows: QuerySet[Any]) -> dict[int, int]:
    return dict(rows.values_list("brand").annotate(number=Count("pk")))


def _find_comparisons(brands: Sequence[Brand]) -> dict[int, Comparison]:
    """Sum the last batch of each brand."""
    newest = _of(Reconciliation, brands).filter(brand=OuterRef("pk")).order_by("-compared_at", "-pk").values("batch")
    batches = _of(Brand, brands, by="pk").annotate(batch=Subquery(newest[:1])).values("batch")
    sums = (
        _of(Reconciliation, brands)
        .filter(batch__in=batches)
        .values("brand")
        .annotate(
            at=Max("compared_at"),
            parts=Count("pk"),
            different=Count("pk", filter=Q(error="", is_equal=False, is_healed=False)),
            failed=Count("pk", filter=~Q(error="")),
        )
    )
    return {row.pop("brand"): Comparison(**row) for row in sums}


def _find_run_errors(brands: Sequence[Brand]) -> dict[int, str]:
    """Give what the last run of each brand failed with."""
    begun = SyncRun.objects.filter(brand=OuterRef("pk")).exclude(status=Status.QUEUED)
    newest = begun.order_by("-started_at", "-pk").values("pk")
    last = _of(Brand, brands, by="pk").annotate(run=Subquery(newest[:1])).values("run")
    runs = _of(SyncRun, brands).filter(pk__in=last).exclude(status__in=(Status.SUCCEEDED, Status.RUNNING))
    return {run.brand_id: run.error or _join_errors(run) for run in runs.prefetch_related("steps")}


def _join_errors(run: SyncRun) -> str:
    return " ".join(f"{step.resource}: {step.error}" for step in run.steps.all() if step.error)


def _ask_budget(brand: Brand) -> BudgetUse | str:
    """Ask the shared budget, one request or query a brand; where it has none, say why."""
    try:
        return read_budget(brand)
    except (ImproperlyConfigured, CloposError) as error:
        return str(error)


def _of(model: type[Any], brands: Sequence[Brand], *, by: str = "brand") -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.using(router.db_for_write(Schedule)).filter(**{f"{by}__in": _keys(brands)})
    return rows.order_by()


def _keys(brands: Sequence[Brand]) -> list[int]:
    return [brand.pk for brand in brands]
