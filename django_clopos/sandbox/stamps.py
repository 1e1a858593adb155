"""The remote's two ways to write a moment, and the local day of either.

Source: wire contract 9. Naive stamps are Asia/Baku wall clock, fixed at +04:00; stamps with `Z` are UTC here.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

BAKU = timezone(timedelta(hours=4), "Asia/Baku")
DAY = 86_400
_OFFSET = 4 * 3600
_EPOCH = date(1970, 1, 1)


def naive(moment: int) -> str:
    """Epoch seconds as `2026-01-19 15:07:49`, Baku wall clock."""
    days, rest = divmod(moment + _OFFSET, DAY)
    return f"{_day_text(days)} {_clock_text(rest)}"


def zulu(moment: int) -> str:
    """Epoch seconds as `2026-01-13T14:08:49.000000Z`."""
    days, rest = divmod(moment, DAY)
    return f"{_day_text(days)}T{_clock_text(rest)}.000000Z"


def like(sample: object, moment: int) -> str:
    """Epoch seconds in the format of `sample`; naive when it has none."""
    return zulu(moment) if isinstance(sample, str) and "T" in sample else naive(moment)


def local_day(stamp: object) -> str:
    """The Baku day of a stamp as `YYYY-MM-DD`; empty when it cannot be read."""
    if not isinstance(stamp, str):
        return ""
    if "T" not in stamp:
        return stamp[:10]
    try:
        return datetime.fromisoformat(stamp).astimezone(BAKU).date().isoformat()
    except ValueError:
        return ""


def day_start(day: date) -> int:
    """Epoch seconds of local midnight."""
    return (day - _EPOCH).days * DAY - _OFFSET


def local_date(moment: float) -> date:
    return datetime.fromtimestamp(moment, BAKU).date()


def utc_text(moment: float) -> str:
    """The envelope's `timestamp`, which the remote writes in UTC.

    Source: wire contract 9, the 2025 samples whose `timestamp` equals their `unix`.
    """
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%d %H:%M:%S")


@lru_cache(maxsize=4096)
def _day_text(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).isoformat()


def _clock_text(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}"
