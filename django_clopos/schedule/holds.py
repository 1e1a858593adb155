"""A brand is left alone while everything it asks would fail: wrong credentials, or a remote that is not there.

When a hold ends, one job is tried; only its success lets the others follow.
"""

from __future__ import annotations

from django.db.models import F, Q

from django_clopos.models.brands import Brand
from django_clopos.models.schedule import Schedule
from django_clopos.schedule.waits import choose_wait, explain
from django_clopos.sync.clock import DatabaseNow, after


def hold_brand(brand_id: int, error: BaseException) -> None:
    """Leave a brand alone for a while; several jobs that fail at once count as one failure."""
    free = Brand.objects.filter(Q(held_until=None) | Q(held_until__lte=DatabaseNow()), pk=brand_id)
    holds = free.values_list("holds", flat=True).first()
    if holds is not None:
        wait = choose_wait(error, failures=holds + 1)
        free.update(held_until=after(wait), holds=F("holds") + 1, hold_reason=explain(error))


def end_hold(brand_id: int) -> None:
    """Let every job of a brand go on: one of them succeeded."""
    Brand.objects.filter(pk=brand_id, holds__gt=0).update(held_until=None, holds=0, hold_reason="")


def try_now(brand_id: int) -> None:
    """Forget what failed, because somebody has changed something, such as the credentials."""
    end_hold(brand_id)
    failed = Schedule.objects.filter(brand=brand_id, failures__gt=0, started_at=None, queued_at=None)
    failed.update(due_at=DatabaseNow())
