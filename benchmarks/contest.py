"""One contender's run, in this process alone: stores the pages, and prints seconds, receipts and memory as JSON.

The clock starts after imports and with an open connection.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

import django

CONTENDERS = ("ours", "again", "days", "integrify-rows", "integrify-bulk", "dlt", "copy")


def main() -> None:
    """Run the contender that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contender", choices=CONTENDERS)
    parser.add_argument("--url", required=True, help="of the folder of pages")
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--source", default="", help="filled database, for copy")
    arguments = parser.parse_args()
    os.environ |= {
        "DATABASE_URL": arguments.database_url,
        "DJANGO_SETTINGS_MODULE": "example_project.settings",
        "DJANGO_DEBUG": "0",
    }
    django.setup()
    work = choose_work(arguments)
    start = time.perf_counter()
    receipts = work()
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "receipts": receipts, "memory_mb": read_peak_mb()}))


def choose_work(arguments: argparse.Namespace) -> Callable[[], int]:
    """Import and prepare a contender; what is given is what is timed."""
    # Imported here: a contender shall not pay for the others' modules.
    from django.db import connection  # noqa: PLC0415

    url = arguments.url
    connection.ensure_connection()
    match arguments.contender:
        case "ours" | "again" | "days" as asked:
            from benchmarks.contestants import ours  # noqa: PLC0415

            return lambda: ours.store(url, options=ours.ASKED[asked])
        case "integrify-rows" | "integrify-bulk":
            from benchmarks.contestants import integrify_peer  # noqa: PLC0415

            rows = arguments.contender == "integrify-rows"
            return lambda: integrify_peer.store_row_by_row(url) if rows else integrify_peer.store_in_bulk(url)
        case "dlt":
            from benchmarks.contestants import dlt_peer  # noqa: PLC0415

            return lambda: dlt_peer.store(url, arguments.database_url)
        case _:
            from benchmarks.contestants import copy_floor  # noqa: PLC0415

            pages = copy_floor.read_pages(arguments.source)
            return lambda: copy_floor.store(pages)


def read_peak_mb() -> float:
    """Give the most memory that this process held at once; on Linux without what it had before it was this program."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
