"""Receipts stored a second: this package beside `update_or_create` and `bulk_create`, from the same page bytes.

All three validate with the same schemas and store the same columns, the raw record included. Run with
`make bench`, or `python -m benchmarks.pipeline --database-url postgres://...`. Without an address: SQLite.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def main() -> None:
    """Run in a database of its own, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url", default=os.environ.get("DATABASE_URL", ""))
    parser.add_argument("--receipts", type=int, default=10_000)
    parser.add_argument("--per-row-receipts", type=int, default=1_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = arguments.database_url or f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        os.environ["DJANGO_SETTINGS_MODULE"] = "example_project.settings"
        import django  # noqa: PLC0415  # after the settings are named

        django.setup()
        _run_in_own_database(arguments)


def _run_in_own_database(arguments: argparse.Namespace) -> None:
    from django.db import connection  # noqa: PLC0415

    name = connection.settings_dict["NAME"]
    connection.settings_dict.setdefault("TEST", {})["NAME"] = (
        f"bench_clopos_{os.getpid()}" if connection.vendor != "sqlite" else f"{name}.bench"
    )
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        _measure(arguments)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _measure(arguments: argparse.Namespace) -> None:
    from django.db import connection  # noqa: PLC0415

    from benchmarks import contenders, pages  # noqa: PLC0415  # they need Django

    recorded = pages.record_pages(arguments.receipts)
    few = pages.record_pages(arguments.per_row_receipts)
    print(_describe_machine(connection))
    print(
        f"{recorded.receipts:,} receipts, {recorded.lines / recorded.receipts:.1f} lines and "
        f"{recorded.payments / recorded.receipts:.1f} payments each, pages of {pages.PAGE_ROWS}\n"
    )
    per_row = _time("update_or_create, row by row", few.receipts, lambda: contenders.store_row_by_row(few))
    contenders.empty()
    bulk = _time("bulk_create(update_conflicts)", recorded.receipts, lambda: contenders.store_in_bulk(recorded))
    stored = contenders.fingerprint()
    contenders.empty()
    first = _time("django_clopos, first load", recorded.receipts, lambda: contenders.store_with_engine(recorded))
    assert contenders.fingerprint() == stored, "the contenders stored different data"
    versions = contenders.row_versions()
    again = _time("django_clopos, unchanged", recorded.receipts, lambda: contenders.store_with_engine(recorded))
    written = len(contenders.row_versions() - versions)
    print(f"\nfirst load: {first / per_row:.1f} times row by row, {first / bulk:.1f} times bulk_create")
    print(f"unchanged: {again / first:.1f} times the first load; mirrored rows written: {written}")


def _time(name: str, receipts: int, work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    rate = receipts / (time.perf_counter() - start)
    print(f"{name:<32}{rate:>10,.0f} receipts a second", flush=True)
    return rate


def _describe_machine(connection: Any) -> str:
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in _read("/proc/cpuinfo").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SELECT version()")
        version = str(cursor.fetchone()[0]).split(" on ")[0]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return (
        f"{os.cpu_count()} cores of {processor}; Python {platform.python_version()}; {connection.vendor} {version}; "
        f"commit {commit.stdout.strip() or 'unknown'}"
    )


def _read(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""


if __name__ == "__main__":
    sys.exit(main())
