"""The maths of a budget: when the next request may leave, and what is remembered of those before it.

GCRA: one number, the theoretical arrival time, is all that admission needs. Fixed windows were rejected: they let twice
the limit through around a window's end. No clock, no store; those are `budget`, `budget_redis` and a database row.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

#: The remote's windows are sliding minutes.
WINDOW_SECONDS = 60.0
#: A reset further away than this is not believed.
LONGEST_RESET_SECONDS = 120.0
#: Below this it is the rounding of a float, not a wait.
SHORTEST_WAIT_SECONDS = 0.001


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """The pace of a budget."""

    interval_seconds: float
    """Between two requests, when they come evenly."""

    burst: int
    """How many may leave at once after a rest."""

    @property
    def tolerance_seconds(self) -> float:
        """How far ahead of now the theoretical arrival time may lie without a wait."""
        return (self.burst - 1) * self.interval_seconds

    @property
    def per_window(self) -> int:
        """How many may leave in 60 s at most."""
        return int(self.burst + WINDOW_SECONDS / self.interval_seconds)

    @classmethod
    def per_minute(cls, requests: int, *, burst: int | None = None) -> Rate:
        """Stay 2 percent below `requests` in every window of 60 s; by default a twentieth of them may be a burst.

        300 a minute: bursts of at most 15, then 4.65 a second, which makes 294.
        """
        burst = burst or max(1, requests // 20)
        evenly = max(0.98 * requests - burst, 0.5)
        return cls(interval_seconds=WINDOW_SECONDS / evenly, burst=burst)


#: Authentication is counted by client address. Source: wire contract, section 7, tier 1 (60 a minute).
AUTH_RATE = Rate.per_minute(60, burst=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetUse:
    """How much of a budget is used, by the clock of its store."""

    limit: int
    """Requests that may leave in a minute."""

    last_minute: int
    """Requests that left in the last whole minute of the clock (10:41:00 to 10:42:00, when it is 10:42:17)."""

    this_minute: int
    """Those of the current one so far."""

    load: float
    """How much of the burst is spent: 0 after a rest, 1 where the next request has to wait."""

    wait_seconds: float
    """How long an urgent request would wait now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """What a store keeps of one budget; all zeros before the first request."""

    arrival: float = 0.0
    """Theoretical arrival time of the next request, in seconds on the clock of the store."""

    minute: int = 0
    """Number of the minute, on the same clock, in which the last request left."""

    taken: int = 0
    """How many left in that minute."""

    taken_before: int = 0
    """How many left in the minute before it."""

    def count(self, leaves_at: float) -> Book:
        """Note that a request leaves. A clock that was set back counts on in the minute that it knew."""
        minute = max(int(leaves_at // WINDOW_SECONDS), self.minute)
        before = self._taken_in(minute - 1)
        return dataclasses.replace(self, minute=minute, taken=self._taken_in(minute) + 1, taken_before=before)

    def use(self, *, now: float, rate: Rate, limit: int) -> BudgetUse:
        """Say how much is used."""
        minute = int(now // WINDOW_SECONDS)
        ahead = max(self.arrival - now, 0.0)
        wait = admit(self.arrival, now=now, rate=rate)[1]
        return BudgetUse(
            limit=limit,
            last_minute=self._taken_in(minute - 1),
            this_minute=self._taken_in(minute),
            load=1.0 if wait else min(ahead / (rate.burst * rate.interval_seconds), 1.0),
            wait_seconds=wait,
        )

    def _taken_in(self, minute: int) -> int:
        return {self.minute: self.taken, self.minute - 1: self.taken_before}.get(minute, 0)


def take(book: Book, *, now: float, rate: Rate, is_patient: bool = False) -> tuple[Book, float]:
    """Take the next slot; give what to keep, and the seconds to wait.

    An urgent request gets the slot whenever it comes. A patient one gets a slot that can be used now, or none: then the
    wait is until it is worth asking again, and whoever is urgent may come in between.
    """
    arrival, wait = admit(book.arrival, now=now, rate=rate)
    if is_patient and wait > 0:
        return book, wait
    return dataclasses.replace(book.count(now + wait), arrival=arrival), wait


def admit(arrival: float, *, now: float, rate: Rate) -> tuple[float, float]:
    """Reserve one slot; give the new theoretical arrival time and the seconds to wait.

    `arrival` is what the last call gave, 0 at first; `now` is seconds on one clock shared by all callers.
    """
    start = max(arrival, now)
    wait = start - rate.tolerance_seconds - now
    return start + rate.interval_seconds, wait if wait >= SHORTEST_WAIT_SECONDS else 0.0


def lower(arrival: float, *, now: float, rate: Rate, remaining: int, reset_seconds: float | None) -> float:
    """Give the theoretical arrival time after the remote said how many requests are left until its reset.

    With none left, the next slot is at the reset; else no more than `remaining` may leave at once.
    """
    if remaining <= 0:
        wait = WINDOW_SECONDS if reset_seconds is None else min(max(reset_seconds, 0.0), LONGEST_RESET_SECONDS)
        return max(arrival, now + rate.tolerance_seconds + wait)
    return max(arrival, now + rate.tolerance_seconds - (remaining - 1) * rate.interval_seconds)
