"""Pages by cursor and by number: every row once, whichever order, whatever comes or goes; files of whole lists."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.signing import Signer
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_clopos.api import streams
from django_clopos.api.collections import COLLECTIONS, Collection, find_collection
from django_clopos.api.orders import list_orders
from django_clopos.models import Brand, Product, Receipt
from django_clopos.models.base import allow_writes
from django_clopos.testing import make, make_receipt
from tests.access.conftest import allow, make_user, sign_in
from tests.api.filling import fill_everything

EVERY = pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda each: each.name)
MOMENT = datetime(2026, 1, 19, 15, tzinfo=UTC)


def follow(api: Any, address: str, link: str = "next") -> list[list[Any]]:
    """Follow a link to the end and give the ids of each page."""
    pages = []
    while address:
        answer = api.get(address)
        assert answer.status_code == 200, answer.content
        pages.append([row.get("id") for row in answer.json()["results"]])
        address = answer.json()[link]
    return pages


def flatten(pages: list[list[Any]]) -> list[Any]:
    return [row for page in pages for row in page]


@pytest.fixture
def receipts(brand: Brand) -> None:
    """Seven receipts: moments that are equal, moments that are missing."""
    for number, hours in enumerate([3, None, 1, 1, None, 2, 1], start=1):
        make_receipt(brand, clopos_id=number, created_at=None if hours is None else MOMENT + timedelta(hours=hours))


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("id", [1, 2, 3, 4, 5, 6, 7]),
        ("-id", [7, 6, 5, 4, 3, 2, 1]),
        ("created_at", [3, 4, 7, 6, 1, 2, 5]),
        ("-created_at", [1, 6, 7, 4, 3, 5, 2]),
    ],
)
def test_every_row_comes_once_in_order_forwards_and_back(
    ordering: str, expected: list[int], size: int, api: Any, brand: Brand, receipts: None
) -> None:
    address = f"/api/first/receipts/?ordering={ordering}&page_size={size}"
    forwards = follow(api, address)
    numbered = follow(api, f"{address}&page=1")
    last = api.get(address)
    while last.json()["next"]:
        last = api.get(last.json()["next"])
    backwards = follow(api, last.json()["previous"], "previous") if last.json()["previous"] else []

    assert flatten(forwards) == flatten(numbered) == expected
    assert forwards[:-1] == backwards[::-1]


def test_rows_that_come_and_go_move_no_other(api: Any, brand: Brand, receipts: None) -> None:
    first = api.get("/api/first/receipts/?page_size=3&ordering=-id").json()
    make_receipt(brand, clopos_id=8)
    with allow_writes():
        Receipt.objects.filter(clopos_id=6).delete()

    rest = follow(api, first["next"])

    assert [row["id"] for row in first["results"]] == [7, 6, 5]
    assert flatten(rest) == [4, 3, 2, 1]


def test_the_first_page_counts_and_a_cursor_does_not(api: Any, brand: Brand, receipts: None) -> None:
    first = api.get("/api/first/receipts/?page_size=3").json()

    assert first["count"] == 7
    assert "count" not in api.get(first["next"]).json()
    assert "count" not in api.get("/api/first/receipts/?cursor=").json()
    assert api.get("/api/first/receipts/?page=2&page_size=3").json()["count"] == 7


@EVERY
def test_every_order_of_every_list_works(collection: Collection, api: Any, brand: Brand) -> None:
    fill_everything(brand, rows=3)

    for name in [*list_orders(collection), *(f"-{name}" for name in list_orders(collection))]:
        pages = follow(api, f"/api/first/{collection.name}/?ordering={name}&page_size=2")
        assert [len(page) for page in pages] == [2, 1]


@pytest.mark.parametrize("ordering", ["total", "-venue", "cid", "brand", "raw", "customer__name", "id,total", "",
                                      "--id", "id;DROP TABLE", "?", "pk", "id%00"])  # fmt: skip
def test_an_order_that_no_index_serves_is_refused(ordering: str, api: Any, brand: Brand) -> None:
    answer = api.get(f"/api/first/receipts/?ordering={ordering}")

    assert answer.status_code == 400
    assert "created_at, id, shift_date, synced_at" in answer.json()["ordering"][0]


@pytest.mark.parametrize("spoil", [lambda text: text[:-1], lambda text: text + "x", lambda text: "a" + text,
                                   lambda _: "x", lambda _: "\x00", lambda _: "é:é", lambda _: ":",
                                   lambda _: Signer().sign_object([]),
                                   lambda text: text.replace(":", ".")])  # fmt: skip
def test_a_spoiled_cursor_is_refused(spoil: Any, api: Any, brand: Brand, receipts: None) -> None:
    address = api.get("/api/first/receipts/?page_size=1").json()["next"]
    cursor = address.partition("cursor=")[2].partition("&")[0].replace("%3A", ":")

    answer = api.get("/api/first/receipts/", {"cursor": spoil(cursor)})

    assert (answer.status_code, list(answer.json())) == (400, ["cursor"])


def test_a_cursor_fits_its_own_list_and_order_only(api: Any, brand: Brand, receipts: None) -> None:
    address = api.get("/api/first/receipts/?page_size=1").json()["next"]

    assert api.get(address.replace("/receipts/", "/orders/")).status_code == 400
    assert api.get(f"{address}&ordering=created_at").status_code == 400


def test_a_cursor_of_another_brand_shows_none_of_its_rows(api: Any, brand: Brand, other_brand: Brand) -> None:
    for owner in (brand, other_brand):
        for number in (1, 2, 3):
            make_receipt(owner, clopos_id=number, order_number=f"{owner.slug}-{number}")
    address = api.get("/api/second/receipts/?page_size=1").json()["next"]

    body = api.get(address.replace("/second/", "/first/")).content

    assert b"second-" not in body.replace(b"/second/", b"")


def test_a_poll_gives_what_changed_since_in_the_order_of_changes(api: Any, brand: Brand) -> None:
    for number, minutes in ((1, 30), (2, 10), (3, 20)):
        make_receipt(brand, clopos_id=number, synced_at=MOMENT + timedelta(minutes=minutes))

    body = api.get("/api/first/receipts/", {"updated_since": (MOMENT + timedelta(minutes=20)).isoformat()}).json()

    assert [row["id"] for row in body["results"]] == [3, 1]


def test_csv_has_every_row_and_runs_no_formula(api: Any, brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_PORTION", 2)
    for number in range(1, 6):
        make(Product, brand=brand, clopos_id=number, name="=1+1", price="-4.5", meta={"a": 1})

    answer = api.get("/api/first/products/?format=csv&fields=id,name,price,meta&ordering=-id")

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="first-products.csv"' in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == ["5", "4", "3", "2", "1"]
    assert rows[0] == {"id": "5", "name": "'=1+1", "price": "-4.500000", "meta": '{"a":1}'}


def test_ndjson_has_rows_with_what_is_nested_in_them(api: Any, brand: Brand) -> None:
    for number in (1, 2):
        make_receipt(brand, clopos_id=number, lines=[{"price": 1}])

    answer = api.get("/api/first/receipts/", headers={"accept": "application/x-ndjson"})

    assert [json.loads(line) for line in answer.getvalue().splitlines()] == api.get("/api/first/receipts/").json()[
        "results"
    ]


def test_a_file_takes_queries_by_the_portion_not_by_the_row(
    api: Any, brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_PORTION", 10)
    for number in range(1, 26):
        make_receipt(brand, clopos_id=number, lines=[{"price": 1}])

    with CaptureQueriesContext(connection) as queries:
        body = api.get("/api/first/receipts/?format=ndjson").getvalue()

    assert len(body.splitlines()) == 25
    # Session, user, brand, three for how fresh it is; keys, rows, lines and payments of three portions.
    assert len(queries) == 6 + 3 * 4


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_a_file_is_filtered_masked_and_within_the_scope(kind: str, brand: Brand) -> None:
    for number, venue in ((1, 1), (2, 2), (3, 1)):
        make_receipt(brand, clopos_id=number, venue=venue, address=f"address {number}", order_number=f"number-{number}")
    client = sign_in(allow(make_user(), brand, 1))

    text = client.get(f"/api/first/receipts/?format={kind}&id__lte=2").getvalue().decode()  # type: ignore[attr-defined]

    assert "number-1" in text
    assert "number-2" not in text
    assert "number-3" not in text
    assert "address 1" not in text


@pytest.mark.parametrize("query", ["format=csv&statsu=1", "format=ndjson&ordering=x", "format=csv&expand=x"])
def test_what_is_wrong_with_a_file_is_told_in_json(query: str, api: Any, brand: Brand) -> None:
    answer = api.get(f"/api/first/receipts/?{query}")

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/json")
    assert answer.json()


def test_a_single_row_is_no_file(api: Any, brand: Brand) -> None:
    make_receipt(brand, clopos_id=1)

    assert api.get("/api/first/receipts/1/?format=csv").status_code == 404


def test_receipts_are_ordered_by_what_indexes_serve() -> None:
    assert set(list_orders(find_collection(Receipt))) == {"id", "created_at", "shift_date", "synced_at"}
