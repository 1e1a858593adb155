"""A receipt's page looks like a receipt, whatever is missing, however long it is, whoever looks."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User as SiteUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_clopos.models import (
    Brand,
    Change,
    Modifier,
    Order,
    PaymentMethod,
    Product,
    Receipt,
    StockOperation,
    User,
    Venue,
)
from django_clopos.testing import make, make_receipt
from tests.access.conftest import allow, make_user, page_of, read, sign_in
from tests.admin.conftest import Get

pytestmark = pytest.mark.django_db


def read_text(page: str) -> str:
    """Give what a person reads of a page above the folded columns."""
    body = page.partition('id="content"')[2].partition("clopos-folded")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", body).replace("\u00a0", " ").split())


def change(row: Any, seq: int, **sides: Any) -> Change:
    return Change.objects.create(
        brand=row.brand, seq=seq, resource="receipts", table=type(row).__name__, row_id=row.pk, clopos_id=row.clopos_id,
        changed_at=timezone.now(), **{"kind": "updated", **sides},
    )  # fmt: skip


def test_amounts_are_in_the_currency_of_the_brand_and_add_up(brand: Brand, get_page: Get) -> None:
    brand.currency = "GEL"
    brand.save()
    receipt = make_receipt(
        brand, subtotal="20", gift_total="5", gift_count=1, total_discount="2", discount_type=1, discount_value=10,
        service_charge=10, service_charge_value="1.8", delivery_fee="3", e_tax="0.2", i_tax="1", total="23",
        total_cost="9.2", remaining="3", payments=[{"name": "Cash", "amount": "20"}],
    )  # fmt: skip

    text = read_text(get_page(receipt))

    for line in (
        "Goods with gifts 25.00 GEL", "Gifts (1) -5.00 GEL", "Subtotal 20.00 GEL", "Discounts (10 %) -2.00 GEL",
        "Service charge (10 %) 1.80 GEL", "Delivery fee 3.00 GEL", "Tax on top 0.20 GEL", "Total 23.00 GEL",
        "Included tax (part of the total) 1.00 GEL", "Cash 20.00 GEL", "Still to be paid 3.00 GEL",
        "Cost of goods 9.20 GEL", "Margin (60 %) 13.80 GEL",
    ):  # fmt: skip
        assert line in text


def test_moments_are_on_the_clock_of_the_venue(brand: Brand, get_page: Get) -> None:
    brand.venue_timezones = {"1": "Asia/Tashkent"}
    brand.save()
    venue = make(Venue, brand=brand, clopos_id=1, name="Chorsu")
    cashier = make(User, brand=brand, username="Kassir")
    receipt = make_receipt(
        brand, venue=venue, open_by_user=cashier, created_at=datetime(2026, 1, 19, 20, 30, tzinfo=UTC)
    )

    assert "Opened 01/20/2026 1:30 a.m., Kassir" in read_text(get_page(receipt))


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        ({"status": 1}, "Open"),
        ({"status": 2}, "Closed"),
        ({"is_returns": True}, "Return"),
        ({"lock": True}, "Locked"),
        ({"removed_at": datetime(2026, 1, 19, 8, tzinfo=UTC)}, "Removed in Clopos; noticed on 01/19/2026 noon."),
        ({"missing_since": datetime(2026, 1, 19, 8, tzinfo=UTC)}, "Missing in Clopos since 01/19/2026 noon"),
        ({"deleted_at": datetime(2026, 1, 19, 8, tzinfo=UTC)}, "Removed in Clopos on 01/19/2026 noon."),
    ],
    ids=str,
)
def test_states_are_shown(columns: dict[str, Any], shown: str, brand: Brand, get_page: Get) -> None:
    assert shown in read_text(get_page(make_receipt(brand, **columns)))
    assert shown not in read_text(get_page(make_receipt(brand)))


def test_lines_are_marked_and_named_as_they_were_sold(brand: Brand, get_page: Get) -> None:
    latte = make(Product, brand=brand, name="Latte", full_name="Latte, new name")
    lines = [
        {"product": latte, "product_name": "Latte", "price": 4, "count": 2, "total_discount": "0.5", "total": "7.5"},
        {"product": 17, "product_name": "Flat white", "is_gift": True, "price": 5, "total": 0},
        {"product": 18, "product_name": "Tea", "deleted_at": timezone.now(), "price": 3},
        {"product": 19, "price": 1},
    ]
    text = read_text(get_page(make_receipt(brand, lines=lines)))

    for line in (
        "Latte 2 4.00 -0.50 7.50 AZN", "Flat white 17 (not in the mirror) Gift",
        "Tea 18 (not in the mirror) Deleted", "19 (not in the mirror)",
    ):  # fmt: skip
        assert line in text


def test_a_payment_without_its_method_keeps_its_name(brand: Brand, get_page: Get) -> None:
    cash = make(PaymentMethod, brand=brand, name="Cash")
    payments = [
        {"payment_method": cash, "name": "Nağd", "amount": 3},
        {"payment_method": 9, "name": "Voucher", "amount": 4},
    ]
    page = get_page(make_receipt(brand, payments=payments))

    assert f'<a href="{page_of(cash)}">Nağd</a>' in page
    assert "Voucher 9 (not in the mirror) 4.00 AZN" in read_text(page)


@pytest.mark.parametrize(
    ("modifiers", "shown"),
    [
        ([{"id": 1, "name": "Oat milk", "price": 1.5, "count": 2}], "Oat milk \u00d7 2 1.50 AZN"),
        ([{"modificator_id": 5, "count": 1}], "Syrup"),
        ([{"modificator_id": 6}], "Modifier 6"),
        ([{"modificator": {"name": "Nested"}}], "Nested"),
        ({"7": {"name": "Keyed"}}, "Keyed"),
        ({"name": "Alone", "price": "free"}, "Alone"),
        (["Plain", 3, None], "Plain"),
        ([{"shape": ["unknown"]}], "unknown"),
        ("text", "text"),
        (True, "true"),
        ([{"name": "Odd", "count": True, "price": [1]}], "Odd"),
        ([{"name": "Endless", "count": "NaN", "price": "Infinity"}], "Endless"),
    ],
    ids=str,
)
def test_modifiers_of_any_shape_are_shown(modifiers: Any, shown: str, brand: Brand, get_page: Get) -> None:
    make(Modifier, brand=brand, clopos_id=5, name="Syrup")
    receipt = make_receipt(brand, lines=[{"product_name": "Latte", "price": 4, "modificators": modifiers}])

    assert shown in read_text(get_page(receipt))


def test_five_hundred_lines_are_shown_and_the_rest_is_a_link(
    brand: Brand, get_page: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django_clopos.admin.pages.receipts._LINES", 3)
    receipt = make_receipt(brand, lines=[{"product_name": f"line-{number}", "price": 1} for number in range(4)])

    page = get_page(receipt)

    assert [f"line-{number}" in read_text(page) for number in range(4)] == [True, True, True, False]
    assert f"/receiptproduct/?receipt__id__exact={receipt.pk}" in page


def test_the_order_and_the_receipt_lead_to_each_other(brand: Brand, get_page: Get) -> None:
    order = make(Order, brand=brand, number="A-1")
    receipt = make_receipt(brand, service_notification=order)

    assert page_of(order) in get_page(receipt)
    assert page_of(receipt) in get_page(order)


def test_history_tells_what_changed_newest_first(brand: Brand, get_page: Get) -> None:
    receipt = make_receipt(brand)
    change(receipt, 1, kind="created", after={"id": 1})
    old = {"id": 1, "name": "Cash", "amount": 5}
    change(
        receipt,
        2,
        before={"order_number": "1", "payment_methods": [old, {"id": 2, "name": "Card"}]},
        after={"order_number": "2", "payment_methods": [old | {"amount": 7}, {"id": 3, "name": "Bonus"}]},
    )
    text = read_text(get_page(receipt)).partition("History")[2]

    for line in (
        "Order number 1 → 2", "Payment methods \u203a Cash (1) \u203a amount 5 → 7", "Card (2) Card → nothing",
        "Bonus (3) nothing → Bonus",
    ):  # fmt: skip
        assert line in text
    assert text.index("Updated") < text.index("Created")


def test_history_is_bounded_with_a_link_to_all_of_it(brand: Brand, get_page: Get) -> None:
    receipt = make_receipt(brand)
    for number in range(1, 13):
        change(receipt, number, before={"guests": f"was-{number}."}, after={"guests": 0})

    page = get_page(receipt)

    assert ("was-12." in page, "was-3." in page, "was-2." in page) == (True, True, False)
    assert f"/change/?table__exact=Receipt&amp;row_id__exact={receipt.pk}" in page


def test_history_needs_the_permission_and_is_masked(brand: Brand) -> None:
    receipt = make_receipt(brand)
    change(receipt, 1, before={"address": "plant-before"}, after={"address": "plant-after"})
    blind = read(sign_in(allow(make_user("blind", permissions="view_receipt$"), brand)), page_of(receipt))
    masked = read(sign_in(allow(make_user("masked"), brand)), page_of(receipt))
    full = read(sign_in(allow(make_user("full", is_personal=True), brand)), page_of(receipt))

    assert ("→" in read_text(blind), "Address ••• → •••" in read_text(masked)) == (False, True)
    assert ["plant-" in page for page in (blind, masked, full)] == [False, False, True]


def test_stock_operations_need_the_permission(brand: Brand) -> None:
    receipt = make_receipt(brand)
    make(StockOperation, brand=brand, receipt=receipt, storage_name="Cellar")

    pages = [
        read(sign_in(allow(make_user(rule, permissions=rule), brand)), page_of(receipt))
        for rule in ("view_receipt$", "view_(receipt|stockoperation)$")
    ]

    assert ["Cellar" in page for page in pages] == [False, True]


def test_a_page_takes_as_many_queries_for_many_related_rows(brand: Brand) -> None:
    client = sign_in(SiteUser.objects.create_superuser("root"))
    counts = []
    for number in (1, 12):
        lines = [{"product": make(Product, brand=brand), "price": 1, "modificators": [{"modificator_id": 1}]}] * number
        receipt = make_receipt(brand, lines=lines, payments=[{"amount": 1}] * number)
        for each in range(number):
            make(StockOperation, brand=brand, receipt=receipt, product=make(Product, brand=brand))
            change(receipt, 100 * number + each, before={"guests": 1}, after={"guests": 2})
        client.get(page_of(receipt))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page_of(receipt)).status_code == 200
        counts.append(len(queries))

    # Session, user, receipt, lines, modifiers that only have an id, payments, stock operations, changes.
    assert counts == [8, 8]


def test_a_receipt_with_nothing_has_a_page(brand: Brand, get_page: Get) -> None:
    text = read_text(get_page(make(Receipt, brand=brand, clopos_id=7)))

    assert "Receipt 7" in text
    assert "No lines." in text
    assert "None" not in text
