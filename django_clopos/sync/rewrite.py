"""Write stored rows again from a record: their columns and children derived, their marks kept.

Rows that are already as derived are left alone, so that a second pass writes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from decimal import Decimal
from functools import cache
from operator import itemgetter
from typing import Any

from django.db import models, router
from django.db.models.functions import Cast

from django_clopos.mirror.resource import Child, Table
from django_clopos.sync.columns import Plan, RowContext, plan_child, plan_table
from django_clopos.sync.compare import match_column
from django_clopos.sync.pages import Incoming
from django_clopos.sync.prepare import Page, Preparer, Valid
from django_clopos.sync.store import Outcome, Writer
from django_clopos.sync.write import round_decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredRow:
    """One row as it is stored."""

    pk: int
    venue: int | None
    """Clopos id of the venue that is part of the row's identity."""
    record: Incoming
    """Its record, byte for byte."""
    values: list[Any]
    """Of its columns, in its plan's order; JSON as text."""


def fetch_rows(
    table: Table, rows: models.QuerySet[Any, Any], context: RowContext, *, limit: int | None = None
) -> list[StoredRow]:
    """Read rows of a table with their records as text, in one query, in the order of their keys."""
    plan = plan_table(table)
    found = _select_as_text(plan, rows).order_by("pk").values_list("pk", *_text_names(plan))
    return [_read_row(table, plan, row[0], list(row[1:]), context) for row in found[:limit]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewriter:
    """Writes the rows of one resource again, inside the caller's transaction."""

    preparer: Preparer
    writer: Writer

    def rewrite(self, table: Table, rows: Sequence[StoredRow], *, is_forced: bool = False) -> Outcome:
        """Derive rows from their records and write those that differ; forced: all of them."""
        page = self.find_stale(table, rows, is_forced=is_forced)
        return self._write(replace(page, plan=_identify_by_key(page.plan)))

    def find_stale(self, table: Table, rows: Sequence[StoredRow], *, is_forced: bool = False) -> Page:
        """Give the rows whose columns or children are not those that their record gives. Writes nothing."""
        page = self.preparer.derive(table, [row.record for row in rows])
        plan = page.plan
        by_record = {id(row.record): row for row in rows}
        stored_children = [self._fetch_children(child, rows) for child in table.children]
        changed = []
        for valid in page.rows:
            row = by_record[id(valid.incoming)]
            children = tuple(
                None if derived is None or _are_equal(plan_child(child), derived, stored[row.pk]) else derived
                for child, derived, stored in zip(table.children, valid.children, stored_children, strict=True)
            )
            values = valid.values[: plan.width] + row.values[plan.width :]
            is_same = _normalise(plan, values) == _normalise(plan, row.values)
            if is_forced or not is_same or any(rows is not None for rows in children):
                changed.append(_with_key(plan, replace(valid, values=values, children=children), row.pk))
        return replace(page, rows=changed)

    def create(self, table: Table, records: Sequence[Incoming]) -> Outcome:
        """Write rows that are not stored yet."""
        page = self.preparer.derive(table, records)
        return self._write(replace(page, rows=[replace(row, is_new=True) for row in page.rows]))

    def _write(self, page: Page) -> Outcome:
        [outcome] = self.writer.write([page])
        return outcome

    def _fetch_children(self, child: Child, rows: Sequence[StoredRow]) -> dict[int, list[list[Any]]]:
        plan = plan_child(child)
        place = plan.columns.index(f"{child.parent}_id")
        stored = child.model._base_manager.using(self.writer.using)
        found: dict[int, list[list[Any]]] = defaultdict(list)
        keys = [row.pk for row in rows]
        children = _select_as_text(plan, stored.filter(**{f"{child.parent}__in": keys}))
        for values in children.values_list(*_text_names(plan)):
            found[values[place]].append(list(values))
        return found


def select_rows(table: Table, brand_id: int) -> models.QuerySet[Any, Any]:
    """Select a brand's rows that this table's declaration fills, from the database that is written."""
    rows = table.model._base_manager.using(router.db_for_write(table.model))
    found: models.QuerySet[Any, Any] = rows.filter(brand_id=brand_id, **table.fixed)
    return found


def _select_as_text(plan: Plan, rows: models.QuerySet[Any, Any]) -> models.QuerySet[Any, Any]:
    """Have the JSON columns read as the text that is stored: decoding could lose digits, or fail on a damaged one."""
    found: models.QuerySet[Any, Any] = rows.annotate(
        **{f"text_of_{name}": Cast(name, models.TextField()) for name in _json_names(plan)}
    )
    return found


def _text_names(plan: Plan) -> list[str]:
    of_json = _json_names(plan)
    return [f"text_of_{name}" if name in of_json else name for name in plan.columns]


@cache
def _json_names(plan: Plan) -> frozenset[str]:
    own = {plan.columns[index] for index in plan.json}
    return frozenset(own | ({"raw"} & set(plan.columns)))


def _read_row(table: Table, plan: Plan, pk: int, values: list[Any], context: RowContext) -> StoredRow:
    by_name = dict(zip(plan.columns, values, strict=True))
    venue_key = by_name[f"{table.from_venue}_id"] if table.from_venue else None
    matched = by_name[match_column(plan)]
    return StoredRow(
        pk=pk,
        venue=venue_key - context.base if venue_key else None,
        record=Incoming(matched - context.base if matched else 0, by_name["content_hash"], by_name["raw"].encode()),
        values=values,
    )


@cache
def _identify_by_key(plan: Plan) -> Plan:
    """Change a plan so that its rows are found by primary key: the columns that identify a row may be what is wrong."""
    if plan.is_keyed:
        return plan
    return replace(plan, columns=(*plan.columns, "id"), conflict=("id",), identify=itemgetter(-1))


def _with_key(plan: Plan, row: Valid, pk: int) -> Valid:
    return row if plan.is_keyed else replace(row, values=[*row.values, pk])


def _are_equal(plan: Plan, derived: Iterable[list[Any]], stored: Iterable[list[Any]]) -> bool:
    """Tell whether two sets of child rows are the same."""
    ours = {plan.identify(values): _normalise(plan, values) for values in derived}
    theirs = {plan.identify(values): _normalise(plan, values) for values in stored}
    return ours == theirs


def _normalise(plan: Plan, values: Sequence[Any]) -> list[Any]:
    """Give a row's values as they would be read back, so that derived and stored ones can be compared."""
    normal = list(values)
    for index, convert in _converters(plan):
        if normal[index] is not None:
            normal[index] = convert(normal[index])
    return normal


@cache
def _converters(plan: Plan) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    fields = {field.attname: field for field in plan.model._meta.concrete_fields}
    pairs = ((index, _find_converter(fields[name])) for index, name in enumerate(plan.columns))
    return tuple((index, convert) for index, convert in pairs if convert is not None)


def _find_converter(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    match field:
        case models.DateTimeField():
            # Two zones' hours of a changing clock are never equal, even where they are the same moment.
            return lambda value: value.astimezone(UTC)
        case models.DecimalField(decimal_places=places):
            step = Decimal(1).scaleb(-places)
            return lambda value: round_decimal(value, step)
        case _:
            return None
