"""The factories make rows as a sync would leave them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import models

from django_clopos.mirror import RESOURCES
from django_clopos.models import Brand, Customer, Product, Receipt, ReceiptPayment, StopListEntry, Venue
from django_clopos.models.base import KeyedModel, MarkedModel, ReadOnlyRow
from django_clopos.testing import allow_writes, make, make_brand, make_receipt

pytestmark = pytest.mark.django_db

MODELS: set[type[models.Model]] = {table.model for resource in RESOURCES for table in resource.tables}
CHILDREN = {child.model for resource in RESOURCES for table in resource.tables for child in table.children}
MIRRORED: list[Any] = sorted(MODELS | CHILDREN, key=lambda model: model.__name__)


@pytest.fixture
def brand() -> Brand:
    return make_brand()


@pytest.mark.parametrize("model", MIRRORED)
def test_every_mirrored_model_can_be_made(model: Any, brand: Brand) -> None:
    row = make(model, brand=brand)

    assert model.objects.get() == row
    assert row.brand_id == brand.pk
    if issubclass(model, KeyedModel):
        assert row.pk == model.key(brand, row.clopos_id)
    if issubclass(model, MarkedModel):
        assert len(row.content_hash) == 32
        assert row.first_seen_at == row.synced_at
        assert row.removed_at is None


def test_ids_go_on_from_the_brands_highest(brand: Brand) -> None:
    make(Product, brand=brand, clopos_id=41)
    make(Product, brand=make_brand("another"), clopos_id=70)

    assert make(Product, brand=brand).clopos_id == 42


def test_a_reference_is_an_instance_or_a_clopos_id(brand: Brand) -> None:
    venue = make(Venue, brand=brand, clopos_id=3)

    receipt = make(Receipt, brand=brand, venue=venue, customer=17, user_id=5, courier=None)

    assert receipt.venue == venue
    assert receipt.customer_id == Customer.key(brand, 17)
    assert receipt.customer is None
    assert receipt.user_id == Customer.key(brand, 5)
    assert receipt.courier_id is None


def test_a_reference_to_another_brands_row_is_refused(brand: Brand) -> None:
    venue = make(Venue, brand=make_brand("another"))

    with pytest.raises(ValueError, match="venue must be a Venue of test-brand"):
        make(Receipt, brand=brand, venue=venue)


def test_a_reference_of_the_wrong_kind_is_refused(brand: Brand) -> None:
    with pytest.raises(ValueError, match="customer must be a Customer"):
        make(Receipt, brand=brand, customer=make(Venue, brand=brand))


def test_a_clopos_id_out_of_range_is_refused(brand: Brand) -> None:
    with pytest.raises(ValueError, match="remote id"):
        make(Product, brand=brand, clopos_id=10**12)


def test_a_model_without_clopos_id_takes_none(brand: Brand) -> None:
    with pytest.raises(TypeError, match="StopListEntry has no Clopos id"):
        make(StopListEntry, brand=brand, clopos_id=1)


def test_an_unknown_column_is_refused(brand: Brand) -> None:
    with pytest.raises(TypeError, match="pirce"):
        make(Product, brand=brand, pirce="1")


def test_engine_columns_can_be_given(brand: Brand) -> None:
    row = make(Product, brand=brand, clopos_id=1, raw={"id": 1, "price": Decimal("16.2000")})

    assert str(row.raw["price"]) == "16.2000"


def test_a_row_comes_back_as_the_database_has_it(brand: Brand) -> None:
    assert make(Product, brand=brand, price="4.5").price == Decimal("4.5")


def test_a_receipt_comes_with_lines_and_payments(brand: Brand) -> None:
    latte = make(Product, brand=brand, clopos_id=17, name="Latte")

    receipt = make_receipt(
        brand,
        clopos_id=9,
        lines=[{"product": latte, "price": "4.50", "count": 2}, {"product": 18, "total": "1.25"}],
        payments=[{"payment_method": 1, "amount": "10"}, {"name": "Card", "amount": "0.25"}],
    )

    assert receipt.total == Decimal("10.25")
    assert [line.total for line in receipt.receipt_products.order_by("pk")] == [Decimal(9), Decimal("1.25")]
    assert [payment.position for payment in receipt.payments.order_by("pk")] == [0, 1]


def test_positions_start_anew_with_every_parent(brand: Brand) -> None:
    for receipt in (make_receipt(brand), make_receipt(brand)):
        make(ReceiptPayment, brand=brand, receipt=receipt)

    assert set(ReceiptPayment.objects.values_list("position", flat=True)) == {0}


def test_rows_stay_read_only_after_they_are_made(brand: Brand) -> None:
    venue = make(Venue, brand=brand)

    with pytest.raises(ReadOnlyRow):
        venue.save()
    with allow_writes():
        venue.save()
