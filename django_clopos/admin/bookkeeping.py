"""Which columns and filters the lists of what a sync writes about itself have."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Sum
from django.http import HttpRequest

from django_clopos.access import find_viewer_of, narrow
from django_clopos.admin.filters import BrandFilter, ResourceFilter
from django_clopos.admin.readonly import ReadOnlyAdmin, ReadOnlyInline
from django_clopos.models import Checkpoint, Drift, Lease, RejectedRow, RequestBudget, SyncRun, SyncStep
from django_clopos.models.bookkeeping import COUNTS


class _Steps(ReadOnlyInline):
    model = SyncStep
    fk_name = "run"
    fields = (
        "resource",
        "venue",
        "walk",
        "status",
        "started_at",
        "finished_at",
        *COUNTS,
        "waited_seconds",
        "note",
        "error",
    )
    ordering = ("pk",)


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    """Syncs, each with the sums of its steps."""

    list_display = ("id", "brand", "status", "started_at", "duration", "seen", "created", "updated", "rejected")
    list_filter = ("status", BrandFilter, "started_at")
    inlines = (_Steps,)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Sum the steps that the user may see in the same query."""
        seen = narrow(SyncStep, find_viewer_of(request).scope, prefix="steps__")
        sums = {
            f"sum_{name}": Sum(f"steps__{name}", filter=seen, default=0)
            for name in ("seen", "created", "updated", "rejected")
        }
        runs: models.QuerySet[Any] = super().get_queryset(request).annotate(**sums)
        return runs

    @admin.display
    def duration(self, run: SyncRun) -> timedelta | None:
        """How long the run took."""
        return run.duration

    @admin.display(ordering="sum_seen")
    def seen(self, run: Any) -> int:
        """Records that the remote gave."""
        return int(run.sum_seen)

    @admin.display(ordering="sum_created")
    def created(self, run: Any) -> int:
        """New rows."""
        return int(run.sum_created)

    @admin.display(ordering="sum_updated")
    def updated(self, run: Any) -> int:
        """Changed rows."""
        return int(run.sum_updated)

    @admin.display(ordering="sum_rejected")
    def rejected(self, run: Any) -> int:
        """Records that failed validation."""
        return int(run.sum_rejected)


@admin.register(SyncStep)
class SyncStepAdmin(ReadOnlyAdmin):
    """Steps of the syncs."""

    list_display = (
        "id",
        "run_id",
        "resource",
        "venue",
        "status",
        "started_at",
        "seen",
        "created",
        "updated",
        "rejected",
    )
    list_filter = ("status", ResourceFilter)
    ordering = ("-pk",)


@admin.register(RejectedRow)
class RejectedRowAdmin(ReadOnlyAdmin):
    """Records that failed validation."""

    list_display = ("resource", "table", "clopos_id", "reason", "count", "last_seen_at", "resolved_at", "brand")
    list_filter = (ResourceFilter, ("resolved_at", admin.EmptyFieldListFilter), BrandFilter)
    search_fields = ("=clopos_id", "=key")


@admin.register(Drift)
class DriftAdmin(ReadOnlyAdmin):
    """What the remote sent that the contract does not know."""

    list_display = ("resource", "kind", "path", "example", "count", "last_seen_at", "brand")
    list_filter = ("kind", ResourceFilter, BrandFilter)
    search_fields = ("^path",)


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin):
    """How far the walks have come."""

    list_display = ("resource", "venue", "name", "value", "updated_at", "brand")
    list_filter = (ResourceFilter, BrandFilter)


@admin.register(Lease)
class LeaseAdmin(ReadOnlyAdmin):
    """Who writes what."""

    list_display = ("resource", "owner", "host", "pid", "expires_at", "fence", "brand")
    list_filter = (ResourceFilter, BrandFilter)


@admin.register(RequestBudget)
class RequestBudgetAdmin(ReadOnlyAdmin):
    """The shared request budgets."""

    list_display = ("key", "arrival", "minute", "taken", "taken_before")
