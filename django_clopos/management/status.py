"""What a person, or a monitor, is told of how the brands stand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import OutputWrapper
from django.core.management.color import Style

from django_clopos.client import BudgetUse
from django_clopos.management.columns import print_columns
from django_clopos.schedule.judgement import JobStatus
from django_clopos.schedule.status import BrandStatus, SiteStatus
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

_HEADER = ("job", "last success", "limit", "state", "error")
_SHOWN_ERROR = 120


def print_status(stdout: OutputWrapper, style: Style, site: SiteStatus) -> None:
    """Print a paragraph and a table for each brand, and what holds for all of them."""
    for each in site.brands:
        for line in _describe_brand(each):
            stdout.write(line)
        if each.is_held:
            stdout.write(style.ERROR(_describe_hold(each)))
        if each.freshness.jobs:
            print_columns(stdout, _HEADER, [_make_line(job, now=each.freshness.now) for job in each.freshness.jobs])
        stdout.write("")
    if site.idle:
        stdout.write(style.WARNING(str(site.idle)))


def status_as_json(site: SiteStatus) -> dict[str, Any]:
    """Give everything, for a program. Durations are in seconds."""
    return {
        "status": "stale" if site.stale else "ok",
        "stale": len(site.stale),
        "idle": str(site.idle) if site.idle else "",
        "brands": [_brand_as_json(each) for each in site.brands],
    }


def _describe_brand(each: BrandStatus) -> Iterator[str]:
    brand = each.brand
    if not brand.is_active:
        yield f"{brand.slug}: inactive, nothing is synced."
        return
    yield f"{brand.slug}: {describe_freshness(each.freshness)}"
    yield f"  budget: {describe_budget(each.budget)}"
    yield f"  compared with Clopos: {describe_comparison(each.comparison, now=each.freshness.now)}"
    yield from (f"  {describe_backfill(backfill)}" for backfill in each.backfills)
    if each.rejected:
        yield f"  rejected: {each.rejected:,} open in RejectedRow, each with its reason"
    if each.drift:
        yield f"  drift: {each.drift:,} kinds, see Drift"
    if each.run_error:
        yield f"  the last run failed: {each.run_error}"


def _describe_hold(each: BrandStatus) -> str:
    return "  " + describe_hold(each, until=_show_time(each.brand.held_until, now=each.freshness.now))


def _make_line(job: JobStatus, *, now: datetime) -> tuple[str, ...]:
    error = job.error.partition("\n")[0]
    return (
        job.job,
        describe_age(job.age),
        "" if job.limit is None else describe_duration(job.limit),
        describe_state(job, until=_show_time(job.until, now=now)),
        error if len(error) <= _SHOWN_ERROR else f"{error[:_SHOWN_ERROR]}..",
    )


def _show_time(moment: datetime | None, *, now: datetime) -> str:
    """Write a moment in UTC and how far it is."""
    return "" if moment is None else f"{moment:%H:%M:%S} UTC (in {describe_duration(moment - now)})"


def _brand_as_json(each: BrandStatus) -> dict[str, Any]:
    brand, comparison, budget = each.brand, each.comparison, each.budget
    return {
        "brand": brand.slug,
        "is_active": brand.is_active,
        "held_until": _iso(brand.held_until) if each.is_held else None,
        "hold_reason": brand.hold_reason if each.is_held else "",
        "jobs": [_job_as_json(job) for job in each.freshness.jobs],
        "backfills": [{"resource": one.resource, "venue": one.venue, "next_day": one.day} for one in each.backfills],
        "rejected": each.rejected,
        "drift": each.drift,
        "comparison": comparison
        and {
            "at": _iso(comparison.at),
            "parts": comparison.parts,
            "different": comparison.different,
            "failed": comparison.failed,
        },
        "run_error": each.run_error,
        "budget": None if isinstance(budget, str) else _budget_as_json(budget),
        "budget_error": budget if isinstance(budget, str) else "",
    }


def _budget_as_json(budget: BudgetUse) -> dict[str, Any]:
    names = ("limit", "last_minute", "this_minute", "load", "wait_seconds")
    return {name: getattr(budget, name) for name in names}


def _job_as_json(job: JobStatus) -> dict[str, Any]:
    return {
        "job": job.job,
        "state": str(job.state),
        "is_stale": job.is_stale,
        "succeeded_at": _iso(job.succeeded_at),
        "age_seconds": None if job.age is None else round(job.age.total_seconds(), 1),
        "limit_seconds": None if job.limit is None else round(job.limit.total_seconds()),
        "until": _iso(job.until),
        "failures": job.failures,
        "error": job.error,
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
