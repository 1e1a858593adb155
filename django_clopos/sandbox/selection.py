"""Which documents a list holds and in what order, before pages are cut.

Source: wire contract 5 and 13.
"""

import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django_clopos.sandbox.brands import Brand
from django_clopos.sandbox.documents import Collection
from django_clopos.sandbox.endpoints import Endpoint
from django_clopos.sandbox.query import Filters, Query
from django_clopos.sandbox.refusals import invalid_parameter
from django_clopos.sandbox.stamps import local_day

Document = dict[str, Any]

_CATEGORY_TYPES = ("PRODUCT", "INGREDIENT", "ACCOUNTING")
_DEFAULT_SORT = ("created_at", True)


def select(
    brand: Brand,
    endpoint: Endpoint,
    query: Query,
    *,
    venue: int | None,
    sort_is_ignored: bool = False,
    has_variants: bool = True,
) -> list[Document]:
    """Matching documents in order; `venue` None means every venue.

    Lists that sort answer `created_at` descending unless asked otherwise, the others ids ascending. Ties go by id.
    Remembered until the collection changes, so that walking pages does not select again.
    """
    filters = query.all_filters(endpoint.plain_filters)
    _check(endpoint, filters)
    collection = brand.collection(endpoint.collection)
    order = _order(endpoint, query, sort_is_ignored=sort_is_ignored)
    dates = query.dates if endpoint.has_dates else None
    flags = query.flags if endpoint.collection == "categories" else ()

    def make() -> list[Document]:
        documents = _arrange(collection, venue, dates, order)
        if not has_variants and endpoint.collection == "products":
            documents = [document for document in documents if document.get("type") != "MODIFICATION"]
        if endpoint.collection == "categories":
            documents = _visible_categories(documents, query, filters)
        return _filtered(documents, endpoint, filters)

    return collection.derive(("select", venue, has_variants, flags, dates, filters, order), make)


def _check(endpoint: Endpoint, filters: Filters) -> None:
    """Raises Refusal for the filters that the remote is documented to refuse."""
    for name, values in filters:
        if endpoint.collection == "categories" and name == "type" and not set(values) <= set(_CATEGORY_TYPES):
            raise invalid_parameter(f"type must be one of {', '.join(_CATEGORY_TYPES)}")
        if endpoint.collection == "stop-list" and (name != "id" or not all(value.isdecimal() for value in values)):
            raise invalid_parameter("Invalid filter parameters")


def _order(endpoint: Endpoint, query: Query, *, sort_is_ignored: bool) -> tuple[str, bool] | None:
    if not endpoint.sorts:
        return None
    if query.sort is None or sort_is_ignored or query.sort[0] not in endpoint.sorts:
        return _DEFAULT_SORT
    return query.sort


def _arrange(
    collection: Collection, venue: int | None, dates: tuple[str, str] | None, order: tuple[str, bool] | None
) -> list[Document]:
    """The documents of a venue and of these days, in order, from indexes that outlive changes."""
    holds = _is_of(venue)
    if dates:
        days = collection.index(("days", venue), key=_day_key, holds=holds)
        return _sorted(days.between((dates[0],), (dates[1], math.inf)), order)
    if order is None:
        return [document for document in collection.ordered() if holds(document)]
    field, descends = order
    documents = collection.index((field, venue), key=_order_key(field), holds=holds).documents
    return documents[::-1] if descends else documents


def _is_of(venue: int | None) -> Callable[[Document], bool]:
    return lambda document: venue is None or document.get("venue_id") == venue


def _filtered(documents: Iterable[Document], endpoint: Endpoint, filters: Filters) -> list[Document]:
    """Filters that the endpoint does not know are ignored."""
    tests = [(endpoint.filters[name], values) for name, values in filters if name in endpoint.filters]
    return [document for document in documents if all(test(document, values) for test, values in tests)]


def _sorted(documents: list[Document], order: tuple[str, bool] | None) -> list[Document]:
    if order is None:
        return documents
    field, descends = order
    return sorted(documents, key=_order_key(field), reverse=descends)


def _day_key(document: Document) -> tuple[str, int]:
    return local_day(document.get("created_at")), document["id"]


def _order_key(field: str) -> Callable[[Document], tuple[int, object, int]]:
    """By the field, then by id."""
    return lambda document: (*_sort_key(document.get(field)), document["id"])


def _sort_key(value: object) -> tuple[int, object]:
    """Null first, as MySQL sorts; then numbers, then text."""
    if value is None:
        return 0, 0
    if isinstance(value, int | float | Decimal):
        return 1, value
    return 2, str(value)


def _visible_categories(documents: list[Document], query: Query, filters: Filters) -> list[Document]:
    """Roots only, unless children are refused or a parent is asked for; inactive ones only when asked.

    Inferred: without `include_children` the list is flat. Source: wire contract 13.5.
    """
    if not query.flag("include_inactive", default=False):
        documents = [document for document in documents if document.get("status")]
    is_flat = not query.flag("include_children", default=True)
    if is_flat or any(name == "parent_id" for name, _ in filters):
        return documents
    return [document for document in documents if document.get("parent_id") is None]
