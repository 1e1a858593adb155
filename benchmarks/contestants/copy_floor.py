"""The floor: rows that are already columns in memory, by COPY into the same tables. No HTTP, no checks, no bookkeeping.

They are read from a database that this project has filled, before the clock starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from django.db import connection, models, transaction

from benchmarks.contestants.rows import MODELS, list_columns
from benchmarks.dataset import PAGE_ROWS
from django_clopos.models import Receipt
from django_clopos.models.fields import ExactJSONField

Page = list[tuple[str, list[tuple[Any, ...]]]]


def read_pages(source: str) -> list[Page]:
    """Read the rows of a filled database, page by page: statement and rows of each table."""
    with psycopg.connect(source) as found:
        return list(_read_pages(found))


def store(pages: list[Page]) -> int:
    """Write the pages, each in a transaction; give the number of receipts."""
    count = 0
    for page in pages:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement, rows in page:
                with cursor.copy(statement) as copy:
                    for row in rows:
                        copy.write_row(row)
        count += len(page[0][1])
    return count


def _read_pages(found: psycopg.Connection[Any]) -> Iterator[Page]:
    table = Receipt._meta.db_table
    keys = [key for (key,) in found.execute(f"SELECT id FROM {table} ORDER BY id")]
    for start in range(0, len(keys), PAGE_ROWS):
        chosen = keys[start : start + PAGE_ROWS]
        yield [_read_table(found, model, chosen) for model in MODELS]


def _read_table(
    found: psycopg.Connection[Any], model: type[models.Model], receipts: list[int]
) -> tuple[str, list[tuple[Any, ...]]]:
    table, names = model._meta.db_table, list_columns(model)
    columns = [f'"{name}"' for name in names]
    read = [f"{column}::text" if _is_json(model, name) else column for column, name in zip(columns, names, strict=True)]
    parent = "id" if model is Receipt else "receipt_id"
    rows = found.execute(f"SELECT {', '.join(read)} FROM {table} WHERE {parent} = ANY(%s)", [receipts])
    return f"COPY {table} ({', '.join(columns)}) FROM STDIN", rows.fetchall()


def _is_json(model: type[models.Model], name: str) -> bool:
    return isinstance(model._meta.get_field(name), ExactJSONField)
