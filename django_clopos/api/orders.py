"""By what a list can be ordered, and how it is read on from a row, at the same cost at any depth.

A place in a list is the values of the order's column and of a second one that makes them unique, so that rows that come
or go elsewhere move nothing. Rows without a value come last, whichever way, in a stretch of their own: one comparison
over both would lose them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.db import models
from django.db.models import F, Q
from rest_framework.exceptions import ValidationError

from django_clopos.api.collections import Collection
from django_clopos.api.columns import Column, Kind, list_columns
from django_clopos.models.visible import is_personal

#: A row's place: primary key, value of the order's column, value that tells it from its equals.
Place = tuple[Any, Any, Any]

_UNORDERED = frozenset({Kind.JSON, Kind.REFERENCE, Kind.LONG_TEXT})


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """An order in which every row has one place."""

    name: str
    """As the query string says it; empty where it cannot be asked for."""
    column: str
    tie: str = "pk"
    is_nullable: bool = False
    is_descending: bool = False

    def list_terms(self) -> list[Any]:
        """Give it in Django's terms."""
        column, tie = F(self.column), F(self.tie)
        if self.is_descending:
            return [column.desc(nulls_last=self.is_nullable or None), tie.desc()]
        return [column.asc(nulls_last=self.is_nullable or None), tie.asc()]


def find_order(collection: Collection, name: str | None, *, is_poll: bool = False) -> Order:
    """Find the order that is asked for. None: of `synced_at` for who polls, else of ids, or of parents.

    Raises ValidationError for a name that the list cannot be ordered by.
    """
    known = list_orders(collection)
    if name is None:
        return known["synced_at"] if is_poll else _find_default(collection)
    order = known.get(name.removeprefix("-"))
    if order is None or name.startswith("--"):
        names = ", ".join(sorted(known)) or "none"
        raise ValidationError({"ordering": [f"Unknown order. Known here: {names}; with - in front descending."]})
    return replace(order, name=name, is_descending=name.startswith("-"))


@cache
def list_orders(collection: Collection) -> dict[str, Order]:
    """List the orders of a list by name. Of a list that grows with every sale those that an index serves.

    Personal columns are none: a place in the list, which stands in addresses, would tell them.
    """
    indexes = (index.fields for index in collection.model._meta.indexes)
    indexed = {names[1] for names in indexes if len(names) > 1 and names[0] == "brand"}
    return {
        column.name: _make_order(column)
        for column in list_columns(collection.model)
        if column.kind is Kind.ID or _is_offered(collection, column, indexed)
    }


def _is_offered(collection: Collection, column: Column, indexed: set[str]) -> bool:
    if column.kind in _UNORDERED or is_personal(collection.model, column.field.name):
        return False
    return not collection.is_large or column.field.name in indexed


def _make_order(column: Column) -> Order:
    if column.kind is Kind.ID:
        return Order(name="id", column="pk")
    return Order(name=column.name, column=column.source, is_nullable=column.field.null)


def _find_default(collection: Collection) -> Order:
    if collection.parent and not collection.is_keyed:
        # Unique together, and an index holds both; the automatic key would lead through other brands' rows.
        return Order(name="", column=f"{collection.parent}_id", tie="position")
    return Order(name="", column="pk")


def take(
    rows: models.QuerySet[Any], order: Order, *, size: int, after: Place | None = None, is_backwards: bool = False
) -> list[Place]:
    """Take the places of the next rows after one, or of those before it, nearest first; at most two queries."""
    found: list[Place] = []
    towards = replace(order, is_descending=order.is_descending != is_backwards)
    for is_null in _list_stretches(order, after, is_backwards=is_backwards):
        stretch = rows.filter(**{f"{order.column}__isnull": is_null}) if order.is_nullable else rows
        if after is not None and (after[1] is None) == is_null:
            stretch = stretch.filter(_is_beyond(towards, after))
        sign = "-" if towards.is_descending else ""
        ordered = stretch.order_by(f"{sign}{order.column}", f"{sign}{order.tie}")
        found += ordered.values_list("pk", order.column, order.tie)[: size - len(found)]
        if len(found) == size:
            break
    return found


def walk(rows: models.QuerySet[Any], order: Order, *, size: int) -> Iterator[list[Any]]:
    """Give the primary keys of all rows, some at a time; what comes in meanwhile may be among them or not."""
    after: Place | None = None
    while places := take(rows, order, size=size, after=after):
        yield [place[0] for place in places]
        after = places[-1]
        if len(places) < size:
            return


def _list_stretches(order: Order, after: Place | None, *, is_backwards: bool) -> list[bool]:
    """List the stretches to read, true for the rows without a value, beginning with the one that `after` is in."""
    if not order.is_nullable:
        return [False]
    stretches = [True, False] if is_backwards else [False, True]
    return stretches if after is None else stretches[stretches.index(after[1] is None) :]


def _is_beyond(order: Order, after: Place) -> Q:
    _, value, tie = after
    more, not_more = ("lt", "gte") if order.is_descending else ("gt", "lte")
    if value is None or order.column == order.tie:
        return Q(**{f"{order.tie}__{more}": tie})
    # The first condition is where an index begins to be read; the second leaves out the equals that were read.
    return Q(**{f"{order.column}__{more}e": value}) & ~Q(**{order.column: value, f"{order.tie}__{not_more}": tie})
