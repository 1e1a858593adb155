"""Databases of their own for processes that are killed, and what the mirror in one of them holds."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.db import connection, models

from django_clopos.mirror import RESOURCES

ROOT = Path(__file__).resolve().parents[2]
_LAUNCHER = "import sys; from django.core.management import execute_from_command_line as run; run(sys.argv)"
#: When we saw something is our own affair and differs from run to run; whether a row is marked does not.
_OWN_TIMES = {"first_seen_at", "synced_at"}
_OWN_MARKS = {"removed_at", "missing_since"}


class Site(Protocol):
    """A database with the tables of an example site."""

    @property
    def url(self) -> str: ...

    def select(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query and give its rows."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class SqliteSite:
    """A database file."""

    path: Path

    @property
    def url(self) -> str:
        """As DATABASE_URL takes it."""
        return f"sqlite:///{self.path}"

    def select(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query and give its rows."""
        with closing(sqlite3.connect(self.path)) as database:
            return list(database.execute(query))


@dataclass(frozen=True, kw_only=True, slots=True)
class PostgresSite:
    """A database on the server that the tests run on."""

    name: str

    @property
    def url(self) -> str:
        """As DATABASE_URL takes it."""
        given = connection.settings_dict
        login = f"{given['USER']}:{given['PASSWORD']}" if given["PASSWORD"] else given["USER"]
        return f"postgres://{login}@{given['HOST']}:{given['PORT'] or 5432}/{self.name}"

    def select(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query and give its rows; a command gives none."""
        import psycopg  # noqa: PLC0415 -- a site on SQLite has none

        with psycopg.connect(self.url, autocommit=True) as database:
            cursor = database.execute(query.encode())
            return cursor.fetchall() if cursor.description else []


def run_manage(site: Site, *arguments: str, variables: dict[str, str]) -> subprocess.Popen[str]:
    """Start `manage.py` on a site's database."""
    environment = os.environ | {
        "DATABASE_URL": site.url,
        "DJANGO_SETTINGS_MODULE": "example_project.settings",
        "PYTHONPATH": str(ROOT),
        "CLOPOS_REQUESTS_PER_MINUTE": "1000000",
        "CLOPOS_REDIS_URL": "",
    }
    command = [sys.executable, "-c", _LAUNCHER, *arguments]
    return subprocess.Popen(
        command,
        env=environment | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def finish(process: subprocess.Popen[str]) -> None:
    """Wait for a process that is to succeed."""
    _, error = process.communicate(timeout=120)
    assert process.returncode == 0, error


def copy_sqlite(template: SqliteSite, path: Path) -> SqliteSite:
    """Copy a database file that nobody has open."""
    shutil.copy(template.path, path)
    return SqliteSite(path=path)


@contextmanager
def open_postgres(name: str, *, template: str = "template1") -> Iterator[PostgresSite]:
    """Create a database from a template, and drop it afterwards."""
    server = PostgresSite(name="postgres")
    server.select(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    server.select(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield PostgresSite(name=name)
    finally:
        server.select(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def dump_mirror(site: Site) -> dict[str, list[str]]:
    """Give every row of every mirrored table in words, without what is our own: our times and our automatic keys."""
    return {model._meta.db_table: _dump_table(site, model) for model in _mirrored_models()}


def _mirrored_models() -> set[type[models.Model]]:
    tables = [table for resource in RESOURCES for table in resource.tables]
    return {table.model for table in tables} | {child.model for table in tables for child in table.children}


def _dump_table(site: Site, model: type[models.Model]) -> list[str]:
    columns = [
        f'"{field.column}" IS NULL' if field.column in _OWN_MARKS else f'"{field.column}"'
        for field in model._meta.concrete_fields
        if field.column not in _OWN_TIMES and not isinstance(field, models.AutoField)
    ]
    rows = site.select(f'SELECT {", ".join(columns)} FROM "{model._meta.db_table}"')
    return sorted(map(repr, rows))
