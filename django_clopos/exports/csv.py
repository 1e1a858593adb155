"""A table as CSV, UTF-8 with a mark by which spreadsheets know it, a few hundred rows at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from django_clopos.exports.cells import write_text
from django_clopos.exports.table import Table

_ROWS = 500
_BYTE_ORDER_MARK = "\ufeff"


def stream_csv(table: Table) -> Iterator[bytes]:
    """Write the headings and the rows; in memory is only what was not sent yet."""
    buffer = StringIO()
    buffer.write(_BYTE_ORDER_MARK)
    writer = csv.writer(buffer)
    writer.writerow(map(write_text, table.columns))
    for number, row in enumerate(table.rows, start=1):
        writer.writerow([write_text(value) for value in row])
        if number % _ROWS == 0:
            yield _take(buffer)
    yield _take(buffer)


def _take(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
