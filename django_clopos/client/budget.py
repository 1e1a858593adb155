"""What a request budget does for a client, and the one that serves a single process.

The stores that share one between processes are `budget_redis` and, with Django, a database row; the maths is `pace`.
Source: wire contract, section 7 (300 a minute for an integrator and brand, over all workers and venues).
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from typing import Protocol

from django_clopos.client.pace import Book, BudgetUse, Rate, lower, take


class Budget(Protocol):
    """One integrator's requests to one brand, over every process that shares the store.

    Raises (from every method):
        BudgetUnavailable: the store does not answer; nothing may be sent.
    """

    def reserve(self) -> float:
        """Take the next slot; give the seconds to wait before sending. Asked again before every attempt."""
        ...

    def try_take(self) -> float:
        """Take a slot only if it can be used at once: 0.0. Else take none; give the seconds to ask again after.

        Requests that can wait ask like this, so that those that reserve overtake them.
        """
        ...

    def observe(self, *, limit: int | None, remaining: int, reset_seconds: float | None) -> None:
        """Take the remote's RateLimit headers into account; they can only slow the budget down."""
        ...


class InProcessBudget:
    """A budget for the threads of one process; two processes with one each would spend twice as much.

    `rate`: in place of the one that follows from `requests_per_minute`.
    """

    def __init__(
        self,
        *,
        requests_per_minute: int = 300,
        rate: Rate | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate = rate or Rate.per_minute(requests_per_minute)
        self._limit = self._rate.per_window if rate else requests_per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._book = Book()

    def reserve(self) -> float:
        """Take the next slot; give the seconds to wait for it."""
        return self._take(is_patient=False)

    def try_take(self) -> float:
        """Take a slot that can be used at once; else give the seconds to ask again after."""
        return self._take(is_patient=True)

    def observe(self, *, limit: int | None, remaining: int, reset_seconds: float | None) -> None:
        """Slow down to what the remote says is left. Its limit is not needed: what remains already tells."""
        with self._lock:
            arrival = lower(
                self._book.arrival, now=self._clock(), rate=self._rate, remaining=remaining, reset_seconds=reset_seconds
            )
            self._book = dataclasses.replace(self._book, arrival=arrival)

    def use(self) -> BudgetUse:
        """Say how much is used."""
        with self._lock:
            return self._book.use(now=self._clock(), rate=self._rate, limit=self._limit)

    def _take(self, *, is_patient: bool) -> float:
        with self._lock:
            self._book, wait = take(self._book, now=self._clock(), rate=self._rate, is_patient=is_patient)
            return wait
