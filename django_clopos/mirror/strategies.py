"""How a resource is read: a closed union of strategies, told apart with ``match`` and ``assert_never``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Part(StrEnum):
    """What a run does of a strategy; only NewestFirst has parts, every other one is all news."""

    WHOLE = "whole"
    """News, then an unfinished backfill, or the trailing window where it is due."""
    NEWS = "news"
    """What changed since the last time."""
    TRAILING = "trailing"
    """The trailing window, once the history was read."""
    BACKFILL = "backfill"
    """The windows of history that are left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """Walk everything, ``id`` ascending where the endpoint sorts by it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewestFirst:
    """Read by ``updated_at`` descending down to the watermark; the first time, backfill the whole history.

    Falls back to the trailing window where the remote ignores the sort.
    """

    overlap: timedelta = timedelta(minutes=15)
    """How far below the watermark every poll reads."""

    long_overlap: timedelta = timedelta(hours=26)
    """How far below it reads once in `long_overlap_every`, because stamps may be off by a zone."""

    long_overlap_every: timedelta = timedelta(hours=1)

    trailing_every: timedelta = timedelta(hours=1)
    """How often the last TRAILING_DAYS are read again by `date[]`, for late edits of rows that no sort shows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PerVenueSet:
    """One request a venue whose answer is the whole set: what it leaves out is gone at once. Empty is normal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PerParent:
    """One request for each row of another resource; only when named."""

    parent: str
    """Name of the model's reference to the parent, such as receipt."""


Strategy = Snapshot | NewestFirst | PerVenueSet | PerParent
