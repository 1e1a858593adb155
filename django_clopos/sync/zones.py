"""Which zone the remote's stamps seem to be in: the newest ones, held against its clock.

A moment later than the remote's own clock cannot be; one that is whole hours old may only be a quiet hour, so it is a
hint and no finding. Source: wire contract, section 9.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from django_clopos.client import Client, Page
from django_clopos.client.endpoints import Endpoint

#: Clocks of tills differ; less than this ahead is no other zone.
_TOLERANCE = timedelta(minutes=10)
_QUARTER = timedelta(minutes=15)
_HOUR = timedelta(hours=1)
_SAMPLE = 20

#: Zones where the remote is used, asked for a name in this order.
_CANDIDATES = (
    "Asia/Baku", "Asia/Tashkent", "Europe/Istanbul", "Asia/Tbilisi", "Asia/Almaty", "Europe/Kyiv", "UTC",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The newest stamp of a list, and how far its zone lets it be from the remote's clock."""

    stamp: str
    """As the remote wrote it."""
    is_naive: bool
    ahead: timedelta
    """The stamp, read in the zone assumed, minus the remote's clock: positive cannot be."""
    suggestion: str
    """A zone in which the stamp would be now; empty: the one assumed fits."""

    @property
    def is_impossible(self) -> bool:
        """Whether the stamp lies in the future."""
        return self.ahead > _TOLERANCE


def measure_zone(client: Client, endpoint: Endpoint[Any], *, venue: int | None, zone: ZoneInfo) -> Reading | None:
    """Read the rows that changed last and hold the newest stamp against the remote's clock; None: nothing to go by."""
    limit = min(_SAMPLE, endpoint.page_maximum or _SAMPLE)
    page = client.page(endpoint, limit=limit, venue=venue, sort=("updated_at", "desc"))
    stamps = list(_read_stamps(page))
    if not stamps or page.date is None:
        return None
    # The one in the middle of the newest: a single till with a wrong clock decides nothing.
    text, moment = sorted(stamps, key=lambda stamp: stamp[1].replace(tzinfo=None))[-1 - min(2, (len(stamps) - 1) // 2)]
    ahead = (moment if moment.tzinfo else moment.replace(tzinfo=zone)) - page.date
    offset = _find_offset(moment.replace(tzinfo=None) - page.date.replace(tzinfo=None))
    return Reading(
        stamp=text,
        is_naive=moment.tzinfo is None,
        ahead=ahead,
        suggestion=_name(offset, page.date) if _is_off(ahead) else "",
    )


def _read_stamps(page: Page[Any]) -> Iterator[tuple[str, datetime]]:
    decode = msgspec.json.Decoder(msgspec.defstruct("Stamped", [("updated_at", Any, None)])).decode
    for body in page.records:
        try:
            text: Any = getattr(decode(body), "updated_at", None)
            yield text, datetime.fromisoformat(text)
        except (msgspec.DecodeError, UnicodeDecodeError, TypeError, ValueError):
            continue


def _is_off(ahead: timedelta) -> bool:
    """Tell whether a stamp is in the future, or just whole hours old, as one read in another zone would be."""
    if ahead > _TOLERANCE:
        return True
    age = -ahead
    return _HOUR - _TOLERANCE < age < 12 * _HOUR and age % _HOUR < _TOLERANCE


def _find_offset(difference: timedelta) -> timedelta:
    """Round wall clock minus UTC to the quarter of an hour that zones are made of."""
    return round(difference / _QUARTER) * _QUARTER


def _name(offset: timedelta, now: datetime) -> str:
    """Name a zone of this offset; what no known zone has is written as the offset from UTC."""
    for name in _CANDIDATES:
        if now.astimezone(ZoneInfo(name)).utcoffset() == offset:
            return name
    return f"UTC{offset.total_seconds() / 3600:+g}"
