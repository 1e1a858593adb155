"""Rejected records, and trying them again as they were stored.

A retry asks the remote nothing, so that it is done in the request: for few records, and never waiting for a sync.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_clopos.access import find_viewer_of
from django_clopos.admin.filters import BrandFilter, ResourceFilter
from django_clopos.admin.readonly import ReadOnlyAdmin
from django_clopos.client import SyncError
from django_clopos.mirror import RESOURCES
from django_clopos.models import Brand, Lease, RejectedRow
from django_clopos.sync.clock import DatabaseNow
from django_clopos.sync.replay import replay

#: More than these take longer than a request should; `clopos_retry_rejected` takes any number.
MOST_ROWS = 100


class _Busy(SyncError):
    """A sync holds the resource."""


@admin.register(RejectedRow)
class RejectedRowAdmin(ReadOnlyAdmin):
    """Records that failed validation."""

    list_display = ("resource", "table", "clopos_id", "reason", "count", "last_seen_at", "resolved_at", "brand")
    list_filter = (ResourceFilter, ("resolved_at", admin.EmptyFieldListFilter), BrandFilter)
    search_fields = ("=clopos_id", "=key")
    actions: Any = ("retry",)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Ask for the permission to change; the rows themselves stay read-only."""
        return bool(request.user.has_perm("django_clopos.change_rejectedrow"))

    @admin.action(description=_("Retry the chosen records"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """Try open records again, of brands of which the user may see every venue."""
        scope = find_viewer_of(request).scope
        rows = [row for row in queryset.filter(resolved_at=None)[: MOST_ROWS + 1] if scope.covers(row.brand_id)]
        if len(rows) > MOST_ROWS:
            text = gettext("Choose {most} records at most, or run `manage.py clopos_retry_rejected`.")
            messages.error(request, text.format(most=MOST_ROWS))
            return
        by_brand: dict[int, list[RejectedRow]] = defaultdict(list)
        for row in rows:
            by_brand[row.brand_id].append(row)
        if not rows:
            messages.info(request, gettext("None of these can be retried: they are resolved, or not yours to change."))
        for brand in Brand.objects.defer("client_secret").filter(pk__in=by_brand):
            self._retry(request, brand, by_brand[brand.pk])

    def _retry(self, request: HttpRequest, brand: Brand, rows: list[RejectedRow]) -> None:
        names = {row.resource for row in rows}
        try:
            _refuse_to_wait(brand, names)
            chosen = [resource for resource in RESOURCES if resource.name in names]
            done = replay(brand, chosen, on_wait=_break_off, only=[row.pk for row in rows])
        except SyncError:
            text = gettext("A sync of {brand} is at work on the same resource. Try again when it is done.")
            messages.warning(request, text.format(brand=brand))
            return
        for row in rows:
            self.log_change(request, row, "Retried.")
        stored, overtaken = sum(each.stored for each in done), sum(each.overtaken for each in done)
        text = gettext("{brand}: {stored} valid now, {overtaken} overtaken by newer records, {refused} still wrong.")
        refused = sum(len(each.refused) for each in done)
        level = messages.WARNING if refused else messages.SUCCESS
        messages.add_message(
            request, level, text.format(brand=brand, stored=stored, overtaken=overtaken, refused=refused)
        )


def _refuse_to_wait(brand: Brand, names: set[str]) -> None:
    """Find a sync at work before a run is recorded for nothing."""
    if Lease.objects.filter(brand=brand, resource__in=names, expires_at__gt=DatabaseNow()).exclude(owner="").exists():
        raise _Busy


def _break_off(_: str) -> None:
    raise _Busy
