"""How things stand now: open receipts and orders, the stop list, the last comparison with the remote.

How old the mirror is belongs to the schedule, which knows how fresh it should be.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q, Sum

from django_clopos.models import Brand, Order, Product, Receipt, Reconciliation, StopListEntry, Venue
from django_clopos.models.sales import WAITING_STATUSES
from django_clopos.reports.counting import exact, shown
from django_clopos.reports.labels import name_rows
from django_clopos.reports.question import clopos_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """Receipts or orders that are not done."""

    count: int
    total: Decimal
    """Of receipts; orders have no reliable total, theirs is 0."""
    oldest_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """A product that a venue has little of."""

    venue: int | None
    """Clopos id."""
    venue_name: str
    product: int | None
    """Clopos id."""
    product_name: str
    limit: Decimal | None
    """What is left; 0: sold out."""
    since: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """The last `clopos_verify`: how many lists and days were compared, and how."""

    at: datetime
    compared: int
    equal: int
    healed: int
    failed: int
    """Could not be compared."""

    @property
    def different(self) -> int:
        """Give how many were found different and are so still."""
        return self.compared - self.equal - self.healed - self.failed


@dataclass(frozen=True, kw_only=True, slots=True)
class Present:
    """How a brand stands now."""

    currency: str
    open_receipts: Pending
    waiting_orders: Pending
    stop_list: tuple[Stop, ...]
    """The least left first."""
    reconciliation: Compared | None
    """None: never compared."""


def read_present(brand: Brand, *, venues: Collection[int] | None = None) -> Present:
    """Tell how a brand stands now, in at most 7 queries. `venues` as in `Question`."""
    keys = None if venues is None else [Venue.key(brand, venue) for venue in venues]
    limit = Q(brand=brand.pk) if keys is None else Q(brand=brand.pk, venue__in=keys)
    receipts = Receipt.objects.live().filter(limit, status=Receipt.Status.OPEN)
    orders = Order.objects.live().filter(limit, status__in=WAITING_STATUSES)
    return Present(
        currency=brand.currency,
        open_receipts=_sum_pending(receipts.aggregate(rows=Count("pk"), sum_total=Sum("total"), at=Min("created_at"))),
        waiting_orders=_sum_pending(orders.aggregate(rows=Count("pk"), at=Min("created_at"))),
        stop_list=_list_stops(limit),
        reconciliation=_find_reconciliation(brand, venues),
    )


def _sum_pending(found: dict[str, Any]) -> Pending:
    return Pending(count=found["rows"], total=shown(exact(found.get("sum_total"))), oldest_at=found["at"])


def _list_stops(limit: Q) -> tuple[Stop, ...]:
    rows = list(StopListEntry.objects.live().filter(limit).values_list("venue", "product", "limit", "timestamp"))
    venues = name_rows(Venue, (row[0] for row in rows))
    products = name_rows(Product, (row[1] for row in rows))
    stops = [
        Stop(
            venue=clopos_id(venue),
            venue_name=venues[venue],
            product=clopos_id(product),
            product_name=products[product],
            limit=None if left is None else shown(left),
            since=since,
        )
        for venue, product, left, since in rows
    ]
    return tuple(sorted(stops, key=lambda stop: (stop.limit or 0, stop.venue_name, stop.product_name)))


def _find_reconciliation(brand: Brand, venues: Collection[int] | None) -> Compared | None:
    rows = Reconciliation.objects.filter(brand=brand.pk)
    if venues is not None:
        rows = rows.filter(Q(venue__in=venues) | Q(venue=None))
    last = rows.order_by("-id").values_list("batch", flat=True).first()
    if last is None:
        return None
    failed = ~Q(error="")
    found = rows.filter(batch=last).aggregate(
        at=Max("compared_at"),
        compared=Count("pk"),
        equal=Count("pk", filter=Q(is_equal=True) & ~failed),
        healed=Count("pk", filter=Q(is_equal=False, is_healed=True) & ~failed),
        failed=Count("pk", filter=failed),
    )
    return Compared(**found)
