"""The feed of changes, the reports, how fresh an answer is, and its mark."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from django_clopos import reports
from django_clopos.api.reports import REPORTS
from django_clopos.models import Brand, Change, Product, Receipt, Reconciliation, Schedule, SyncRun, Venue
from django_clopos.models.base import allow_writes
from django_clopos.testing import make, make_receipt
from tests.access.conftest import allow, make_user, sign_in
from tests.api.filling import note_change

MOMENT = datetime(2026, 1, 19, 15, tzinfo=UTC)


def test_changes_are_read_on_from_a_number_to_the_end(api: Any, brand: Brand) -> None:
    product = make(Product, brand=brand, clopos_id=7)
    for _ in range(5):
        note_change(brand, product, "products")

    first = api.get("/api/first/changes/?after=0&limit=3").json()
    rest = api.get(f"/api/first/changes/?after={first['next_after']}").json()
    none = api.get(f"/api/first/changes/?after={rest['next_after']}").json()

    assert [row["seq"] for row in first["results"] + rest["results"]] == [1, 2, 3, 4, 5]
    assert (first["last_seq"], rest["next_after"], none["next_after"], none["results"]) == (5, 5, 5, [])
    assert first["results"][0]["id"] == 7


def test_numbers_of_a_change_keep_their_digits(api: Any, brand: Brand) -> None:
    note_change(brand, make(Product, brand=brand), "products", after={"price": Decimal("16.2000")})

    assert b'"after":{"price":16.2000}' in api.get("/api/first/changes/").content


def test_whoever_missed_pruned_changes_is_told(api: Any, brand: Brand) -> None:
    product = make(Product, brand=brand)
    for _ in range(5):
        note_change(brand, product, "products")
    Change.objects.filter(seq__lte=3).delete()

    assert [api.get(f"/api/first/changes/?after={after}").status_code for after in (0, 2, 3, 5)] == [410, 410, 200, 200]
    assert [row["seq"] for row in api.get("/api/first/changes/").json()["results"]] == [4, 5]
    Change.objects.all().delete()
    assert [api.get(f"/api/first/changes/?after={after}").status_code for after in (4, 5)] == [410, 200]


@pytest.mark.parametrize("query", ["after=1", "after=-1", "after=x", "after=" + "9" * 30, "limit=0", "limit=1001",
                                   "resource=x", "kind=x", "page=1", "resource=receipts%00"])  # fmt: skip
def test_the_feed_refuses_what_it_does_not_know(query: str, api: Any, brand: Brand) -> None:
    assert api.get(f"/api/first/changes/?{query}").status_code == 400


@pytest.mark.parametrize("name", sorted(REPORTS.keys() - {"z", "present"}))
def test_a_report_gives_the_figures_of_reports(name: str, api: Any, brand: Brand) -> None:
    make(Venue, brand=brand, clopos_id=1)
    make_receipt(
        brand, status=2, venue=1, shift_date="2026-01-19", user=3, sale_type=1,
        lines=[{"price": 2, "count": 1}], payments=[{"amount": 2}], closed_at=MOMENT,
    )  # fmt: skip
    day = MOMENT.date()
    question = reports.Question(brand=brand, first=day, last=day)
    functions: dict[str, Any] = {
        "sales": reports.compare_sales, "days": reports.sum_by_day, "hours": reports.sum_by_hour,
        "venues": reports.sum_by_venue, "sale-types": reports.sum_by_sale_type, "staff": reports.sum_by_staff,
        "payments": reports.sum_payments, "items": reports.sum_items, "uncounted": reports.sum_uncounted,
    }  # fmt: skip

    answer = api.get(f"/api/first/reports/{name}/?first={day}&last={day}")

    assert answer.json() == reports.to_plain(functions[name](question))
    assert answer.json()


def test_reports_sum_the_venues_that_the_user_may_see(brand: Brand) -> None:
    for venue, total in ((1, 5), (2, 7)):
        make(Venue, brand=brand, clopos_id=venue)
        make_receipt(brand, venue=venue, status=2, shift_date="2026-01-19", total=total, user=3)
    client = sign_in(allow(make_user(), brand, 1))

    def sum_up(query: str) -> str:
        body = client.get(f"/api/first/reports/sales/?first=2026-01-19&last=2026-01-19{query}").json()
        return str(body["now"]["net_sales"])

    assert [sum_up(query) for query in ("", "&venue=1", "&venue=2", "&venue=1,2")] == [
        "5.0000", "5.0000", "0.0000", "5.0000"
    ]  # fmt: skip


@pytest.mark.parametrize("query", ["first=x", "last=2026-13-01", "first=2026-02-01&last=2026-01-01", "role=user",
                                   "first=0001-01-01", "first=2000-01-01", "last=9999-12-31", "venue=x", "venue=",
                                   "venue=1&venue=2", "venue=0", "venue=" + "9" * 40,
                                   "first=2026-01-01%00"])  # fmt: skip
def test_a_report_refuses_what_makes_no_sense(query: str, api: Any, brand: Brand) -> None:
    assert api.get(f"/api/first/reports/sales/?{query}").status_code == 400


@pytest.mark.parametrize(
    "query",
    ["total__gte=x", "total__gte=NaN", "total__gte=1e99", "total__gte=" + "9" * 400, "status=99999999999", "status=1.5",
     "id=0", "id=1000000000000", "id__in=1,,2", "id__in=" + ",".join(["1"] * 201), "venue__in=x", "venue__isnull=1",
     "created_at__gte=yesterday", "created_at__gte=0001-01-01T00:00:00%2B14:00", "created_at__lt=2026-02-30",
     "shift_date=2026-02-30", "shift_date__gte=19.01.2026", "cid=a%00b", "cid__startswith=%00", "is_returns=yes",
     "cid__regex=.*", "customer__phone=1", "brand=1", "raw__contains=x", "removed_at__year=2026", "content_hash=x",
     "search=%00", "venue__brand__client_secret__startswith=a", "status;DROP TABLE=1", "receipt_products__product=x",
     "daily_id=9223372036854775808", "total="],
)  # fmt: skip
def test_a_filter_that_cannot_be_is_refused(query: str, api: Any, brand: Brand) -> None:
    make_receipt(brand)

    answer = api.get(f"/api/first/receipts/?{query}")

    assert answer.status_code == 400
    assert list(answer.json())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=2", [2]), ("status__in=1,2", [1, 2]), ("venue=1", [1]), ("venue__in=1,2", [1, 2]),
        ("venue__isnull=true", [3]), ("total__gte=5&total__lt=7", [1]), ("cid=", [1]), ("cid__startswith=a", [2]),
        ("shift_date=2026-01-19", [1]), ("shift_date__gt=2026-01-19", [2]), ("id__in=3,1", [1, 3]),
        ("id__gt=1", [2, 3]),
        ("created_at__gte=2026-01-19T15:00:00Z", [2]), ("created_at__lte=2026-01-19T15:00:00Z", [1, 2]),
        ("is_returns=true", [2]), ("receipt_products__product=17", [1]), ("payments__payment_method=4", [2]),
        ("search=2", [2]), ("search=x", []), ("cid=%27%20OR%201=1--", []),
    ],
)  # fmt: skip
def test_filters_keep_what_they_say(query: str, expected: list[int], api: Any, brand: Brand) -> None:
    make_receipt(
        brand, clopos_id=1, status=1, venue=1, total=5, cid="", shift_date="2026-01-19", is_returns=False,
        created_at=MOMENT.replace(hour=14), lines=[{"product": 17}, {"product": 17}],
    )  # fmt: skip
    make_receipt(
        brand, clopos_id=2, status=2, venue=2, total=7, cid="abc", shift_date="2026-01-20", is_returns=True,
        created_at=MOMENT, payments=[{"payment_method": 4, "amount": 7}],
    )  # fmt: skip
    make_receipt(brand, clopos_id=3)

    assert [row["id"] for row in api.get(f"/api/first/receipts/?{query}").json()["results"]] == expected


def test_lines_are_filtered_by_their_receipt(api: Any, brand: Brand) -> None:
    make_receipt(brand, shift_date="2026-01-19", lines=[{"clopos_id": 1, "price": 1}])
    make_receipt(brand, shift_date="2026-01-20", lines=[{"clopos_id": 2, "price": 1}])
    make_receipt(brand, shift_date="2026-01-20", removed_at=MOMENT, lines=[{"clopos_id": 3, "price": 1}])

    found = api.get("/api/first/receipt-products/?receipt__shift_date=2026-01-20").json()["results"]

    assert [row["id"] for row in found] == [2]


def test_an_unchanged_answer_is_not_sent_again(api: Any, brand: Brand) -> None:
    receipt = make_receipt(brand, clopos_id=1, total=1)
    for address in ("/api/first/receipts/", "/api/first/receipts/1/"):
        answer = api.get(address)
        again = api.get(address, headers={"if-none-match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == answer.headers["ETag"]
        assert "no-cache" in answer.headers["Cache-Control"]
        assert "private" in answer.headers["Cache-Control"]

        with allow_writes():
            Receipt.objects.filter(pk=receipt.pk).update(total=receipt.total + 1)
        receipt.refresh_from_db()
        assert api.get(address, headers={"if-none-match": answer.headers["ETag"]}).status_code == 200


def test_a_mark_differs_where_what_may_be_seen_does(api: Any, brand: Brand) -> None:
    make_receipt(brand, clopos_id=1, address="Nizami 1")
    clerk = sign_in(allow(make_user(), brand))
    marks = {client.get("/api/first/receipts/1/").headers["ETag"] for client in (api, clerk)}

    assert len(marks) == 2
    assert clerk.get("/api/first/receipts/1/", headers={"if-none-match": ",".join(marks)}).status_code == 304


def test_headers_tell_how_fresh_a_list_is(api: Any, brand: Brand) -> None:
    address = "/api/first/receipts/"
    assert not {"Clopos-Synced-At", "Clopos-Verified-At"} & set(api.get(address).headers)
    run = SyncRun.objects.create(brand=brand, started_at=MOMENT, status="succeeded")
    run.steps.create(resource="receipts", walk="NewestFirst", status="succeeded", started_at=MOMENT, finished_at=MOMENT)
    assert api.get(address).headers["Clopos-Synced-At"] == "2026-01-19T15:00:00Z"

    Schedule.objects.create(brand=brand, work="poll", resource="receipts", succeeded_at=MOMENT.replace(hour=16))
    compare(brand, is_equal=True)

    headers = api.get(address).headers
    assert headers["Clopos-Synced-At"] == "2026-01-19T16:00:00Z"
    assert headers["Clopos-Verified-At"]
    assert "Clopos-Synced-At" not in api.get("/api/first/orders/").headers


def test_a_list_that_was_found_different_is_not_called_verified(api: Any, brand: Brand) -> None:
    compare(brand, is_equal=True)
    batch = compare(brand, is_equal=False)
    compare(brand, is_equal=True, batch=batch)

    assert "Clopos-Verified-At" not in api.get("/api/first/receipts/").headers


def compare(brand: Brand, *, is_equal: bool, batch: uuid.UUID | None = None) -> uuid.UUID:
    """Note a comparison of receipts with the remote."""
    batch = batch or uuid.uuid4()
    Reconciliation.objects.create(
        brand=brand, resource="receipts", batch=batch, is_equal=is_equal, compared_at=timezone.now()
    )
    return batch
