"""Three tiers of sliding windows, and the headers that tell what is left.

Source: wire contract 7.
"""

import math
import threading
from collections import deque
from dataclasses import dataclass

from django_clopos.sandbox.refusals import rate_limited


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    limit: int
    remaining: int
    reset_seconds: int

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_seconds),
        }


class SlidingWindow:
    """At most `limit` moments of a key in any `seconds`; what was refused does not count."""

    def __init__(self, *, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._moments: dict[object, deque[float]] = {}

    def usage(self, key: object, *, now: float) -> Usage:
        moments = self._recent(key, now)
        wait = moments[0] + self.seconds - now if moments else self.seconds
        return Usage(
            limit=self.limit,
            remaining=max(0, self.limit - len(moments)),
            reset_seconds=max(1, math.ceil(wait)),
        )

    def count(self, key: object, *, now: float) -> None:
        self._recent(key, now).append(now)

    def _recent(self, key: object, now: float) -> deque[float]:
        moments = self._moments.setdefault(key, deque())
        while moments and moments[0] <= now - self.seconds:
            moments.popleft()
        return moments


class Tiers:
    """The remote's three limits; safe to use from several threads."""

    def __init__(self, *, authentications: int, failures: int, requests: int, seconds: float) -> None:
        self._authentications = SlidingWindow(limit=authentications, seconds=seconds)
        self._failures = SlidingWindow(limit=failures, seconds=seconds)
        self._requests = SlidingWindow(limit=requests, seconds=seconds)
        self._lock = threading.Lock()

    def count_authentication(self, address: str, *, now: float) -> None:
        """Tier 1. Raises Refusal (429)."""
        with self._lock:
            _count_or_refuse(self._authentications, address, now)

    def check_failures(self, address: str, *, now: float) -> None:
        """Tier 2, before the token is looked at. Raises Refusal (429)."""
        with self._lock:
            _refuse_when_full(self._failures, address, now)

    def count_failure(self, address: str, *, now: float) -> None:
        with self._lock:
            self._failures.count(address, now=now)

    def count_request(self, integrator: tuple[str, str], address: str, *, now: float) -> dict[str, str]:
        """Tier 3, after the token; the headers tell of the tighter one of tiers 2 and 3. Raises Refusal (429)."""
        with self._lock:
            _count_or_refuse(self._requests, integrator, now)
            usages = self._requests.usage(integrator, now=now), self._failures.usage(address, now=now)
        return min(usages, key=lambda usage: usage.remaining).headers()


def _count_or_refuse(window: SlidingWindow, key: object, now: float) -> None:
    _refuse_when_full(window, key, now)
    window.count(key, now=now)


def _refuse_when_full(window: SlidingWindow, key: object, now: float) -> None:
    usage = window.usage(key, now=now)
    if not usage.remaining:
        raise rate_limited(usage.headers())
