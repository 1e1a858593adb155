"""How amounts and moments are written for a person: with the brand's currency, and on the clock of the venue.

The texts follow the language of whoever looks. What a column shows is decided in `columns`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, number_format

from django_clopos.models.keys import BRAND_SPAN
from django_clopos.models.scope import OfVenue, reach

#: Fraction digits that an amount shows at least.
_PLACES = 2


def write_amount(value: Decimal | None, currency: str = "") -> str | None:
    """Write an amount without the zeros that only fill its column; None for None."""
    number = write_number(value, places=_PLACES)
    return f"{number}\u00a0{currency}" if number and currency else number


def write_number(value: Decimal | None, *, places: int = 0) -> str | None:
    """Write a number with its own digits, and at least so many behind the point; None for None."""
    if value is None:
        return None
    exponent = value.normalize().as_tuple().exponent
    return number_format(value, decimal_pos=max(places, -int(exponent)), force_grouping=True)


def write_moment(value: datetime | None, zone: ZoneInfo) -> str | None:
    """Write a moment on the clock of a zone, in short; None for None."""
    return None if value is None else date_format(value.astimezone(zone), "SHORT_DATETIME_FORMAT")


def write_day(value: date | None) -> str | None:
    """Write a day in short, as moments are; None for None."""
    return None if value is None else date_format(value, "SHORT_DATE_FORMAT")


def find_zone(row: Any) -> ZoneInfo:
    """Find the zone of a mirrored row: its venue's, else its brand's. Reads the brand, and the way to the venue."""
    place = getattr(row, "place", None)
    key = reach(row, place.venue) if isinstance(place, OfVenue) else None
    zone: ZoneInfo = row.brand.timezone_of(key % BRAND_SPAN if key else None)
    return zone
