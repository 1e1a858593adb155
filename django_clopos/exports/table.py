"""What is exported: headings and rows of plain values, read once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

Cell = str | int | float | bool | Decimal | datetime | date | time | timedelta | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One table; each row has as many cells as there are columns."""

    title: str
    """Names the sheet in XLSX."""
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    """Read once, one after the other: give an iterator where they are many. Moments are aware, in the zone to show."""
