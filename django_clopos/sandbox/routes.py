"""From a route to records: a page of a list, or one record.

Source: wire contract 5 and 13.
"""

from typing import Any

from django_clopos.sandbox import refusals
from django_clopos.sandbox.answers import Records
from django_clopos.sandbox.brands import Brand
from django_clopos.sandbox.endpoints import BY_PATH, NOWHERE, Endpoint
from django_clopos.sandbox.marks import hide
from django_clopos.sandbox.paths import OPERATIONS, Route, is_uuid
from django_clopos.sandbox.press import Press
from django_clopos.sandbox.query import Query, parse_query
from django_clopos.sandbox.selection import select

Document = dict[str, Any]


class Router:
    """Answers routes from a brand's documents; keeps the encoded copies."""

    def __init__(
        self,
        *,
        receipts_are_venue_scoped: bool,
        rejects_above_maximum: bool,
        page_rows: int | None,
        ignore_sort: frozenset[str],
        variants_at_top_level: bool,
    ) -> None:
        self.receipts_are_venue_scoped = receipts_are_venue_scoped
        self.rejects_above_maximum = rejects_above_maximum
        self.page_rows = page_rows
        self.ignore_sort = ignore_sort
        self.variants_at_top_level = variants_at_top_level
        self._press = Press()

    def records(self, route: Route, query_text: str, brand: Brand, venue: int, *, page_offset: int = 0) -> Records:
        """What the route answers. Raises Refusal. `page_offset` -1 answers the page before the one asked for."""
        if route.endpoint is NOWHERE:
            raise NOWHERE.missing(route.path)
        query = parse_query(query_text)
        if route.endpoint is OPERATIONS:
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
            rows=self._press.print(shown, endpoint, query, brand),
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
        return min(query.limit, endpoint.maximum, self.page_rows or endpoint.maximum)

    def _single(self, route: Route, query: Query, brand: Brand, venue: int) -> Records:
        endpoint, key = route.endpoint, str(route.key)
        document = self._by_cid(route, brand) if "/cid/" in route.path else self._by_id(endpoint, key, brand)
        if document is None or self._is_elsewhere(endpoint, document, venue):
            raise endpoint.missing(key)
        return Records(endpoint=endpoint, rows=self._press.print([document], endpoint, query, brand), is_single=True)

    def _by_id(self, endpoint: Endpoint, key: str, brand: Brand) -> Document | None:
        """Products answer to a UUID too. Source: wire contract 13.7."""
        collection = brand.collection(endpoint.collection)
        if key.isdecimal():
            return collection.get(int(key))
        if endpoint.collection == "products" and is_uuid(key):
            return next(iter(collection.grouped("cid").get(hide(key, brand.mark), ())), None)
        raise refusals.invalid_parameter("id must be an integer")

    def _by_cid(self, route: Route, brand: Brand) -> Document | None:
        if not is_uuid(str(route.key)):
            raise refusals.invalid_parameter("cid must be a UUID")
        cid = hide(str(route.key).lower(), brand.mark)
        return next(iter(brand.collection("receipts").grouped("cid").get(cid, ())), None)

    def _operations(self, route: Route, query: Query, brand: Brand, venue: int) -> Records:
        receipt = self._by_id(BY_PATH["receipts"], str(route.key), brand)
        if receipt is None or self._is_elsewhere(BY_PATH["receipts"], receipt, venue):
            raise BY_PATH["receipts"].missing(route.key)
        documents = brand.collection("stock-operations").grouped("receipt_id").get(receipt["id"], [])
        return Records(endpoint=OPERATIONS, rows=self._press.print(documents, OPERATIONS, query, brand))

    def _is_scoped(self, endpoint: Endpoint) -> bool:
        """The stop list is always the venue's own; orders and receipts as the sandbox was told."""
        return endpoint.venue_scoped and (endpoint.collection == "stop-list" or self.receipts_are_venue_scoped)

    def _is_elsewhere(self, endpoint: Endpoint, document: Document, venue: int) -> bool:
        return self._is_scoped(endpoint) and document.get("venue_id") != venue
