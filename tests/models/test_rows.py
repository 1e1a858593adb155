"""What rows say of themselves, without a database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from django_clopos.models import (
    Category,
    Order,
    OrderItem,
    PaymentMethod,
    Product,
    Receipt,
    ReceiptPayment,
    ReceiptProduct,
    SaleType,
    StopListEntry,
    User,
    Venue,
)


@pytest.mark.parametrize(("status", "is_open"), [(1, True), (2, False), (7, False), (None, False)])
def test_a_receipt_is_open_with_status_one_only(status: int | None, is_open: bool) -> None:
    assert Receipt(status=status).is_open is is_open


@pytest.mark.parametrize(("parent", "is_variant"), [(None, False), (1_000_000_000_419, True)])
def test_a_variant_is_a_product_with_a_parent(parent: int | None, is_variant: bool) -> None:
    assert Product(parent_id=parent).is_variant is is_variant


@pytest.mark.parametrize("model", [SaleType, PaymentMethod])
def test_status_is_looked_up_by_venue(model: type[SaleType | PaymentMethod]) -> None:
    row = model(status={"1": 1, "2": 0})

    assert row.is_active_in(1) is True
    assert row.is_active_in(Venue(clopos_id=2)) is False
    assert row.is_active_in(3) is None


@pytest.mark.parametrize("status", [None, {}])
def test_a_row_without_a_status_map_says_nothing_of_a_venue(status: object) -> None:
    assert SaleType(status=status).is_active_in(1) is None


@pytest.mark.parametrize(("limit", "is_sold_out"), [(Decimal(0), True), (Decimal("0.5"), False), (None, False)])
def test_a_stop_list_entry_of_nought_is_sold_out(limit: Decimal | None, is_sold_out: bool) -> None:
    assert StopListEntry(limit=limit).is_sold_out is is_sold_out


def test_a_lifted_stop_list_entry_is_not_sold_out() -> None:
    assert not StopListEntry(limit=Decimal(0), removed_at=timezone.now()).is_sold_out


def test_an_order_gives_its_payload_as_sent() -> None:
    assert Order(raw={"payload": {"customer_id": 1}}).payload == {"customer_id": 1}
    assert Order(raw={"payload": []}).payload == {}
    assert Order(raw={}).payload == {}


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (Venue(name="Gəncə"), "Gəncə"),
        (Category(clopos_id=4), "category 4"),
        (Product(name="0.5 L", full_name="Fanta 0.5 L"), "Fanta 0.5 L"),
        (Product(name="Plov"), "Plov"),
        (User(username="Kassir"), "Kassir"),
        (User(first_name="Aysel", last_name=None), "Aysel"),
        (User(clopos_id=3), "staff user 3"),
        (Receipt(order_number="006", shift_date=date(2026, 1, 19)), "receipt 006 of 2026-01-19"),
        (Receipt(clopos_id=9), "receipt 9"),
        (Order(clopos_id=295), "order 295"),
        (OrderItem(count=2, product_name="Plov"), "2 x Plov"),
        (ReceiptProduct(count=2), "2 x a product not mirrored"),
        (ReceiptPayment(name="Kart", amount=Decimal("8.5")), "Kart: 8.5"),
        (StopListEntry(limit=Decimal(3)), "a product not mirrored: 3"),
    ],
)
def test_a_row_reads_well(row: object, text: str) -> None:
    assert str(row) == text
