"""Compare a page's records with what is stored and validate those that differ. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db import models
from pydantic import ValidationError

from django_clopos.mirror.resource import Child, JsonObject, Nested, Resource, Table
from django_clopos.models.bookkeeping import DriftKind
from django_clopos.models.fields import dump_json
from django_clopos.schemas.base import Record
from django_clopos.sync.changes import Difference, find_difference
from django_clopos.sync.columns import Plan, RowContext, plan_child, plan_table
from django_clopos.sync.compare import Comparison, Stored, compare, fetch_raw, fetch_stored
from django_clopos.sync.pages import Incoming, drop_repeated, make_incoming
from django_clopos.sync.quarantine import (
    DriftCounter,
    Rejection,
    explain,
    find_unknown_keys,
    knows_all_keys,
    validate,
)


@dataclass(frozen=True, slots=True)
class Valid:
    """A record that passed validation."""

    incoming: Incoming
    values: list[Any]
    """Of the parent's columns, in its plan's order."""
    children: tuple[list[list[Any]] | None, ...]
    """Rows of each child table; None: the record says nothing of them."""
    changed_keys: tuple[str, ...]
    """Top-level keys that differ from the stored record; empty for a new row."""
    is_new: bool
    difference: Difference | None = None
    """What history tells of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page's records for one table, compared and validated, ready to be written."""

    table: Table
    plan: Plan
    rows: list[Valid]
    rejections: list[Rejection]
    comparison: Comparison
    touched: list[Incoming]
    """Same content in other bytes: only the digest changes."""
    key_of: Callable[[Incoming], str]
    """Names a record among the rejected."""
    stored: dict[int, Stored] = field(default_factory=dict)
    """What was stored of these records, by remote id."""

    @property
    def usable(self) -> list[Incoming]:
        """Records whose row is right as it stands."""
        return [*self.comparison.restored, *self.comparison.unchanged, *self.touched]

    def has_work(self, open_rejections: Collection[tuple[str, str]]) -> bool:
        """Tell whether anything is to be written."""
        if self.rows or self.rejections or self.touched or self.comparison.restored:
            return True
        return bool(self.find_resolved(self.usable, open_rejections))

    def find_resolved(self, records: Iterable[Incoming], open_rejections: Collection[tuple[str, str]]) -> list[str]:
        """Give the keys of open rejections that these valid records take the place of."""
        if not open_rejections:
            return []
        name = self.table.model.__name__
        return [key for key in map(self.key_of, records) if (name, key) in open_rejections]

    def reject(self, record: Incoming, reason: str) -> Rejection:
        """Describe a record of this page that cannot be a row."""
        return Rejection(
            table=self.table.model,
            key=self.key_of(record),
            clopos_id=record.id or None,
            digest=record.digest,
            text=record.as_text(),
            reason=reason,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Preparer:
    """Prepares the pages of one resource, in a number of queries that does not grow with their rows."""

    resource: Resource
    context: RowContext
    drift: DriftCounter
    now: datetime

    def prepare(self, records: list[Incoming]) -> list[Page]:
        """Compare and validate a page's records, and those nested in them: a page for each table."""
        pages = [self._prepare_table(self.resource.table, records, yields=False)]
        outer = [row.incoming.decode() for row in pages[0].rows] if self.resource.nested else []
        taken = {(self.resource.table.model, record.id) for record in records}
        for nested in self.resource.nested:
            model = nested.table.model
            inner = [record for record in _find_nested(nested, outer) if (model, record.id) not in taken]
            taken.update((model, record.id) for record in inner)
            pages += [self._prepare_table(nested.table, inner, yields=nested.yields)]
        return pages

    def derive(self, table: Table, records: Iterable[Incoming]) -> Page:
        """Validate records as they are, compared with nothing: for rows that are made again from what is stored."""
        plan = plan_table(table)
        page = Page(
            table=table, plan=plan, rows=[], rejections=[], comparison=Comparison(), touched=[], key_of=self.key_of
        )
        for record in records:
            self._add(page, record, None, is_new=False)
        return page

    def key_of(self, record: Incoming) -> str:
        """Name a record among the rejected: by id, within a venue where it has no id of its own, else by digest."""
        if not record.id:
            return record.digest
        return f"{self.context.venue}:{record.id}" if self.resource.table.from_venue else str(record.id)

    def _prepare_table(self, table: Table, records: list[Incoming], *, yields: bool) -> Page:
        plan = plan_table(table)
        records = drop_repeated(records)
        stored = fetch_stored(table, plan, records, self.context)
        comparison = compare(records, stored, yields=yields)
        page = Page(
            table=table,
            plan=plan,
            rows=[],
            rejections=[],
            comparison=comparison,
            touched=[],
            key_of=self.key_of,
            stored=stored,
        )
        for record in comparison.unusable:
            page.rejections.append(page.reject(record, "id: missing, or not a whole number from 1 to 999999999999"))
        raws = fetch_raw(table, plan, (*comparison.replaced, *comparison.changed), self.context)
        for record in comparison.new:
            self._add(page, record, None, is_new=True)
        for record in comparison.replaced:
            self._add(page, record, None, is_new=False, earlier=raws.get(record.id))
        for record in comparison.changed:
            self._add(page, record, raws.get(record.id), is_new=False, earlier=raws.get(record.id))
        return page

    def _add(
        self,
        page: Page,
        incoming: Incoming,
        stored: JsonObject | None,
        *,
        is_new: bool,
        earlier: JsonObject | None = None,
    ) -> None:
        """Validate one record over the stored one, and put it where it belongs. `earlier`: history compares with it."""
        try:
            record = incoming.decode()
            merged = record if stored is None else {**stored, **record}
            if merged == stored:
                self._touch(page, incoming)
                return
            valid = validate(page.table.schema, merged, self.drift)
        except ValidationError as error:
            page.rejections.append(page.reject(incoming, explain(error)))
        except ValueError as error:
            page.rejections.append(page.reject(incoming, str(error)))
        else:
            self._count_drift(page.table, valid, record)
            raw = incoming.body.decode() if merged.keys() == record.keys() else dump_json(merged)
            row = Valid(
                incoming=incoming,
                values=self._build(page, incoming, valid, raw),
                children=tuple(self._build_children(child, valid, incoming.id) for child in page.table.children),
                changed_keys=() if stored is None else _find_changed_keys(stored, merged),
                is_new=is_new,
                difference=None if earlier is None else find_difference(earlier, merged, quiet=self.resource.quiet),
            )
            page.rows.append(row)

    def _touch(self, page: Page, incoming: Incoming) -> None:
        """Keep the row as it is, but for its digest, and its marks where it was missing or removed."""
        page.touched.append(incoming)
        row = page.stored.get(incoming.id)
        if row is not None and row.is_marked:
            page.comparison.restored.append(incoming)

    def _build(self, page: Page, incoming: Incoming, valid: Record, raw: str) -> list[Any]:
        """Give the values of all columns, the engine's last."""
        values, bad = page.plan.build(valid, self.context, venue=self.context.venue)
        self._count_bad_stamps(bad)
        is_deleted = getattr(valid, "deleted_at", None) and "deleted_at" not in bad  # year 1 is no deletion
        removed_at = self.now if is_deleted else None
        values += [self.context.brand_id, raw, incoming.digest, self.now, self.now, removed_at, None]
        if page.plan.is_keyed:
            values += [self.context.base + incoming.id, incoming.id]
        if page.table.from_venue:
            values.append(self.context.base + (self.context.venue or 0))
        return values

    def _build_children(self, child: Child, parent: Record, parent_id: int) -> list[list[Any]] | None:
        items = child.items(parent)
        if items is None:
            return None
        plan = plan_child(child)
        has_position = plan.columns[-1] == "position"
        # A line is written in its receipt's venue, whichever venue is walked: their stamps share its zone.
        context, venue = self.context, getattr(parent, "venue_id", None) or self.context.venue
        rows: dict[Any, list[Any]] = {}
        for position, item in enumerate(items):
            values, bad = plan.build(item, context, venue=venue)
            self._count_bad_stamps(bad)
            values += [context.brand_id, context.base + parent_id]
            if plan.is_keyed:
                values += [context.base + item.id, item.id]  # type: ignore[attr-defined]  # keyed children have a schema with id
            elif has_position:
                values.append(position)
            rows[plan.identify(values)] = values
        return list(rows.values())

    def _count_bad_stamps(self, names: list[str]) -> None:
        for name in names:
            self.drift.add(DriftKind.MALFORMED_STAMP, name, "outside the years 1900 to 9990")

    def _count_drift(self, table: Table, valid: Record, record: JsonObject) -> None:
        if not knows_all_keys(table.schema, record):
            for path, _ in find_unknown_keys(table.schema, record):
                # The record's id, not its value: an unknown key may hold anything, a person's data too.
                self.drift.add(DriftKind.UNKNOWN_KEY, path, f"record {record.get('id')}")
        for name, known in _choices(table.model):
            value = getattr(valid, name, None)
            if value is not None and value not in known:
                self.drift.add(DriftKind.UNKNOWN_VALUE, name, value)


def _find_nested(nested: Nested, outer: Iterable[JsonObject]) -> Iterator[Incoming]:
    return (make_incoming(inner) for record in outer for inner in nested.find(record))


def _find_changed_keys(stored: JsonObject, merged: JsonObject) -> tuple[str, ...]:
    return tuple(key for key, value in merged.items() if key not in stored or stored[key] != value)


@cache
def _choices(model: type[models.Model]) -> list[tuple[str, frozenset[Any]]]:
    return [
        (field.attname, frozenset(value for value, _ in field.flatchoices))
        for field in model._meta.concrete_fields
        if field.choices
    ]
