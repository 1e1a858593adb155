"""How long the admin's lists take on a million receipts, beside a default ModelAdmin with the same columns and filters.

Run with `python -m benchmarks.admin --database-url postgres://...`; the tables are filled by `benchmarks.million` where
they are empty. Requests go through Django's test client in this process, warm, ours and the default's in turns. Printed
are the number of queries and the medians in milliseconds: on the clock, and of the processor, in this process and in
the database's connection, which is what a busy machine can still be measured by. The default ModelAdmin orders by its
key, filters payments through a join and reads no less than Django does by itself. `--exports` measures time and memory
of exports instead.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from benchmarks import million
from benchmarks.reports import describe, read_processor

GOAL_MILLISECONDS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One page: its address below the admin, and its parameters for ours and for the default."""

    name: str
    model: str
    ours: dict[str, Any]
    theirs: dict[str, Any] | None = None
    """None: the same."""
    page: str = ""
    user: str = "root"


def main() -> None:
    """Fill where needed, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--exports", type=int, metavar="ROWS", help="export about so many receipts instead")
    arguments = million.parse(parser)
    million.with_django(arguments.database_url)
    million.fill(arguments.receipts, years=arguments.years)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}, load {os.getloadavg()[0]:.1f}")
    describe()
    clients = _sign_in()
    if arguments.exports:
        _measure_exports(clients["root"], arguments.exports)
        return
    _route_default_site()
    print(f"{'':<34}{'queries':>8}{'ms':>8}{'processor':>10}{'  default:':>12}{'queries':>8}{'ms':>8}{'processor':>10}")
    slow = [case.name for case in _list_cases() if _measure(case, clients, arguments.runs) > GOAL_MILLISECONDS]
    print(f"\nabove {GOAL_MILLISECONDS} ms: {', '.join(slow) or 'none'}; load at the end {os.getloadavg()[0]:.1f}")


def _list_cases() -> list[Case]:
    from django_clopos.models import Brand, PaymentMethod, Receipt, Venue  # noqa: PLC0415  # it needs Django

    brand = Brand.objects.defer("client_secret").get(slug=million.SLUG)
    venue = Venue.objects.for_brand(brand).earliest("pk").pk
    cash = PaymentMethod.objects.for_brand(brand).earliest("pk").pk
    rare = PaymentMethod.objects.for_brand(brand).latest("pk").pk
    receipt = Receipt.objects.exclude(fiscal_id=None).latest("pk")
    last = million.TODAY - timedelta(days=400)
    days = {"shift_date__gte": str(last - timedelta(days=6)), "shift_date__lte": str(last)}
    old = {"shift_date__gte": days["shift_date__gte"], "shift_date__lt": str(last + timedelta(days=1))}
    at = {"venue__id__exact": venue}
    search = {"app_label": "django_clopos", "model_name": "receipt", "term": "1"}
    return [
        Case(name="receipts", model="receipt", ours={}),
        Case(name="receipts, page 90", model="receipt", ours={"p": 90}),
        Case(name="week and venue", model="receipt", ours=days | at, theirs=old | at),
        Case(name="venue", model="receipt", ours=at),
        Case(name="payment method", model="receipt", ours={"payment_method": cash},
             theirs={"payments__payment_method": cash}),
        Case(name="rare payment method", model="receipt", ours={"payment_method": rare},
             theirs={"payments__payment_method": rare}),
        Case(name="total of 300 and more", model="receipt", ours={"total__gte": 300}),
        Case(name="returns", model="receipt", ours={"is_returns__exact": 1}),
        Case(name="removed (none)", model="receipt", ours={"removed": "yes"}, theirs={"removed_at__isnull": "False"}),
        Case(name="search by order number", model="receipt", ours={"q": receipt.order_number}),
        Case(name="search by fiscal id", model="receipt", ours={"q": receipt.fiscal_id}),
        Case(name="search by Clopos id", model="receipt", ours={"q": receipt.clopos_id}),
        Case(name="search in vain", model="receipt", ours={"q": "nothing-like-it"}),
        Case(name="receipts of a user of one venue", model="receipt", ours={}, user="clerk"),
        Case(name="a receipt", model="receipt", ours={}, page=f"{receipt.pk}/change/"),
        Case(name="lines", model="receiptproduct", ours={}),
        Case(name="orders", model="order", ours={}),
        Case(name="products", model="product", ours={}),
        Case(name="customers", model="customer", ours={}),
        Case(name="autocomplete, customers", model="", ours=search | {"field_name": "customer"}, page="autocomplete/"),
        Case(name="autocomplete, receipts", model="",
             ours=search | {"field_name": "receipt", "model_name": "receiptpayment"}, page="autocomplete/"),
    ]  # fmt: skip


def _measure(case: Case, clients: dict[str, Any], runs: int) -> float:
    """Measure a page of ours and of the default's in turns, print, and give ours."""
    ours, theirs = ([], []), ([], [])
    below = f"django_clopos/{case.model}/{case.page}" if case.model else case.page
    addresses = {"/admin/": case.ours, "/default/": case.ours if case.theirs is None else case.theirs}
    counts = [_count(clients[case.user], root + below, query) for root, query in addresses.items()]
    for number in range(runs):
        for (root, query), kept in zip(addresses.items(), (ours, theirs), strict=True):
            if root == "/default/" and number >= 5:
                continue  # it is slow, and nobody waits for its last digit
            clock, processor = time.perf_counter(), read_processor()
            clients[case.user].get(root + below, query)
            kept[0].append((time.perf_counter() - clock) * 1000)
            kept[1].append((read_processor() - processor) * 1000)
    figures = [statistics.median(values) for values in (*ours, *theirs)]
    print(
        f"{case.name:<34}{counts[0]:>8}{figures[0]:>8.1f}{figures[1]:>10.1f}{'':>12}"
        f"{counts[1]:>8}{figures[2]:>8.1f}{figures[3]:>10.1f}",
        flush=True,
    )
    return figures[0]


def _count(client: Any, address: str, query: dict[str, Any]) -> int:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client.get(address, query)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, query)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} {query}: {answer.status_code}")
    return len(queries)


def _sign_in() -> dict[str, Any]:
    """Give clients of a user who sees everything and of one who sees one venue."""
    from django.contrib.auth.models import Permission, User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from django_clopos.models import Brand, BrandAccess  # noqa: PLC0415

    root, _ = User.objects.update_or_create(username="bench-root", defaults={"is_staff": True, "is_superuser": True})
    clerk, _ = User.objects.update_or_create(username="bench-clerk", defaults={"is_staff": True})
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="django_clopos"))
    brand = Brand.objects.defer("client_secret").get(slug=million.SLUG)
    BrandAccess.objects.update_or_create(user=clerk, brand=brand, defaults={"venues": [2]})
    clients = {"root": Client(), "clerk": Client()}
    for name, user in (("root", root), ("clerk", clerk)):
        clients[name].force_login(user)
    return clients


def _route_default_site() -> None:
    """Mount a second admin of Django's own making, with our columns, filters and search."""
    from django.contrib import admin  # noqa: PLC0415
    from django.urls import clear_url_caches, path  # noqa: PLC0415

    from django_clopos.models import (  # noqa: PLC0415
        Category,
        Customer,
        Order,
        PaymentMethod,
        Product,
        Receipt,
        ReceiptPayment,
        ReceiptProduct,
        SaleType,
        User,
        Venue,
    )
    from example_project import urls  # noqa: PLC0415

    site = admin.AdminSite(name="default")
    for model in (
        Category, Customer, Order, PaymentMethod, Product, Receipt, ReceiptPayment, ReceiptProduct, SaleType, User,
        Venue,
    ):  # fmt: skip
        site.register(model, _make_default(model))
    urls.urlpatterns.append(path("default/", site.urls))
    clear_url_caches()


def _make_default(model: Any) -> type[Any]:
    from django.contrib import admin  # noqa: PLC0415

    ours = admin.site.get_model_admin(model)
    columns = {field.name for field in model._meta.concrete_fields}
    filters = [each[0] if isinstance(each, tuple) else each for each in ours.list_filter]
    raw = tuple(field.name for field in model._meta.concrete_fields if field.many_to_one)
    replaced = {"state": ("status", "order_status", "is_returns")}
    shown = [
        name
        for listed in ours.list_display
        for name in replaced.get(listed, (listed,))
        if name in columns or name == listed
    ]

    class Default(admin.ModelAdmin):  # type: ignore[type-arg]
        list_display = [name for name in shown if name in columns]
        list_filter = [name for name in filters if isinstance(name, str)]
        search_fields = ours.search_fields
        raw_id_fields = raw  # selects of a million options would not end
        list_per_page = 50

        def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
            return True

    return Default


def _measure_exports(client: Any, rows: int) -> None:
    """Export as CSV and XLSX, and tell time, size and how much memory it took at most."""
    from django.db.models import Count  # noqa: PLC0415

    from django_clopos.models import Receipt  # noqa: PLC0415

    found, first = 0, None
    for day, number in Receipt.objects.order_by("-shift_date").values_list("shift_date").annotate(Count("pk")):
        found, first = found + number, day
        if found >= rows:
            break
    for file_format in ("csv", "xlsx"):
        before, clock = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, time.perf_counter()
        answer = client.get(f"/admin/django_clopos/receipt/export/{file_format}/", {"shift_date__gte": str(first)})
        size, sent = 0, None
        for piece in answer.streaming_content:
            sent = sent or time.perf_counter() - clock
            size += len(piece)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{file_format}: {found:,} receipts, {time.perf_counter() - clock:.1f} s, first bytes after {sent:.2f} s, "
            f"{size / 1e6:.1f} MB, memory at most {after} MB ({before} before)",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
