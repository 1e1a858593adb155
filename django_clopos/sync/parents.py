"""Which rows a resource that hangs on another one is asked for: those that changed since they were last asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q

from django_clopos.models.base import BRAND_SPAN

_CHUNK = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Parent:
    """One row to ask for."""

    clopos_id: int
    venue: int | None
    cursor: dict[str, Any]
    """Where to go on after it."""


def iterate_parents(
    model: type[models.Model],
    reference: str,
    *,
    brand_id: int,
    venue: int | None,
    cursor: dict[str, Any] | None,
    since: date | None,
    until: date | None,
    zone: ZoneInfo,
) -> Iterator[Parent]:
    """Yield the live parents that changed after the cursor, in the order in which they changed, read in chunks.

    `venue`: only those of this venue. `since` and `until`: only those created in these days of the zone.
    """
    parents = _select(model, reference, brand_id=brand_id).filter(_created(since, until, zone))
    if venue is not None:
        parents = parents.filter(venue_id=brand_id * BRAND_SPAN + venue)
    while True:
        chunk = list(parents.filter(_after(cursor))[:_CHUNK])
        for key, clopos_id, venue_key, synced_at in chunk:
            cursor = {"synced_at": synced_at.isoformat(), "id": key}
            own = venue_key - brand_id * BRAND_SPAN if venue_key else None
            yield Parent(clopos_id=clopos_id, venue=own, cursor=cursor)
        if len(chunk) < _CHUNK:
            return


def _select(model: type[models.Model], reference: str, *, brand_id: int) -> models.QuerySet[Any, Any]:
    parent = model._meta.get_field(reference).related_model
    rows = parent._base_manager.filter(brand=brand_id, removed_at=None)  # type: ignore[union-attr]  # a model class, once apps are ready
    found: models.QuerySet[Any, Any] = rows.order_by("synced_at", "pk").values_list(
        "pk", "clopos_id", "venue_id", "synced_at"
    )
    return found


def _created(since: date | None, until: date | None, zone: ZoneInfo) -> Q:
    wanted = Q()
    if since:
        wanted &= Q(created_at__gte=datetime.combine(since, time.min, zone))
    if until:
        wanted &= Q(created_at__lt=datetime.combine(until + timedelta(days=1), time.min, zone))
    return wanted


def _after(cursor: dict[str, Any] | None) -> Q:
    if cursor is None:
        return Q()
    moment = datetime.fromisoformat(cursor["synced_at"])
    return Q(synced_at__gt=moment) | Q(synced_at=moment, pk__gt=cursor["id"])
