"""What is deleted because it is old: the diary of syncs, history, what was refused and is settled, comparisons.

Mirrored rows are never pruned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import router
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from django_clopos.conf import load_settings
from django_clopos.models.bookkeeping import RejectedRow, Status, SyncRun, SyncStep
from django_clopos.models.brands import Brand
from django_clopos.models.truth import Change, Reconciliation
from django_clopos.sync.history import forget_changes_before

DEFAULT_DAYS = 90
QUIET_DAYS = 2
_CHUNK = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What is older than these moments goes."""

    runs: datetime
    changes: datetime
    rejections: datetime
    """By when they were resolved; open ones stay."""
    reconciliations: datetime
    quiet_runs: datetime | None = None
    """Of runs that succeeded and changed nothing: workers make thousands of them a day."""


def choose_limits(now: datetime) -> Limits:
    """Give what the daily pruning keeps: 90 days of the diary, 2 of runs that changed nothing."""
    old = now - timedelta(days=DEFAULT_DAYS)
    return Limits(
        runs=old,
        changes=now - timedelta(days=load_settings().CHANGES_RETENTION_DAYS),
        rejections=old,
        reconciliations=old,
        quiet_runs=now - timedelta(days=QUIET_DAYS),
    )


def prune(brand: Brand, limits: Limits, *, is_dry_run: bool) -> dict[str, int]:
    """Delete what is old of a brand, in chunks, each committed by itself, and give the counts; steps go with runs.

    A run that goes on stays, and so do the last that finished and the last that succeeded: they say how fresh the
    mirror is.
    """
    remove: Callable[[QuerySet[Any, Any]], int] = QuerySet.count if is_dry_run else _delete_in_chunks
    return {
        "runs": remove(_find_runs(brand, limits)),
        "changes": _prune_changes(brand, limits.changes, is_dry_run=is_dry_run),
        "resolved rejections": remove(_rows_of(RejectedRow).filter(brand=brand, resolved_at__lt=limits.rejections)),
        "reconciliations": remove(_rows_of(Reconciliation).filter(brand=brand, compared_at__lt=limits.reconciliations)),
    }


def _find_runs(brand: Brand, limits: Limits) -> QuerySet[Any, Any]:
    runs = _rows_of(SyncRun).filter(brand=brand)
    finished = runs.exclude(finished_at=None).order_by("-finished_at", "-pk")
    kept = [
        *finished.values_list("pk", flat=True)[:1],
        *finished.filter(status=Status.SUCCEEDED).values_list("pk", flat=True)[:1],
    ]
    is_old = Q(started_at__lt=limits.runs)
    if limits.quiet_runs is not None:
        told = _rows_of(SyncStep).filter(_has_something_to_tell(), run=OuterRef("pk"))
        is_old |= Q(~Exists(told), started_at__lt=limits.quiet_runs, status=Status.SUCCEEDED)
    return runs.filter(is_old).exclude(status__in=(Status.QUEUED, Status.RUNNING)).exclude(pk__in=kept)


def _has_something_to_tell() -> Q:
    """Match steps that changed, missed or refused a row, or that have a note."""
    found = ~Q(note="")
    for name in ("created", "updated", "missing", "removed", "rejected"):
        found |= Q(**{f"{name}__gt": 0})
    return found


def _prune_changes(brand: Brand, before: datetime, *, is_dry_run: bool) -> int:
    if is_dry_run:
        return _rows_of(Change).filter(brand=brand, changed_at__lt=before).count()
    return forget_changes_before(brand, before)


def _delete_in_chunks(rows: QuerySet[Any, Any]) -> int:
    """Delete rows so many at a time, so that no lock is held for long, and give their number."""
    deleted = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:_CHUNK]):
        rows.model._base_manager.using(rows.db).filter(pk__in=keys).delete()
        deleted += len(keys)
    return deleted


def _rows_of(model: type[Model]) -> QuerySet[Any, Any]:
    return model._base_manager.using(router.db_for_write(model)).all()
