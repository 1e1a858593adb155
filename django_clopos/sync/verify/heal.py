"""What is read again where local and remote differ, through an ordinary sync, so that every guard of one applies.

A row that is extra here is not removed by the comparison: the sync's own proof decides, over as many walks as it needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from django_clopos.client import Client
from django_clopos.mirror.resource import Resource
from django_clopos.models.base import allow_writes
from django_clopos.models.brands import Brand
from django_clopos.sync.columns import RowContext, plan_table
from django_clopos.sync.compare import select_stored
from django_clopos.sync.engine import Options, sync
from django_clopos.sync.lease import hold
from django_clopos.sync.rebuild import make_rewriter
from django_clopos.sync.rewrite import fetch_rows
from django_clopos.sync.verify.plan import Part

#: Complete walks that the proof of a removal takes where rows cannot be asked for by id.
ROUNDS = 3

#: A window judges no row of its first and last day, and the zone of days may be off by one more.
_MARGIN = timedelta(days=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """What one sync reads again."""

    resource: Resource
    venue: int | None
    first: date | None = None
    last: date | None = None


def read_again(brand: Brand, parts: Iterable[Part], *, client: Client) -> None:
    """Sync what differs: the lists, and the days of orders and receipts with a margin for the proof of removals."""
    for window in find_windows(parts):
        options = Options(
            resources=(window.resource.name,),
            venues=() if window.venue is None else (window.venue,),
            since=window.first,
            until=window.last,
        )
        sync(brand, [window.resource], options=options, client=client)


def forget_digests(brand: Brand, part: Part, clopos_ids: Iterable[int]) -> None:
    """Let the next sync take these rows for changed, whatever digest is stored with them."""
    with _rows_of(brand, part, clopos_ids) as rows:
        rows.update(content_hash="")


def derive_again(brand: Brand, part: Part, clopos_ids: Iterable[int]) -> None:
    """Derive the columns and children of these rows from their records."""
    rewriter, table = make_rewriter(brand, part.resource, venue=part.venue), part.resource.table
    with _rows_of(brand, part, clopos_ids) as rows:
        rewriter.rewrite(table, fetch_rows(table, rows, rewriter.preparer.context))


@contextmanager
def _rows_of(brand: Brand, part: Part, clopos_ids: Iterable[int]) -> Iterator[QuerySet[Any, Any]]:
    """Give these rows for writing, under the resource's lease and in one transaction."""
    table = part.resource.table
    context = RowContext(brand_id=brand.pk, venue=part.venue, timezone_of=brand.timezone_of)
    rows = select_stored(table, plan_table(table), [context.base + each for each in clopos_ids], context)
    lease = hold(brand_id=brand.pk, resource=part.resource.name, on_wait=lambda _: None)
    with lease as held, transaction.atomic(using=rows.db), allow_writes():
        held.renew()
        yield rows


def find_windows(parts: Iterable[Part]) -> Iterator[Window]:
    """Join parts of the same list, and days whose margins touch."""
    chosen = sorted(parts, key=lambda part: (part.resource.name, part.venue or 0, part.day or date.min))
    open_window: Window | None = None
    for part in chosen:
        window = _widen(part)
        joined = _join(open_window, window)
        if joined is None and open_window is not None:
            yield open_window
        open_window = joined or window
    if open_window is not None:
        yield open_window


def _widen(part: Part) -> Window:
    first, last = (None, None) if part.day is None else (part.day - _MARGIN, part.day + _MARGIN)
    return Window(resource=part.resource, venue=part.venue, first=first, last=last)


def _join(earlier: Window | None, later: Window) -> Window | None:
    """Give one window in place of two; None: they are apart."""
    if earlier is None or (earlier.resource, earlier.venue) != (later.resource, later.venue):
        return None
    if earlier.last is not None and later.first is not None and later.first > earlier.last + timedelta(days=1):
        return None
    return Window(resource=later.resource, venue=later.venue, first=earlier.first, last=later.last)
