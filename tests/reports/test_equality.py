"""Every figure equals the one that plain Python computes from the remote's documents, to the fourth decimal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import pytest

from django_clopos import reports
from django_clopos.models import Brand
from django_clopos.reports import ItemSales, NamedSales, Question, Role, Sales
from django_clopos.sandbox import Sandbox
from tests.conftest import SLUG
from tests.reports import ledger
from tests.reports.conftest import FIRST, LAST, Document

PROPERTIES = ("net_sales", "average_receipt", "average_guest", "margin", "margin_percent")
each_scope = pytest.mark.parametrize("venues", [None, [1], [2, 3]], ids=["all venues", "one venue", "two venues"])


def say(sales: Sales) -> Document:
    """Give every figure of sales, as the ledger does."""
    said = asdict(sales) | {name: getattr(sales, name) for name in PROPERTIES}
    assert said.pop("currency") == "AZN"
    return said


def say_each(rows: tuple[NamedSales, ...]) -> dict[int | None, Document]:
    assert len({row.id for row in rows}) == len(rows)
    return {row.id: say(row.sales) for row in rows}


def tell(receipts: list[Document], key: Any) -> dict[Any, Document]:
    return {value: ledger.figures(found) for value, found in ledger.group(receipts, key).items()}


@pytest.fixture
def sold(receipts: list[Document]) -> list[Document]:
    """What was sold and returned in the period."""
    return ledger.sales(receipts, FIRST, LAST)


def test_the_data_has_what_makes_reports_go_wrong(receipts: list[Document], sold: list[Document]) -> None:
    scope = ledger.in_scope(receipts, FIRST, LAST)
    assert len([each for each in sold if each["is_returns"]]) >= 6
    assert any(ledger.number(each["total"]) < 0 for each in sold)
    assert {each["status"] for each in scope} == {None, 1, 2, 3}
    assert any(each["deleted_at"] for each in scope)
    assert any(each["shift_date"] is None for each in sold)
    assert any(each["closed_at"] and each["closed_at"][:10] > ledger.day_of(each) for each in sold)
    assert any(each["gift_total"] for each in sold)
    assert any(each["total_discount"] for each in sold)
    assert {each["venue_id"] for each in sold} == {1, 2, 3}


@each_scope
def test_the_sales_of_a_period(question: Question, receipts: list[Document], venues: Collection[int] | None) -> None:
    sales = reports.sum_sales(replace(question, venues=venues))

    assert say(sales) == ledger.figures(ledger.sales(receipts, FIRST, LAST, venues))


@each_scope
def test_a_period_beside_the_one_before(
    question: Question, receipts: list[Document], venues: Collection[int] | None
) -> None:
    compared = reports.compare_sales(replace(question, venues=venues))

    before = (FIRST - timedelta(days=2), FIRST - timedelta(days=1))
    assert say(compared.now) == ledger.figures(ledger.sales(receipts, FIRST, LAST, venues))
    assert say(compared.before) == ledger.figures(ledger.sales(receipts, *before, venues))
    assert [day.day for day in (*compared.days_before, *compared.days)] == [*before, FIRST, LAST]
    for day in (*compared.days_before, *compared.days):
        assert say(day.sales) == ledger.figures(ledger.sales(receipts, day.day, day.day, venues))


def test_the_sales_of_each_day(question: Question, receipts: list[Document]) -> None:
    assert {day.day: say(day.sales) for day in reports.sum_by_day(question)} == {
        day: ledger.figures(ledger.sales(receipts, day, day)) for day in (FIRST, LAST)
    }


def test_the_sales_of_each_venue(question: Question, sold: list[Document]) -> None:
    assert say_each(reports.sum_by_venue(question)) == tell(sold, lambda each: each["venue_id"])


def test_the_sales_of_each_sale_type(question: Question, sold: list[Document]) -> None:
    assert say_each(reports.sum_by_sale_type(question)) == tell(sold, lambda each: each["sale_type_id"])


@pytest.mark.parametrize("role", Role)
def test_the_sales_of_each_member_of_staff(question: Question, sold: list[Document], role: Role) -> None:
    assert say_each(reports.sum_by_staff(question, role=role)) == tell(sold, lambda each: each[f"{role.value}_id"])


def test_the_sales_of_each_hour(question: Question, sold: list[Document]) -> None:
    rows = reports.sum_by_hour(question)

    assert {(row.weekday, row.hour): say(row.sales) for row in rows} == tell(sold, ledger.weekday_and_hour)
    days = Counter(day.isoweekday() for day in (FIRST, LAST))
    assert {row.weekday: row.days for row in rows} == days


@each_scope
def test_the_payments_of_each_method(
    question: Question, receipts: list[Document], venues: Collection[int] | None
) -> None:
    mix = reports.sum_payments(replace(question, venues=venues))

    expected = ledger.payments(ledger.sales(receipts, FIRST, LAST, venues))
    assert {row.id: (row.payments, row.paid, row.given_back) for row in mix.methods} == expected
    assert mix.net == sum(paid - given_back for _, paid, given_back in expected.values())


def say_items(rows: tuple[ItemSales, ...]) -> dict[int | None, Document]:
    return {
        row.id: {key: value for key, value in asdict(row).items() if key not in {"id", "name", "category"}}
        for row in rows
    }


@each_scope
def test_the_lines_of_each_product(
    question: Question, receipts: list[Document], venues: Collection[int] | None
) -> None:
    items = reports.sum_items(replace(question, venues=venues))

    sold = ledger.sales(receipts, FIRST, LAST, venues)
    assert say_items(items.products) == ledger.items(sold, lambda line: line["product_id"])


def test_the_lines_of_each_category(question: Question, sandbox: Sandbox, sold: list[Document]) -> None:
    items = reports.sum_items(question)

    category_of = ledger.category_of(sandbox.documents(SLUG, "products"))
    assert say_items(items.categories) == ledger.items(sold, category_of)
    named = {row.id: row.category for row in items.products}
    categories = {row.id: row.name for row in items.categories}
    assert {key: categories[category_of({"product_id": key})] for key in named} == named


def test_what_is_not_counted(question: Question, receipts: list[Document]) -> None:
    uncounted = reports.sum_uncounted(question)

    expected = ledger.uncounted(ledger.in_scope(receipts, FIRST, LAST))
    assert asdict(uncounted) == {"currency": "AZN"} | {
        key: value
        for why, found in expected.items()
        for key, value in (
            (why, len(found)),
            (f"{why}_total", ledger.total(found)),
        )
    }


@pytest.mark.parametrize("venue", [1, 2, 3])
@pytest.mark.parametrize("day", [FIRST, LAST], ids=str)
def test_a_z_report(brand: Brand, receipts: list[Document], venue: int, day: date) -> None:
    report = reports.make_z_report(brand, venue=venue, day=day)

    sold = ledger.sales(receipts, day, day, [venue])
    assert say(report.sales) == ledger.figures(sold)
    assert {row.id: (row.payments, row.paid, row.given_back) for row in report.payments.methods} == ledger.payments(
        sold
    )
    assert say_each(report.sale_types) == tell(sold, lambda each: each["sale_type_id"])
    assert say_each(report.cashiers) == tell(sold, lambda each: each["close_by_user_id"])
    assert sum(row.lines for row in report.categories) == len(list(ledger.lines(sold)))
    assert report.first_opened_at
    assert report.last_closed_at
    assert f"{report.first_opened_at:%Y-%m-%d %H:%M:%S}" == min(each["created_at"] for each in sold)
    assert f"{report.last_closed_at:%Y-%m-%d %H:%M:%S}" == max(each["closed_at"] for each in sold)
