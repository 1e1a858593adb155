"""When a row counts as gone: never on one absence, never on a guess.

A row that a complete walk left out is missing. Left out by a second complete walk, it is asked for by its id; only a
404 removes it. Where rows have no address of their own, a third complete walk decides. Too many at once remove nothing.
Where one answer is the whole set (the stop list), what it leaves out is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import router
from django.db.models import QuerySet

from django_clopos.client import BadRequest, Client, CloposError, NotFound
from django_clopos.client.endpoints import Scope
from django_clopos.mirror.resource import Resource, Table
from django_clopos.models.base import BRAND_SPAN
from django_clopos.models.venues import Venue
from django_clopos.sync.columns import RowContext, plan_table
from django_clopos.sync.compare import match_column
from django_clopos.sync.pages import Incoming
from django_clopos.sync.tally import Extent

#: More candidates than this, and more than this share of the rows judged, are a fault until shown otherwise.
_FEW_REMOVALS = 10
_LARGEST_SHARE = 0.2

_CHUNK = 500


@dataclass(kw_only=True, slots=True)
class Allowance:
    """How many rows one run may still ask for by id, and whether it may remove many."""

    confirmations: int = 100
    allows_mass_removal: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a complete walk says of the rows that it left out. Keys are primary keys."""

    missing: list[int] = field(default_factory=list)
    """Left out for the first time."""
    removed: list[int] = field(default_factory=list)
    alive: list[bytes] = field(default_factory=list)
    """Records of rows that were left out and are there all the same."""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judge:
    """Judges the rows of one walk."""

    resource: Resource
    context: RowContext
    zone: ZoneInfo
    client: Client
    allowance: Allowance
    walk_began_at: datetime
    earlier_walk_began_at: datetime | None
    """Beginning of the complete walk before this one."""

    def judge(self, seen: set[int], extent: Extent) -> Verdict:
        """Say which rows are missing or gone. Asks the remote; writes nothing. `seen`: remote ids."""
        rows = list(self._select(extent).values_list("pk", "missing_since"))
        if not seen and rows and not self._believes_empty(len(rows)):
            return Verdict(note=f"An empty answer where {len(rows)} rows are known was not believed.")
        absent = [(key, since) for key, since in rows if key - self.context.base not in seen]
        missing = [key for key, since in absent if since is None]
        candidates = [(key, since) for key, since in absent if since is not None]
        if self._are_too_many(len(candidates), len(rows)):
            note = (
                f"{len(candidates)} of {len(rows)} rows are missing from two complete walks. That is too many to "
                "believe: nothing was removed. If they were really deleted, sync once with --allow-mass-removal."
            )
            return Verdict(missing=missing, note=note)
        if self.resource.endpoint.has_detail:
            return self._confirm(missing, [key for key, _ in candidates])
        earlier = self.earlier_walk_began_at
        gone = [key for key, since in candidates if earlier is not None and since < earlier]
        return Verdict(missing=missing, removed=gone)

    def _select(self, extent: Extent) -> QuerySet[Any, Any]:
        """Select the live rows that the walk should have given; not those that came while it went on."""
        table = self.resource.table
        rows: QuerySet[Any, Any] = table.model._base_manager.using(router.db_for_write(table.model))
        rows = rows.filter(
            brand_id=self.context.brand_id, removed_at=None, first_seen_at__lt=self.walk_began_at, **table.fixed
        )
        if self.context.venue is not None:
            rows = rows.filter(venue_id=self.context.base + self.context.venue)
        elif self.resource.endpoint.scope is not Scope.BRAND:
            # A venue that is no longer listed is refused as a header: nothing of it can be confirmed.
            rows = rows.exclude(venue_id__in=self._find_lost_venues())
        if extent.first is not None and extent.last is not None:
            # The zone of date[] is not documented: a day at either end is left out.
            begin = datetime.combine(extent.first + timedelta(days=1), time.min, self.zone)
            rows = rows.filter(created_at__gte=begin, created_at__lt=datetime.combine(extent.last, time.min, self.zone))
        return rows

    def _believes_empty(self, rows: int) -> bool:
        """Believe that everything is gone where it is little, and each row is asked for by its id before it goes."""
        return self.allowance.allows_mass_removal or (self.resource.endpoint.has_detail and rows <= _FEW_REMOVALS)

    def _find_lost_venues(self) -> list[int]:
        venues: QuerySet[Any, Any] = Venue._base_manager.using(router.db_for_write(Venue))
        lost = venues.filter(brand_id=self.context.brand_id).exclude(removed_at=None, missing_since=None)
        return list(lost.values_list("pk", flat=True))

    def _are_too_many(self, candidates: int, rows: int) -> bool:
        if self.allowance.allows_mass_removal:
            return False
        return candidates > _FEW_REMOVALS and candidates > _LARGEST_SHARE * rows

    def _confirm(self, missing: list[int], candidates: list[int]) -> Verdict:
        """Ask for rows by id, as far as the run's allowance goes: 404 means gone, an answer means alive."""
        removed, alive, note = [], [], ""
        for key, venue in self._find_venues(candidates[: max(self.allowance.confirmations, 0)]):
            self.allowance.confirmations -= 1
            try:
                alive.append(self.client.get(self.resource.endpoint, key - self.context.base, venue=venue).raw)
            except NotFound:
                removed.append(key)
            except CloposError as error:
                note = f"Missing rows could not be confirmed by id and stay: {error}"
                if not isinstance(error, BadRequest):
                    break  # the next one would fail in the same way
        return Verdict(missing=missing, removed=removed, alive=alive, note=note)

    def _find_venues(self, keys: list[int]) -> list[tuple[int, int | None]]:
        """Pair each row with the Clopos id of its own venue, where a venue's rows are asked for in its name."""
        model = self.resource.table.model
        if self.resource.endpoint.scope is Scope.BRAND:
            return [(key, None) for key in keys]
        rows: QuerySet[Any, Any] = model._base_manager.all()
        found = rows.filter(pk__in=keys).values_list("pk", "venue_id")
        return [(key, venue % BRAND_SPAN if venue else None) for key, venue in found]


def apply_verdict(table: Table, verdict: Verdict, *, began_at: datetime, now: datetime) -> None:
    """Mark missing and removed rows, inside the caller's transaction."""
    rows: QuerySet[Any, Any] = table.model._base_manager.using(router.db_for_write(table.model))
    for start in range(0, len(verdict.missing), _CHUNK):
        chunk = verdict.missing[start : start + _CHUNK]
        rows.filter(pk__in=chunk, missing_since=None).update(missing_since=began_at)
    if verdict.removed:
        rows.filter(pk__in=verdict.removed, removed_at=None).update(removed_at=now, synced_at=now)


def remove_absent(
    table: Table, context: RowContext, records: Sequence[Incoming], *, now: datetime, is_dry_run: bool = False
) -> list[int]:
    """Mark the rows of the venue walked that its answer leaves out, and give their remote ids.

    A record without a usable id could be any row, so such an answer removes nothing.
    """
    if any(not record.id for record in records):
        return []
    column = match_column(plan_table(table))
    stored = table.model._base_manager.using(router.db_for_write(table.model))
    rows: QuerySet[Any, Any] = stored.filter(brand_id=context.brand_id)
    rows = rows.filter(removed_at=None)
    if table.from_venue:
        rows = rows.filter(**{f"{table.from_venue}_id": context.base + (context.venue or 0)})
    present = [context.base + record.id for record in records]
    gone = rows.exclude(**{f"{column}__in": present})
    keys = list(gone.values_list(column, flat=True))
    if keys and not is_dry_run:
        gone.update(removed_at=now, synced_at=now)
    return [key - context.base for key in keys]
