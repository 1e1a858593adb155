"""A million receipts over three years in PostgreSQL, made in minutes: four weeks of the sandbox, copied through time.

Four weeks are synced by the engine itself; every further block of four weeks is a copy inside the database, its ids and
stamps shifted, oldest first, as a backfill writes them. The records in `raw` are the first block's. Run with
`python -m benchmarks.million --database-url postgres://...`: the database is created where it is missing and kept, so
that other measurements can use it.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

BLOCK_DAYS = 28  # whole weeks, so that weekdays stay weekdays
TODAY = date(2026, 11, 20)
VENUES = 3
SLUG = "demo"


def main() -> None:
    """Fill the database that is named, unless it is full already."""
    arguments = parse(argparse.ArgumentParser(description=__doc__))
    with_django(arguments.database_url)
    fill(arguments.receipts, years=arguments.years)


def parse(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Read the arguments that every measurement on these tables has."""
    parser.add_argument("--database-url", default=os.environ.get("DATABASE_URL", ""))
    parser.add_argument("--receipts", type=int, default=1_000_000)
    parser.add_argument("--years", type=int, default=3)
    arguments = parser.parse_args()
    if not arguments.database_url.startswith("postgres"):
        parser.error("name a PostgreSQL database of its own, by --database-url or DATABASE_URL")
    return arguments


def with_django(database_url: str) -> None:
    """Set Django up on that database, created where it is missing."""
    os.environ["DATABASE_URL"] = database_url
    os.environ["DJANGO_SETTINGS_MODULE"] = "example_project.settings"
    os.environ["DJANGO_DEBUG"] = "0"
    import django  # noqa: PLC0415  # after the settings are named
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    django.setup()
    name = connection.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:  # noqa: SLF001  # the one door to a server without a database
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(f'CREATE DATABASE "{name}"')
    call_command("migrate", verbosity=0)


def fill(receipts: int, *, years: int) -> None:
    """Sync one block and copy it until there are so many receipts over so many years; nothing where there are."""
    from django.db import connection  # noqa: PLC0415

    from django_clopos.models import Receipt  # noqa: PLC0415  # it needs Django

    if Receipt.objects.exists():
        return
    blocks = years * 365 // BLOCK_DAYS
    with _timed("sync of one block"):
        _sync_block(per_day=round(receipts / blocks / BLOCK_DAYS / VENUES), last=TODAY - (blocks - 1) * _BLOCK)
    with _timed(f"{blocks - 1} copies"):
        _copy_block(connection, blocks)
    with _timed("vacuum and statistics"), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


_BLOCK = timedelta(days=BLOCK_DAYS)


def _sync_block(*, per_day: int, last: date) -> None:
    from django_clopos.mirror import RESOURCES  # noqa: PLC0415
    from django_clopos.models import Brand  # noqa: PLC0415
    from django_clopos.sandbox import Sandbox  # noqa: PLC0415
    from django_clopos.sync.engine import Options, sync  # noqa: PLC0415

    sandbox = Sandbox(days=BLOCK_DAYS, receipts_per_day=per_day, today=last, requests_per_window=10**7)
    brand = Brand.objects.create(slug=SLUG)
    with _open_client(sandbox) as client:
        resources = [resource for resource in RESOURCES if not resource.is_opt_in]
        report = sync(brand, resources, options=Options(holds_collector=True), client=client)
    if report.run.status != "succeeded":
        raise RuntimeError(f"the block was not synced: {report.run.status}")


def _open_client(sandbox: Any) -> Any:
    """Open a client that calls the sandbox in this process, with no budget to wait for."""
    import httpx  # noqa: PLC0415

    from django_clopos.client import Client, Config, InProcessBudget  # noqa: PLC0415

    credentials = sandbox.credentials(SLUG)
    config = Config(
        base_url="http://sandbox.test/open-api/v2",
        brand=credentials.brand,
        client_id=credentials.client_id,
        client_secret=credentials.client_secret,
        integrator_id=credentials.integrator_id,
        requests_per_minute=10**7,
    )
    budget = InProcessBudget(requests_per_minute=10**7)
    return Client(config, budget=budget, transport=httpx.WSGITransport(app=sandbox))


def _copy_block(connection: Any, blocks: int) -> None:
    from django_clopos.models import Order, OrderItem, Receipt, ReceiptPayment, ReceiptProduct  # noqa: PLC0415

    models = (Order, OrderItem, Receipt, ReceiptProduct, ReceiptPayment)
    with connection.cursor() as cursor:
        spans = {}
        for model in (Order, Receipt, ReceiptProduct):
            cursor.execute(f"SELECT max(clopos_id) FROM {model._meta.db_table}")
            spans[model] = cursor.fetchone()[0]
        statements = [_write_copy(model, spans) for model in models]
        # What the copies of one block are copied from must not grow with them.
        for model, statement in zip(models, statements, strict=True):
            table = model._meta.db_table
            cursor.execute(f"CREATE TEMPORARY TABLE block_{table} AS TABLE {table}")
            cursor.execute(f"ANALYZE block_{table}")
            for number in range(1, blocks):
                cursor.execute(statement, {"number": number, "days": number * BLOCK_DAYS})
            cursor.execute(f"DROP TABLE block_{table}")


def _write_copy(model: Any, spans: dict[Any, int]) -> str:
    """Write the statement that copies a table's first block to the block of a number."""
    names, values = [], []
    for field in model._meta.concrete_fields:
        if field.primary_key and model not in spans:
            continue  # an automatic key
        names.append(f'"{field.column}"')
        values.append(_shift(field, model, spans))
    table = model._meta.db_table
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM block_{table} ORDER BY id"


def _shift(field: Any, model: Any, spans: dict[Any, int]) -> str:
    target = field.related_model if field.is_relation else model if field.name in {"id", "clopos_id"} else None
    kind = field.get_internal_type()
    if target in spans:
        return f'"{field.column}" + %(number)s * {spans[target]}'
    if kind == "DateTimeField":
        return f"\"{field.column}\" + %(days)s * interval '1 day'"
    return f'"{field.column}" + %(days)s' if kind == "DateField" else f'"{field.column}"'


@contextmanager
def _timed(name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    print(f"{name:<24}{time.perf_counter() - start:>8.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
