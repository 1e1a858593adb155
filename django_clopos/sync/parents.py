"""Which rows a resource that hangs on another one is asked for: those that changed since they were last asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

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
    cursor: dict[str, Any] | None,
    since: date | None,
    until: date | None,
) -> Iterator[Parent]:
    """Yield the live parents that changed after the cursor, in the order in which they changed, read in chunks."""
    parents = _select(model, reference, brand_id=brand_id, since=since, until=until)
    while True:
        chunk = list(parents.filter(_after(cursor))[:_CHUNK])
        for key, clopos_id, venue_key, synced_at in chunk:
            cursor = {"synced_at": synced_at.isoformat(), "id": key}
            venue = venue_key - brand_id * BRAND_SPAN if venue_key else None
            yield Parent(clopos_id=clopos_id, venue=venue, cursor=cursor)
        if len(chunk) < _CHUNK:
            return


def _select(
    model: type[models.Model], reference: str, *, brand_id: int, since: date | None, until: date | None
) -> models.QuerySet[Any, Any]:
    parent = model._meta.get_field(reference).related_model
    rows = parent._base_manager.filter(brand=brand_id, removed_at=None)  # type: ignore[union-attr]  # a model class, once apps are ready
    if since:
        rows = rows.filter(created_at__date__gte=since)
    if until:
        rows = rows.filter(created_at__date__lt=until + timedelta(days=1))
    found: models.QuerySet[Any, Any] = rows.order_by("synced_at", "pk").values_list(
        "pk", "clopos_id", "venue_id", "synced_at"
    )
    return found


def _after(cursor: dict[str, Any] | None) -> Q:
    if cursor is None:
        return Q()
    moment = datetime.fromisoformat(cursor["synced_at"])
    return Q(synced_at__gt=moment) | Q(synced_at=moment, pk__gt=cursor["id"])
