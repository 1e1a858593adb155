"""One look at one row by one user: whose eyes, which currency and clock, and where links may lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib.admin import AdminSite
from django.db import models
from django.http import HttpRequest
from django.urls import reverse

from django_clopos.access import Viewer, find_viewer_of, show_rows
from django_clopos.admin.columns import find_references, find_unread
from django_clopos.admin.formats import find_zone
from django_clopos.models.base import BRAND_SPAN, MarkedModel


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """The row of a page, read as its user may see it, and the request for the page."""

    row: Any
    request: HttpRequest
    site: AdminSite
    zone: ZoneInfo
    """Of the row: its venue's, else its brand's."""

    @classmethod
    def at(cls, row: Any, request: HttpRequest, site: AdminSite) -> Look:
        """Look at a row. Reads nothing where the row was read with the rows that it refers to."""
        return cls(row=row, request=request, site=site, zone=find_zone(row))

    @property
    def viewer(self) -> Viewer:
        """Whom the page is shown to."""
        return find_viewer_of(self.request)

    @property
    def currency(self) -> str:
        """In which the amounts of the brand are."""
        return str(self.row.brand.currency)

    def find_zone_of(self, row: Any) -> ZoneInfo:
        """Find the clock of a row of the same brand, without reading anything."""
        venue = None if row is self.row else getattr(row, "venue_id", None)
        return self.row.brand.timezone_of(venue % BRAND_SPAN) if venue else self.zone

    def may_view(self, model: type[models.Model]) -> bool:
        """Tell whether the user may see the lists and pages of a model."""
        if not self.site.is_registered(model):
            return False
        return bool(self.site.get_model_admin(model).has_view_permission(self.request))

    def read_rows(self, model: Any, *columns: str) -> models.QuerySet[Any]:
        """Read rows of a model within the user's scope, with the rows that some columns refer to."""
        references = find_references(model, columns)
        unread = (*(("raw",) if issubclass(model, MarkedModel) else ()), *find_unread(model, references))
        rows: models.QuerySet[Any] = show_rows(model._default_manager.all(), self.request)
        # None joins nothing; no argument at all would join every reference that is never null.
        return rows.select_related(*(references or (None,))).defer(*unread)

    def address_page(self, row: Any) -> str:
        """Give the address of a row's page; empty where the user may not see it."""
        if not self.may_view(type(row)):
            return ""
        options = row._meta
        return reverse(f"{self.site.name}:{options.app_label}_{options.model_name}_change", args=[row.pk])

    def address_list(self, model: type[models.Model], **query: Any) -> str:
        """Give the address of a list, filtered by lookups; empty where the user may not see it."""
        if not self.may_view(model):
            return ""
        options = model._meta
        return reverse(f"{self.site.name}:{options.app_label}_{options.model_name}_changelist") + f"?{urlencode(query)}"
