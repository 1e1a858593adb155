"""What is written down of changes: numbered without gaps in the order of commits, in the transaction that makes them.

Numbers come from a counter row that is locked last, so that a page waits for another one's commit only at its own.
Creations are told once a resource was read to its end; until then everything is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any, assert_never

from django.db import connections
from django.db.models import F, Q
from django.utils import timezone

from django_clopos.conf import load_settings
from django_clopos.mirror.resource import Resource, Table
from django_clopos.mirror.strategies import NewestFirst, PerParent, PerVenueSet, Snapshot
from django_clopos.models.bookkeeping import SyncRun
from django_clopos.models.brands import Brand
from django_clopos.models.fields import dump_json
from django_clopos.models.history import BEGINNING
from django_clopos.models.truth import Change, ChangeCounter, ChangeKind
from django_clopos.sync import write
from django_clopos.sync.changes import RowChange
from django_clopos.sync.checkpoints import Checkpoints
from django_clopos.sync.columns import Plan, RowContext, plan_table
from django_clopos.sync.compare import match_column, select_stored
from django_clopos.sync.store import Outcome

_CHUNK = 5000
_PROGRESS = ("watermark", "backfill")

_COLUMNS = (
    "brand_id", "seq", "resource", "table", "row_id", "clopos_id", "kind", "before", "after", "changed_at", "run_id",
)  # fmt: skip


@dataclass(kw_only=True, slots=True)
class History:
    """Writes the history of one resource, and of one venue where it has venues."""

    resource: Resource
    checkpoints: Checkpoints
    run: SyncRun | None
    is_kept: bool
    has_begun: bool
    """The resource was read to its end before."""
    progress: dict[str, Any]
    """Where a backfill stands, as the checkpoints say: its rows are not news."""

    @property
    def is_backfilling(self) -> bool:
        """Whether old rows are being read."""
        return self.progress.get("backfill") is not None

    def follow(self, checkpoints: dict[str, Any]) -> None:
        """Notice where a backfill begins and ends."""
        self.progress |= {name: checkpoints[name] for name in _PROGRESS if name in checkpoints}

    def record(
        self,
        outcomes: Sequence[Outcome],
        *,
        removed: Sequence[int] = (),
        context: RowContext,
        now: datetime,
        using: str,
    ) -> None:
        """Write down what a page did. To be called last in its transaction. `removed`: remote ids of the resource."""
        if not self.is_kept:
            return
        found = [row for outcome in outcomes for row in self._name_rows(outcome.table, outcome.changes, context)]
        gone = [RowChange(clopos_id=clopos_id, kind=ChangeKind.REMOVED) for clopos_id in removed]
        found += self._name_rows(self.resource.table, gone, context)
        if not found:
            return
        first = _take_numbers(context.brand_id, len(found), now=now, using=using)
        run_id = self.run.pk if self.run else None
        rows = [
            (context.brand_id, first + place, self.resource.name, *row, now, run_id) for place, row in enumerate(found)
        ]
        write.insert(connections[using], [(_plan_changes(), rows)])

    def begin(self, *, now: datetime) -> None:
        """Note that the resource was read to its end, if it was: from now on its history is complete."""
        if self.is_kept and not self.has_begun and self._was_read_to_its_end():
            self.checkpoints.write({BEGINNING: now.isoformat()})
            self.has_begun = True

    def _was_read_to_its_end(self) -> bool:
        match self.resource.strategy:
            case Snapshot() | PerVenueSet():
                return True
            case NewestFirst():
                return self.progress.get("watermark") is not None and not self.is_backfilling
            case PerParent():
                return False  # made once, with a parent whose creation is told
            case unknown:
                assert_never(unknown)

    def _name_rows(
        self, table: Table, changes: Iterable[RowChange], context: RowContext
    ) -> Iterator[tuple[str, int, int, str, str | None, str | None]]:
        """Give what a Change says of each row that is worth telling."""
        tells_filling = self.has_begun and not self.is_backfilling
        told = [change for change in changes if tells_filling or not change.is_filling]
        keys = _find_keys(table, told, context)
        for change in told:
            before, after = map(dump_json, change.difference) if change.difference else (None, None)
            yield table.model.__name__, keys[change.clopos_id], change.clopos_id, change.kind.value, before, after


def open_history(
    resource: Resource, checkpoints: Checkpoints, *, run: SyncRun | None, is_dry_run: bool = False
) -> History:
    """Find out what is to be written down of a resource: nothing in a dry run. Switched off, its history ends."""
    is_on = resource.name not in load_settings().CHANGES_OFF
    is_kept = is_on and not is_dry_run
    known = checkpoints.read_several(BEGINNING, *_PROGRESS)
    has_begun = known.pop(BEGINNING, None) is not None
    if has_begun and not is_on and not is_dry_run:
        checkpoints.write({BEGINNING: None})  # what changes from now on will be missing
    if is_kept and not has_begun:
        _make_counter(checkpoints.brand_id or 0, now=timezone.now())
    return History(
        resource=resource,
        checkpoints=checkpoints,
        run=run,
        is_kept=is_kept,
        has_begun=has_begun and is_kept,
        progress=known,
    )


def forget_changes_before(brand: Brand, moment: datetime) -> int:
    """Delete a brand's changes from before a moment and give their number. `as_of` raises for what they covered."""
    counters = ChangeCounter.objects.filter(brand=brand)
    # First, so that nobody is given a history with holes while they are deleted.
    counters.filter(Q(began_at=None) | Q(began_at__lt=moment)).update(began_at=moment)
    old = Change.objects.filter(brand=brand, changed_at__lt=moment).order_by("seq")
    deleted = 0
    while keys := list(old.values_list("pk", flat=True)[:_CHUNK]):
        deleted += Change.objects.filter(pk__in=keys).delete()[0]
    return deleted


def _find_keys(table: Table, changes: Sequence[RowChange], context: RowContext) -> dict[int, int]:
    """Find the primary keys of rows, by remote id: computed, or asked for where the remote gives no id."""
    plan = plan_table(table)
    ids = [change.clopos_id for change in changes]
    if plan.is_keyed or not ids:
        return {clopos_id: context.base + clopos_id for clopos_id in ids}
    rows = select_stored(table, plan, [context.base + clopos_id for clopos_id in ids], context)
    return {key - context.base: pk for key, pk in rows.values_list(match_column(plan), "pk")}


def _take_numbers(brand_id: int, count: int, *, now: datetime, using: str) -> int:
    """Take numbers and give the first of them; whoever comes next waits until this transaction ends."""
    counters = ChangeCounter.objects.using(using).filter(brand_id=brand_id)
    if not counters.update(last_seq=F("last_seq") + count):
        _make_counter(brand_id, now=now, using=using)
        counters.update(last_seq=F("last_seq") + count)
    return counters.values_list("last_seq", flat=True).get() - count + 1


def _make_counter(brand_id: int, *, now: datetime, using: str | None = None) -> None:
    counter = ChangeCounter(brand_id=brand_id, began_at=now)
    ChangeCounter.objects.using(using).bulk_create([counter], ignore_conflicts=True)


@cache
def _plan_changes() -> Plan:
    """Plan the rows of Change. Not identified by number: a number given twice shall fail and not replace."""
    return Plan(
        model=Change,
        columns=_COLUMNS,
        read=list,
        width=0,
        references=(),
        stamps=(),
        json=(),
        venue_index=None,
        is_keyed=False,
        conflict=("id",),
        identify=itemgetter(0),
    )
