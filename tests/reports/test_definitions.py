"""What the figures mean where the documents leave a choice, each claim on rows made for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from django_clopos import reports
from django_clopos.models import Brand, Category, PaymentMethod, Product, Receipt, ReceiptProduct, User, Venue
from django_clopos.reports import Question
from django_clopos.testing import allow_writes, make, make_brand, make_receipt

DAY = date(2026, 1, 19)


@pytest.fixture
def brand(db: None) -> Brand:
    return make_brand(currency="UZS", venue_timezones={"3": "Asia/Tashkent", "nowhere": "UTC"})


@pytest.fixture
def question(brand: Brand) -> Question:
    return Question(brand=brand, first=DAY, last=DAY)


def sell(brand: Brand, total: str = "10", **columns: Any) -> Receipt:
    return make_receipt(brand, **({"status": 2, "shift_date": DAY, "venue": 1, "total": total} | columns))


def test_an_empty_period_has_zeros_and_no_averages(question: Question) -> None:
    sales = reports.sum_sales(question)

    assert (sales.receipts, sales.net_sales, sales.currency) == (0, 0, "UZS")
    assert (sales.average_receipt, sales.average_guest, sales.margin, sales.margin_percent) == (None,) * 4
    assert [(day.day, day.sales) for day in reports.sum_by_day(question)] == [(DAY, sales)]
    assert reports.sum_by_hour(question) == reports.sum_by_venue(question) == ()
    assert reports.sum_payments(question).methods == reports.sum_items(question).products == ()


def test_a_venue_that_is_unknown_sold_nothing(brand: Brand, question: Question) -> None:
    sell(brand)

    assert reports.sum_sales(replace(question, venues=[404])).receipts == 0
    report = reports.make_z_report(brand, venue=404, day=DAY)
    assert (report.venue_name, report.sales.receipts) == ("Venue 404 (not in the mirror)", 0)
    assert (report.first_opened_at, report.last_closed_at) == (None, None)


def test_no_venues_is_not_every_venue(brand: Brand, question: Question) -> None:
    sell(brand)

    nothing = replace(question, venues=())
    assert reports.sum_sales(nothing).receipts == 0
    assert reports.sum_payments(nothing).methods == reports.sum_items(nothing).products == ()
    assert reports.read_present(brand, venues=()).open_receipts.count == 0


def test_a_receipt_without_a_venue_counts_where_no_venue_is_asked_for(brand: Brand, question: Question) -> None:
    sell(brand, venue=None)

    assert reports.sum_sales(question).receipts == 1
    assert reports.sum_sales(replace(question, venues=[1])).receipts == 0
    assert [(row.id, row.name) for row in reports.sum_by_venue(question)] == [(None, "No venue")]


def test_another_brand_is_never_counted(question: Question) -> None:
    other = make_brand("other")
    sell(other, lines=[{"price": 1}], payments=[{"amount": 1}])

    assert reports.sum_sales(question).receipts == 0
    assert reports.sum_items(question).products == reports.sum_payments(question).methods == ()


@pytest.mark.parametrize("total", ["4", "-4"])
def test_a_return_is_subtracted_whatever_its_sign(brand: Brand, question: Question, total: str) -> None:
    sell(brand, "10")
    sell(
        brand,
        total,
        is_returns=True,
        lines=[{"product": 5, "count": 1, "total": total}],
        payments=[{"payment_method": 1, "amount": total}],
    )

    sales = reports.sum_sales(question)
    assert (sales.receipts, sales.returns, sales.returned.total, sales.net_sales) == (1, 1, 4, 6)
    assert sales.average_receipt == 6
    assert [(row.total, row.returned_count) for row in reports.sum_items(question).products] == [(-4, 1)]
    assert [(row.given_back, row.net) for row in reports.sum_payments(question).methods] == [(4, -4)]


def test_a_missing_receipt_counts_until_it_is_proven_gone(brand: Brand, question: Question) -> None:
    now = datetime.now(UTC)
    sell(brand, missing_since=now)
    sell(brand, removed_at=now)

    assert reports.sum_sales(question).receipts == 1
    assert reports.sum_uncounted(question).removed == 1


def test_a_sum_is_rounded_once_and_ties_go_to_even(brand: Brand, question: Question) -> None:
    for total in ("0.000020", "0.000030", "1"):
        sell(brand, total, subtotal=Decimal(total) + Decimal("0.0001"))

    sales = reports.sum_sales(question)
    assert str(sales.net_sales) == "1.0000"
    assert str(sales.sold.gross) == "1.0004"


def test_many_amounts_add_up_to_the_last_place(brand: Brand, question: Question) -> None:
    for _ in range(60):
        sell(brand, "166479.393791")

    assert str(reports.sum_sales(question).net_sales) == "9988763.6275"


def test_days_of_a_period_are_added_before_they_are_rounded(brand: Brand, question: Question) -> None:
    earlier = date(2026, 1, 18)
    for day in (DAY, earlier):
        sell(brand, "0.00004", shift_date=day)

    compared = reports.compare_sales(replace(question, first=earlier))
    assert [str(day.sales.net_sales) for day in compared.days] == ["0.0000", "0.0000"]
    assert str(compared.now.net_sales) == "0.0001"


@pytest.mark.parametrize(("venue", "day"), [(1, date(2026, 1, 19)), (3, date(2026, 1, 20))])
def test_without_a_business_day_the_clock_of_the_venue_decides(brand: Brand, venue: int, day: date) -> None:
    closed_at = datetime(2026, 1, 19, 19, 30, tzinfo=UTC)  # half past eleven in Baku, half past midnight in Tashkent
    sell(brand, venue=venue, shift_date=None, closed_at=closed_at, lines=[{"price": 1}], payments=[{"amount": 1}])

    for asked in (date(2026, 1, 19), date(2026, 1, 20)):
        question = Question(brand=brand, first=asked, last=asked)
        expected = int(asked == day)
        assert reports.sum_sales(question).receipts == expected
        assert len(reports.sum_items(question).products) == len(reports.sum_payments(question).methods) == expected


@pytest.mark.parametrize(("venue", "hour"), [(1, 0), (3, 1)])
def test_hours_are_the_venues_and_nights_stay_with_their_evening(
    brand: Brand, question: Question, venue: int, hour: int
) -> None:
    sell(brand, venue=venue, closed_at=datetime(2026, 1, 19, 20, 30, tzinfo=UTC))

    assert [(row.weekday, row.hour, row.days) for row in reports.sum_by_hour(question)] == [(1, hour, 1)]


def test_a_receipt_without_any_time_has_no_hour(brand: Brand, question: Question) -> None:
    sell(brand)

    assert [(row.weekday, row.hour) for row in reports.sum_by_hour(question)] == [(1, None)]


def test_a_gift_adds_nothing_even_where_it_has_a_total(brand: Brand, question: Question) -> None:
    line = {"product": 5, "price": 3, "count": 2, "subtotal": 6, "total": 6, "cost": 2, "is_gift": True}
    sell(brand, lines=[line])

    [row] = reports.sum_items(question).products
    assert (row.count, row.gift_count, row.total, row.gifts, row.cost) == (2, 2, 0, 6, 2)
    assert (row.margin, row.margin_percent) == (-2, None)


def test_a_margin_needs_a_cost(brand: Brand, question: Question) -> None:
    sell(brand, "10", lines=[{"product": 5, "price": 10}, {"product": 6, "price": 10, "cost": 4}])

    rows = {row.id: row for row in reports.sum_items(question).products}
    assert (rows[5].margin, rows[5].without_cost) == (None, 1)
    assert (rows[6].margin, rows[6].margin_percent) == (6, 60)
    assert reports.sum_sales(question).margin is None


def test_what_is_not_in_the_mirror_is_named_and_counted(brand: Brand, question: Question) -> None:
    gone = {"product": 5, "product_name": "Old soup", "price": 3}
    sell(
        brand,
        sale_type=55,
        user=66,
        lines=[gone, {"product": 6, "price": 2}, {"product": None, "price": 1}],
        payments=[{"payment_method": 7, "name": "Coins", "amount": 4}, {"payment_method": 8, "amount": 6}],
    )

    items = reports.sum_items(question)
    assert [(row.name, row.total) for row in items.products] == [
        ("Old soup", 3),
        ("Product 6 (not in the mirror)", 2),
        ("No product", 1),
    ]
    assert [(row.id, row.name, row.total) for row in items.categories] == [(None, "No category", 6)]
    assert [row.name for row in reports.sum_payments(question).methods] == [
        "Payment method 8 (not in the mirror)",
        "Coins",
    ]
    assert [row.name for row in reports.sum_by_sale_type(question)] == ["Sale type 55 (not in the mirror)"]
    assert [row.name for row in reports.sum_by_staff(question)] == ["Staff user 66 (not in the mirror)"]


def test_rows_are_named_as_the_mirror_does_and_sorted_by_net_sales(brand: Brand, question: Question) -> None:
    make(Venue, brand=brand, clopos_id=1, name="Baku")
    make(Venue, brand=brand, clopos_id=2, name="Ganja")
    make(PaymentMethod, brand=brand, clopos_id=1, name="Cash")
    make(User, brand=brand, clopos_id=4, username=None, first_name="Leyla", last_name=None)
    make(Category, brand=brand, clopos_id=9, name="Drinks")
    cola = make(Product, brand=brand, clopos_id=5, name="Cola", category=9)
    make(Product, brand=brand, clopos_id=6, name="0.5", full_name="Cola 0.5", parent=cola)
    sell(brand, "3", venue=1, user=4, payments=[{"payment_method": 1, "name": "Old name", "amount": 3}])
    sell(brand, "7", venue=2, user=4, lines=[{"product": 6, "price": 7, "product_name": "Old name"}])

    assert [(row.id, row.name) for row in reports.sum_by_venue(question)] == [(2, "Ganja"), (1, "Baku")]
    assert [row.name for row in reports.sum_by_staff(question)] == ["Leyla"]
    mix = reports.sum_payments(question)
    assert [(row.name, mix.share(row)) for row in mix.methods] == [("Cash", 100)]
    assert [(row.name, row.category) for row in reports.sum_items(question).products] == [("Cola 0.5", "Drinks")]


def test_a_removed_line_is_not_counted(brand: Brand, question: Question) -> None:
    receipt = sell(brand, lines=[{"product": 5, "price": 3}, {"product": 6, "price": 2}])
    with allow_writes():
        ReceiptProduct.objects.filter(receipt=receipt, product=Product.key(brand, 6)).update(
            deleted_at=datetime.now(UTC)
        )

    assert [row.id for row in reports.sum_items(question).products] == [5]
