"""When guests come: how many a day and at what moments. What they buy is decided in `basket`."""

from datetime import date
from random import Random

from django_clopos.sandbox.stamps import day_start

_WEEKDAYS = (0.82, 0.86, 0.92, 0.98, 1.22, 1.30, 0.90)
"""Monday first; they sum to 7."""

_HOURS = {
    9: 2, 10: 3, 11: 4, 12: 9, 13: 13, 14: 10, 15: 5, 16: 4, 17: 5,
    18: 8, 19: 13, 20: 14, 21: 11, 22: 6, 23: 3, 24: 2, 25: 1,
}  # fmt: skip
"""Weight by hour of the business day: lunch and dinner peaks; 24 and 25 are after midnight."""


def moments_of_day(day: date, *, rng: Random, mean: int) -> list[int]:
    """Ascending epoch seconds at which one venue's receipts are opened in one business day.

    Moments after midnight belong to `day`, because the business day is cut at 06:00.

    Source: wire contract 9 and 14, `shift_date` follows the opening time.
    """
    expected = mean * _WEEKDAYS[day.weekday()]
    count = max(1, round(expected * rng.uniform(0.92, 1.08))) if mean else 0
    start = day_start(day)
    hours = rng.choices(tuple(_HOURS), weights=tuple(_HOURS.values()), k=count)
    return sorted(start + hour * 3600 + rng.randrange(3600) for hour in hours)


def hour_of_day(moment: int, day: date) -> int:
    """The hour of the business day, 24 and above after midnight."""
    return (moment - day_start(day)) // 3600
