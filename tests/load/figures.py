"""What a form of load comes to, from the remote's own log and the steps that the site recorded."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

PER_MINUTE = 300
_MINUTE_SECONDS = 60.0
_STRIDE_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """How much of its budget a brand used while its backfill had work."""

    slug: str
    requests: int
    seconds: float
    busiest_minute: int
    """The most requests in any window of 60 seconds, of the whole log."""

    course: tuple[int, ...]
    """Requests in each 10 seconds, of the whole log."""

    @property
    def share(self) -> float:
        """Of 300 a minute."""
        return self.requests / (PER_MINUTE * self.seconds / _MINUTE_SECONDS)


def measure_use(slug: str, moments: Iterable[float], *, until: float) -> Use:
    """Measure from the first of these requests, epoch seconds, to the moment given."""
    ordered = sorted(moments)
    assert ordered, f"{slug} was asked nothing"
    return Use(
        slug=slug,
        requests=bisect_left(ordered, until),
        seconds=until - ordered[0],
        busiest_minute=max(
            place + 1 - bisect_right(ordered, moment - _MINUTE_SECONDS) for place, moment in enumerate(ordered)
        ),
        course=_count_course(ordered),
    )


def _count_course(ordered: Sequence[float]) -> tuple[int, ...]:
    counts = Counter(int((moment - ordered[0]) // _STRIDE_SECONDS) for moment in ordered)
    return tuple(counts[stride] for stride in range(max(counts) + 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class Ages:
    """How old a list became that is read again and again."""

    slug: str
    first_seconds: float
    """From the start to the first success."""
    oldest_seconds: float
    """The longest time from a success to the next one, or to the end."""


def measure_ages(slug: str, successes: Sequence[datetime], *, start: datetime, end: datetime) -> Ages:
    """Measure from the moments at which a list was read with success."""
    assert successes, f"{slug}: never read"
    moments = [*sorted(successes), end]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    return Ages(slug=slug, first_seconds=(moments[0] - start).total_seconds(), oldest_seconds=max(gaps))


def merge_ages(ages: Sequence[Ages]) -> Ages:
    """Give the worst of several lists of one brand."""
    return Ages(
        slug=ages[0].slug,
        first_seconds=max(each.first_seconds for each in ages),
        oldest_seconds=max(each.oldest_seconds for each in ages),
    )
