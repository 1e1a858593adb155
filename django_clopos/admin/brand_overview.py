"""What a brand's page tells at a glance, each part for whoever may see the rows it speaks of."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from django_clopos.access import find_viewer_of, show_rows
from django_clopos.models import Brand, Drift, RejectedRow, Schedule, SyncRun
from django_clopos.models.bookkeeping import Status
from django_clopos.schedule.broker import is_broker_configured
from django_clopos.schedule.jobs import JOBS_BY_NAME, choose_cadence
from django_clopos.schedule.judgement import JobStatus
from django_clopos.schedule.status import BrandStatus, read_status
from django_clopos.schedule.words import (
    describe_age,
    describe_backfill,
    describe_budget,
    describe_comparison,
    describe_duration,
    describe_freshness,
    describe_hold,
    describe_state,
)

_SHOWN_ERROR = 160


def describe_brand(brand: Brand, request: HttpRequest) -> dict[str, Any]:
    """Read how a brand stands, and put it in words."""
    site = read_status(brand.slug)
    status, may = site.brands[0], _ask_permissions(request)
    covers = find_viewer_of(request).scope.covers(brand.pk)
    return {
        "brand": brand,
        "hold": describe_hold(status, until=_write_time(brand.held_until)) if status.is_held else "",
        "freshness": describe_freshness(status.freshness) if brand.is_active else "",
        "idle": str(site.idle) if site.idle and may["schedule"] else "",
        "jobs": _list_jobs(status, brand, request) if may["schedule"] else [],
        "last_run": SyncRun.objects.filter(brand=brand).exclude(status=Status.QUEUED).first()
        if may["syncrun"]
        else None,
        "backfills": [describe_backfill(each) for each in status.backfills] if covers else [],
        "rejected": _count(RejectedRow, brand, request, resolved_at=None) if may["rejectedrow"] else None,
        "drift": _count(Drift, brand, request) if may["drift"] else None,
        "comparison": describe_comparison(status.comparison, now=status.freshness.now)
        if covers and may["reconciliation"]
        else "",
        "budget": describe_budget(status.budget) if covers else "",
        "has_broker": is_broker_configured(),
    }


def _ask_permissions(request: HttpRequest) -> dict[str, bool]:
    names = ("schedule", "syncrun", "rejectedrow", "drift", "reconciliation")
    return {name: request.user.has_perm(f"django_clopos.view_{name}") for name in names}


def _count(model: Any, brand: Brand, request: HttpRequest, **which: Any) -> int:
    return int(show_rows(model.objects.filter(brand=brand, **which), request).count())


def _list_jobs(status: BrandStatus, brand: Brand, request: HttpRequest) -> list[dict[str, Any]]:
    rows = {row.job: row for row in Schedule.objects.filter(brand=brand)}
    may_change = request.user.has_perm("django_clopos.change_schedule") and find_viewer_of(request).scope.covers(
        brand.pk
    )
    return [_describe_job(job, rows.get(job.job), brand, may_change=may_change) for job in status.freshness.jobs]


def _describe_job(job: JobStatus, row: Schedule | None, brand: Brand, *, may_change: bool) -> dict[str, Any]:
    own = row.every_seconds if row else None
    error = job.error.partition("\n")[0]
    return {
        "name": job.job,
        "every": describe_duration(choose_cadence(JOBS_BY_NAME[job.job], brand=brand.slug, own_seconds=own)),
        "age": describe_age(job.age),
        "limit": describe_duration(job.limit) if job.limit else "",
        "state": describe_state(job, until=_write_time(job.until)),
        "is_stale": job.is_stale,
        "is_paused": bool(row and row.is_paused),
        "due_at": row.due_at if row else None,
        "error": error if len(error) <= _SHOWN_ERROR else f"{error[:_SHOWN_ERROR]}…",
        "page": reverse("admin:django_clopos_schedule_change", args=[row.pk]) if row else "",
        "pause": reverse("admin:django_clopos_schedule_pause", args=[row.pk]) if row and may_change else "",
    }


def _write_time(moment: Any) -> str:
    return date_format(localtime(moment), "SHORT_DATETIME_FORMAT") if moment else ""
