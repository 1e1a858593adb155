"""Which columns and filters the lists of what a sync writes about itself have."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from django_clopos.admin.filters import BrandFilter, ResourceFilter
from django_clopos.admin.readonly import ReadOnlyAdmin
from django_clopos.models import Checkpoint, Drift, Lease, RequestBudget, SyncStep


@admin.register(SyncStep)
class SyncStepAdmin(ReadOnlyAdmin):
    """Steps of the syncs."""

    list_display = (
        "id",
        "run_number",
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

    @admin.display(description=_("run"), ordering="run")
    def run_number(self, step: SyncStep) -> int:
        """Tell the run by its number, without reading it."""
        return step.run_id


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
