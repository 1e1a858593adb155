"""From a path to records: which endpoint answers, whether a list or one record, and which page of it.

Source: wire contract 5 and 13.
"""

import re
from dataclasses import dataclass
from typing import Any

from django_clopos.sandbox import refusals
from django_clopos.sandbox.answers import Press, Records
from django_clopos.sandbox.brands import Brand
from django_clopos.sandbox.endpoints import BY_PATH, Endpoint
from django_clopos.sandbox.query import Query, parse_query
from django_clopos.sandbox.selection import select

Document = dict[str, Any]

_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
_OPERATIONS = BY_PATH["receipts/{id}/stock-operations"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    path: str
    endpoint: Endpoint | None
    """None: nothing answers this path."""
    key: str | None = None
    """The id or cid in the path; None for a list."""

    @property
    def names(self) -> tuple[str, ...]:
        """What faults, hooks and modules may call it: the path, and for a list its collection."""
        if self.endpoint is None or (self.key is not None and self.endpoint is not _OPERATIONS):
            return (self.path,)
        return self.path, self.endpoint.collection


def find(path: str) -> Route:
    """The route of a path below the prefix."""
    if path in BY_PATH:
        return Route(path=path, endpoint=BY_PATH[path])
    match path.split("/"):
        case ["receipts", "cid", key]:
            return Route(path=path, endpoint=BY_PATH["receipts"], key=key)
        case ["receipts", key, "stock-operations"]:
            return Route(path=path, endpoint=_OPERATIONS, key=key)
        case [parent, key] if parent in BY_PATH and BY_PATH[parent].missing:
            return Route(path=path, endpoint=BY_PATH[parent], key=key)
    return Route(path=path, endpoint=None)


class Router:
    """Answers routes from a brand's documents; keeps the encoded copies."""

    def __init__(
        self,
        *,
        receipts_are_venue_scoped: bool,
        rejects_above_maximum: bool,
        ignore_sort: frozenset[str],
        variants_at_top_level: bool,
    ) -> None:
        self.receipts_are_venue_scoped = receipts_are_venue_scoped
        self.rejects_above_maximum = rejects_above_maximum
        self.ignore_sort = ignore_sort
        self.variants_at_top_level = variants_at_top_level
        self._press = Press()

    def records(self, route: Route, query_text: str, brand: Brand, venue: int, *, page_offset: int = 0) -> Records:
        """What the route answers. Raises Refusal. `page_offset` -1 answers the page before the one asked for."""
        assert route.endpoint is not None
        query = parse_query(query_text)
        if route.endpoint is _OPERATIONS:
            return self._operations(route, query, brand, venue)
        if route.key is not None:
            return self._single(route, query, brand, venue)
        return self._page(route.endpoint, query, brand, venue, page_offset)

    def _page(self, endpoint: Endpoint, query: Query, brand: Brand, venue: int, page_offset: int) -> Records:
        limit = self._limit(endpoint, query)
        documents = select(
            brand,
            endpoint,
            query,
            venue=venue if self._is_scoped(endpoint) else None,
            sort_is_ignored=endpoint.collection in self.ignore_sort,
            has_variants=self.variants_at_top_level,
        )
        first = max(query.page + page_offset - 1, 0) * limit if limit else 0
        shown = documents[first : first + limit] if limit else documents
        return Records(
            endpoint=endpoint,
            rows=self._rows(endpoint, shown, query, brand),
            total=len(documents),
            page=query.page,
            limit=limit,
        )

    def _limit(self, endpoint: Endpoint, query: Query) -> int:
        """Rows of a page; 0 when the endpoint has no pages. Raises Refusal above the maximum, or lowers it."""
        if endpoint.maximum is None:
            return 0
        if query.limit > endpoint.maximum and self.rejects_above_maximum:
            raise refusals.above_maximum(query.limit, endpoint.maximum)
        return min(query.limit, endpoint.maximum)

    def _rows(self, endpoint: Endpoint, documents: list[Document], query: Query, brand: Brand) -> list[bytes]:
        tree_key: tuple[object, ...] = ()
        if endpoint.collection == "categories" and query.flag("include_children", default=True):
            tree_key = ("tree", query.flag("include_inactive", default=False))
        return [self._press.print(brand, endpoint, document, query, tree_key) for document in documents]

    def _single(self, route: Route, query: Query, brand: Brand, venue: int) -> Records:
        assert route.endpoint is not None
        endpoint, key = route.endpoint, str(route.key)
        document = self._by_cid(route, brand) if "/cid/" in route.path else self._by_id(endpoint, key, brand)
        if document is None or self._is_elsewhere(endpoint, document, venue):
            assert endpoint.missing is not None
            raise endpoint.missing(key)
        return Records(endpoint=endpoint, rows=self._rows(endpoint, [document], query, brand), is_single=True)

    def _by_id(self, endpoint: Endpoint, key: str, brand: Brand) -> Document | None:
        """Products answer to a UUID too. Source: wire contract 13.7."""
        collection = brand.collection(endpoint.collection)
        if key.isdecimal():
            return collection.get(int(key))
        if endpoint.collection == "products" and _UUID.fullmatch(key):
            return next(iter(collection.grouped("cid").get(key, ())), None)
        raise refusals.invalid_parameter("id must be an integer")

    def _by_cid(self, route: Route, brand: Brand) -> Document | None:
        if not _UUID.fullmatch(str(route.key)):
            raise refusals.invalid_parameter("cid must be a UUID")
        return next(iter(brand.collection("receipts").grouped("cid").get(str(route.key).lower(), ())), None)

    def _operations(self, route: Route, query: Query, brand: Brand, venue: int) -> Records:
        receipt = self._by_id(BY_PATH["receipts"], str(route.key), brand)
        if receipt is None or self._is_elsewhere(BY_PATH["receipts"], receipt, venue):
            raise refusals.slug_and_message(404, "not_found", "Receipt not found")
        documents = brand.collection("stock-operations").grouped("receipt_id").get(receipt["id"], [])
        return Records(endpoint=_OPERATIONS, rows=self._rows(_OPERATIONS, documents, query, brand))

    def _is_scoped(self, endpoint: Endpoint) -> bool:
        """The stop list is always the venue's own; orders and receipts as the sandbox was told."""
        return endpoint.venue_scoped and (endpoint.collection == "stop-list" or self.receipts_are_venue_scoped)

    def _is_elsewhere(self, endpoint: Endpoint, document: Document, venue: int) -> bool:
        return self._is_scoped(endpoint) and document.get("venue_id") != venue
