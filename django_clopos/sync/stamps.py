"""The moments that records carry, read from their bytes without parsing the rest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec


def read_stamps(bodies: Iterable[bytes], name: str, *, zone: ZoneInfo) -> list[datetime]:
    """Give the moments under this key, in order; what cannot be read is left out. `zone`: of stamps without one."""
    decode = _decoder(name).decode
    found = (_read_stamp(body, name, decode, zone) for body in bodies)
    return [moment for moment in found if moment]


@cache
def _decoder(name: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(msgspec.defstruct("Stamped", [(name, Any, None)]))


def _read_stamp(body: bytes, name: str, decode: Any, zone: ZoneInfo) -> datetime | None:
    try:
        value = getattr(decode(body), name)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return parse_stamp(value, zone)


def parse_stamp(value: object, zone: ZoneInfo) -> datetime | None:
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
