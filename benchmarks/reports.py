"""How long each report takes on a million receipts: over the last 30 days, and over the last year.

Run with `python -m benchmarks.reports --database-url postgres://...`; the tables are filled by `benchmarks.million`
where they are empty. Prints the number of queries and the median of several runs in milliseconds: on the clock, and of
the processor, in this process and in the database's, which is what a busy machine can still be measured by. Parallel
workers of the database are in the first figure only.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks import million


def main() -> None:
    """Fill where needed, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--explain", metavar="REPORT", help="print plans of this report's queries instead")
    arguments = million.parse(parser)
    million.with_django(arguments.database_url)
    million.fill(arguments.receipts, years=arguments.years)
    if arguments.explain:
        _explain(_list_reports(30)[arguments.explain])
        return
    describe()
    print(f"{'':<24}{'queries':>8}{'30 days':>10}{'processor':>10}{'a year':>10}{'processor':>10}")
    month, year = _list_reports(30), _list_reports(365)
    for name, ask in month.items():
        queries = count_queries(ask)
        measured = (*measure(ask, arguments.runs), *measure(year[name], 3))
        print(f"{name:<24}{queries:>8}" + "".join(f"{figure:>10.1f}" for figure in measured), flush=True)


def _list_reports(days: int) -> dict[str, Callable[[], object]]:
    from django_clopos import reports  # noqa: PLC0415  # it needs Django
    from django_clopos.models import Brand  # noqa: PLC0415

    brand = Brand.objects.defer("client_secret").get(slug=million.SLUG)
    last = million.TODAY
    question = reports.Question(brand=brand, first=last - timedelta(days=days - 1), last=last)
    found: dict[str, Callable[[], object]] = {
        "compare_sales": lambda: reports.compare_sales(question),
        "sum_by_hour": lambda: reports.sum_by_hour(question),
        "sum_by_sale_type": lambda: reports.sum_by_sale_type(question),
        "sum_by_venue": lambda: reports.sum_by_venue(question),
        "sum_by_staff": lambda: reports.sum_by_staff(question),
        "sum_payments": lambda: reports.sum_payments(question),
        "sum_items": lambda: reports.sum_items(question),
        "sum_uncounted": lambda: reports.sum_uncounted(question),
        "read_present": lambda: reports.read_present(brand),
    }
    dashboard = list(found.values())
    one_venue = reports.Question(brand=brand, venues=[2], first=question.first, last=last)
    return found | {
        "all of the above": lambda: [ask() for ask in dashboard],
        "sum_sales": lambda: reports.sum_sales(question),
        "sum_sales, one venue": lambda: reports.sum_sales(one_venue),
        "sum_items, one venue": lambda: reports.sum_items(one_venue),
        "make_z_report": lambda: reports.make_z_report(brand, venue=1, day=last - timedelta(days=days)),
    }


def count_queries(ask: Callable[[], object]) -> int:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


def measure(ask: Callable[[], object], runs: int) -> tuple[float, float]:
    """Give the medians of what passed on the clock and of what the processor worked."""
    ask()
    passed, worked = [], []
    for _ in range(runs):
        clock, processor = time.perf_counter(), read_processor()
        ask()
        passed.append(time.perf_counter() - clock)
        worked.append(read_processor() - processor)
    return statistics.median(passed) * 1000, statistics.median(worked) * 1000


def read_processor() -> float:
    """Read the seconds that this process and its connection's, where it is on this machine, have worked."""
    from django.db import connection  # noqa: PLC0415

    status = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    server = int(status.read_text().split()[0]) / 1e9 if status.exists() else 0
    return time.process_time() + server


def _explain(ask: Callable[[], object]) -> None:
    from django.db import connection  # noqa: PLC0415

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  # Django's signature
        with connection.connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, SETTINGS) {sql}", params)
            print(sql, *(row[0] for row in cursor.fetchall()), sep="\n")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        ask()


def describe() -> None:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, reltuples::bigint, pg_size_pretty(pg_relation_size(oid)) FROM pg_class"
            " WHERE relname LIKE 'django_clopos_receipt%' AND relkind = 'r' ORDER BY 1"
        )
        print(*(f"{name}: {rows:,} rows, {size}" for name, rows, size in cursor.fetchall()), sep="; ", end="\n\n")


if __name__ == "__main__":
    sys.exit(main())
