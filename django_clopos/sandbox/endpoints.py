"""What each endpoint accepts and how it answers: one row an endpoint.

Source: wire contract 5 (limits and capabilities), 4 (envelopes), 6 (shapes of 404) and 13.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django_clopos.sandbox.refusals import Refusal, missing, not_found_exception, not_found_model

Document = dict[str, Any]
Test = Callable[[Document, tuple[str, ...]], bool]
"""Whether a document matches the values of a filter."""

_MISSING = missing("resource_not_found", "Resource")


class Envelope(Enum):
    """What stands beside `data`."""

    TOTAL = "success and total"
    SUCCESS = "success only"
    PAGINATION = "pagination, no success"
    BARE = "data only"


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    path: str
    collection: str
    maximum: int | None = None
    """Largest page; None: one answer without pages."""
    envelope: Envelope = Envelope.TOTAL
    sorts: tuple[str, ...] = ()
    """Fields it sorts by; without any it answers ids ascending whatever is asked."""
    tells_sorts: bool = False
    """The answer carries the names of `sorts`."""
    has_dates: bool = False
    has_selects: bool = False
    venue_scoped: bool = False
    filters: Mapping[str, Test]
    plain_filters: frozenset[str] = frozenset()
    """Filters that may also be plain parameters, such as `type=PRODUCT`."""
    has_detail: bool = False
    """There is GET by id."""
    missing: Callable[[object], Refusal] = _MISSING
    """The 404 of GET by id."""


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _equals(field: str) -> Test:
    def test(document: Document, values: tuple[str, ...]) -> bool:
        wanted = {{"true": "1", "false": "0"}.get(value, value) for value in values}
        return document.get(field) is not None and _text(document[field]) in wanted

    return test


def _is(predicate: Callable[[Document], object]) -> Test:
    return lambda document, values: bool(predicate(document)) == (values[:1] in {("1",), ("true",)})


def _contains(field: str) -> Test:
    return lambda document, values: any(value.casefold() in str(document.get(field)).casefold() for value in values)


def _has_phone(document: Document, values: tuple[str, ...]) -> bool:
    phones = [document.get("phone"), *(document.get("phones") or ())]
    return any(value in phones for value in values)


def _has_tag(document: Document, values: tuple[str, ...]) -> bool:
    return any(str(tag["id"]) in values for tag in document.get("tags", ()))


def _equal_fields(*fields: str) -> dict[str, Test]:
    return {field: _equals(field) for field in fields}


_PRODUCT_FILTERS: dict[str, Test] = {
    **_equal_fields("type", "category_id", "station_id", "giftable", "discountable", "inventory_behavior"),
    "tags": _has_tag,
    "haveIngredients": _is(lambda product: product.get("recipe")),
    "sold_by_portion": _is(lambda product: product.get("sold_by_weight")),
    "has_variants": _is(lambda product: product.get("has_modifications")),
    "has_modifiers": _is(lambda product: product.get("modificator_groups")),
    "has_barcode": _is(lambda product: product.get("barcode") or product.get("codes")),
    "has_service_charge": _is(lambda product: not product.get("ignore_service_charge")),
}

ENDPOINTS = (
    Endpoint(path="venues", collection="venues", envelope=Envelope.SUCCESS, filters={}),
    Endpoint(
        path="users",
        collection="users",
        maximum=100,
        filters={},
        has_detail=True,
        missing=lambda key: not_found_exception("Auth\\User", key),
    ),
    Endpoint(
        path="customers",
        collection="customers",
        maximum=999,
        sorts=("id", "cid", "group_id", "name", "email", "address", "created_at", "updated_at"),
        filters={"name": _contains("name"), "phones": _has_phone, "group_id": _equals("group_id")},
        has_detail=True,
        missing=lambda key: not_found_model("Client\\Marketing\\Customer", key),
    ),
    Endpoint(
        path="customer-groups",
        collection="customer-groups",
        maximum=200,
        sorts=(
            "id",
            "name",
            "discount_type",
            "discount_value",
            "total_amount",
            "created_at",
            "updated_at",
            "deleted_at",
        ),
        tells_sorts=True,
        filters={},
    ),
    Endpoint(
        path="categories",
        collection="categories",
        maximum=999,
        filters=_equal_fields("parent_id", "type"),
        plain_filters=frozenset({"parent_id", "type"}),
        has_detail=True,
        missing=missing("resource_not_found", "Category"),
    ),
    Endpoint(
        path="stations",
        collection="stations",
        maximum=200,
        filters=_equal_fields("status", "can_print"),
        plain_filters=frozenset({"status", "can_print"}),
        has_detail=True,
        missing=missing("resource_not_found", "Station"),
    ),
    Endpoint(
        path="products",
        collection="products",
        maximum=100,
        has_selects=True,
        filters=_PRODUCT_FILTERS,
        has_detail=True,
        missing=missing("resource_not_found", "Product"),
    ),
    Endpoint(
        path="products/stop-list",
        collection="stop-list",
        envelope=Envelope.SUCCESS,
        venue_scoped=True,
        filters=_equal_fields("id"),
    ),
    Endpoint(
        path="price-lists",
        collection="price-lists",
        maximum=999,
        envelope=Envelope.PAGINATION,
        sorts=("id", "name", "created_at"),
        has_selects=True,
        filters={},
    ),
    Endpoint(
        path="price-lists/prices",
        collection="price-list-prices",
        maximum=999,
        envelope=Envelope.PAGINATION,
        filters=_equal_fields("id", "product_id", "list_id"),
    ),
    Endpoint(path="sale-types", collection="sale-types", maximum=100, filters={}),
    Endpoint(path="payment-methods", collection="payment-methods", maximum=100, filters={}),
    Endpoint(
        path="orders",
        collection="orders",
        maximum=200,
        sorts=("created_at", "updated_at", "id"),
        tells_sorts=True,
        has_dates=True,
        venue_scoped=True,
        filters=_equal_fields("id"),
        has_detail=True,
        missing=missing("resource_not_found", "Order"),
    ),
    Endpoint(
        path="receipts",
        collection="receipts",
        maximum=200,
        sorts=("created_at", "updated_at", "closed_at", "total", "id"),
        tells_sorts=True,
        has_dates=True,
        venue_scoped=True,
        filters=_equal_fields("status", "sale_type_id", "terminal_id", "customer_id"),
        has_detail=True,
        missing=missing("not_found", "Receipt"),
    ),
    Endpoint(
        path="receipts/{id}/stock-operations",
        collection="stock-operations",
        envelope=Envelope.BARE,
        filters={},
    ),
)
"""The `status=` parameter of orders is ignored, as it was seen live. Source: wire contract 13.12."""

NOWHERE = Endpoint(path="", collection="", filters={})
"""What every other path leads to."""

BY_PATH = {endpoint.path: endpoint for endpoint in ENDPOINTS}
COLLECTIONS = tuple(endpoint.collection for endpoint in ENDPOINTS)
