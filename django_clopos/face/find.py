"""From a route to the records that answer it: a page of a list, or one row by its id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.db import models

from django_clopos.face.categories import add_children, choose_nodes
from django_clopos.face.endpoints import SOURCES, Source, make_order
from django_clopos.face.questions import choose_limit, choose_sort, make_conditions, refuse_relations, refuse_selects
from django_clopos.face.records import Item, Reader
from django_clopos.face.relations import shape
from django_clopos.face.venues import choose_venue, is_of_venue
from django_clopos.sandbox.answers import Records
from django_clopos.sandbox.paths import OPERATIONS, Route, is_uuid
from django_clopos.sandbox.query import Query, parse_query
from django_clopos.sandbox.refusals import invalid_parameter

_MOST_DIGITS = 12
#: Beyond it no list has rows, and databases refuse larger offsets.
_LAST_ROW = 10**12


@dataclass(frozen=True, kw_only=True, slots=True)
class _Question:
    """A request that was read."""

    reader: Reader
    source: Source
    query: Query
    venue: int | None
    """Clopos id of the venue whose rows are asked for; None: there is none."""

    def select(self) -> models.QuerySet[Any]:
        """Select the rows of the venue asked for, or of the brand where the endpoint has no venues."""
        rows = self.reader.select(self.source.model).filter(self.source.listed)
        if not is_of_venue(self.reader, self.source):
            return rows
        key = None if self.venue is None else self.reader.key(self.venue)
        return rows.none() if key is None else rows.filter(venue_id=key)


def find_records(reader: Reader, route: Route, query_text: str, *, venue: str | None) -> Records:
    """Find what a route answers. `venue`: the header x-venue. Raises Refusal."""
    source = SOURCES[route.endpoint.path]
    query = parse_query(query_text)
    refuse_relations(source, query.with_)
    refuse_selects(source, query)
    chosen = choose_venue(reader, source, venue)
    question = _Question(reader=reader, source=source, query=query, venue=chosen)
    if route.endpoint is OPERATIONS:
        return _find_operations(question, str(route.key))
    return _find_page(question) if route.key is None else _find_one(question, route)


def _find_page(question: _Question) -> Records:
    reader, source, query = question.reader, question.source, question.query
    limit = choose_limit(source, query)
    order = make_order(source, choose_sort(reader, source, query))
    rows = question.select().filter(make_conditions(reader, source, query))
    if source.resource.name == "categories":
        rows = rows.filter(choose_nodes(query, query.all_filters(source.endpoint.plain_filters)))
    total = rows.count() if limit else 0
    first = (query.page - 1) * limit
    rows = rows.order_by(*order)
    if limit:
        items = reader.read_page(rows, first, limit) if first < min(total, _LAST_ROW) else []
    else:
        items = reader.read(rows)
    return _send(question, items, total=total, limit=limit)


def _find_one(question: _Question, route: Route) -> Records:
    key = str(route.key)
    rows = question.select()
    if "/cid/" in route.path:
        if not is_uuid(key):
            raise invalid_parameter("cid must be a UUID")
        rows = rows.filter(cid__in=_write_uuid(key))
    elif question.source.resource.name == "products" and is_uuid(key):
        rows = rows.filter(cid__in=_write_uuid(key))
    else:
        rows = _select_by_id(question, rows, key)
    items = question.reader.read(rows.order_by("pk")[:1])
    if not items:
        raise route.endpoint.missing(key)
    return _send(question, items, is_single=True)


def _find_operations(question: _Question, key: str) -> Records:
    """The stock operations of a receipt that is there to be seen."""
    receipts = _Question(reader=question.reader, source=SOURCES["receipts"], query=question.query, venue=question.venue)
    receipt = _select_by_id(receipts, receipts.select(), key).values_list("pk", flat=True).first()
    if receipt is None:
        raise receipts.source.endpoint.missing(key)
    rows = question.reader.select(question.source.model).filter(receipt_id=receipt)
    return _send(question, question.reader.read(rows.order_by("pk")))


def _select_by_id(question: _Question, rows: models.QuerySet[Any], key: str) -> models.QuerySet[Any]:
    if not key.isdecimal():
        raise invalid_parameter("id must be an integer")
    if len(key) > _MOST_DIGITS:
        return rows.none()
    return rows.filter(pk=question.reader.key(int(key)))


def _write_uuid(key: str) -> list[str]:
    """The two ways in which a UUID is stored: with dashes and without. Source: wire contract, section 13.15."""
    uuid = UUID(key)
    return [str(uuid), uuid.hex]


def _send(
    question: _Question, items: Sequence[Item], *, total: int = 0, limit: int = 0, is_single: bool = False
) -> Records:
    source, query = question.source, question.query
    shape(question.reader, source.resource.name, items, query.with_)
    if source.resource.name == "categories":
        add_children(question.reader, items, query)
    selects = query.selects if source.endpoint.has_selects else ()
    return Records(
        endpoint=source.endpoint,
        rows=[msgspec.json.encode(_pick(item, selects)) for item in items],
        is_single=is_single,
        total=total,
        page=query.page,
        limit=limit,
    )


def _pick(item: Item, selects: Sequence[str]) -> dict[str, Any]:
    return {name: item.shown[name] for name in selects if name in item.shown} if selects else item.shown
