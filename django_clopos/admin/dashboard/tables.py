"""A section: one table of figures, as a page shows it and as a file holds it.

Cells keep what the reports answered, with all their places; they are rounded only where they are written for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import Enum
from functools import partial
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from django_clopos.exports import Cell, Table

Text = str | Promise

#: Written where there is no figure, such as an average of nothing.
NOTHING = "–"  # noqa: RUF001  # as figures are typeset


class Kind(Enum):
    """How the cells of a column are written for a person."""

    TEXT = "text"
    COUNT = "count"
    AMOUNT = "amount"
    QUANTITY = "quantity"
    PERCENT = "percent"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column: its heading, its kind, and how its cell is read from a row of the answer."""

    title: Text
    kind: Kind
    read: Callable[[Any], Cell]

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers, which are written to the right."""
        return self.kind in _NUMBERS

    def after(self, path: Callable[[Any], Any]) -> Column:
        """Give the same column of what `path` leads to."""
        return Column(title=self.title, kind=self.kind, read=lambda row: self.read(path(row)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One table with its heading."""

    key: str
    """Names it in addresses."""
    title: Text
    columns: Sequence[Column]
    items: Sequence[Any]
    """What the columns read their cells from, a row each."""
    shown: Sequence[Any] | None = None
    """The rows that the page shows; None: all. A file has every one."""

    @property
    def rows(self) -> list[list[Cell]]:
        """All rows, exact."""
        return [[column.read(item) for column in self.columns] for item in self.items]

    @property
    def cells(self) -> list[list[tuple[Column, str]]]:
        """The rows that the page shows, as they are written for a person."""
        items = self.items if self.shown is None else self.shown
        return [[(column, write(column.read(item), column.kind)) for column in self.columns] for item in items]

    @property
    def is_cut(self) -> bool:
        """Whether the page leaves rows out."""
        return self.shown is not None and len(self.shown) < len(self.items)


def write(value: Cell, kind: Kind) -> str:
    """Write a cell for a person: amounts to 2 places, ties to even."""
    match value:
        case None:
            return NOTHING
        case datetime():
            return date_format(value, "SHORT_DATETIME_FORMAT")
        case date():
            return date_format(value, "SHORT_DATE_FORMAT")
        case int() | Decimal() if kind in _NUMBERS:
            return _NUMBERS[kind](Decimal(value))
        case _:
            return str(value)


def write_rounded(value: Decimal, *, places: int) -> str:
    """Write a number with so many places; what rounds to nothing has no sign."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    return number_format(rounded if rounded else abs(rounded), decimal_pos=places, force_grouping=True)


def make_table(section: Section) -> Table:
    """Make the table of a section for a file, with every row and place."""
    return Table(title=str(section.title), columns=[str(column.title) for column in section.columns], rows=section.rows)


def make_long_table(sections: Iterable[Section]) -> Table:
    """Put sections into one table, a row for each figure, because a CSV file holds one table."""
    columns = (_("Section"), _("Row"), _("Name"), _("Figure"), _("Value"))
    return Table(title=_("Figures"), columns=columns, rows=_list_figures(sections))


def _list_figures(sections: Iterable[Section]) -> Iterator[list[Cell]]:
    for section in sections:
        for number, row in enumerate(section.rows, start=1):
            for column, cell in zip(section.columns[1:], row[1:], strict=True):
                yield [str(section.title), number, row[0], str(column.title), cell]


def _write_percent(value: Decimal) -> str:
    return f"{write_rounded(value, places=1)}\u00a0%"


def _write_quantity(value: Decimal) -> str:
    """Write pieces without places and weights with theirs."""
    places = max(0, -int(value.normalize().as_tuple().exponent))
    return number_format(value, decimal_pos=places, force_grouping=True)


_NUMBERS: dict[Kind, Callable[[Decimal], str]] = {
    Kind.COUNT: partial(write_rounded, places=0),
    Kind.AMOUNT: partial(write_rounded, places=2),
    Kind.PERCENT: _write_percent,
    Kind.QUANTITY: _write_quantity,
}
