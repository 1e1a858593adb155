"""What is deleted because it is old: the diary of syncs, history, what was refused and is settled, comparisons.

Mirrored rows are never pruned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import router
from django.db.models import Model, QuerySet

from django_clopos.models.bookkeeping import RejectedRow, Status, SyncRun
from django_clopos.models.brands import Brand
from django_clopos.models.truth import Change, Reconciliation
from django_clopos.sync.history import forget_changes_before

_CHUNK = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What is older than these moments goes."""

    runs: datetime
    changes: datetime
    rejections: datetime
    """By when they were resolved; open ones stay."""
    reconciliations: datetime


def prune(brand: Brand, limits: Limits, *, is_dry_run: bool) -> dict[str, int]:
    """Delete what is old of a brand, in chunks, each committed by itself, and give the counts; steps go with runs.

    A run that goes on stays, and so do the last that finished and the last that succeeded: they say how fresh the
    mirror is.
    """
    remove: Callable[[QuerySet[Any, Any]], int] = QuerySet.count if is_dry_run else _delete_in_chunks
    return {
        "runs": remove(_find_runs(brand, limits.runs)),
        "changes": _prune_changes(brand, limits.changes, is_dry_run=is_dry_run),
        "resolved rejections": remove(_rows_of(RejectedRow).filter(brand=brand, resolved_at__lt=limits.rejections)),
        "reconciliations": remove(_rows_of(Reconciliation).filter(brand=brand, compared_at__lt=limits.reconciliations)),
    }


def _find_runs(brand: Brand, before: datetime) -> QuerySet[Any, Any]:
    runs = _rows_of(SyncRun).filter(brand=brand)
    finished = runs.exclude(finished_at=None).order_by("-finished_at", "-pk")
    kept = [
        *finished.values_list("pk", flat=True)[:1],
        *finished.filter(status=Status.SUCCEEDED).values_list("pk", flat=True)[:1],
    ]
    return runs.filter(started_at__lt=before).exclude(status=Status.RUNNING).exclude(pk__in=kept)


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
