"""The heat map: the average net sales of each hour of each weekday, as rows of cells with a shade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from django.utils.dates import WEEKDAYS

from django_clopos.admin.dashboard.tables import write_rounded
from django_clopos.reports import HourSales

_SHADES = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One hour of one weekday."""

    text: str
    """The average in whole units; empty: nothing was sold."""
    shade: int
    """0, for nothing, to 6, for the best hour."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatMap:
    """All weekdays, by the hours from the first to the last in which anything was sold."""

    hours: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def make_heat_map(found: Sequence[HourSales]) -> HeatMap:
    """Make the map. Business days cross midnight: hours begin after the longest rest."""
    averages = {
        (row.weekday, row.hour): row.sales.net_sales / row.days for row in found if row.hour is not None and row.days
    }
    hours = _order_hours({hour for _, hour in averages})
    most = max(averages.values(), default=Decimal())
    return HeatMap(
        hours=tuple(f"{hour:02d}" for hour in hours),
        rows=tuple(
            (str(WEEKDAYS[weekday - 1]), tuple(_make_cell(averages.get((weekday, hour)), most) for hour in hours))
            for weekday in range(1, 8)
        ),
    )


def _order_hours(busy: set[int]) -> list[int]:
    """Order the hours of a day so that it begins after the longest time in which nothing is ever sold."""
    if not busy:
        return []
    ordered = sorted(busy)
    rests = [((hour - ordered[number - 1]) % 24 or 24, hour) for number, hour in enumerate(ordered)]
    rest, opening = max(rests)
    return [(opening + number) % 24 for number in range(24 - rest + 1)]


def _make_cell(average: Decimal | None, most: Decimal) -> Cell:
    if average is None:
        return Cell(text="", shade=0)
    shade = max(1, ceil(average * _SHADES / most)) if average > 0 else 0
    return Cell(text=write_rounded(average, places=0), shade=shade)
