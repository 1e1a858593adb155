"""Mirrored rows are changed in Clopos, never here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from django_clopos.models import Customer, Receipt, ReceiptPayment, ReceiptProduct
from django_clopos.models.base import ReadOnlyRow, compute_key
from django_clopos.testing import allow_writes, make, make_brand, make_receipt

pytestmark = pytest.mark.django_db

WRITES: dict[str, Callable[[Customer], Any]] = {
    "save": lambda row: row.save(),
    "delete": lambda row: row.delete(),
    "update": lambda row: Customer.objects.update(name="x"),
    "filter and delete": lambda row: Customer.objects.filter(pk=row.pk).delete(),
    "create": lambda row: Customer.objects.create(brand=row.brand),
    "get_or_create": lambda row: Customer.objects.get_or_create(clopos_id=404, brand=row.brand),
    "update_or_create": lambda row: Customer.objects.update_or_create(clopos_id=row.clopos_id, defaults={"name": "x"}),
    "bulk_create": lambda row: Customer.objects.bulk_create([row]),
    "bulk_update": lambda row: Customer.objects.bulk_update([row], ["name"]),
    "related create": lambda row: row.receipts.create(brand=row.brand),
    "related update": lambda row: row.receipts.update(total=1),
    "related clear": lambda row: row.receipts.clear(),
    "child save": lambda row: ReceiptProduct.objects.get().save(),
    "child delete": lambda row: ReceiptPayment.objects.all().delete(),
}


@pytest.fixture
def row() -> Customer:
    brand = make_brand()
    row = make(Customer, brand=brand, clopos_id=1, name="Aysel")
    make_receipt(brand, customer=row, lines=[{"price": 1}], payments=[{"amount": 1}])
    return row


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_by_hand_raises_with_a_sentence(write: Callable[[Customer], Any], row: Customer) -> None:
    with pytest.raises(ReadOnlyRow, match="read-only here: change it in Clopos and sync"):
        write(row)
    assert Customer.objects.get().name == "Aysel"


def test_allow_writes_lets_a_test_write(row: Customer) -> None:
    with allow_writes():
        row.name = "Leyla"
        row.save()
        Customer.objects.update(email="x@example.com")
    assert (Customer.objects.get().name, Customer.objects.get().email) == ("Leyla", "x@example.com")
    with pytest.raises(ReadOnlyRow):
        row.save()


def test_allow_writes_ends_with_an_error_too(row: Customer) -> None:
    with pytest.raises(ZeroDivisionError), allow_writes():
        raise ZeroDivisionError
    with pytest.raises(ReadOnlyRow):
        row.save()


def test_a_brand_with_rows_cannot_be_deleted(row: Customer) -> None:
    with pytest.raises(Exception, match="protected"):
        row.brand.delete()


def test_live_hides_removed_rows_and_for_brand_keeps_one_brands(row: Customer) -> None:
    other = make_brand("other")
    make(Customer, brand=other, clopos_id=1)
    make(Customer, brand=row.brand, clopos_id=2, removed_at=timezone.now())
    assert Customer.objects.count() == 3
    assert list(Customer.objects.for_brand(row.brand).live()) == [row]


def test_children_have_no_marks_of_their_own(row: Customer) -> None:
    with pytest.raises(TypeError, match="filter on its parent's"):
        ReceiptProduct.objects.live()


@pytest.mark.parametrize("clopos_id", [0, -1, 10**12])
def test_an_id_outside_its_room_has_no_key(clopos_id: int) -> None:
    with pytest.raises(ValueError, match="lies between 1 and 999999999999"):
        compute_key(1, clopos_id)


def test_the_key_is_arithmetic() -> None:
    brand = make_brand()
    assert Receipt.key(brand, 10**12 - 1) == brand.pk * 10**12 + 10**12 - 1 == Receipt.key(brand.pk, 10**12 - 1)


def test_the_database_holds_the_arithmetic(row: Customer) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), allow_writes():
        Customer.objects.update(clopos_id=2)
