"""The request budget in a database row, for sites without Redis: shared by every process, committed at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from django_clopos.client.budget import Rate, admit, lower
from django_clopos.models.bookkeeping import RequestBudget
from django_clopos.sync.locking import begin_with_write


@dataclass(frozen=True, kw_only=True, slots=True)
class RowBudget:
    """A budget for every process that uses this database. Never to be asked inside a page's transaction."""

    key: str
    requests_per_minute: int = 300
    clock: Callable[[], float] = time.time

    def reserve(self) -> float:
        """Take the next slot; give the seconds to wait for it."""

        def take(arrival: float, now: float, rate: Rate) -> tuple[float, float]:
            return admit(arrival, now=now, rate=rate)

        return self._move(take)

    def observe(self, *, limit: int | None, remaining: int, reset_seconds: float | None) -> None:  # see `lower`
        """Slow down to what the remote says is left."""
        if remaining >= Rate.per_minute(self.requests_per_minute).burst:
            return  # could change nothing; saves a write

        def slow(arrival: float, now: float, rate: Rate) -> tuple[float, float]:
            return lower(arrival, now=now, rate=rate, remaining=remaining, reset_seconds=reset_seconds), 0.0

        self._move(slow)

    def _move(self, step: Callable[[float, float, Rate], tuple[float, float]]) -> float:
        """Replace the theoretical arrival time under a row lock; committed before the request leaves."""
        # durable would refuse to run inside a site's own transaction; to be committed with it is the lesser evil.
        with transaction.atomic():
            begin_with_write(RequestBudget.objects.filter(key=self.key), column="arrival")
            row, _ = RequestBudget.objects.select_for_update().get_or_create(key=self.key)
            row.arrival, wait = step(row.arrival, self.clock(), Rate.per_minute(self.requests_per_minute))
            row.save(update_fields=["arrival"])
        return wait
