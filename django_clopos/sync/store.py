"""One page of one table: compare, validate, write. A number of queries that does not grow with the page's rows."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db import DataError, IntegrityError, connections, models, transaction
from pydantic import ValidationError

from django_clopos.mirror.resource import Child, JsonObject, Nested, Resource, Table
from django_clopos.models.bookkeeping import DriftKind
from django_clopos.models.fields import dump_json
from django_clopos.schemas.base import Record
from django_clopos.sync import write
from django_clopos.sync.columns import Plan, RowContext, plan_child, plan_table
from django_clopos.sync.compare import Comparison, compare, fetch_raw, fetch_stored, match_column, select_stored
from django_clopos.sync.pages import Incoming, drop_repeated, make_incoming
from django_clopos.sync.quarantine import DriftCounter, Rejection, explain, find_unknown_keys, validate


@dataclass(frozen=True, slots=True)
class Valid:
    """A record that passed validation."""

    incoming: Incoming
    record: Record
    values: list[Any]
    """Of the parent's columns, in its plan's order."""
    children: tuple[list[list[Any]] | None, ...]
    """Rows of each child table; None: the record says nothing of them."""
    changed_keys: tuple[str, ...]
    """Top-level keys that differ from the stored record; empty for a new row."""


@dataclass(kw_only=True, slots=True)
class Outcome:
    """What one page did, or would do, to one table."""

    table: Table
    created: list[int] = field(default_factory=list)
    updated: dict[int, tuple[str, ...]] = field(default_factory=dict)
    unchanged: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    """Keys of rejections that a valid record has taken the place of."""
    seen: set[int] = field(default_factory=set)


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Pipeline:
    """Takes pages of one resource to its tables."""

    resource: Resource
    context: RowContext
    drift: DriftCounter
    open_rejections: set[tuple[str, str]]
    now: datetime
    using: str
    """Database alias."""

    def prepare(self, records: list[Incoming]) -> list[Page]:
        """Compare and validate a page's records, those nested in them too. Reads only."""
        pages = [self._prepare_table(self.resource.table, records, yields=False)]
        outer = [row.incoming.decode() for row in pages[0].rows] if self.resource.nested else []
        taken = {(self.resource.table.model, record.id) for record in records}
        for nested in self.resource.nested:
            model = nested.table.model
            inner = [record for record in _find_nested(nested, outer) if (model, record.id) not in taken]
            taken.update((model, record.id) for record in inner)
            pages += [self._prepare_table(nested.table, inner, yields=nested.yields)]
        return pages

    def write(self, pages: Sequence[Page]) -> list[Outcome]:
        """Write prepared pages inside the caller's transaction."""
        return [self._write_table(page) for page in pages]

    def describe(self, pages: Sequence[Page]) -> list[Outcome]:
        """Say what `write` would do."""
        return [self._conclude(page, page.rows, page.rejections) for page in pages]

    def key_of(self, record: Incoming) -> str:
        """Name a record among the rejected: by id, within a venue where it has no id of its own, else by digest."""
        if not record.id:
            return record.digest
        return f"{self.context.venue}:{record.id}" if self.resource.table.from_venue else str(record.id)

    def _prepare_table(self, table: Table, records: list[Incoming], *, yields: bool) -> Page:
        plan = plan_table(table)
        records = drop_repeated(records)
        comparison = compare(records, fetch_stored(table, plan, records, self.context), yields=yields)
        raws = fetch_raw(table, plan, comparison.changed, self.context)
        rows: list[Valid] = []
        rejections = [
            self._reject(table, record, "id: missing, or not a whole number from 1 to 999999999999")
            for record in comparison.unusable
        ]
        touched: list[Incoming] = []
        for record in [*comparison.new, *comparison.replaced, *comparison.changed]:
            stored = raws.get(record.id)
            try:
                row = self._validate(table, plan, record, stored)
            except ValidationError as error:
                rejections.append(self._reject(table, record, explain(error)))
            except ValueError as error:
                rejections.append(self._reject(table, record, str(error)))
            else:
                if row is None:
                    touched.append(record)
                else:
                    rows.append(row)
        return Page(
            table=table,
            plan=plan,
            rows=rows,
            rejections=rejections,
            comparison=comparison,
            touched=touched,
            key_of=self.key_of,
        )

    def _validate(self, table: Table, plan: Plan, incoming: Incoming, stored: JsonObject | None) -> Valid | None:
        """Validate one record over the stored one. None: nothing differs after all."""
        record = incoming.decode()
        merged = record if stored is None else {**stored, **record}
        if stored is not None and merged == stored:
            return None
        valid = validate(table.schema, merged, self.drift)
        self._count_drift(table, valid, record)
        values, bad = plan.build(valid, self.context)
        self._count_bad_stamps(bad)
        raw = incoming.body.decode() if merged.keys() == record.keys() else dump_json(merged)
        key = self.context.base + incoming.id
        return Valid(
            incoming=incoming,
            record=valid,
            values=[*values, *self._engine_values(table, plan, incoming, valid, raw)],
            children=tuple(self._build_children(child, valid, key) for child in table.children),
            changed_keys=()
            if stored is None
            else tuple(k for k, v in merged.items() if k not in stored or stored[k] != v),
        )

    def _engine_values(self, table: Table, plan: Plan, incoming: Incoming, valid: Record, raw: str) -> list[Any]:
        deleted_at = getattr(valid, "deleted_at", None)
        values = [
            self.context.brand_id,
            raw,
            incoming.digest,
            self.now,
            self.now,
            self.now if deleted_at else None,
            None,
        ]
        if plan.is_keyed:
            values += [self.context.base + incoming.id, incoming.id]
        if table.from_venue:
            values.append(self.context.base + (self.context.venue or 0))
        return values

    def _build_children(self, child: Child, parent: Record, key: int) -> list[list[Any]] | None:
        items = child.items(parent)
        if items is None:
            return None
        plan = plan_child(child)
        rows: dict[Any, list[Any]] = {}
        for position, item in enumerate(items):
            values, bad = plan.build(item, self.context)
            self._count_bad_stamps(bad)
            values += [self.context.brand_id, key]
            if plan.is_keyed:
                values += [self.context.base + item.id, item.id]  # type: ignore[attr-defined]  # keyed children have a schema with id
            elif plan.columns[-1] == "position":
                values.append(position)
            rows[plan.identify(values)] = values
        return list(rows.values())

    def _count_bad_stamps(self, names: list[str]) -> None:
        for name in names:
            self.drift.add(DriftKind.MALFORMED_STAMP, name, "outside the years 1900 to 9990")

    def _count_drift(self, table: Table, valid: Record, record: JsonObject) -> None:
        for path, _ in find_unknown_keys(table.schema, record):
            # The record's id, not its value: an unknown key may hold anything, a person's data too.
            self.drift.add(DriftKind.UNKNOWN_KEY, path, f"record {record.get('id')}")
        for name, known in _choices(table.model):
            value = getattr(valid, name, None)
            if value is not None and value not in known:
                self.drift.add(DriftKind.UNKNOWN_VALUE, name, value)

    def _reject(self, table: Table, record: Incoming, reason: str) -> Rejection:
        return Rejection(
            table=table.model,
            key=self.key_of(record),
            clopos_id=record.id or None,
            digest=record.digest,
            text=record.as_text(),
            reason=reason,
        )

    def _write_table(self, page: Page) -> Outcome:
        written: list[Valid] = []
        rejections = list(page.rejections)
        for row, error in self._write_rows(page, page.rows):
            if error is None:
                written.append(row)
            else:
                rejections.append(
                    self._reject(page.table, row.incoming, f"the database refused it: {_first_line(error)}")
                )
        self._clear_marks(page)
        self._touch(page)
        return self._conclude(page, written, rejections)

    def _write_rows(self, page: Page, rows: list[Valid]) -> Iterator[tuple[Valid, Exception | None]]:
        """Write rows at once; where the database refuses a value, in halves, down to the row at fault."""
        if not rows:
            return
        try:
            with transaction.atomic(using=self.using):
                self._write_batch(page, rows)
        except (DataError, IntegrityError, OverflowError) as error:
            if len(rows) == 1:
                yield rows[0], error
                return
            middle = len(rows) // 2
            yield from self._write_rows(page, rows[:middle])
            yield from self._write_rows(page, rows[middle:])
        else:
            yield from ((row, None) for row in rows)

    def _write_batch(self, page: Page, rows: list[Valid]) -> None:
        connection = connections[self.using]
        fresh = {id(record) for record in page.comparison.new}
        new = [row for row in rows if id(row.incoming) in fresh]
        old = [row for row in rows if id(row.incoming) not in fresh]
        write.insert(connection, page.plan, [row.values for row in new])
        write.upsert(connection, page.plan, [row.values for row in old])
        for index, child in enumerate(page.table.children):
            self._replace_children(child, index, new, old)

    def _replace_children(self, child: Child, index: int, new: list[Valid], old: list[Valid]) -> None:
        plan = plan_child(child)
        replaced = [row for row in old if row.children[index] is not None]
        if replaced:
            parents = [self.context.base + row.incoming.id for row in replaced]
            child.model._base_manager.using(self.using).filter(**{f"{child.parent}__in": parents}).delete()
        rows: dict[Any, list[Any]] = {}
        for row in [*new, *replaced]:
            for values in row.children[index] or ():
                rows[plan.identify(values)] = values
        write.insert(connections[self.using], plan, list(rows.values()))

    def _clear_marks(self, page: Page) -> None:
        ids = [record.id for record in page.comparison.restored]
        if ids:
            keys = [self.context.base + clopos_id for clopos_id in ids]
            select_stored(page.table, page.plan, keys, self.context).update(
                removed_at=None, missing_since=None, synced_at=self.now
            )

    def _touch(self, page: Page) -> None:
        """Store the new digests of records whose content is the same."""
        if not page.touched:
            return
        cases = [
            models.When(**{match_column(page.plan): self.context.base + record.id}, then=models.Value(record.digest))
            for record in page.touched
        ]
        keys = [self.context.base + record.id for record in page.touched]
        select_stored(page.table, page.plan, keys, self.context).update(
            content_hash=models.Case(*cases, default=models.F("content_hash")), removed_at=None, missing_since=None
        )

    def _conclude(self, page: Page, written: list[Valid], rejections: list[Rejection]) -> Outcome:
        comparison = page.comparison
        fresh = {id(record) for record in comparison.new}
        outcome = Outcome(table=page.table, rejections=rejections)
        for row in written:
            if id(row.incoming) in fresh:
                outcome.created.append(row.incoming.id)
            else:
                outcome.updated[row.incoming.id] = row.changed_keys
        outcome.updated |= {record.id: ("removed_at",) for record in comparison.restored}
        outcome.unchanged = len(comparison.unchanged) + len(page.touched)
        valid = [*(row.incoming for row in written), *page.usable]
        outcome.resolved = page.find_resolved(valid, self.open_rejections)
        return outcome


def _find_nested(nested: Nested, outer: Iterable[JsonObject]) -> Iterator[Incoming]:
    for record in outer:
        for inner in nested.find(record):
            with contextlib.suppress(UnicodeEncodeError):  # cannot happen: the outer record was decoded from UTF-8
                yield make_incoming(inner)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


@cache
def _choices(model: type[models.Model]) -> list[tuple[str, frozenset[Any]]]:
    return [
        (field.attname, frozenset(value for value, _ in field.flatchoices))
        for field in model._meta.concrete_fields
        if field.choices
    ]
