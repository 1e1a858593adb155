"""How many requests a minute may leave, and when the next one may.

A budget reserves a slot and says how long to wait for it (GCRA: one number, the theoretical arrival time, is all it
stores). Fixed windows were rejected: they let twice the limit through around a window's end. The maths are here; the
stores that share it between processes are `budget_redis` and, with Django, a database row.
Source: wire contract, section 7 (300 a minute for an integrator and brand, over all workers and venues).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

#: The remote's windows are sliding minutes.
WINDOW_SECONDS = 60.0
#: A reset further away than this is not believed.
LONGEST_RESET_SECONDS = 120.0
#: Below this it is the rounding of a float, not a wait.
SHORTEST_WAIT_SECONDS = 0.001


class Budget(Protocol):
    """One integrator's requests to one brand, over every process that shares the store."""

    def reserve(self) -> float:
        """Take the next slot; give the seconds to wait before sending. Asked again before every attempt."""
        ...

    def observe(self, *, limit: int | None, remaining: int, reset_seconds: float | None) -> None:
        """Take the remote's RateLimit headers into account; they can only slow the budget down."""
        ...


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

    @classmethod
    def per_minute(cls, requests: int) -> Rate:
        """Stay 2 percent below `requests` in every window of 60 s: 294 of 300, in bursts of at most 15."""
        burst = max(1, requests // 20)
        evenly = max(0.98 * requests - burst, 0.5)
        return cls(interval_seconds=WINDOW_SECONDS / evenly, burst=burst)


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


class InProcessBudget:
    """A budget for the threads of one process; two processes with one each would spend twice as much."""

    def __init__(self, *, requests_per_minute: int = 300, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = Rate.per_minute(requests_per_minute)
        self._clock = clock
        self._lock = threading.Lock()
        self._arrival = 0.0

    def reserve(self) -> float:
        """Take the next slot; give the seconds to wait for it."""
        with self._lock:
            self._arrival, wait = admit(self._arrival, now=self._clock(), rate=self._rate)
            return wait

    def observe(self, *, limit: int | None, remaining: int, reset_seconds: float | None) -> None:
        """Slow down to what the remote says is left. Its limit is not needed: what remains already tells."""
        with self._lock:
            self._arrival = lower(
                self._arrival, now=self._clock(), rate=self._rate, remaining=remaining, reset_seconds=reset_seconds
            )
