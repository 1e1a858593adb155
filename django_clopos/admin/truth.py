"""Which columns and filters the lists of history, comparisons and erasures have."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_clopos.admin.filters import BrandFilter, ResourceFilter
from django_clopos.admin.readonly import ReadOnlyAdmin
from django_clopos.models import Change, ChangeCounter, Erasure, KnownMissing, Reconciliation
from django_clopos.models.fields import dump_json
from django_clopos.sync.differences import describe_differences


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    """What changed, before and after."""

    list_display = ("seq", "brand", "table", "clopos_id", "kind", "changed_at")
    list_filter = ("kind", "changed_at", BrandFilter, ResourceFilter)
    search_fields = ("=clopos_id",)
    ordering = ("-pk",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the difference first, the two sides as they are stored folded."""
        shown = [field.name for field in self.opts.concrete_fields if field.name not in {"before", "after"}]
        sides = self._show(request, "before", "after")
        return [
            (None, {"fields": ("difference", "changed_row", *self._show(request, *shown))}),
            (_("Record"), {"fields": sides, "classes": ("collapse",)}),
        ]

    @admin.display(description=_("difference"))
    def difference(self, change: Change) -> SafeString:
        """A line for each key: before and after, masked as the row is."""
        before, after = change.before or {}, change.after or {}
        keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        lines = [(key, _write(before, key), _write(after, key)) for key in keys]
        body = format_html_join("", '<tr><th scope="row">{}</th><td>{}</td><td>{}</td></tr>', lines)
        head = (gettext("Key"), gettext("Before"), gettext("After"))
        return format_html(
            '<table><thead><tr><th scope="col">{}</th><th scope="col">{}</th><th scope="col">{}</th></tr></thead>'
            "<tbody>{}</tbody></table>",
            *head,
            body,
        )

    @admin.display(description=_("row"))
    def changed_row(self, change: Change) -> SafeString | str:
        """A link to the row, where its table has a page."""
        try:
            address = reverse(f"admin:django_clopos_{change.table.lower()}_change", args=[change.row_id])
        except NoReverseMatch:
            return f"{change.table} {change.clopos_id or change.row_id}"
        return format_html('<a href="{}">{} {}</a>', address, change.table, change.clopos_id or change.row_id)


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
        "found",
        "compared_at",
        "brand",
    )
    list_filter = ("is_equal", BrandFilter, ResourceFilter)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Say first what was found."""
        ((title, options),) = super().get_fieldsets(request, obj)
        return [(title, {**options, "fields": ("found", *options["fields"])})]

    @admin.display(description=_("found"))
    def found(self, row: Reconciliation) -> str:
        """What differs, in words."""
        return row.error or "; ".join(describe_differences(row.differences))


@admin.register(KnownMissing)
class KnownMissingAdmin(ReadOnlyAdmin):
    """Ids that the remote does not have."""

    list_display = ("resource", "clopos_id", "asked_at", "brand")
    list_filter = (BrandFilter, ResourceFilter)


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    """What was erased on request."""

    list_display = ("subject", "brand_slug", "erased_at")


def _write(side: dict[str, Any], key: str) -> str:
    """Write one side of a key; nothing where the record had no such key."""
    if key not in side:
        return ""
    value = side[key]
    return value if isinstance(value, str) else dump_json(value)
