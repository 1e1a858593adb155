"""What answers each endpoint of the dialect: a resource of the mirror, and a column for each filter and order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, Q

from django_clopos.face import filters
from django_clopos.face.filters import Filter
from django_clopos.mirror import get_resource
from django_clopos.mirror.resource import Resource
from django_clopos.sandbox.endpoints import ENDPOINTS, Endpoint


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where the answers of one endpoint come from."""

    endpoint: Endpoint
    resource: Resource
    filters: Mapping[str, Filter]
    order: str = "pk"
    """By which column rows go where nothing else is asked for."""

    @property
    def model(self) -> type[models.Model]:
        """The table."""
        return self.resource.table.model

    @property
    def listed(self) -> Q:
        """The rows that this endpoint lists, not only nested in other records."""
        return Q(**self.resource.table.fixed)


def _references(**columns: str) -> dict[str, Filter]:
    return {name: filters.reference(column) for name, column in columns.items()}


def _holds_flag(column: str, *, wanted: bool = True) -> Filter:
    return filters.holds(lambda: Q(**{column: wanted}), column=column)


_PRODUCT_FILTERS = {
    "type": filters.text("type"),
    **_references(category_id="category", station_id="station"),
    "giftable": filters.flag("giftable"),
    "discountable": filters.flag("discountable"),
    "inventory_behavior": filters.whole("inventory_behavior"),
    "tags": filters.tags(),
    "haveIngredients": filters.holds(filters.has_recipe, column="pk"),
    "sold_by_portion": _holds_flag("sold_by_weight"),
    "has_variants": _holds_flag("has_modifications"),
    "has_modifiers": filters.holds(filters.has_modifiers, column="pk"),
    "has_barcode": filters.holds(filters.has_barcode, column="barcode"),
    "has_service_charge": filters.holds(lambda: ~Q(ignore_service_charge=True), column="ignore_service_charge"),
}

#: By the name of the resource; those that are not here take no filters.
_FILTERS: dict[str, dict[str, Filter]] = {
    "customers": {
        "name": filters.part_of("name"),
        "phones": filters.phones(),
        **_references(group_id="group"),
    },
    "categories": {**_references(parent_id="parent"), "type": filters.text("type")},
    "stations": {"status": filters.whole("status"), "can_print": filters.flag("can_print")},
    "products": _PRODUCT_FILTERS,
    "stop-list": _references(id="product"),
    "price-list-prices": _references(id="pk", product_id="product", list_id="list"),
    "orders": _references(id="pk"),
    "receipts": {
        "status": filters.whole("status"),
        "terminal_id": filters.whole("terminal_id", bits=63),
        **_references(sale_type_id="sale_type", customer_id="customer"),
    },
}

_ORDERS = {"stop-list": "product_id"}

SOURCES: dict[str, Source] = {
    endpoint.path: Source(
        endpoint=endpoint,
        resource=get_resource(endpoint.collection),
        filters=_FILTERS.get(endpoint.collection, {}),
        order=_ORDERS.get(endpoint.collection, "pk"),
    )
    for endpoint in ENDPOINTS
}

#: Set by the remote on every row, so that a plain order, which an index serves, leaves no doubt where nulls go.
_ALWAYS_SET = frozenset({"id", "created_at", "updated_at"})


def make_order(source: Source, sort: tuple[str, bool] | None) -> list[Any]:
    """Give the terms of an order; `sort` is a field and whether it descends. Nulls are least, ties go by id."""
    if sort is None:
        return [source.order]
    name, descends = sort
    column, sign = ("pk" if name == "id" else name), "-" if descends else ""
    if name in _ALWAYS_SET:
        return [f"{sign}{column}", f"{sign}pk"]
    term = F(column).desc(nulls_last=True) if descends else F(column).asc(nulls_first=True)
    return [term, f"{sign}pk"]
