"""How fresh an answer is, told in its headers: when its resource was last read to the end, and last compared.

Both are of the whole brand. They are read with the brand itself, in one query.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from rest_framework.response import Response

from django_clopos.models import Brand, Reconciliation, Schedule, Work
from django_clopos.schedule.freshness import list_whole_steps

SYNCED, VERIFIED = "Clopos-Synced-At", "Clopos-Verified-At"


def with_freshness(brands: QuerySet[Brand], resource: str) -> QuerySet[Any]:
    """Read with each brand when a worker, or a run by hand, last read a resource, and when it was found true."""
    polls = Schedule._base_manager.filter(brand=OuterRef("pk"), work=Work.POLL, resource=resource)
    steps = list_whole_steps(run__brand=OuterRef("pk"), resource=resource).order_by("-finished_at")
    return brands.annotate(
        polled_at=Subquery(polls.values("succeeded_at")[:1]),
        read_at=Subquery(steps.values("finished_at")[:1]),
        verified_at=Subquery(_list_verified(resource).values("compared_at")[:1]),
    )


def tell_freshness(response: Response, brand: Any) -> None:
    """Write the headers; what never happened has none."""
    read = [moment for moment in (brand.polled_at, brand.read_at) if moment is not None]
    if read:
        response.headers[SYNCED] = _write(max(read))
    if brand.verified_at is not None:
        response.headers[VERIFIED] = _write(brand.verified_at)


def _list_verified(resource: str) -> QuerySet[Reconciliation]:
    """Give the comparisons of which nothing remained different, the newest first."""
    rows = Reconciliation._base_manager.filter(resource=resource)
    different = ~Q(error="") | Q(is_equal=False, is_healed=False)
    bad = rows.filter(different, brand=OuterRef("brand"), batch=OuterRef("batch"))
    return rows.filter(~Exists(bad), brand=OuterRef("pk")).order_by("-compared_at")


def _write(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
