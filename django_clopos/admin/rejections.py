"""Rejected records, and trying them again as they were stored.

A retry asks the remote nothing, so that it is done in the request: for few records, and never waiting for a sync.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, ClassVar

import msgspec
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from django_clopos.access import find_viewer_of
from django_clopos.admin.filters import BrandFilter, ResourceFilter
from django_clopos.admin.gates import make_path
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


@admin.display(description=pgettext_lazy("clopos", "record"))
def record(row: RejectedRow) -> SafeString:
    """Show the record in lines, or as it came where it is no JSON."""
    try:
        text = msgspec.json.format(row.record, indent=2)
    except msgspec.DecodeError:
        text = row.record
    return format_html("<pre>{}</pre>", text)


@admin.register(RejectedRow)
class RejectedRowAdmin(ReadOnlyAdmin):
    """Records that failed validation."""

    list_display = ("resource", "table", "clopos_id", "reason", "count", "last_seen_at", "resolved_at", "brand")
    list_filter = (ResourceFilter, ("resolved_at", admin.EmptyFieldListFilter), BrandFilter)
    search_fields = ("=clopos_id", "=key")
    actions: Any = ("retry",)

    class Media:
        css: ClassVar = {"all": ("django_clopos/operations.css",)}

    def get_urls(self) -> list[Any]:
        """Add the button of a record's page."""
        return [make_path(self, "retry", self.retry_view), *super().get_urls()]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Lay the record out in lines."""
        names = [field.name for field in self.opts.concrete_fields]
        shown = zip(names, self._show(request, *names), strict=True)
        return [(None, {"fields": [record if name == "record" else way for name, way in shown]})]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Offer to retry what the user may."""
        row = kwargs["obj"]
        covers = find_viewer_of(request).scope.covers(row.brand_id)
        context["may_retry"] = covers and row.resolved_at is None and self.has_retry_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def retry_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Do for one record what the action of the list does."""
        row = self.get_object(request, unquote(object_id))
        if not (self.has_view_permission(request, row) and self.has_retry_permission(request)):
            raise PermissionDenied
        if row is None:
            raise Http404
        self.retry(request, self.get_queryset(request).filter(pk=row.pk))
        return HttpResponseRedirect(reverse("admin:django_clopos_rejectedrow_change", args=[row.pk]))

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
