"""What a list's query string keeps: filters, search and order, as backends of the REST framework.

A personal column filters nothing for who may not see it: yes and no would tell it.
"""

from __future__ import annotations

import operator
from functools import lru_cache, reduce
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django_filters import Filter
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from django_clopos.access import PERSONAL_PERMISSION, hides
from django_clopos.api.collections import Collection
from django_clopos.api.columns import Kind
from django_clopos.api.lookups import Lookup, list_lookups
from django_clopos.models.base import BRAND_SPAN
from django_clopos.models.visible import is_personal


class LookupFilter(Filter):  # type: ignore[misc]  # its base has no stubs
    """Keeps rows by one lookup. Where it is there it was asked for: an empty text is compared too."""

    def __init__(self, lookup: Lookup) -> None:
        super().__init__(field_name=lookup.path, lookup_expr=lookup.comparison, label=lookup.name)
        self.lookup = lookup

    @property
    def field(self) -> forms.Field:
        """The field that reads the value."""
        return self.lookup.make_field()

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Keep the rows that compare so."""
        lookup = self.lookup
        if lookup.comparison != "isnull" and lookup.kind in {Kind.ID, Kind.REFERENCE}:
            value = _add_brand(value, self.parent.brand_id)
        condition = {f"{lookup.path}__{lookup.comparison}": value}
        if lookup.via is None:
            return qs.filter(**condition)
        parts: Any = lookup.via.model._default_manager
        return qs.filter(Exists(parts.filter(**{lookup.via.name: OuterRef("pk")}, **condition)))


class CollectionFilterSet(FilterSet):  # type: ignore[misc]  # its base has no stubs
    """The filters that one query string asks for."""

    def __init__(self, *args: Any, brand_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.brand_id = brand_id


@lru_cache(maxsize=512)
def make_filter_set(collection: Collection, names: frozenset[str]) -> type[CollectionFilterSet]:
    """Make the class with these filters of a list: all of them would cost more than the rows."""
    filters = {name: LookupFilter(lookup) for name, lookup in list_lookups(collection).items() if name in names}
    meta = type("Meta", (), {"model": collection.model, "fields": ()})
    return type(f"{collection.model.__name__}FilterSet", (CollectionFilterSet,), {**filters, "Meta": meta})


class CollectionFilterBackend(DjangoFilterBackend):  # type: ignore[misc]  # its base has no stubs
    """Filters by every lookup of the list. Raises PermissionDenied for personal data that the user may not see."""

    def get_filterset_class(self, view: Any, queryset: Any = None) -> type[CollectionFilterSet]:
        """Give the filters that the query string asks for."""
        known = list_lookups(view.collection)
        return make_filter_set(view.collection, frozenset(known.keys() & view.request.query_params.keys()))

    def get_filterset_kwargs(self, request: Request, queryset: Any, view: Any) -> dict[str, Any]:
        """Add the brand, which Clopos ids are read under."""
        return {**super().get_filterset_kwargs(request, queryset, view), "brand_id": view.brand.pk}

    def to_html(self, request: Request, queryset: QuerySet[Any], view: Any) -> str:
        """Draw no form on the browsable pages: it would have hundreds of inputs."""
        return ""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Keep the rows that are asked for."""
        known = list_lookups(view.collection)
        asked = known.keys() & request.query_params.keys()
        for name in asked:
            lookup = known[name]
            if hides(request, lookup.column.model, lookup.column.name):
                raise PermissionDenied(f"To filter by {name!r} takes the permission {PERSONAL_PERMISSION}.")
        return super().filter_queryset(request, queryset, view) if asked else queryset


class CollectionSearchBackend(BaseFilterBackend):
    """Keeps rows by `search`: a Clopos id, or what a text begins with."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Keep the rows that are found. Raises ValidationError for what no text can hold."""
        text = request.query_params.get("search")
        if text is None:
            return queryset
        try:
            ProhibitNullCharactersValidator()(text)
        except forms.ValidationError as error:
            raise ValidationError({"search": error.messages}) from None
        names = [name for name in view.collection.searched if not hides(request, view.collection.model, name)]
        found = [Q(**{f"{name}__istartswith": text}) for name in names]
        if view.collection.is_keyed and text.isascii() and text.isdigit() and len(text) <= 12 and int(text):
            found.append(Q(pk=_add_brand(int(text), view.brand.pk)))
        return queryset.filter(reduce(operator.or_, found)) if found else queryset.none()


class CollectionOrderBackend(BaseFilterBackend):
    """Orders rows by `ordering`, one column at a time."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Order the rows."""
        return queryset.order_by(*view.order.list_terms())


def list_personal(collection: Collection) -> frozenset[str]:
    """List the parameters that filter by personal data."""
    return frozenset(
        name
        for name, lookup in list_lookups(collection).items()
        if is_personal(lookup.column.model, lookup.column.name)
    )


def _add_brand(value: int | list[int], brand_id: int) -> int | list[int]:
    base = brand_id * BRAND_SPAN
    return [base + each for each in value] if isinstance(value, list) else base + value
