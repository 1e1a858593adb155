"""How each strategy reads the remote: which pages, in which order."""

from __future__ import annotations

from collections.abc import Generator
from typing import assert_never

from django_clopos.client import NotFound
from django_clopos.mirror.strategies import NewestFirst, Part, PerParent, PerVenueSet, Snapshot
from django_clopos.sync.newest_first import is_history_left, read_newest_first
from django_clopos.sync.parents import Parent, iterate_parents
from django_clopos.sync.tally import Extent
from django_clopos.sync.walk import Batch, Walk


def read(walk: Walk) -> Generator[Batch]:
    """Read the remote as the resource's strategy says, or give the records that were read already."""
    if walk.given is not None:
        return _give(walk.given)
    match walk.resource.strategy:
        case Snapshot():
            return walk.pages(sort="id", extent=Extent())
        case NewestFirst() as strategy:
            return read_newest_first(walk, strategy)
        case PerVenueSet():
            return _read_set(walk)
        case PerParent() as strategy:
            return _read_parents(walk, strategy)
        case unknown:
            assert_never(unknown)


def is_left(walk: Walk) -> bool:
    """Tell whether the part of the walk has anything to do."""
    if walk.part in {Part.WHOLE, Part.NEWS}:
        return True
    return isinstance(walk.resource.strategy, NewestFirst) and is_history_left(walk)


def _give(bodies: tuple[bytes, ...]) -> Generator[Batch]:
    yield Batch(bodies=bodies, expected=len(bodies), is_page=False)


def _read_set(walk: Walk) -> Generator[Batch]:
    bodies = tuple(body for page in walk.fetch(sort="", direction="asc") for body in page.records)
    yield Batch(bodies=bodies, expected=len(bodies), is_set=True)


def _read_parents(walk: Walk, strategy: PerParent) -> Generator[Batch]:
    parents = iterate_parents(
        walk.resource.table.model,
        strategy.parent,
        brand_id=walk.checkpoints.brand_id or 0,
        venue=walk.venue,
        cursor=None if walk.is_full or walk.since or walk.until else walk.checkpoints.read("cursor"),
        since=walk.since,
        until=walk.until,
        zone=walk.timezone,
    )
    moves = not (walk.since or walk.until)
    for parent in parents:
        yield Batch(bodies=_fetch_of(walk, parent), checkpoints={"cursor": parent.cursor} if moves else {})


def _fetch_of(walk: Walk, parent: Parent) -> tuple[bytes, ...]:
    pages = walk.client.pages(walk.resource.endpoint, parent=parent.clopos_id, venue=parent.venue)
    try:
        return tuple(body for page in pages for body in page.records)
    except NotFound:
        return ()  # the parent has gone meanwhile; its own resource will tell
