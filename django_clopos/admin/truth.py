"""Which columns and filters the lists of history, comparisons and erasures have."""

from __future__ import annotations

from django.contrib import admin

from django_clopos.admin.filters import BrandFilter, ResourceFilter
from django_clopos.admin.readonly import ReadOnlyAdmin
from django_clopos.models import Change, ChangeCounter, Erasure, KnownMissing, Reconciliation


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    """What changed, before and after."""

    list_display = ("seq", "brand", "table", "clopos_id", "kind", "changed_at")
    list_filter = ("kind", BrandFilter, ResourceFilter)
    search_fields = ("=clopos_id",)
    ordering = ("-pk",)


@admin.register(ChangeCounter)
class ChangeCounterAdmin(ReadOnlyAdmin):
    """How far each brand's history goes."""

    list_display = ("brand", "last_seq", "began_at")


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    """Comparisons of local with remote."""

    list_display = (
        "resource",
        "venue",
        "day",
        "local_count",
        "remote_count",
        "is_equal",
        "is_healed",
        "compared_at",
        "brand",
    )
    list_filter = ("is_equal", BrandFilter, ResourceFilter)


@admin.register(KnownMissing)
class KnownMissingAdmin(ReadOnlyAdmin):
    """Ids that the remote does not have."""

    list_display = ("resource", "clopos_id", "asked_at", "brand")
    list_filter = (BrandFilter, ResourceFilter)


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    """What was erased on request."""

    list_display = ("subject", "brand_slug", "erased_at")
