"""Filters that list their choices without reading a large table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_clopos.access import show_rows
from django_clopos.admin.visible_brands import list_brands
from django_clopos.mirror import RESOURCES
from django_clopos.models import PaymentMethod, ReceiptPayment


class ChoiceFilter(admin.SimpleListFilter):
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


class BrandFilter(ChoiceFilter):
    """By brand; hidden while there is only one. Unlike Django's own it reads no secret."""

    title = _("brand")
    parameter_name = "brand"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        """List the brands that the user may see, by slug."""
        brands = [(str(brand.pk), brand.slug) for brand in list_brands(request)]
        return brands if len(brands) > 1 else []


class RemovedFilter(ChoiceFilter):
    """By whether the remote still has the row."""

    title = _("removal")
    parameter_name = "removed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        """List the two."""
        return [("no", _("In Clopos")), ("yes", _("Removed from Clopos"))]

    def choose(self, rows: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
        """Keep the rows with or without the mark."""
        return rows.filter(removed_at__isnull=value == "no")


class ResourceFilter(ChoiceFilter):
    """By resource, as declared rather than as found."""

    title = _("resource")
    parameter_name = "resource"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        """List the names of the declarations."""
        return [(resource.name, resource.name) for resource in RESOURCES]


class PaymentMethodFilter(ChoiceFilter):
    """Receipts by a method that some of them was paid with: each is listed once, however often it was."""

    title = _("payment method")
    parameter_name = "payment_method"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        """List the methods of the brands that the user may see."""
        return _label(show_rows(PaymentMethod.objects.defer("raw"), request), request)

    def choose(self, rows: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
        """Keep the receipts for which there is such a payment."""
        payments = ReceiptPayment.objects.filter(receipt=OuterRef("pk"), payment_method=int(value))
        return rows.filter(Exists(payments))


class ReferenceFilter(admin.RelatedFieldListFilter):
    """By the row referred to, for targets that are few. Unlike Django's own it leaves their records unread."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """List the targets that the user may see, in their own order."""
        return _label(show_rows(field.related_model._default_manager.defer("raw"), request), request)


def _label(targets: models.QuerySet[Any], request: HttpRequest) -> list[tuple[str, str]]:
    """Name rows by their keys; with their brand where there are several, in which names come again."""
    brands = {brand.pk: brand.slug for brand in list_brands(request)}
    return [
        (str(row.pk), str(row) if len(brands) < 2 else f"{row} ({brands.get(row.brand_id, row.brand_id)})")
        for row in targets
    ]
