"""How rows reach the database: COPY on PostgreSQL, one executemany a table elsewhere.

`bulk_create(update_conflicts=True)` was the obvious way; it compiles an expression a value, and on SQLite its number of
statements grows with the rows of a page. Django's own operations still give the conflict clause and adapt the values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.constants import OnConflict

from django_clopos.sync.columns import Plan

Rows = Sequence[Sequence[Any]]


def insert(connection: BaseDatabaseWrapper, tables: Sequence[tuple[Plan, Rows]]) -> None:
    """Write rows that are believed to be new, table by table. Values in their plan's order.

    Raises IntegrityError on PostgreSQL where one is not, since COPY has no conflict clause: then use `upsert`.
    """
    filled = [(plan, rows) for plan, rows in tables if rows]
    if filled and _can_copy(connection):
        _copy(connection, [(plan.model._meta.db_table, plan, rows) for plan, rows in filled])
    else:
        for plan, rows in filled:
            _upsert_with_executemany(connection, plan, rows)


def upsert(connection: BaseDatabaseWrapper, tables: Sequence[tuple[Plan, Rows]]) -> None:
    """Write rows, new or not, table by table. Values in their plan's order."""
    for plan, rows in tables:
        if rows and _can_copy(connection):
            _upsert_with_copy(connection, plan, rows)
        elif rows:
            _upsert_with_executemany(connection, plan, rows)


def _can_copy(connection: BaseDatabaseWrapper) -> bool:
    if connection.vendor != "postgresql":
        return False
    from django.db.backends.postgresql.psycopg_any import is_psycopg3  # noqa: PLC0415  # needs psycopg

    return bool(is_psycopg3)


def _column_names(connection: BaseDatabaseWrapper, plan: Plan, attnames: Sequence[str]) -> str:
    by_attname = {field.attname: str(field.column) for field in plan.model._meta.concrete_fields}
    return ", ".join(connection.ops.quote_name(by_attname[name]) for name in attnames)


def _copy(connection: BaseDatabaseWrapper, tables: Sequence[tuple[str, Plan, Rows]]) -> None:
    """COPY rows into tables, named beside their plans."""
    from django_clopos.sync import copying  # noqa: PLC0415  # needs psycopg

    loads = []
    for name, plan, rows in tables:
        columns = _column_names(connection, plan, plan.columns)
        statement = f"COPY {connection.ops.quote_name(name)} ({columns}) FROM STDIN"
        loads.append(copying.Load(statement=statement, rows=rows, stamps=_find_stamps(plan.model, plan.columns)))
    copying.copy(connection, loads)


@cache
def _find_stamps(model: type[models.Model], columns: tuple[str, ...]) -> tuple[int, ...]:
    names = {field.attname for field in model._meta.concrete_fields if isinstance(field, models.DateTimeField)}
    return tuple(index for index, name in enumerate(columns) if name in names)


def _upsert_with_copy(connection: BaseDatabaseWrapper, plan: Plan, rows: Rows) -> None:
    table = connection.ops.quote_name(plan.model._meta.db_table)
    incoming = f"incoming_{plan.model._meta.db_table}"
    staging = connection.ops.quote_name(incoming)
    columns = _column_names(connection, plan, plan.columns)
    with connection.cursor() as cursor:
        # A copy of the columns only: LIKE would bring NOT NULL for columns that we do not write.
        cursor.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {staging} ON COMMIT DROP "  # noqa: S608  # names come from the model
            f"AS SELECT {columns} FROM {table} WITH NO DATA; TRUNCATE {staging}"  # one round trip for both
        )
    _copy(connection, [(incoming, plan, rows)])
    with connection.cursor() as cursor:
        suffix = _conflict_suffix(connection, plan)
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {staging} {suffix}")  # noqa: S608  # names come from the model


def _conflict_suffix(connection: BaseDatabaseWrapper, plan: Plan) -> str:
    fields = {field.attname: field for field in plan.model._meta.concrete_fields}
    return str(
        connection.ops.on_conflict_suffix_sql(
            [fields[name] for name in plan.columns],
            OnConflict.UPDATE,
            [fields[name].column for name in plan.updated],
            [fields[name].column for name in plan.conflict],
        )
    )


def _upsert_with_executemany(connection: BaseDatabaseWrapper, plan: Plan, rows: Rows) -> None:
    table = connection.ops.quote_name(plan.model._meta.db_table)
    columns = _column_names(connection, plan, plan.columns)
    marks = ", ".join(["%s"] * len(plan.columns))
    sql = f"INSERT INTO {table} ({columns}) VALUES ({marks}) {_conflict_suffix(connection, plan)}"  # noqa: S608  # names come from the model
    adapters = _adapters(connection, plan)
    with connection.cursor() as cursor:
        cursor.executemany(sql, [_adapt(row, adapters) for row in rows])


def _adapt(row: Sequence[Any], adapters: Sequence[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    values = list(row)
    for index, adapt in adapters:
        if values[index] is not None:
            values[index] = adapt(values[index])
    return values


def _adapters(connection: BaseDatabaseWrapper, plan: Plan) -> list[tuple[int, Callable[[Any], Any]]]:
    fields = {field.attname: field for field in plan.model._meta.concrete_fields}
    found = ((index, _find_adapter(connection, fields[name])) for index, name in enumerate(plan.columns))
    return [(index, adapt) for index, adapt in found if adapt is not None]


def _find_adapter(connection: BaseDatabaseWrapper, field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    ops = connection.ops
    match field:
        case models.DateTimeField():
            return ops.adapt_datetimefield_value
        case models.DateField():
            return ops.adapt_datefield_value
        case models.DecimalField(max_digits=digits, decimal_places=places):
            step = Decimal(1).scaleb(-places)
            return lambda value: ops.adapt_decimalfield_value(round_decimal(value, step), digits, places)
        case _:
            return None


def round_decimal(value: Decimal, step: Decimal) -> Decimal:
    """Round half away from zero, as PostgreSQL does."""
    return value.quantize(step, rounding=ROUND_HALF_UP)
