"""What a report is asked: of which brand and venues, from which business day to which."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Self

from django_clopos.models import Brand, Venue
from django_clopos.models.base import BRAND_SPAN


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A brand, some of its venues, and business days, both ends included.

    Reports check no permission: give `venues` already limited to what the reader may see.

    Raises:
        ValueError: the last day is before the first, a day is a moment, or a venue's id is out of range.
    """

    brand: Brand
    venues: Collection[int] | None = None
    """Clopos ids; None: every venue, receipts without one included; empty: none at all."""
    first: date
    last: date
    known: dict[str, Any] | None = field(default=None, init=False, repr=False, compare=False)
    """What the reports found out about the question so far; None: each finds it out anew. See `at_once`."""

    def __post_init__(self) -> None:
        if isinstance(self.first, datetime) or isinstance(self.last, datetime):
            raise ValueError("A question is asked in business days: give dates, not moments.")  # noqa: TRY004  # one error for whoever asks
        if self.last < self.first:
            raise ValueError(f"The last day, {self.last}, is before the first, {self.first}.")
        if self.venues is not None:
            object.__setattr__(self, "venues", tuple(sorted(set(self.venues))))
            self.list_venue_keys()

    @property
    def days(self) -> tuple[date, ...]:
        """Every business day that is asked about, ascending."""
        return tuple(self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))

    def before(self) -> Self:
        """Ask the same of the period before: as many days, ending the day before the first."""
        length = self.last - self.first + timedelta(days=1)
        return replace(self, first=self.first - length, last=self.first - timedelta(days=1))

    def at_once(self) -> Self:
        """Ask the same for several reports, one right after another: what all of them need is found out once."""
        asked = replace(self)
        object.__setattr__(asked, "known", {})
        return asked

    def list_venue_keys(self) -> list[int] | None:
        """Give the primary keys of the venues; None: every venue."""
        return None if self.venues is None else list(map(partial(Venue.key, self.brand), self.venues))


def clopos_id(key: int | None) -> int | None:
    """Give the Clopos id in a primary key, as every answer names its rows."""
    return None if key is None else key % BRAND_SPAN
