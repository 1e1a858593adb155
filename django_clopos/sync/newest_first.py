"""Orders and receipts: what changed since the watermark, the trailing window, and the whole history the first time."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any, Literal

from django_clopos.client import Page
from django_clopos.mirror.strategies import NewestFirst
from django_clopos.sync.backfill import begin_plan, find_first_day, read_backfill
from django_clopos.sync.pages import find_id
from django_clopos.sync.stamps import read_stamps
from django_clopos.sync.tally import Tally
from django_clopos.sync.walk import LATEST, MOST_WALKS, Batch, Walk


def read_newest_first(walk: Walk, strategy: NewestFirst) -> Generator[Batch]:
    """Read the days asked for, or everything the first time, or what changed since."""
    if walk.since or walk.until:
        return _read_asked(walk)
    if walk.is_full or walk.checkpoints.read("watermark") is None:
        return _read_first_time(walk)
    return _poll(walk, strategy)


def _read_asked(walk: Walk) -> Generator[Batch]:
    """Read the days asked for. They move no checkpoint."""
    first, last = walk.since or find_first_day(walk), walk.until or LATEST
    if first is not None and first <= last:
        yield from walk.window(first, last)


def _read_first_time(walk: Walk) -> Generator[Batch]:
    """Record the watermark, then read the whole history, oldest window first.

    Of an empty answer nothing is recorded: were it a fault, the history would never be read.
    """
    newest = _probe(walk, "updated_at", "desc")
    first_day = find_first_day(walk)
    if first_day is None:
        return
    plan = begin_plan(walk, first_day)
    watermark = _find_watermark(walk, newest) or (newest.date or walk.now).isoformat()
    yield Batch(checkpoints={"watermark": watermark, "backfill": plan, "trailing_at": None}, is_page=False)
    yield from read_backfill(walk, plan)


def _poll(walk: Walk, strategy: NewestFirst) -> Generator[Batch]:
    """Read what changed, then go on with an unfinished backfill, then the trailing window where it is due."""
    is_sorted = not _is_recent(walk, "sort_ignored_at", timedelta(days=1))
    if is_sorted:
        is_sorted = yield from _read_news(walk, strategy)
    backfill = walk.checkpoints.read("backfill")
    if backfill:
        yield from read_backfill(walk, backfill)
    elif not is_sorted or not _is_recent(walk, "trailing_at", strategy.trailing_every):
        yield from _read_trailing(walk)


def _read_news(walk: Walk, strategy: NewestFirst) -> Generator[Batch, None, bool]:
    """Read by `updated_at` descending down to the watermark. Returns False where the remote ignored the sort."""
    is_long = not _is_recent(walk, "long_overlap_at", strategy.long_overlap_every)
    overlap = strategy.long_overlap if is_long else strategy.overlap
    floor = datetime.fromisoformat(walk.checkpoints.read("watermark")) - overlap
    watermark: str | None = None
    for _ in range(MOST_WALKS):
        tally = Tally()
        # Most polls end with their first page: one fetched ahead would be thrown away.
        for page in walk.fetch(sort="updated_at", direction="desc", ahead=0):
            stamps = read_stamps(page.records, "updated_at", zone=walk.timezone)
            watermark = watermark or _find_watermark(walk, page)
            ids = tuple(map(find_id, page.records))
            tally.add(page.records, ids, total=page.total, leaves=len(page.records))
            yield Batch(bodies=page.records, ids=ids)
            if stamps != sorted(stamps, reverse=True):
                yield Batch(checkpoints={"sort_ignored_at": walk.now.isoformat()}, is_page=False)
                return False
            if stamps and stamps[-1] < floor:
                break
        if not tally.has_moved:
            break
        yield Batch(has_raced=True, is_page=False)  # a row deleted meanwhile may have hidden another one
    moved = {"watermark": watermark or walk.checkpoints.read("watermark"), "sort_ignored_at": None}
    yield Batch(checkpoints=moved | ({"long_overlap_at": walk.now.isoformat()} if is_long else {}), is_page=False)
    return True


def _read_trailing(walk: Walk) -> Generator[Batch]:
    yield from walk.window(walk.today() - timedelta(days=walk.trailing_days), LATEST)
    yield Batch(checkpoints={"trailing_at": walk.now.isoformat()}, is_page=False)


def _probe(walk: Walk, sort: str, direction: Literal["asc", "desc"]) -> Page[Any]:
    return walk.client.page(walk.resource.endpoint, limit=1, venue=walk.venue, sort=(sort, direction))


def _find_watermark(walk: Walk, page: Page[Any]) -> str | None:
    """Give the lesser of the page's largest `updated_at` and the remote's clock: a stamp of 2099 moves nothing.

    None: the page has no such stamp.
    """
    stamps = read_stamps(page.records, "updated_at", zone=walk.timezone)
    return min(max(stamps), page.date or walk.now).isoformat() if stamps else None


def _is_recent(walk: Walk, name: str, age: timedelta) -> bool:
    value = walk.checkpoints.read(name)
    return value is not None and walk.now - datetime.fromisoformat(value) < age
