"""What a page costs the database does not grow with its rows, and a page that changes nothing writes nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_clopos.mirror import get_resource
from django_clopos.models import Brand, Receipt
from django_clopos.sync.engine import Options, sync
from tests.sync.conftest import PATHS, Body, Pull, Remote, open_remote

pytestmark = pytest.mark.django_db

#: Everything that one page of receipts with lines and payments may ask: savepoints, staging tables and the
#: numbers of history included.
MOST = 44
FEW, MANY = 10, 150


def make_receipts(count: int, *, total: str = "5") -> list[Body]:
    def make(number: int) -> dict[str, Any]:
        line = {"product_id": 3, "count": 1, "price": 5}
        lines = [{"id": number * 10 + place, **line} for place in range(4)]
        paid = [{"id": 1, "name": "Cash", "amount": total}]
        return {"id": number, "total": total, "receipt_products": lines, "payment_methods": paid}

    return [make(number) for number in range(1, count + 1)]


def make_products(count: int, *, total: str = "5") -> list[Body]:
    """Make products with groups, modifiers, taxes and recipes, most of them their own."""

    def make(number: int) -> dict[str, Any]:
        modifier = {"id": number + 10_000, "price": total}
        group = {"id": number + 20_000, "name": total, "modificators": [modifier], "pivot": {"min": 1}}
        dish = {"id": number + 30_000, "name": total, "pivot": {"gross": 1}}
        tax = {"id": number % 3 + 1, "name": "VAT"}
        return {"id": number, "name": total, "modificator_groups": [group], "recipe": [dish], "taxes": [tax]}

    return [make(number) for number in range(1, count + 1)]


def count_queries(brand: Brand, remote: Remote, name: str, records: list[Body]) -> tuple[int, list[str]]:
    """Give how many queries a sync of one page makes, and those of them that write to a mirrored table."""
    resource = get_resource(name)
    remote.lists[PATHS.get(name, name)] = records
    options = Options(since=date(2026, 11, 1), until=date(2026, 11, 30)) if name == "receipts" else Options()
    with open_remote(remote) as client, CaptureQueriesContext(connection) as queries:
        assert sync(brand, [resource], options=options, client=client).run.status == "succeeded"
    tables = [resource.table.model._meta.db_table, *(child.model._meta.db_table for child in resource.table.children)]
    texts = [query["sql"] for query in queries.captured_queries]
    return len(texts), [
        text
        for text in texts
        if not text.startswith("SELECT") and any(connection.ops.quote_name(t) in text for t in tables)
    ]


def test_the_queries_of_a_page_of_receipts_do_not_grow_with_its_rows(brand: Brand, remote: Remote) -> None:
    def measure(count: int) -> list[int]:
        pages = [make_receipts(count), make_receipts(count), make_receipts(count, total="6")]
        return [count_queries(brand, remote, "receipts", page)[0] for page in pages]  # new, unchanged, changed

    many, few = measure(MANY), measure(FEW)
    assert max(many) <= MOST
    assert many[1:] == few[1:]


def test_a_page_of_refused_records_stays_within_the_bound(brand: Brand, remote: Remote) -> None:
    """Django splits the statement that keeps them by the number of its parameters, so it is not quite one."""
    trash: list[Body] = [{"id": number, "total": "abc"} for number in range(1, MANY + 1)]
    assert max(count_queries(brand, remote, "receipts", trash)[0] for _ in range(2)) <= MOST


def test_a_first_load_costs_the_same_for_few_and_many(brand: Brand, remote: Remote) -> None:
    other = Brand.objects.create(slug="other")
    counts = [
        count_queries(owner, remote, "receipts", make_receipts(count))[0]
        for owner, count in ((brand, FEW), (other, MANY))
    ]
    assert counts[0] == counts[1]


def test_the_queries_of_a_page_of_products_do_not_grow_with_its_rows(brand: Brand, remote: Remote) -> None:
    def measure(owner: Brand, count: int) -> list[int]:
        pages = [make_products(count), make_products(count), make_products(count, total="6")]
        return [count_queries(owner, remote, "products", page)[0] for page in pages]

    assert measure(brand, 5) == measure(Brand.objects.create(slug="other"), 90)


def test_an_unchanged_page_writes_no_mirrored_row(brand: Brand, remote: Remote) -> None:
    count_queries(brand, remote, "receipts", make_receipts(FEW))
    assert count_queries(brand, remote, "receipts", make_receipts(FEW))[1] == []
    assert count_queries(brand, remote, "receipts", make_receipts(FEW, total="6"))[1] != []


def test_reordered_bytes_change_the_digest_only(pull: Pull) -> None:
    pull("receipts", *make_receipts(FEW))
    before = dict(Receipt.objects.values_list("pk", "synced_at"))
    report = pull("receipts", *[dict(reversed(receipt.items())) for receipt in make_receipts(FEW)])  # type: ignore[union-attr]  # all are objects
    assert (report.total("updated"), report.total("unchanged")) == (0, FEW)
    assert dict(Receipt.objects.values_list("pk", "synced_at")) == before
    assert pull("receipts", *[dict(reversed(r.items())) for r in make_receipts(FEW)]).total("unchanged") == FEW  # type: ignore[union-attr]  # all are objects
