"""How long the server takes for the dashboard of 30 days with a million receipts, and for a Z report.

Run with `python -m benchmarks.dashboard --database-url postgres://...`; the tables are filled by `benchmarks.million`
where they are empty. The pages are asked for through Django's client in this process: middleware, permissions, reports
and templates included. Prints the median on the clock and of the processor, in this process and the database's.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from datetime import timedelta
from typing import Any

from benchmarks import million
from benchmarks.reports import count_queries, describe, measure

GOAL = 400


def main() -> int:
    """Fill where needed, measure, print; 1 where the dashboard of 30 days misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    arguments = million.parse(parser)
    million.with_django(arguments.database_url)
    million.fill(arguments.receipts, years=arguments.years)
    describe()
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}"
    )
    print(f"{'':<28}{'queries':>8}{'median ms':>11}{'processor':>11}")
    client, medians = _sign_in(), {}
    for name, (address, query) in _list_pages().items():

        def ask(address: str = address, query: dict[str, Any] = query) -> None:
            answer = client.get(address, query)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answered {answer.status_code}")
            b"".join(answer)

        medians[name], processor = measure(ask, arguments.runs)
        print(f"{name:<28}{count_queries(ask):>8}{medians[name]:>11.1f}{processor:>11.1f}", flush=True)
    return int(medians["dashboard, 30 days"] > GOAL)


def _sign_in() -> Any:
    from django.contrib.auth.models import User  # noqa: PLC0415  # it needs Django
    from django.test import Client  # noqa: PLC0415

    user, _ = User.objects.get_or_create(username="benchmark", defaults={"is_staff": True, "is_superuser": True})
    client = Client()
    client.force_login(user)
    return client


def _list_pages() -> dict[str, tuple[str, dict[str, Any]]]:
    from django.urls import reverse  # noqa: PLC0415  # it needs Django

    page = reverse("admin:django_clopos_dashboard_changelist")
    last = million.TODAY

    def period(days: int, **query: Any) -> dict[str, Any]:
        return {"period": "free", "from": str(last - timedelta(days=days - 1)), "to": str(last), **query}

    return {
        "dashboard, 30 days": (page, period(30)),
        "dashboard, 30 days, 1 venue": (page, period(30, venue=2)),
        "dashboard, a day": (page, period(1)),
        "dashboard, a year": (page, period(365)),
        "Z report": (reverse("admin:django_clopos_dashboard_z_report"), {"venue": 1, "day": str(last)}),
    }


if __name__ == "__main__":
    sys.exit(main())
