"""Databases of the benchmark's own, and what the server says was done to them.

WAL is counted for the whole server: run the benchmark where nothing else writes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg

MIRRORED = ("django_clopos_receipt", "django_clopos_receiptproduct", "django_clopos_receiptpayment")


@dataclass(frozen=True, slots=True)
class Written:
    """What was written between two moments."""

    wal_bytes: int
    rows: int
    """Inserted, updated and deleted, in every table of the database."""


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server on which databases can be made."""

    url: str

    @contextmanager
    def database(self, name: str, *, like: str = "template0") -> Iterator[str]:
        """Make a database, give its URL, and drop it."""
        name = f"clopos_bench_{os.getpid()}_{name}"
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{_name_of(like)}"')
        try:
            yield f"{self.url.rpartition('/')[0]}/{name}"
        finally:
            self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    @contextmanager
    def measure(self, database_url: str) -> Iterator[list[Written]]:
        """Count what happens inside; one element afterwards."""
        found: list[Written] = []
        rows = count_written(database_url)
        self._execute("CHECKPOINT")
        begin = self._execute("SELECT pg_current_wal_insert_lsn()")
        yield found
        wal = self._execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)", begin)
        found.append(Written(wal_bytes=int(wal), rows=count_written(database_url) - rows))

    def describe(self) -> str:
        """Name the server's version and the settings that matter here."""
        names = ("server_version", "shared_buffers", "synchronous_commit", "fsync", "full_page_writes", "max_wal_size")
        version, *rest = ((name, self._execute(f"SHOW {name}")) for name in names)
        return f"PostgreSQL {version[1]} ({', '.join(f'{name} {value}' for name, value in rest)})"

    def _execute(self, statement: str, *parameters: Any) -> Any:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement, parameters or None)
            return cursor.fetchone()[0] if cursor.description else None  # type: ignore[index]  # one row


def migrate(database_url: str) -> None:
    """Make the tables, and the brand that everything is stored under."""
    script = (
        "import django; django.setup(); from django.core.management import call_command as call; "
        "call('migrate', verbosity=0); from django_clopos.models import Brand; Brand.objects.create(slug='demo')"
    )
    environment = os.environ | {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "example_project.settings"}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


def vacuum(database_url: str) -> None:
    """Do now what the server would do some time after a load."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def count_written(database_url: str) -> int:
    """Count the rows that were ever inserted, updated or deleted in a database."""
    time.sleep(1.1)  # statistics of a session arrive within a second
    return int(
        _fetch(database_url, "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables")[0]
    )


def read_versions(database_url: str) -> list[Any]:
    """Give what is equal only if no mirrored row was written: the sum of every row's place and transaction."""
    version = "hashtextextended(ctid::text || ' ' || xmin::text, 0)::numeric"
    return [_fetch(database_url, f"SELECT count(*), sum({version}) FROM {table}") for table in MIRRORED]


def read_sums(database_url: str) -> list[Any]:
    """Give what must be equal whoever stored it: counts, and sums of every number."""
    return [_fetch(database_url, _write_sums(database_url, table)) for table in MIRRORED]


def _write_sums(database_url: str, table: str) -> str:
    names = _fetch(
        database_url,
        "SELECT array_agg(column_name::text ORDER BY column_name) FROM information_schema.columns "
        f"WHERE table_name = '{table}' AND data_type IN ('numeric', 'integer', 'bigint')",
    )[0]
    # `id` of a payment is a number of the database's own.
    chosen = [name for name in names if name != "id"]
    return f"SELECT count(*), {', '.join(f'round(sum({name}), 4)' for name in chosen)} FROM {table}"


def _fetch(database_url: str, statement: str) -> Any:
    with psycopg.connect(database_url) as connection:
        return connection.execute(statement).fetchone()


def _name_of(database: str) -> str:
    return urlsplit(database).path.strip("/")
