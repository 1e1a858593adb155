"""Into which parts a comparison is cut, and what it costs: a list or a day of it, for one venue or the whole brand."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import router
from django.db.models import QuerySet

from django_clopos.client import Client, CloposError
from django_clopos.mirror.resource import Resource
from django_clopos.models.base import compute_key
from django_clopos.models.brands import Brand
from django_clopos.models.venues import Venue
from django_clopos.sync.scope import choose_venues


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What is compared at a time."""

    resource: Resource
    venue: int | None = None
    """Clopos id of the venue asked for; None: the whole brand."""
    day: date | None = None
    """None: the whole list."""
    zone: ZoneInfo
    """Where the day begins and ends."""
    error: str = ""
    """Why it cannot be compared."""

    @property
    def dates(self) -> tuple[date, date] | None:
        """The days to ask the remote for."""
        return None if self.day is None else (self.day, self.day)

    @property
    def needs_walk(self) -> bool:
        """Whether its total says nothing: a tree's may count the roots only. Source: wire contract, section 13.5."""
        return self.resource.flatten is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The parts of a comparison."""

    parts: tuple[Part, ...]
    requests: int
    """About what it costs where nothing differs; what differs is read twice more."""


def make_plan(brand: Brand, resources: Sequence[Resource], *, client: Client, days: int, is_deep: bool) -> Plan:
    """Cut these resources into parts. Asks the remote only where it is not known whose rows a list holds."""
    parts = tuple(part for resource in resources for part in _cut(brand, resource, client=client, days=days))
    return Plan(parts=parts, requests=sum(_estimate(brand, part, is_deep=is_deep) for part in parts))


def select_local(brand: Brand, part: Part) -> QuerySet[Any, Any]:
    """Select the live rows that the remote should list for this part."""
    table = part.resource.table
    rows: QuerySet[Any, Any] = table.model._base_manager.using(router.db_for_write(table.model))
    rows = rows.filter(brand_id=brand.pk, removed_at=None, **table.fixed)
    if part.venue is not None:
        rows = rows.filter(**{f"{table.from_venue or 'venue'}_id": compute_key(brand, part.venue)})
    if part.day is not None:
        begin = datetime.combine(part.day, time.min, part.zone)
        end = datetime.combine(part.day + timedelta(days=1), time.min, part.zone)
        rows = rows.filter(created_at__gte=begin, created_at__lt=end)
    return rows


def _cut(brand: Brand, resource: Resource, *, client: Client, days: int) -> Iterator[Part]:
    zone = brand.date_zone()
    known = Venue.objects.filter(brand=brand).live().order_by("clopos_id").values_list("clopos_id", flat=True)
    try:
        venues = choose_venues(client, resource, list(known), brand_id=brand.pk, relearn=False)
    except CloposError as error:
        yield Part(resource=resource, zone=zone, error=str(error))
        return
    for venue in venues:
        for day in _days(zone, days) if resource.endpoint.dated else (None,):
            yield Part(resource=resource, venue=venue, day=day, zone=zone)


def _days(zone: ZoneInfo, count: int) -> list[date]:
    """Give the last days of the zone, oldest first, today last."""
    today = datetime.now(zone).date()
    return [today - timedelta(days=age) for age in reversed(range(count))]


def _estimate(brand: Brand, part: Part, *, is_deep: bool) -> int:
    size = part.resource.endpoint.page_maximum
    if part.error:
        return 0
    if size is None:
        return 1
    pages = max(1, math.ceil(select_local(brand, part).count() / size))
    if is_deep or part.needs_walk:
        return pages
    return 1 + pages if _holds_deleted(brand, part) else 1


def _holds_deleted(brand: Brand, part: Part) -> bool:
    """Tell whether rows are known that the remote calls deleted: where it lists them too, its total says nothing."""
    table = part.resource.table
    if part.day is not None or not any(each.name == "deleted_at" for each in table.model._meta.concrete_fields):
        return False
    rows: QuerySet[Any, Any] = table.model._base_manager.filter(brand=brand.pk, **table.fixed)
    return rows.exclude(deleted_at=None).exists()
