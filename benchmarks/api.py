"""What the API answers in a second, and what a deep page costs, on a million receipts.

Run with `python -m benchmarks.api --database-url postgres://...`; the tables are filled by `benchmarks.million` where
they are empty. Whole requests go through the site's URLs, middleware and sign-in inside this process, beside a view of
nested ModelSerializers with prefetch that says the same, in turns, so that a busy machine is as busy for both. Prints
medians in milliseconds and the number of queries.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks import million

_ROWS = 100
_USER = "benchmark"
_PAGES = "/api/demo/receipts/?page_size={rows}&cursor={cursor}"


def main() -> None:
    """Fill where needed, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    arguments = million.parse(parser)
    million.with_django(arguments.database_url)
    million.fill(arguments.receipts, years=arguments.years)
    _describe()
    client = _sign_in()
    _plan_polls()
    _compare_rows(client, arguments.runs)
    _compare_depths(client, arguments.runs)
    _stream(client)


def _sign_in() -> Any:
    from django.contrib.auth.models import User  # noqa: PLC0415  # it needs Django
    from rest_framework.test import APIClient  # noqa: PLC0415

    client = APIClient()
    user, _ = User.objects.get_or_create(username=_USER, is_superuser=True)
    client.force_login(user)
    return client


def _plan_polls() -> None:
    """Note when receipts were read, as workers do: every answer tells it."""
    from django.utils import timezone  # noqa: PLC0415

    from django_clopos.models import Brand, Schedule, Work  # noqa: PLC0415

    brand = Brand.objects.defer("client_secret").get(slug=million.SLUG)
    now = timezone.now()
    Schedule.objects.update_or_create(
        brand=brand, work=Work.POLL, resource="receipts", defaults={"succeeded_at": now, "is_paused": True}
    )


def _compare_rows(client: Any, runs: int) -> None:
    """Compare 100 receipts with lines and payments, as the API makes them and as nested serializers do."""
    from django.urls import resolve  # noqa: PLC0415

    address = _PAGES.format(rows=_ROWS, cursor="")
    match = resolve("/api/demo/receipts/")
    ours = _ask(match.func, address, **match.kwargs)
    described = json.loads(_ask(_make_view(is_stock=False), "/")())
    if json.loads(ours())["results"] != described:
        raise RuntimeError("the two views do not say the same")
    ways = {"the API": ours, "ModelSerializer": _ask(_make_view(is_stock=True), "/")}
    times = {name: statistics.median(each) for name, each in _time_in_turns(ways, runs).items()}
    print(f"{_ROWS} receipts with lines and payments, from view to bytes, {len(ours()):,} bytes")
    for name, ask in ways.items():
        queries, middle = _count_queries(ask), times[name]
        print(f"  {name:<24}{queries:>4} queries{middle:>9.1f} ms{1000 / middle:>9.1f} a second")
    ratio = times["ModelSerializer"] / times["the API"]
    whole = statistics.median(_time_in_turns({"": lambda: client.get(address).content}, runs)[""])
    print(f"  times as many requests: {ratio:.1f}; with middleware, session and sign-in {whole:.1f} ms\n")


def _ask(view: Callable[..., Any], address: str, **kwargs: Any) -> Callable[[], bytes]:
    from django.contrib.auth.models import User  # noqa: PLC0415
    from rest_framework.test import APIRequestFactory, force_authenticate  # noqa: PLC0415

    user = User.objects.get(username=_USER)

    def ask() -> bytes:
        request = APIRequestFactory().get(address)
        force_authenticate(request, user)
        body: bytes = view(request, **kwargs).render().content
        return body

    return ask


def _make_view(*, is_stock: bool) -> Any:
    """Make the view that one writes by hand: nested ModelSerializers with prefetch, by the framework's cursor.

    Stock: the framework's own fields and JSON. Otherwise the serializers that describe our answers, to compare with.
    """
    from rest_framework.generics import ListAPIView  # noqa: PLC0415
    from rest_framework.pagination import CursorPagination  # noqa: PLC0415
    from rest_framework.response import Response  # noqa: PLC0415

    from django_clopos.api.collections import find_collection  # noqa: PLC0415
    from django_clopos.api.renderers import ExactJSONRenderer  # noqa: PLC0415
    from django_clopos.api.serializers import build_serializer  # noqa: PLC0415
    from django_clopos.models import Receipt  # noqa: PLC0415

    class Pages(CursorPagination):
        page_size = _ROWS
        ordering = "pk"

        def get_paginated_response(self, data: Any) -> Response:
            return Response(data)

    class Receipts(ListAPIView[Any]):
        queryset = Receipt.objects.live().defer("raw").prefetch_related("receipt_products", "payments")
        serializer_class = _make_stock() if is_stock else build_serializer(find_collection(Receipt))
        pagination_class = Pages

    return Receipts.as_view() if is_stock else Receipts.as_view(renderer_classes=[ExactJSONRenderer])


def _make_stock() -> Any:
    from rest_framework.serializers import ModelSerializer  # noqa: PLC0415

    from django_clopos.models import Receipt, ReceiptPayment, ReceiptProduct  # noqa: PLC0415

    def build(model: Any, exclude: list[str], **nested: Any) -> Any:
        meta = type("Meta", (), {"model": model, "exclude": exclude})
        return type(model.__name__, (ModelSerializer,), {"Meta": meta, **nested})

    return build(
        Receipt,
        ["brand", "raw", "content_hash"],
        receipt_products=build(ReceiptProduct, ["brand", "receipt"])(many=True),
        payments=build(ReceiptPayment, ["brand", "receipt"])(many=True),
    )


def _compare_depths(client: Any, runs: int) -> None:
    """Compare the first page of all receipts with one in the middle and the last, by cursor and by number."""
    from django_clopos.api.collections import find_collection  # noqa: PLC0415
    from django_clopos.api.cursors import write_cursor  # noqa: PLC0415
    from django_clopos.api.orders import find_order  # noqa: PLC0415
    from django_clopos.models import Receipt  # noqa: PLC0415

    total = Receipt.objects.live().count()
    collection = find_collection(Receipt)
    print(f"pages of {_ROWS} of {total:,} receipts, ms")
    for ordering in ("id", "-created_at", "shift_date", "synced_at"):
        order = find_order(collection, ordering)
        addresses = {}
        for name, place in {"first": 0, "middle": total // 2, "last": total - _ROWS}.items():
            cursor = ""
            if place:
                rows = Receipt.objects.live().order_by(*order.list_terms())
                row = rows.values_list("pk", order.column, order.tie)[place - 1]
                cursor = write_cursor(order, row, scope=collection.name)
            addresses[name] = _PAGES.format(rows=_ROWS, cursor=cursor) + f"&ordering={ordering}&fields=id,total"
        _print_times(f"cursor, {ordering}", client, addresses, runs)
    last = -(-total // _ROWS)
    numbered = {"first": 1, "middle": last // 2, "last": last}
    pages = {name: f"/api/demo/receipts/?page={page}&fields=id,total" for name, page in numbered.items()}
    _print_times("page numbers with total", client, pages, 5)


def _print_times(title: str, client: Any, addresses: dict[str, str], runs: int) -> None:
    ways = {name: (lambda address=address: client.get(address)) for name, address in addresses.items()}
    for ask in ways.values():
        if ask().status_code != 200:
            raise RuntimeError(f"{title}: {ask().content!r}")
    times = _time_in_turns(ways, runs)
    print(f"  {title:<26}" + "".join(f"{name:>10} {statistics.median(each):>6.1f}" for name, each in times.items()))


def _stream(client: Any) -> None:
    """Stream every receipt as CSV, and tell how fast and whether memory grew."""
    import resource  # noqa: PLC0415

    response = client.get("/api/demo/receipts/?format=csv")
    size, began, early = 0, time.perf_counter(), 0
    for number, piece in enumerate(response.streaming_content):
        size += len(piece)
        if number == 20:
            early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    passed = time.perf_counter() - began
    late = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"\nCSV of all receipts: {size / 1e6:,.0f} MB in {passed:.0f} s; memory {early // 1024} to {late // 1024} MB")


def _time_in_turns(ways: dict[str, Callable[[], Any]], runs: int) -> dict[str, list[float]]:
    """Time each way in turn, in milliseconds."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for ask in ways.values():
        ask()
    for _ in range(runs):
        for name, ask in ways.items():
            began = time.perf_counter()
            ask()
            times[name].append((time.perf_counter() - began) * 1000)
    return times


def _count_queries(ask: Callable[[], object]) -> int:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


def _describe() -> None:
    import django  # noqa: PLC0415
    import rest_framework  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0].split()[0]
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, "
        f"Django {django.__version__}, REST framework {rest_framework.VERSION}, PostgreSQL {server}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
