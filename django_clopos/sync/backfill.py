"""History: windows of whole days, oldest first, one checkpoint a window; after each one, others may go first."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django_clopos.sync.stamps import read_stamps
from django_clopos.sync.walk import LATEST, Batch, Walk

_EPOCH = date(2000, 1, 1)
_LONGEST_WINDOW_DAYS = 31
#: A window of no more pages than this is lengthened: it is what an interrupted backfill reads again.
_FEW_PAGES = 4
#: The same by latency, since nothing is in flight while a window ends and the next one begins.
_FEW_PAGES_PER_SECOND = 40
_LARGEST_STEP = 8


def begin_plan(walk: Walk, first_day: date) -> dict[str, Any]:
    """Give the checkpoint of a backfill that has not begun."""
    return {"next": str(walk.history_from or first_day), "days": 1, "began": walk.now.isoformat()}


def read_backfill(walk: Walk, plan: dict[str, Any]) -> Generator[Batch]:
    """Read windows of whole days, oldest first, a checkpoint a window; quiet stretches are taken in longer ones."""
    with walk.patience():
        yield from _read_windows(walk, plan)


def find_first_day(walk: Walk) -> date | None:
    """Find the day before the oldest record; None: there is no record."""
    page = walk.client.page(walk.resource.endpoint, limit=1, venue=walk.venue, sort=("created_at", "asc"))
    if not page.records:
        return None
    stamps = read_stamps(page.records, "created_at", zone=walk.timezone)
    day = (stamps[0].astimezone(walk.timezone).date() if stamps else walk.tomorrow()) - timedelta(days=1)
    is_sorted = day <= _EPOCH or not _count(walk, _EPOCH, day - timedelta(days=1))
    return day if is_sorted else _bisect_first_day(walk, day)


def _read_windows(walk: Walk, plan: dict[str, Any]) -> Generator[Batch]:
    last = walk.tomorrow()
    day = date.fromisoformat(plan["next"])
    expected: int | None = _count(walk, day, LATEST) if day <= last else 0
    plan = {**plan, "days": _first_length(walk, plan, span=(last - day).days + 1, expected=expected or 0)}
    while day <= last:
        end = min(day + timedelta(days=int(plan["days"]) - 1), last)
        pages = yield from _read_window(walk, day, end if end < last else LATEST, expected=expected)
        expected = None
        plan = {**plan, "next": str(end + timedelta(days=1)), "days": _next_length(walk, int(plan["days"]), pages)}
        if end == last:
            break
        yield Batch(checkpoints={"backfill": plan}, is_page=False, gives_way=True)
        if not walk.is_dry_run:
            plan = walk.checkpoints.read("backfill")  # a sync that went first may have gone on with it
            if plan is None or walk.should_stop():
                return
        day = date.fromisoformat(plan["next"])
    yield Batch(checkpoints={"backfill": None, "trailing_at": plan["began"]}, is_page=False)


def _read_window(walk: Walk, first: date, last: date, *, expected: int | None) -> Generator[Batch, None, int]:
    """Read a window, and give the number of its pages.

    An empty answer is checked by a count: a backfill does not come back to a window.
    """
    pages, is_empty = 0, True
    for _ in range(2):
        for batch in walk.window(first, last):
            pages = batch.is_page + (0 if batch.begins else pages)
            is_empty = is_empty and not batch.bodies
            yield replace(batch, expected=expected)
            expected = None
        if not is_empty or not _count(walk, first, last):
            break
    return pages


def _first_length(walk: Walk, plan: dict[str, Any], *, span: int, expected: int) -> int:
    """Give the days of the first window: one, but as many as a good window has where every window costs a round trip.

    Behind a short line that is not worth it: a window that is too long is read again when it is interrupted.
    """
    days, few = int(plan["days"]), _count_few_pages(walk)
    if days > 1 or few == _FEW_PAGES:
        return days
    rows = few * (walk.resource.endpoint.page_maximum or expected)
    return min(max(rows * span // max(expected, 1), 1), _LONGEST_WINDOW_DAYS)


def _next_length(walk: Walk, days: int, pages: int) -> int:
    """Give the days of the next window. In pages, because a remote may give fewer rows a page than it is asked for."""
    few = _count_few_pages(walk)
    if pages <= few:
        return min(days * min(max(few // max(pages, 1), 2), _LARGEST_STEP), _LONGEST_WINDOW_DAYS)
    return max(1, days // 2) if pages > 4 * few else days


def _count_few_pages(walk: Walk) -> int:
    return max(_FEW_PAGES, math.ceil(walk.client.latency_seconds * _FEW_PAGES_PER_SECOND))


def _bisect_first_day(walk: Walk, late: date) -> date:
    """Find the first day with a record by counting, for a remote that ignores the sort."""
    early = _EPOCH
    while (late - early).days > 1:
        middle = early + (late - early) // 2
        if _count(walk, _EPOCH, middle):
            late = middle
        else:
            early = middle
    return early


def _count(walk: Walk, first: date, last: date) -> int:
    """Count the rows created in these days; where the remote gives no total, 1 stands for some."""
    page = walk.client.page(walk.resource.endpoint, limit=1, venue=walk.venue, dates=(first, last))
    return len(page.records) if page.total is None else page.total
