"""How fresh an answer is, told in its headers: when its resource was last read to the end, and last found true.

Both are of the whole brand, and cautious: what is told is never newer than what was read.
"""

from __future__ import annotations

from datetime import UTC, datetime

from rest_framework.response import Response

from django_clopos.models import Brand, Reconciliation, Schedule, Work
from django_clopos.schedule.freshness import list_whole_steps

#: Lists and days that one comparison of a resource has at most, but for unusual ones.
_MOST_COMPARED = 100

SYNCED, VERIFIED = "Clopos-Synced-At", "Clopos-Verified-At"


def tell_freshness(response: Response, brand: Brand, resource: str) -> None:
    """Write the headers, in two queries, three where no worker reads the resource; what never happened has none."""
    for name, moment in {SYNCED: _find_synced(brand, resource), VERIFIED: _find_verified(brand, resource)}.items():
        if moment is not None:
            response.headers[name] = moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _find_synced(brand: Brand, resource: str) -> datetime | None:
    polls = Schedule._base_manager.filter(brand=brand.pk, work=Work.POLL, resource=resource)
    polled_at = polls.values_list("succeeded_at", flat=True).first()
    if polled_at is not None:
        return polled_at
    # A site that syncs in another way, by cron or by hand.
    steps = list_whole_steps(run__brand=brand.pk, resource=resource)
    return steps.order_by("-finished_at").values_list("finished_at", flat=True).first()


def _find_verified(brand: Brand, resource: str) -> datetime | None:
    """Give when the resource was last compared with the remote; None: never, or something is different since."""
    rows = Reconciliation._base_manager.filter(brand=brand.pk, resource=resource).order_by("-compared_at")
    found = list(rows.values_list("batch", "compared_at", "is_equal", "is_healed", "error")[:_MOST_COMPARED])
    last = [row[1:] for row in found if row[0] == found[0][0]]
    is_true = all((is_equal or is_healed) and not error for _, is_equal, is_healed, error in last)
    return last[0][0] if last and is_true else None
