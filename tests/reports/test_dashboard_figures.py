"""Every figure that the dashboard and the Z report show or export equals the ledger's, to the fourth decimal."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from django_clopos.sandbox import Sandbox
from tests.conftest import SLUG
from tests.reports import ledger
from tests.reports.conftest import FIRST, LAST, Document

#: Columns of sales in a file, and how the ledger has them.
SALES: dict[str, Any] = {
    "Receipts": lambda it: it["receipts"],
    "Net sales": lambda it: it["net_sales"],
    "Average receipt": lambda it: it["average_receipt"],
    "Guests": lambda it: it["guests"],
    "Discounts": lambda it: it["sold"]["discounts"] - it["returned"]["discounts"],
    "Gifts": lambda it: it["sold"]["gifts"] - it["returned"]["gifts"],
    "Number of returns": lambda it: it["returns"],
    "Returns": lambda it: it["returned"]["total"],
    "Margin": lambda it: it["margin"],
    "Margin, %": lambda it: it["margin_percent"],
}
ITEMS = {
    "Sold": "count",
    "Net sales": "total",
    "Cost": "cost",
    "Discounts": "discounts",
    "Given away": "gift_count",
    "Gifts": "gifts",
    "Returned": "returned_count",
    "Returns": "returned",
    "Lines": "lines",
    "Lines without cost": "without_cost",
}
AMOUNTS = {
    "Goods at their price, gifts included": "gross",
    "Gifts": "gifts",
    "Discounts": "discounts",
    "Service charge": "service_charge",
    "Delivery fee": "delivery_fee",
    "Tax included": "included_tax",
    "Tax on top": "excluded_tax",
    "Total": "total",
    "Cost of the goods": "cost",
}
BEFORE = (FIRST - timedelta(days=2), FIRST - timedelta(days=1))
each_choice = pytest.mark.parametrize("venues", [None, [1], [2, 3]], ids=["all venues", "one venue", "two venues"])


def ask(client: Client, view: str, **query: Any) -> Any:
    answer = client.get(reverse(f"admin:django_clopos_dashboard_{view}"), {"brand": SLUG, **query})
    assert answer.status_code == 200
    return answer


def download(client: Client, section: str, venues: list[int] | None = None, **query: Any) -> list[dict[str, str]]:
    """Read one section of the period as CSV."""
    answer = ask(client, "export", section=section, format="csv", **period(venues), **query)
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def period(venues: list[int] | None) -> dict[str, Any]:
    return {"period": "free", "from": str(FIRST), "to": str(LAST), "venue": venues or []}


def write(value: Any) -> str:
    return "" if value is None else str(value)


def say_sales(row: dict[str, str]) -> dict[str, str]:
    return {name: row[name] for name in SALES}


def tell_sales(receipts: list[Document]) -> dict[str, str]:
    figures = ledger.figures(receipts)
    return {name: write(read(figures)) for name, read in SALES.items()}


def tell_each(receipts: list[Document], key: Any) -> dict[str, dict[str, str]]:
    return {write(value): tell_sales(found) for value, found in ledger.group(receipts, key).items()}


def say_each(rows: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    assert len({row["Clopos id"] for row in rows}) == len(rows)
    return {row["Clopos id"]: say_sales(row) for row in rows}


@each_choice
def test_the_days_of_both_periods(admin_client: Client, receipts: list[Document], venues: list[int] | None) -> None:
    for section, days in (("days", (FIRST, LAST)), ("days-before", BEFORE)):
        rows = download(admin_client, section, venues)
        assert {row["Business day"]: say_sales(row) for row in rows} == {
            str(day): tell_sales(ledger.sales(receipts, day, day, venues)) for day in days
        }


@each_choice
def test_the_summary_and_its_changes(admin_client: Client, receipts: list[Document], venues: list[int] | None) -> None:
    rows = {row["Figure"]: row for row in download(admin_client, "summary", venues)}

    now = ledger.figures(ledger.sales(receipts, FIRST, LAST, venues))
    before = ledger.figures(ledger.sales(receipts, *BEFORE, venues))
    expected = {name: read for name, read in SALES.items() if name != "Margin, %"}
    expected["Average per guest"] = lambda it: it["average_guest"]
    assert rows.keys() == expected.keys()
    for name, read in expected.items():
        change = (Decimal(read(now)) - read(before)) * 100 / abs(read(before)) if read(before) else None
        assert (rows[name]["Period"], rows[name]["Period before"]) == (write(read(now)), write(read(before)))
        assert rows[name]["Change, %"] == write(None if change is None else ledger.rounded(change))


@each_choice
def test_the_amounts(admin_client: Client, receipts: list[Document], venues: list[int] | None) -> None:
    figures = ledger.figures(ledger.sales(receipts, FIRST, LAST, venues))

    for row in download(admin_client, "amounts", venues):
        sold, returned = (figures[of][AMOUNTS[row["Amount"]]] for of in ("sold", "returned"))
        assert (row["Sales"], row["Returns"], row["Net"]) == (str(sold), str(returned), str(sold - returned))


@each_choice
def test_venues_sale_types_and_staff(admin_client: Client, receipts: list[Document], venues: list[int] | None) -> None:
    sold = ledger.sales(receipts, FIRST, LAST, venues)

    for section, key in (("venues", "venue_id"), ("sale-types", "sale_type_id"), ("staff", "user_id")):
        assert say_each(download(admin_client, section, venues)) == tell_each(sold, lambda it, key=key: it[key])
    closers = download(admin_client, "staff", venues, role="close_by_user")
    assert say_each(closers) == tell_each(sold, lambda it: it["close_by_user_id"])


def test_the_hours(admin_client: Client, receipts: list[Document]) -> None:
    rows = download(admin_client, "hours")

    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    expected = ledger.group(ledger.sales(receipts, FIRST, LAST), ledger.weekday_and_hour)
    assert {(row["Weekday"], row["Hour"]): say_sales(row) for row in rows} == {
        (names[weekday - 1], str(hour)): tell_sales(found) for (weekday, hour), found in expected.items()
    }


@each_choice
def test_the_payments(admin_client: Client, receipts: list[Document], venues: list[int] | None) -> None:
    rows = download(admin_client, "payments", venues)

    expected = ledger.payments(ledger.sales(receipts, FIRST, LAST, venues))
    net = sum(paid - given_back for _, paid, given_back in expected.values())
    assert {
        row["Clopos id"]: (row["Payments"], row["Paid"], row["Given back"], row["Net"], row["Share, %"]) for row in rows
    } == {
        write(method): (str(number), *map(str, (paid, back, paid - back, ledger.rounded((paid - back) * 100 / net))))
        for method, (number, paid, back) in expected.items()
    }


@each_choice
def test_products_and_categories(
    admin_client: Client, sandbox: Sandbox, receipts: list[Document], venues: list[int] | None
) -> None:
    sold = ledger.sales(receipts, FIRST, LAST, venues)
    products = {each["id"]: each for each in sandbox.documents(SLUG, "products")}

    def category_of(line: Document) -> int | None:
        product = products.get(line["product_id"], {})
        return product.get("category_id") or products.get(product.get("parent_id"), {}).get("category_id")

    for section, key in (("products", lambda line: line["product_id"]), ("categories", category_of)):
        assert _say_items(download(admin_client, section, venues)) == _tell_items(ledger.items(sold, key))


def _say_items(rows: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {row["Clopos id"]: {name: row[name] for name in (*ITEMS, "Margin", "Margin, %")} for row in rows}


def _tell_items(items: dict[Any, Document]) -> dict[str, dict[str, str]]:
    told = {}
    for key, item in items.items():
        margin = None if item["without_cost"] == item["lines"] else item["total"] - item["cost"]
        percent = ledger.rounded(margin * 100 / item["total"]) if margin is not None and item["total"] else None
        told[write(key)] = {name: str(item[of]) for name, of in ITEMS.items()} | {
            "Margin": write(margin),
            "Margin, %": write(percent),
        }
    return told


def test_what_is_not_counted(admin_client: Client, receipts: list[Document]) -> None:
    rows = {row["Why"]: (row["Receipts"], row["Total"]) for row in download(admin_client, "uncounted")}

    scope = ledger.in_scope(receipts, FIRST, LAST)
    removed = [each for each in scope if each["deleted_at"]]
    kept = [each for each in scope if not each["deleted_at"]]
    groups = {
        "Open": [each for each in kept if each["status"] == 1],
        "Removed": removed,
        "Of unknown status": [each for each in kept if each["status"] == 3],
    }
    assert rows == {
        why: (str(len(found)), str(ledger.rounded(sum(ledger.number(each["total"]) for each in found))))
        for why, found in groups.items()
    }


@each_choice
def test_the_page_and_its_charts_show_the_same(
    admin_client: Client, receipts: list[Document], venues: list[int] | None
) -> None:
    answer = ask(admin_client, "changelist", **period(venues))
    page = answer.content.decode()

    found = re.search(r'<script id="clopos-charts" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    charts = json.loads(found[1])
    for series, days in zip(charts["days"]["series"], ((FIRST, LAST), BEFORE), strict=True):
        nets = [ledger.figures(ledger.sales(receipts, day, day, venues))["net_sales"] for day in days]
        assert series["values"] == list(map(str, nets))
        assert series["texts"] == [f"{net:,.2f}" for net in nets]
    sold = ledger.sales(receipts, FIRST, LAST, venues)
    figures = ledger.figures(sold)
    cards = re.findall(r'<dt>([^<]+)</dt><dd class="value">([^<]+)</dd>', page)
    assert dict(cards)["Net sales"] == f"{figures['net_sales']:,.2f}"
    assert dict(cards)["Receipts"] == f"{figures['receipts']:,}"
    types = ledger.group(sold, lambda each: each["sale_type_id"]).values()
    assert sorted(charts["sale-types"]["series"][0]["values"]) == sorted(
        str(ledger.figures(each)["net_sales"]) for each in types
    )
    for each in types:
        assert f'<td class="number">{ledger.figures(each)["net_sales"]:,.2f}</td>' in page


@pytest.mark.parametrize("venue", [1, 2, 3])
@pytest.mark.parametrize("day", [FIRST, LAST], ids=str)
def test_the_z_report(admin_client: Client, receipts: list[Document], venue: int, day: date) -> None:
    answer = ask(admin_client, "z_export", venue=venue, day=str(day), format="csv")
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))):
        found.setdefault((row["Section"], row["Row"]), {"Name": row["Name"]})[row["Figure"]] = row["Value"]
    sections: dict[str, list[dict[str, str]]] = {}
    for (section, _), cells in found.items():
        sections.setdefault(section, []).append(cells)

    sold = ledger.sales(receipts, day, day, [venue])
    figures = ledger.figures(sold)
    summary = {row["Name"]: row["Value"] for row in sections["Summary"]}
    assert summary["Net sales"] == str(figures["net_sales"])
    assert summary["Margin, %"] == write(figures["margin_percent"])
    assert summary["Average per guest"] == write(figures["average_guest"])
    assert summary["First receipt opened"] == min(each["created_at"] for each in sold) + _offset(venue)
    for row in sections["What the sales are made of"]:
        amounts = [figures[of][AMOUNTS[row["Name"]]] for of in ("sold", "returned")]
        assert [row["Sales"], row["Returns"]] == list(map(str, amounts))
    payments = {
        row["Clopos id"]: (row["Payments"], row["Paid"], row["Given back"]) for row in sections["Payment methods"]
    }
    assert payments == {write(key): tuple(map(str, value)) for key, value in ledger.payments(sold).items()}
    assert say_each(sections["Sale types"]) == tell_each(sold, lambda each: each["sale_type_id"])
    assert say_each(sections["Who closed the receipts"]) == tell_each(sold, lambda each: each["close_by_user_id"])

    page = ask(admin_client, "z_report", venue=venue, day=str(day)).content.decode()
    assert f'<th scope="row">Net sales</th><td class="number">{figures["net_sales"]:,.2f}</td>' in page
    for amount in figures["sold"].values():
        assert f'<td class="number">{amount:,.2f}</td>' in page


def _offset(venue: int) -> str:
    return "+05:00" if venue == 3 else "+04:00"


def test_the_workbook_has_a_sheet_for_each_section(admin_client: Client, receipts: list[Document]) -> None:
    answer = ask(admin_client, "export", format="xlsx", **period(None))
    book = load_workbook(io.BytesIO(b"".join(answer)))

    assert len(book.sheetnames) == 12
    rows = list(book["Venues"].iter_rows(values_only=True))
    nets = {row[1]: Decimal(str(row[3])).quantize(Decimal("0.0001")) for row in rows[1:]}
    sold = ledger.sales(receipts, FIRST, LAST)
    assert nets == {
        key: ledger.figures(each)["net_sales"] for key, each in ledger.group(sold, lambda it: it["venue_id"]).items()
    }
