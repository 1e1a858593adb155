"""The rows of Schedule: that every active brand has them, and which jobs may be done now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import connections, router
from django.db.models import Q, QuerySet

from django_clopos.models.brands import Brand
from django_clopos.models.schedule import Schedule
from django_clopos.schedule.jobs import JOBS, choose_cadence
from django_clopos.sync.clock import DatabaseNow, after


def make_rows() -> None:
    """Give every active brand a row for each job; those that are there stay as they are."""
    known = set(_rows().values_list("brand", "work", "resource"))
    slugs = dict(Brand.objects.filter(is_active=True).values_list("pk", "slug"))
    missing = [
        Schedule(brand_id=brand, work=job.work, resource=job.resource)
        for brand in slugs
        for job in JOBS
        if (brand, job.work, job.resource) not in known
    ]
    if missing:
        Schedule.objects.bulk_create(missing, ignore_conflicts=True)
        _make_due({row.brand_id for row in missing}, slugs)


def find_due(*, late_by: timedelta = timedelta(0)) -> QuerySet[Schedule]:
    """Give what is due and may be done: not paused, not being done, of brands that are neither inactive nor held."""
    is_free = Q(brand__held_until=None) | Q(brand__held_until__lte=DatabaseNow())
    return _rows().filter(is_free, due_at__lte=after(-late_by), is_paused=False, brand__is_active=True, started_at=None)


def lock_rows(rows: QuerySet[Schedule]) -> list[Schedule]:
    """Read rows with their brands for a change; those that another process is changing are left out where possible."""
    features = connections[rows.db].features
    if features.has_select_for_update:
        rows = rows.select_for_update(
            of=("self",) if features.has_select_for_update_of else (),
            skip_locked=features.has_select_for_update_skip_locked,
        )
    return list(rows.select_related("brand"))


def _make_due(brands: Iterable[int], slugs: dict[int, str]) -> None:
    """Say when new rows are due for the first time."""
    for brand in brands:
        for job in JOBS:
            delay = choose_cadence(job, brand=slugs[brand], own_seconds=None) if job.begins_late else timedelta(0)
            new = _rows().filter(brand=brand, work=job.work, resource=job.resource, due_at=None, ticket=0)
            new.update(due_at=after(delay))


def _rows() -> QuerySet[Schedule]:
    return Schedule.objects.using(router.db_for_write(Schedule))
