"""Filters that list their choices without reading a large table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from django_clopos.access import show_rows
from django_clopos.mirror import RESOURCES
from django_clopos.models import Brand


class _ChoiceFilter(admin.SimpleListFilter):
    """Passes on only a value that is among the choices: any other text would end in an error of the database."""

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Keep the rows of the choice."""
        chosen = self.value()
        if chosen not in {str(value) for value, _ in self.lookup_choices}:
            return queryset
        return self.choose(queryset, str(chosen))

    def choose(self, rows: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
        """Keep the rows of a known choice."""
        return rows.filter(**{str(self.parameter_name): value})


class BrandFilter(_ChoiceFilter):
    """By brand; hidden while there is only one. Unlike Django's own it reads no secret."""

    title = "brand"
    parameter_name = "brand"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        """List the brands that the user may see, by slug."""
        rows = show_rows(Brand.objects.all(), request)
        brands = [(str(pk), slug) for pk, slug in rows.values_list("pk", "slug")]
        return brands if len(brands) > 1 else []


class RemovedFilter(_ChoiceFilter):
    """By whether the remote still has the row."""

    title = "removal"
    parameter_name = "removed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        """List the two."""
        return [("no", "In Clopos"), ("yes", "Removed from Clopos")]

    def choose(self, rows: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
        """Keep the rows with or without the mark."""
        return rows.filter(removed_at__isnull=value == "no")


class ResourceFilter(_ChoiceFilter):
    """By resource, as declared rather than as found."""

    title = "resource"
    parameter_name = "resource"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        """List the names of the declarations."""
        return [(resource.name, resource.name) for resource in RESOURCES]


class ReferenceFilter(admin.RelatedFieldListFilter):
    """By the row referred to, for targets that are few. Unlike Django's own it leaves their records unread."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """List the targets that the user may see, in their own order."""
        targets = show_rows(field.related_model._default_manager.defer("raw"), request)
        return [(str(row.pk), str(row)) for row in targets]
