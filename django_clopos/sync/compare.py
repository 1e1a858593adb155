"""Which records of a page differ from what is stored: by digest first, by content only for the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F
from django.db.models.lookups import In

from django_clopos.mirror.resource import JsonObject, Table
from django_clopos.sync.columns import Plan, RowContext
from django_clopos.sync.pages import Incoming


class _OneOf(In):
    """`IN` with one array in place of a value for each row, where the database has arrays: half the time."""

    rhs: list[int]

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        left, parameters = self.process_lhs(compiler, connection)
        # As text: psycopg looks at each number of a list to choose the array's type.
        return f"{left} = ANY(%s::bigint[])", [*parameters, "{" + ",".join(map(str, self.rhs)) + "}"]


class Stored(NamedTuple):
    """What the database has of one row."""

    digest: str
    is_marked: bool
    """Removed or missing, although the record itself does not say that it was deleted."""
    is_foreign: bool
    """Filled by another table's declaration: a product that so far came only inside another."""
    is_removed: bool = False


@dataclass(kw_only=True, slots=True)
class Comparison:
    """A page's records, told apart."""

    new: list[Incoming] = field(default_factory=list)
    changed: list[Incoming] = field(default_factory=list)
    replaced: list[Incoming] = field(default_factory=list)
    """Stored from another declaration's records: written whole, not merged."""
    unchanged: list[Incoming] = field(default_factory=list)
    restored: list[Incoming] = field(default_factory=list)
    """Unchanged, but marked as missing or removed: the marks are cleared."""
    skipped: list[Incoming] = field(default_factory=list)
    """Nested records whose row another declaration owns."""
    unusable: list[Incoming] = field(default_factory=list)
    """Records without a usable id."""


def match_column(plan: Plan) -> str:
    """Name the column that a record's id is matched with: `id`, or the reference that identifies it within a venue."""
    return "id" if plan.is_keyed else next(name for name in plan.conflict if name != "venue_id")


def select_stored(table: Table, plan: Plan, keys: Iterable[int], context: RowContext) -> Any:
    """Select the stored rows of these keys."""
    # From the database that is written: a replica may be behind.
    rows = table.model._base_manager.using(router.db_for_write(table.model))
    rows = rows.filter(_OneOf(F(match_column(plan)), list(keys)))
    if table.from_venue:
        rows = rows.filter(**{f"{table.from_venue}_id": context.base + (context.venue or 0)})
    return rows


def fetch_stored(table: Table, plan: Plan, records: Iterable[Incoming], context: RowContext) -> dict[int, Stored]:
    """Fetch, in one query, digest and marks of the rows that these records may be. By remote id."""
    keys = [context.base + record.id for record in records if record.id]
    if not keys:
        return {}
    deleted = ["deleted_at"] if "deleted_at" in plan.columns else []
    names = [match_column(plan), "content_hash", "removed_at", "missing_since", *table.fixed, *deleted]
    found = select_stored(table, plan, keys, context).values_list(*names)
    wanted = tuple(table.fixed.values())
    return {
        row[0] - context.base: Stored(
            digest=row[1],
            is_marked=_is_marked(row[2], row[3], row[-1] if deleted else None),
            is_foreign=row[4 : 4 + len(wanted)] != wanted,
            is_removed=row[2] is not None,
        )
        for row in found
    }


def fetch_raw(table: Table, plan: Plan, records: Iterable[Incoming], context: RowContext) -> dict[int, JsonObject]:
    """Fetch, in one query, the stored records of changed rows. By remote id."""
    keys = [context.base + record.id for record in records if record.id]
    if not keys:
        return {}
    found = select_stored(table, plan, keys, context).values_list(match_column(plan), "raw")
    return {key - context.base: raw for key, raw in found}


def compare(records: Iterable[Incoming], stored: dict[int, Stored], *, yields: bool) -> Comparison:
    """Tell the records of a page apart. `yields`: a row that another declaration owns is left alone."""
    result = Comparison()
    for record in records:
        _choose(result, record, stored.get(record.id), yields=yields).append(record)
    return result


def _choose(result: Comparison, record: Incoming, row: Stored | None, *, yields: bool) -> list[Incoming]:
    if not record.id:
        return result.unusable
    if row is None:
        return result.new
    if row.is_foreign:
        return result.skipped if yields else result.replaced
    if row.digest != record.digest:
        return result.changed
    return result.restored if row.is_marked else result.unchanged


def _is_marked(removed_at: datetime | None, missing_since: datetime | None, deleted_at: datetime | None) -> bool:
    return missing_since is not None or (removed_at is not None and deleted_at is None)
