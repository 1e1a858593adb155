"""COPY with psycopg: rows as text, formatted while the server still stores those before.

Needs psycopg 3; imported where the database is PostgreSQL only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import Copy, Cursor
from psycopg.copy import FileWriter


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """One COPY statement and what it loads."""

    statement: str
    rows: Sequence[Sequence[Any]]
    stamps: Sequence[int]
    """Places of aware moments in a row."""

    def texts(self) -> Iterator[list[Any]]:
        """Give the rows with their moments as text: psycopg takes a microsecond for each, and the same come again."""
        for row in self.rows:
            values = list(row)
            for place in self.stamps:
                moment = values[place]
                if moment is not None:
                    values[place] = _write_stamp(moment, moment.fold)
            yield values


def copy(connection: BaseDatabaseWrapper, loads: Sequence[Load]) -> None:
    """Run COPY statements in their order.

    The rows of later ones are formatted before the first one ends: until then the server is busy with it.
    """
    # Django translates the errors of `execute` only; those of a COPY would pass as psycopg's own, caught by nobody.
    with connection.wrap_database_errors, connection.cursor() as cursor:
        first, *later = loads
        with cursor.copy(first.statement) as block:
            for row in first.texts():
                block.write_row(row)
            formatted = [_format(cursor.cursor, load) for load in later]
        for load, text in zip(later, formatted, strict=True):
            with cursor.copy(load.statement) as block:
                block.write(text)


def _format(cursor: Cursor[Any], load: Load) -> bytes:
    text = BytesIO()
    with Copy(cursor, binary=False, writer=FileWriter(text)) as block:
        for row in load.texts():
            block.write_row(row)
    return text.getvalue()


@lru_cache(maxsize=4096)
def _write_stamp(moment: datetime, fold: int) -> str:  # noqa: ARG001  # fold: part of the key, not of equality
    return str(moment)
