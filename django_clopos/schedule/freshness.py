"""How fresh each brand's jobs are: when each last succeeded, how old that may be, and what is the matter otherwise.

Ages are the database's: a machine whose clock is wrong neither alarms nor keeps quiet. The number of queries does not
depend on the number of brands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import router
from django.db.models import Exists, Max, OuterRef, QuerySet

from django_clopos.mirror import RESOURCES
from django_clopos.models.bookkeeping import Status, SyncStep
from django_clopos.models.brands import Brand
from django_clopos.models.schedule import Schedule, Work
from django_clopos.schedule.jobs import JOBS
from django_clopos.schedule.judgement import JobStatus, judge_row, judge_unplanned
from django_clopos.sync.clock import DatabaseNow

#: Runs that did not read all the news of a resource prove nothing of its age.
_OPTIONS_OF_A_PART = ("since", "until", "venues", "part")
_POLLS = frozenset(job.name for job in JOBS if job.work == Work.POLL)
_WALKS = frozenset(type(resource.strategy).__name__ for resource in RESOURCES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Freshness:
    """How fresh a brand is."""

    brand: Brand
    now: datetime
    """By the database's clock."""
    jobs: tuple[JobStatus, ...]
    """In the order of JOBS; of an inactive brand none."""

    has_worker: bool
    """Whether a tick ever planned its jobs."""

    @property
    def stale(self) -> list[JobStatus]:
        """The jobs that are older than they may be."""
        return [job for job in self.jobs if job.is_stale]


def read_freshness(slug: str | None = None, *, limit: timedelta | None = None) -> list[Freshness]:
    """Tell how fresh the brand of this slug is, or every brand.

    `limit`: how old a resource may be that no worker was ever to read, because the site syncs in another way.
    """
    brands = Brand.objects.using(router.db_for_write(Schedule)).defer("client_secret").annotate(now=DatabaseNow())
    found = list(brands if slug is None else brands.filter(slug=slug))
    active = [brand for brand in found if brand.is_active]
    rows = _read_rows(active)
    read = [_judge_brand(brand, rows[brand.pk], {}, limit) for brand in found]
    doubtful = [each.brand for each in read if any(map(_is_doubtful, each.jobs))]
    if not doubtful:
        return read
    # Somebody may have synced by hand, or a site by cron. Asked only where it matters: there are many steps.
    synced = _find_synced(doubtful)
    return [_judge_brand(brand, rows[brand.pk], synced[brand.pk], limit) for brand in found]


def list_whole_steps(*, using: str | None = None, **conditions: Any) -> QuerySet[SyncStep]:
    """Give the steps of runs that read all of a resource, in every venue, among those of the conditions."""
    steps = SyncStep.objects.using(using)
    failed = steps.filter(run=OuterRef("run"), resource=OuterRef("resource")).exclude(status=Status.SUCCEEDED)
    whole = steps.filter(status=Status.SUCCEEDED, walk__in=_WALKS, **conditions)
    return whole.exclude(run__options__has_any_keys=_OPTIONS_OF_A_PART).filter(~Exists(failed))


def _is_doubtful(job: JobStatus) -> bool:
    return job.job in _POLLS and (job.is_stale or job.succeeded_at is None)


def _read_rows(brands: Iterable[Brand]) -> dict[int, dict[str, Schedule]]:
    rows: dict[int, dict[str, Schedule]] = defaultdict(dict)
    known = {brand.pk: brand for brand in brands}
    for row in Schedule.objects.using(router.db_for_write(Schedule)).filter(brand__in=known):
        row.brand = known[row.brand_id]
        rows[row.brand_id][row.job] = row
    return rows


def _find_synced(brands: Iterable[Brand]) -> dict[int, dict[str, datetime]]:
    """Give when a run last read all of a resource, in every venue, by brand and resource."""
    whole = list_whole_steps(using=router.db_for_write(Schedule), run__brand__in=brands)
    found: dict[int, dict[str, datetime]] = defaultdict(dict)
    last = whole.order_by().values("run__brand", "resource").annotate(at=Max("finished_at"))
    for brand, resource, at in last.values_list("run__brand", "resource", "at"):
        found[brand][resource] = at
    return found


def _judge_brand(
    brand: Brand, rows: Mapping[str, Schedule], synced: Mapping[str, datetime], limit: timedelta | None
) -> Freshness:
    jobs = [job for job in JOBS if brand.is_active and (job.work == Work.POLL or job.name in rows)]
    now: datetime = brand.now  # type: ignore[attr-defined]  # annotated
    return Freshness(
        brand=brand,
        now=now,
        has_worker=bool(rows),
        jobs=tuple(
            judge_row(rows[job.name], now=now, synced_at=synced.get(job.name))
            if job.name in rows
            else judge_unplanned(job, brand, now=now, synced_at=synced.get(job.name), limit=limit)
            for job in jobs
        ),
    )
