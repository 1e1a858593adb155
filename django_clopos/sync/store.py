"""Write prepared pages: parents and their children, down to the row at fault where the database refuses a value."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from django_clopos.mirror.resource import Child, Table
from django_clopos.models.truth import ChangeKind
from django_clopos.sync import write
from django_clopos.sync.changes import RowChange, choose_kind
from django_clopos.sync.columns import Plan, RowContext, plan_child
from django_clopos.sync.compare import match_column, select_stored
from django_clopos.sync.prepare import Page, Valid
from django_clopos.sync.quarantine import Rejection

WriteRows = Callable[[BaseDatabaseWrapper, Sequence[tuple[Plan, write.Rows]]], None]


@dataclass(kw_only=True, slots=True)
class Outcome:
    """What one page did, or would do, to one table."""

    table: Table
    created: list[int] = field(default_factory=list)
    updated: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Remote id to the top-level keys that changed."""
    unchanged: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    """Keys of rejections that a valid record has taken the place of."""
    changes: list[RowChange] = field(default_factory=list)
    """What history may tell of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Writer:
    """Writes the pages of one resource inside the caller's transaction."""

    context: RowContext
    open_rejections: Collection[tuple[str, str]]
    now: datetime
    using: str
    """Database alias."""

    def write(self, pages: Sequence[Page]) -> list[Outcome]:
        """Write prepared pages."""
        return [self._write_table(page) for page in pages]

    def describe(self, pages: Sequence[Page]) -> list[Outcome]:
        """Say what `write` would do."""
        return [self._conclude(page, page.rows, page.rejections) for page in pages]

    def _write_table(self, page: Page) -> Outcome:
        written: list[Valid] = []
        rejections = list(page.rejections)
        for row, error in self._write_rows(page, page.rows):
            if error is None:
                written.append(row)
            else:
                rejections.append(page.reject(row.incoming, f"the database refused it: {_first_line(error)}"))
        self._clear_marks(page)
        self._touch(page)
        return self._conclude(page, written, rejections)

    def _write_rows(self, page: Page, rows: list[Valid]) -> Iterator[tuple[Valid, Exception | None]]:
        """Write rows at once; where the database refuses a value, in halves, down to the row at fault."""
        if not rows:
            return
        try:
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
        try:
            with transaction.atomic(using=self.using):
                self._write_parents_and_children(page, rows, write_new=write.insert)
        except IntegrityError:
            # A line that moved to another receipt, or a row that another process wrote: let the conflict clause decide.
            with transaction.atomic(using=self.using):
                self._write_parents_and_children(page, rows, write_new=write.upsert)

    def _write_parents_and_children(self, page: Page, rows: list[Valid], *, write_new: WriteRows) -> None:
        connection = connections[self.using]
        old = [row.values for row in rows if not row.is_new]
        write.upsert(connection, [(page.plan, old)])
        children = enumerate(page.table.children)
        tables = [(page.plan, [row.values for row in rows if row.is_new])]
        tables += [(plan_child(child), self._clear_children(child, index, rows)) for index, child in children]
        write_new(connection, tables)

    def _clear_children(self, child: Child, index: int, rows: list[Valid]) -> list[list[Any]]:
        """Delete the stored children of these rows where the records tell of others, and give those."""
        told = [row for row in rows if row.children[index] is not None]
        parents = [self.context.base + row.incoming.id for row in told if not row.is_new]
        if parents:
            child.model._base_manager.using(self.using).filter(**{f"{child.parent}__in": parents}).delete()
        identify = plan_child(child).identify
        found = {identify(values): values for row in told for values in row.children[index] or ()}
        return list(found.values())

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
            content_hash=models.Case(*cases, default=models.F("content_hash"))
        )

    def _conclude(self, page: Page, written: list[Valid], rejections: list[Rejection]) -> Outcome:
        comparison = page.comparison
        outcome = Outcome(table=page.table, rejections=rejections)
        for row in written:
            if row.is_new:
                outcome.created.append(row.incoming.id)
            else:
                outcome.updated[row.incoming.id] = row.changed_keys
        outcome.updated |= {record.id: ("removed_at",) for record in comparison.restored}
        restored = {record.id for record in comparison.restored}
        outcome.unchanged = len(comparison.unchanged) + sum(record.id not in restored for record in page.touched)
        valid = [*(row.incoming for row in written), *page.usable]
        outcome.resolved = page.find_resolved(valid, self.open_rejections)
        outcome.changes = list(_find_changes(page, written))
        return outcome


def _find_changes(page: Page, written: Sequence[Valid]) -> Iterator[RowChange]:
    """Tell what happened to the rows of a page; of a row in which only quiet keys changed, nothing."""
    removed_place = page.plan.columns.index("removed_at")
    replaced = {record.id for record in page.comparison.replaced}
    for row in written:
        clopos_id = row.incoming.id
        kind = choose_kind(
            is_new=row.is_new,
            was_removed=_was_removed(page, clopos_id),
            is_removed=row.values[removed_place] is not None,
        )
        if kind is not ChangeKind.UPDATED or row.difference:
            yield RowChange(
                clopos_id=clopos_id,
                kind=kind,
                difference=row.difference,
                is_filling=row.is_new or clopos_id in replaced,
            )
    for record in page.comparison.restored:
        if _was_removed(page, record.id):
            yield RowChange(clopos_id=record.id, kind=ChangeKind.RESTORED)


def _was_removed(page: Page, clopos_id: int) -> bool:
    return clopos_id in page.stored and page.stored[clopos_id].is_removed


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
