"""How each strategy reads the remote: which pages, in which order, and which checkpoints they move.

A walk is a generator of batches. It reads checkpoints and never writes them: what it wants stored travels
with the batch, into the transaction of the page. Source: wire contract, sections 5, 9, 14 and 15.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, assert_never
from zoneinfo import ZoneInfo

import msgspec

from django_clopos.client import Client, NotFound, Page
from django_clopos.client.paging import AheadCount
from django_clopos.mirror.resource import Resource
from django_clopos.mirror.strategies import NewestFirst, PerParent, PerVenueSet, Snapshot
from django_clopos.sync.checkpoints import Checkpoints
from django_clopos.sync.pages import find_id, read_records
from django_clopos.sync.parents import Parent, iterate_parents
from django_clopos.sync.tally import Extent, Tally

_EPOCH = date(2000, 1, 1)
#: Where open windows end: a till whose clock runs ahead makes rows of the future.
_LATEST = date(2100, 1, 1)
_LONGEST_WINDOW_DAYS = 31
#: A window of no more pages than this is doubled: it is what an interrupted backfill reads again.
_FEW_PAGES = 4
#: How often a list is walked at most until nothing moves meanwhile.
_MOST_WALKS = 3


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
    given: tuple[bytes, ...] | None = None
    """Records that were read by their id, in place of what the strategy would read."""

    def batches(self) -> Generator[Batch]:
        """Read the remote as the resource's strategy says."""
        if self.given is not None:
            return self._give(self.given)
        match self.resource.strategy:
            case Snapshot():
                return self._pages(sort="id", extent=Extent())
            case NewestFirst() as strategy:
                return self._history(strategy)
            case PerVenueSet():
                return self._set()
            case PerParent() as strategy:
                return self._parents(strategy)
            case unknown:
                assert_never(unknown)

    def _history(self, strategy: NewestFirst) -> Generator[Batch]:
        if self.since or self.until:
            return self._asked()
        if self.is_full or self.checkpoints.read("watermark") is None:
            return self._first_time()
        return self._poll(strategy)

    def _give(self, bodies: tuple[bytes, ...]) -> Generator[Batch]:
        yield Batch(bodies=bodies, expected=len(bodies), is_page=False)

    # Snapshot and set

    def _pages(self, *, sort: str, extent: Extent, **query: Any) -> Generator[Batch]:
        """Walk a list; where the remote was edited under our hands, walk it again."""
        for _ in range(_MOST_WALKS):
            tally = Tally()
            for index, page in enumerate(self._fetch(sort=sort, direction="asc", **query)):
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

    def _fetch(
        self, *, sort: str, direction: Literal["asc", "desc"], ahead: AheadCount = "auto", **query: Any
    ) -> Iterator[Page[Any]]:
        endpoint = self.resource.endpoint
        order = (sort, direction) if sort in endpoint.sortable else None
        return self.client.pages(endpoint, venue=self.venue, sort=order, ahead=ahead, **query)

    def _set(self) -> Generator[Batch]:
        bodies = tuple(body for page in self._fetch(sort="", direction="asc") for body in page.records)
        yield Batch(bodies=bodies, expected=len(bodies), is_set=True)

    def _parents(self, strategy: PerParent) -> Generator[Batch]:
        parents = iterate_parents(
            self.resource.table.model,
            strategy.parent,
            brand_id=self.checkpoints.brand_id or 0,
            venue=self.venue,
            cursor=None if self.is_full or self.since or self.until else self.checkpoints.read("cursor"),
            since=self.since,
            until=self.until,
            zone=self.timezone,
        )
        moves = not (self.since or self.until)
        for parent in parents:
            yield Batch(bodies=self._fetch_of(parent), checkpoints={"cursor": parent.cursor} if moves else {})

    def _fetch_of(self, parent: Parent) -> tuple[bytes, ...]:
        pages = self.client.pages(self.resource.endpoint, parent=parent.clopos_id, venue=parent.venue)
        try:
            return tuple(body for page in pages for body in page.records)
        except NotFound:
            return ()  # the parent has gone meanwhile; its own resource will tell

    # Orders and receipts

    def _asked(self) -> Generator[Batch]:
        """Read the days asked for. They move no checkpoint."""
        first, last = self.since or self._find_first_day(), self.until or _LATEST
        if first is not None and first <= last:
            yield from self._window(first, last)

    def _first_time(self) -> Generator[Batch]:
        """Record the watermark, then read the whole history, oldest window first.

        Of an empty answer nothing is recorded: were it a fault, the history would never be read.
        """
        newest = self._probe("updated_at", "desc")
        first_day = self._find_first_day()
        if first_day is None:
            return
        plan = {"next": str(self.history_from or first_day), "days": 1, "began": self.now.isoformat()}
        watermark = self._find_watermark(newest) or (newest.date or self.now).isoformat()
        yield Batch(checkpoints={"watermark": watermark, "backfill": plan, "trailing_at": None}, is_page=False)
        yield from self._backfill(plan)

    def _poll(self, strategy: NewestFirst) -> Generator[Batch]:
        """Read what changed, then go on with an unfinished backfill, then the trailing window where it is due."""
        is_sorted = not self._is_recent("sort_ignored_at", timedelta(days=1))
        if is_sorted:
            is_sorted = yield from self._newest_first(strategy)
        backfill = self.checkpoints.read("backfill")
        if backfill:
            yield from self._backfill(backfill)
        elif not is_sorted or not self._is_recent("trailing_at", strategy.trailing_every):
            yield from self._trailing()

    def _newest_first(self, strategy: NewestFirst) -> Generator[Batch, None, bool]:
        """Read by `updated_at` descending down to the watermark. Returns False where the remote ignored the sort."""
        is_long = not self._is_recent("long_overlap_at", strategy.long_overlap_every)
        overlap = strategy.long_overlap if is_long else strategy.overlap
        floor = datetime.fromisoformat(self.checkpoints.read("watermark")) - overlap
        watermark: str | None = None
        for _ in range(_MOST_WALKS):
            tally = Tally()
            # Most polls end with their first page: one fetched ahead would be thrown away.
            for page in self._fetch(sort="updated_at", direction="desc", ahead=0):
                stamps = [stamp for stamp in map(self._read_stamp("updated_at"), page.records) if stamp]
                watermark = watermark or self._find_watermark(page)
                ids = tuple(map(find_id, page.records))
                tally.add(page.records, ids, total=page.total, leaves=len(page.records))
                yield Batch(bodies=page.records, ids=ids)
                if stamps != sorted(stamps, reverse=True):
                    yield Batch(checkpoints={"sort_ignored_at": self.now.isoformat()}, is_page=False)
                    return False
                if stamps and stamps[-1] < floor:
                    break
            if not tally.has_moved:
                break
            yield Batch(has_raced=True, is_page=False)  # a row deleted meanwhile may have hidden another one
        moved = {"watermark": watermark or self.checkpoints.read("watermark"), "sort_ignored_at": None}
        yield Batch(checkpoints=moved | ({"long_overlap_at": self.now.isoformat()} if is_long else {}), is_page=False)
        return True

    def _backfill(self, plan: dict[str, Any]) -> Generator[Batch]:
        """Read windows of whole days, oldest first, a checkpoint a window; quiet stretches are taken in longer ones."""
        last = self._tomorrow()
        day = date.fromisoformat(plan["next"])
        expected: int | None = self._count(day, _LATEST) if day <= last else 0
        while day <= last:
            end = min(day + timedelta(days=int(plan["days"]) - 1), last)
            count = yield from self._whole_window(day, end if end < last else _LATEST, expected=expected)
            expected = None
            plan = {**plan, "next": str(end + timedelta(days=1)), "days": self._next_length(int(plan["days"]), count)}
            if end == last:
                break
            yield Batch(checkpoints={"backfill": plan}, is_page=False, gives_way=True)
            if not self.is_dry_run:
                plan = self.checkpoints.read("backfill")  # a sync that went first may have gone on with it
                if plan is None:
                    return
            day = date.fromisoformat(plan["next"])
        yield Batch(checkpoints={"backfill": None, "trailing_at": plan["began"]}, is_page=False)

    def _whole_window(self, first: date, last: date, *, expected: int | None) -> Generator[Batch, None, int]:
        """Read a window, and give the number of its rows.

        An empty answer is checked by a count: a backfill does not come back to a window.
        """
        count = 0
        for _ in range(2):
            for batch in self._window(first, last):
                count = len(batch.bodies) + (0 if batch.begins else count)
                yield replace(batch, expected=expected)
                expected = None
            if count or not self._count(first, last):
                break
        return count

    def _next_length(self, days: int, count: int) -> int:
        size = self.resource.endpoint.page_maximum or count
        if count <= _FEW_PAGES * size:
            return min(days * 2, _LONGEST_WINDOW_DAYS)
        return max(1, days // 2) if count > 4 * _FEW_PAGES * size else days

    def _trailing(self) -> Generator[Batch]:
        yield from self._window(self._today() - timedelta(days=self.trailing_days), _LATEST)
        yield Batch(checkpoints={"trailing_at": self.now.isoformat()}, is_page=False)

    def _window(self, first: date, last: date) -> Generator[Batch]:
        """Read the rows created in these days, both included, in an order that late arrivals only lengthen."""
        sort = "id" if "id" in self.resource.endpoint.sortable else "created_at"
        return self._pages(sort=sort, extent=Extent(first, last), dates=(first, last))

    # The remote's own limits

    def _find_first_day(self) -> date | None:
        """Find the day before the oldest record; None: there is no record."""
        page = self._probe("created_at", "asc")
        if not page.records:
            return None
        stamps = [stamp for stamp in map(self._read_stamp("created_at"), page.records) if stamp]
        day = (stamps[0].astimezone(self.timezone).date() if stamps else self._tomorrow()) - timedelta(days=1)
        is_sorted = day <= _EPOCH or not self._count(_EPOCH, day - timedelta(days=1))
        return day if is_sorted else self._bisect_first_day(day)

    def _bisect_first_day(self, late: date) -> date:
        """Find the first day with a record by counting, for a remote that ignores the sort."""
        early = _EPOCH
        while (late - early).days > 1:
            middle = early + (late - early) // 2
            if self._count(_EPOCH, middle):
                late = middle
            else:
                early = middle
        return early

    def _count(self, first: date, last: date) -> int:
        """Count the rows created in these days; where the remote gives no total, 1 stands for some."""
        page = self.client.page(self.resource.endpoint, limit=1, venue=self.venue, dates=(first, last))
        return len(page.records) if page.total is None else page.total

    def _probe(self, sort: str, direction: Literal["asc", "desc"]) -> Page[Any]:
        return self.client.page(self.resource.endpoint, limit=1, venue=self.venue, sort=(sort, direction))

    def _find_watermark(self, page: Page[Any]) -> str | None:
        """Give the lesser of the page's largest `updated_at` and the remote's clock: a stamp of 2099 moves nothing.

        None: the page has no such stamp.
        """
        stamps = [stamp for stamp in map(self._read_stamp("updated_at"), page.records) if stamp]
        return min(max(stamps), page.date or self.now).isoformat() if stamps else None

    def _read_stamp(self, name: str) -> Callable[[bytes], datetime | None]:
        decoder = msgspec.json.Decoder(msgspec.defstruct("Stamped", [(name, Any, None)]))

        def read(body: bytes) -> datetime | None:
            try:
                return _parse_stamp(getattr(decoder.decode(body), name), self.timezone)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                return None

        return read

    def _is_recent(self, name: str, age: timedelta) -> bool:
        value = self.checkpoints.read(name)
        return value is not None and self.now - datetime.fromisoformat(value) < age

    def _today(self) -> date:
        return self.now.astimezone(self.timezone).date()

    def _tomorrow(self) -> date:
        """The day up to which windows are counted: the zone of `date[]` is not documented."""
        return self._today() + timedelta(days=1)


def _parse_stamp(value: object, zone: ZoneInfo) -> datetime | None:
    """Read a stamp of the wire as an aware moment; None: it cannot be read."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if not 1900 <= moment.year <= 9990:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=zone).astimezone(UTC)
