"""Tables as an XLSX workbook, a sheet each; a row is in memory only until the next one.

The format wants a directory of its parts at the end, so that the file is whole before its first byte is sent: it is
built in a temporary file. Text is written as text, never as a formula or a link. The format's numbers are floats: what
a float cannot hold to the last digit is written as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain, count, islice
from tempfile import TemporaryFile
from typing import IO, Any

from xlsxwriter import Workbook

from django_clopos.exports.cells import clean
from django_clopos.exports.table import Cell, Table

#: Source: Excel specifications and limits.
_MOST_ROWS = 1_048_575  # and one of headings
_MOST_CHARACTERS = 32_767
_MOST_TITLE = 31
_TITLE_SIGNS = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_DIGITS = 15
_WIDTH = 16

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "remove_timezone": True,
}


def build_xlsx(tables: Iterable[Table]) -> IO[bytes]:
    """Write the tables into a temporary file, which is gone when it is closed, and go back to its beginning."""
    file = TemporaryFile()  # noqa: SIM115  # whoever sends it closes it
    with Workbook(file, _OPTIONS) as book:
        formats = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            time: book.add_format({"num_format": "hh:mm:ss"}),
            timedelta: book.add_format({"num_format": "[h]:mm:ss"}),
            str: book.add_format({"bold": True}),
        }
        titles = _Titles()
        for table in tables:
            _write_table(book, table, titles, formats)
    file.seek(0)
    return file


def _write_table(book: Any, table: Table, titles: _Titles, formats: dict[type, Any]) -> None:
    rows = iter(table.rows)
    for part in count():
        first = next(rows, None)
        if first is None and part:
            return
        sheet = book.add_worksheet(titles.choose(table.title))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(table.columns) - 1, 0), _WIDTH)
        for column, heading in enumerate(table.columns):
            sheet.write_string(0, column, clean(heading)[:_MOST_CHARACTERS], formats[str])
        if first is None:
            return
        for number, row in enumerate(chain((first,), islice(rows, _MOST_ROWS - 1)), start=1):
            _write_row(sheet, number, row, formats)


def _write_row(sheet: Any, number: int, row: Sequence[Cell], formats: dict[type, Any]) -> None:
    for column, value in enumerate(row):
        match value:
            case None:
                pass
            case bool():
                sheet.write_boolean(number, column, value)
            case str():
                sheet.write_string(number, column, clean(value)[:_MOST_CHARACTERS])
            case int() | float() | Decimal():
                _write_number(sheet, number, column, value)
            case _:
                sheet.write_datetime(number, column, value, formats[type(value)])


def _write_number(sheet: Any, row: int, column: int, value: float | Decimal) -> None:
    exact = Decimal(value) if not isinstance(value, float) else None
    if exact is not None and (not exact.is_finite() or len(exact.normalize().as_tuple().digits) > _DIGITS):
        sheet.write_string(row, column, format(exact, "f"))
    else:
        sheet.write_number(row, column, value)


class _Titles:
    """Titles of sheets: short enough, without forbidden signs, none twice."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def choose(self, title: str) -> str:
        """Give the title, with a number where it was given before."""
        plain = clean(title).translate(_TITLE_SIGNS).strip() or "Sheet"
        for number in count(1):
            tail = "" if number == 1 else f" {number}"
            found = plain[: _MOST_TITLE - len(tail)] + tail
            if found.lower() not in self._taken:
                self._taken.add(found.lower())
                return found
        raise AssertionError  # count() does not end
