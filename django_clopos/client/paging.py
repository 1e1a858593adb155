"""How a list is walked: which page is asked next, when it ends, and when it cannot be trusted.

Paging is by offset over live data, totals lie and limits may be clamped, so a walk ends only on evidence: an empty
page, or as many records as announced with a last page that is not full.
Source: wire contract, sections 5 and 15 (items 12 to 16).
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections import deque
from collections.abc import Generator
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar

from django_clopos.client.ahead import MOST_IN_FLIGHT
from django_clopos.client.answers import Page
from django_clopos.client.errors import EndlessPages, RemoteTimeout, RepeatedPage
from django_clopos.client.exchange import Pending
from django_clopos.schemas.base import Record

S = TypeVar("S", bound=Record)
AheadCount: TypeAlias = int | Literal["auto"]

#: After so many timeouts a page is asked for again in halves.
TIMEOUTS_BEFORE_HALVING = 2
MOST_HALVINGS = 2
#: One page in flight for each of these of latency keeps up with the budget; one more makes up for hiccups.
LATENCY_STEP_SECONDS = 0.2
MOST_RECORDS_WITHOUT_TOTAL = 1_000_000
SPARE_PAGES = 50


def check_ahead(ahead: AheadCount) -> None:
    """Refuse a number of pages in flight that makes no sense.

    Raises:
        ValueError: it is neither 0 to 4 nor "auto".
    """
    if ahead != "auto" and not 0 <= ahead <= MOST_IN_FLIGHT:
        raise ValueError(f"ahead must be 0 to {MOST_IN_FLIGHT} or 'auto', not {ahead!r}.")


class Source(Protocol[S]):
    """What a walk needs of the client."""

    @property
    def path(self) -> str:
        """For error messages."""
        ...

    @property
    def latency_seconds(self) -> float:
        """Usual time to an answer; 0: not known yet."""
        ...

    def prepare(self, number: int, limit: int | None) -> Pending:
        """Give the request for a page, not sent."""
        ...

    def start(self, number: int, limit: int | None) -> Pending:
        """Send the request for a page in another thread, if it may leave."""
        ...

    def finish(self, pending: Pending, *, number: int, limit: int | None, timeouts: int | None) -> Page[S]:
        """Give the page, repeating what may pass."""
        ...

    def close(self) -> None:
        """Wait for what is in flight and drop it."""
        ...


class Walk(Generic[S]):
    """One pass over a list."""

    def __init__(self, source: Source[S], *, limit: int | None, ahead: AheadCount) -> None:
        self._source = source
        self._limit = limit
        self._ahead = ahead
        self._halvings = 0
        """How often pages are halved from here on: once a page was too slow whole, the next ones will be."""
        self._size = 0
        """Records of page 1: what a full page holds, whatever was asked for."""
        self._seen = 0
        self._total: int | None = None
        self._fingerprints: set[int] = set()
        self._started: deque[tuple[int, list[Pending]]] = deque()
        """For each page sent ahead: how often it was halved, and its parts."""
        self._timeout: RemoteTimeout | None = None

    def pages(self) -> Generator[Page[S], None, None]:
        """Give every page in order; the first one even when it is empty."""
        number = 1
        try:
            page = self._fetch(number)
            while self._take_in(page):
                has_more = self._expects_more(page)
                if has_more:
                    self._start_ahead(page)
                yield page
                if not has_more:
                    return
                number += 1
                page = self._fetch(number)
        finally:
            self._source.close()

    def _take_in(self, page: Page[S]) -> bool:
        """Judge a page; say whether it is to be given out, else the walk is over."""
        if page.number == 1:
            self._size = len(page.records)
        elif not page.records:
            return False
        self._total = page.total if page.total is not None else self._total
        if self._repeats(page):
            if page.number == 2 and self._total == self._seen:
                return False  # the list has no pages: it gives all of itself under every number
            raise RepeatedPage(
                f"page {page.number} holds the records of an earlier page", method="GET", path=self._source.path
            )
        self._seen += len(page.records)
        self._check_bound(page)
        return True

    def _repeats(self, page: Page[S]) -> bool:
        # 64 bits of this process tell pages apart: a digest that lasts would cost as much as comparing the rows does.
        fingerprint = hash(page.records)
        if fingerprint in self._fingerprints:
            return True
        self._fingerprints.add(fingerprint)
        return False

    def _check_bound(self, page: Page[S]) -> None:
        if self._total is None:
            is_endless = self._seen > MOST_RECORDS_WITHOUT_TOTAL
        else:
            is_endless = page.number > math.ceil(self._total / max(self._size, 1)) * 2 + SPARE_PAGES
        if is_endless:
            announced = "no total" if self._total is None else f"a total of {self._total}"
            raise EndlessPages(
                f"page {page.number} is still not the last, with {announced} and {self._seen} records read",
                method="GET",
                path=self._source.path,
            )

    def _expects_more(self, page: Page[S]) -> bool:
        if self._limit is None or not page.records:
            return False
        if self._total is None or self._seen < self._total:
            return True
        # A first page that is short of what was asked and holds as many as announced is the whole list.
        full = self._limit if page.number == 1 else self._size
        return self._limit >= len(page.records) >= full  # more than asked for: there are no pages

    def _fetch(self, number: int) -> Page[S]:
        halvings, pendings = self._started.popleft() if self._started else (self._halvings, [])
        limits = _split(number, self._limit, halvings)
        parts: list[Page[S]] = []
        for place, (part, limit) in enumerate(limits):
            pending = pendings[place] if pendings else self._source.prepare(part, limit)
            parts += self._fetch_part(part, limit, halvings, pending)
        return parts[0] if len(parts) == 1 else self._merge(parts, number=number)

    def _fetch_part(self, number: int, limit: int | None, halvings: int, pending: Pending) -> list[Page[S]]:
        """Read one part of a page, in halves if it is too slow."""
        if limit is None or not self._can_halve(limit, halvings):
            return [self._source.finish(pending, number=number, limit=limit, timeouts=None)]
        try:
            return [self._source.finish(pending, number=number, limit=limit, timeouts=TIMEOUTS_BEFORE_HALVING)]
        except RemoteTimeout as error:
            self._timeout = error
        self._halvings = max(self._halvings, halvings + 1)
        return [
            page
            for part, half in _split(number, limit, 1)
            for page in self._fetch_part(part, half, halvings + 1, self._source.prepare(part, half))
        ]

    def _can_halve(self, limit: int, halvings: int) -> bool:
        """Offsets of halves are only known where the remote takes the limit as asked."""
        is_clamped = self._size not in {0, self._limit}
        return halvings < MOST_HALVINGS and limit % 2 == 0 and not is_clamped

    def _merge(self, parts: list[Page[S]], *, number: int) -> Page[S]:
        """Make one page of its parts."""
        has_gap = any(
            len(part.records) != part.limit and following.records for part, following in itertools.pairwise(parts)
        )
        if has_gap and number == 1 and self._timeout is not None:
            raise self._timeout  # the remote clamps below the half: its pages cannot be told apart
        return dataclasses.replace(
            parts[0],
            number=number,
            limit=self._limit,
            records=tuple(record for part in parts for record in part.records),
            total=parts[-1].total,
        )

    def _start_ahead(self, page: Page[S]) -> None:
        last = min(page.number + self._count_ahead(), self._horizon(page))
        for number in range(page.number + 1 + len(self._started), last + 1):
            parts = self._start_parts(number)
            if parts[0].is_sent:
                self._started.append((self._halvings, parts))
            if not parts[-1].is_sent:
                return  # what stopped it would stop the next one; after the next page it is tried again

    def _start_parts(self, number: int) -> list[Pending]:
        """Send the parts of a page, up to the first one that may not leave."""
        parts: list[Pending] = []
        for part, limit in _split(number, self._limit, self._halvings):
            is_stopped = bool(parts) and not parts[-1].is_sent
            parts.append(self._source.prepare(part, limit) if is_stopped else self._source.start(part, limit))
        return parts

    def _count_ahead(self) -> int:
        if self._ahead == "auto":
            return min(math.ceil(self._source.latency_seconds / LATENCY_STEP_SECONDS) + 1, MOST_IN_FLIGHT)
        return self._ahead

    def _horizon(self, page: Page[S]) -> int:
        """Give the last page worth asking for in advance; only the next one where the end may be near."""
        is_full = len(page.records) >= (self._size if page.number > 1 else self._limit or 0)
        if not is_full:
            return page.number + 1
        if self._total is None:
            return page.number + MOST_IN_FLIGHT
        return max(math.ceil(self._total / self._size), page.number + 1)


def _split(number: int, limit: int | None, halvings: int) -> list[tuple[int, int | None]]:
    """Give the page numbers and limits of the 2 ** halvings parts of a page; together they cover the same offsets."""
    if limit is None:
        return [(number, None)]
    count = 2**halvings
    return [((number - 1) * count + place, limit // count) for place in range(1, count + 1)]
