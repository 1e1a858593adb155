"""How far the figures of a period can be trusted: how old the mirror is, and whether history is still being read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from django_clopos.admin.dashboard.tables import Text
from django_clopos.models import Brand, Checkpoint
from django_clopos.reports import Question
from django_clopos.schedule.freshness import read_freshness
from django_clopos.schedule.judgement import JobStatus

_RESOURCES: dict[str, Text] = {"receipts": _("Receipts"), "orders": _("Orders")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """When all news of a resource was last read."""

    title: Text
    at: datetime | None
    """In the zone of the brand; None: never."""
    age: timedelta | None
    is_stale: bool


def read_sources(brand: Brand) -> list[Source]:
    """Tell how old receipts and orders are; of a brand that is not synced, nothing."""
    found = read_freshness(brand.slug)
    jobs = {job.job: job for each in found for job in each.jobs if job.job in _RESOURCES}
    return [_describe(title, jobs[name], brand) for name, title in _RESOURCES.items() if name in jobs]


def find_unread_day(question: Question) -> date | None:
    """Find the first day of the question's end whose receipts may not be read yet, while history is; None: all are.

    History is read oldest first, so that everything from that day on is incomplete.
    """
    rows = Checkpoint.objects.filter(brand=question.brand.pk, resource="receipts", name="backfill")
    if question.venues is not None:
        rows = rows.filter(venue__in=[0, *question.venues])
    days = [day for day in _read_days(rows.values_list("value", flat=True)) if day <= question.last]
    return min(days, default=None)


def _describe(title: Text, job: JobStatus, brand: Brand) -> Source:
    at = job.succeeded_at
    return Source(
        title=title,
        at=at and at.astimezone(brand.timezone_of()),
        age=job.age,
        is_stale=job.is_stale or at is None,
    )


def _read_days(values: Iterable[dict[str, str]]) -> Iterable[date]:
    for value in values:
        day = parse_date(value.get("next") or "")
        if day is not None:
            yield day
