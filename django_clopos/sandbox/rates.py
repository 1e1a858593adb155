"""Sliding windows of requests, and the headers that tell what is left.

Source: wire contract 7.
"""

import math
from collections import deque
from dataclasses import dataclass


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
