"""One pass over an endpoint: what it needs to know, and how a list is read until nothing moves meanwhile.

A walk is a generator of batches. It reads checkpoints and never writes them: what it wants stored travels
with the batch, into the transaction of the page. Source: wire contract, sections 5, 9, 14 and 15.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django_clopos.client import Client, Page
from django_clopos.client.paging import AheadCount
from django_clopos.mirror.resource import Resource
from django_clopos.mirror.strategies import Part
from django_clopos.sync.checkpoints import Checkpoints
from django_clopos.sync.pages import find_id, read_records
from django_clopos.sync.tally import Extent, Tally

#: Where open windows end: a till whose clock runs ahead makes rows of the future.
LATEST = date(2100, 1, 1)
#: How often a list is walked at most until nothing moves meanwhile.
MOST_WALKS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """What is stored in one transaction."""

    bodies: tuple[bytes, ...] = ()
    ids: tuple[int, ...] = ()
    """Of the bodies, where the walk has looked already; 0: no usable one."""
    checkpoints: dict[str, Any] = field(default_factory=dict)
    """Values to store with it; None deletes."""
    expected: int | None = None
    """Rows that the walk will give in all, told with its first page."""
    is_set: bool = False
    """The bodies are everything there is: what they leave out is gone."""
    is_page: bool = True
    """False: only checkpoints."""
    gives_way: bool = False
    """After it, another sync that waits for the resource may go first."""
    begins: bool = False
    """The first page of a walk that may turn out complete."""
    extent: Extent | None = None
    """The walk that began last was complete: rows of this extent that it left out are missing."""
    has_raced: bool = False
    """The walk that began last was not complete, because the remote was edited meanwhile."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """What a strategy needs to know."""

    client: Client
    resource: Resource
    venue: int | None
    checkpoints: Checkpoints
    timezone: ZoneInfo
    now: datetime
    trailing_days: int
    history_from: date | None
    since: date | None = None
    until: date | None = None
    is_full: bool = False
    """Ignore watermarks and checkpoints."""
    is_dry_run: bool = False
    """Checkpoints are read but not written."""
    part: Part = Part.WHOLE
    should_stop: Callable[[], bool] = bool
    """Asked after every window of a backfill: whether to leave the rest to another run."""
    given: tuple[bytes, ...] | None = None
    """Records that were read by their id, in place of what the strategy would read."""

    def pages(self, *, sort: str, extent: Extent, **query: Any) -> Generator[Batch]:
        """Walk a list; where the remote was edited under our hands, walk it again."""
        for _ in range(MOST_WALKS):
            tally = Tally()
            for index, page in enumerate(self.fetch(sort=sort, direction="asc", **query)):
                ids = tuple(map(find_id, page.records))
                tally.add(page.records, ids, total=page.total, leaves=self._count_leaves(page))
                expected = page.total if index == 0 else None
                yield Batch(bodies=page.records, ids=ids, expected=expected, begins=index == 0)
            if tally.is_complete:
                yield Batch(extent=extent if tally.names_every_row else None, is_page=False)
                return
            yield Batch(has_raced=True, is_page=False)

    def _count_leaves(self, page: Page[Any]) -> int:
        """Count a page's records after flattening."""
        is_tree = self.resource.flatten is not None
        return len(read_records(self.resource, page.records)) if is_tree else len(page.records)

    def fetch(
        self, *, sort: str, direction: Literal["asc", "desc"], ahead: AheadCount = "auto", **query: Any
    ) -> Iterator[Page[Any]]:
        """Ask for the pages of the list; an order that the remote does not offer is left out."""
        endpoint = self.resource.endpoint
        order = (sort, direction) if sort in endpoint.sortable else None
        return self.client.pages(endpoint, venue=self.venue, sort=order, ahead=ahead, **query)

    def window(self, first: date, last: date) -> Generator[Batch]:
        """Read the rows created in these days, both included, in an order that late arrivals only lengthen."""
        sort = "id" if "id" in self.resource.endpoint.sortable else "created_at"
        return self.pages(sort=sort, extent=Extent(first, last), dates=(first, last))

    @contextmanager
    def patience(self) -> Iterator[None]:
        """Let every other request of the brand go before those of this block."""
        before, self.client.is_patient = self.client.is_patient, True
        try:
            yield
        finally:
            self.client.is_patient = before

    def today(self) -> date:
        """Give the day of the walk, in the zone of the days."""
        return self.now.astimezone(self.timezone).date()

    def tomorrow(self) -> date:
        """Give the day up to which windows are counted: the zone of `date[]` is not documented."""
        return self.today() + timedelta(days=1)
