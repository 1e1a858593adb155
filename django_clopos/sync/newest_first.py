"""Orders and receipts: what changed since the watermark, the trailing window, and the whole history the first time."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any, Literal, assert_never

from django_clopos.client import Page
from django_clopos.mirror.strategies import NewestFirst, Part
from django_clopos.sync.backfill import begin_plan, find_first_day, read_backfill
from django_clopos.sync.pages import find_id
from django_clopos.sync.stamps import read_stamps
from django_clopos.sync.tally import Tally
from django_clopos.sync.walk import LATEST, MOST_WALKS, Batch, Walk


def read_newest_first(walk: Walk, strategy: NewestFirst) -> Generator[Batch]:
    """Read the days asked for, or what the part of the walk says."""
    if walk.since or walk.until:
        return _read_asked(walk)
    match walk.part:
        case Part.WHOLE:
            return _read_whole(walk, strategy)
        case Part.NEWS:
            return _read_news(walk, strategy)
        case Part.TRAILING:
            return _read_trailing(walk)
        case Part.BACKFILL:
            return _read_rest(walk)
        case unknown:
            assert_never(unknown)


def is_history_left(walk: Walk) -> bool:
    """Tell whether a backfill has something to read, or a trailing window makes sense: not before the history."""
    known = walk.checkpoints.read_several("watermark", "backfill")
    if walk.part is Part.TRAILING:
        return "watermark" in known and "backfill" not in known
    return "watermark" not in known or "backfill" in known


def _read_asked(walk: Walk) -> Generator[Batch]:
    """Read the days asked for. They move no checkpoint."""
    first, last = walk.since or find_first_day(walk), walk.until or LATEST
    if first is not None and first <= last:
        yield from walk.window(first, last)


def _read_whole(walk: Walk, strategy: NewestFirst) -> Generator[Batch]:
    """Read everything the first time; later what changed, then what is left of history or the trailing window."""
    if _is_first(walk):
        yield from _read_rest(walk)
        return
    is_sorted = yield from _read_changes(walk, strategy)
    backfill = walk.checkpoints.read("backfill")
    if backfill:
        yield from read_backfill(walk, backfill)
    elif not is_sorted or not _is_recent(walk, "trailing_at", strategy.trailing_every):
        yield from _read_trailing(walk)


def _read_news(walk: Walk, strategy: NewestFirst) -> Generator[Batch]:
    """Read what changed; the first time, only record where to begin."""
    if _is_first(walk):
        yield from _begin(walk)
        return
    is_sorted = yield from _read_changes(walk, strategy)
    if not is_sorted:  # the trailing window would be too much for every poll; it has a part of its own
        yield from walk.window(walk.today() - timedelta(days=1), LATEST)


def _read_rest(walk: Walk) -> Generator[Batch]:
    """Go on with the history, or begin it."""
    plan = (yield from _begin(walk)) if _is_first(walk) else walk.checkpoints.read("backfill")
    if plan:
        yield from read_backfill(walk, plan)


def _begin(walk: Walk) -> Generator[Batch, None, dict[str, Any] | None]:
    """Record the watermark and the plan of the backfill, and give the plan.

    Of an empty answer nothing is recorded: were it a fault, the history would never be read.
    """
    newest = _probe(walk, "updated_at", "desc")
    first_day = find_first_day(walk)
    if first_day is None:
        return None
    plan = begin_plan(walk, first_day)
    watermark = _find_watermark(walk, newest) or (newest.date or walk.now).isoformat()
    yield Batch(checkpoints={"watermark": watermark, "backfill": plan, "trailing_at": None}, is_page=False)
    return plan


def _is_first(walk: Walk) -> bool:
    return walk.is_full or walk.checkpoints.read("watermark") is None


def _read_changes(walk: Walk, strategy: NewestFirst) -> Generator[Batch, None, bool]:
    """Read by `updated_at` descending down to the watermark. Returns False where the remote ignores the sort."""
    if _is_recent(walk, "sort_ignored_at", timedelta(days=1)):
        return False
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
    with walk.patience():
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
