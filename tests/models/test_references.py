"""A row whose reference names nothing that is mirrored is in every query that it belongs to."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Count, F, Sum

from django_clopos.models import Brand, Customer, Product, Receipt, ReceiptProduct, User
from django_clopos.testing import make, make_brand, make_receipt

pytestmark = pytest.mark.django_db
REFERENCES = ["venue", "customer", "user", "sale_type", "service_notification", "courier", "seller"]


@pytest.fixture
def brand() -> Brand:
    return make_brand()


@pytest.fixture
def receipt(brand: Brand) -> Receipt:
    """A receipt of which every reference leads nowhere, its line's too."""
    nowhere: dict[str, Any] = dict.fromkeys(REFERENCES, 404)
    return make_receipt(brand, lines=[{"product": 404, "seller": 404, "price": 5}], **nowhere)


@pytest.mark.parametrize("name", REFERENCES)
def test_a_missing_target_reads_as_none_however_it_was_loaded(name: str, receipt: Receipt) -> None:
    assert getattr(Receipt.objects.get(), name) is None
    assert getattr(Receipt.objects.select_related(name).get(), name) is None
    assert getattr(Receipt.objects.prefetch_related(name).get(), name) is None
    assert getattr(Receipt.objects.only("id").get(), name) is None
    assert getattr(Receipt.objects.get(), f"{name}_id") is not None


@pytest.mark.parametrize("name", REFERENCES)
def test_a_missing_target_hides_its_row_from_no_query(name: str, receipt: Receipt) -> None:
    rows = Receipt.objects.order_by("pk")
    assert rows.select_related(name).count() == len(rows.select_related(name)) == 1
    assert list(rows.values_list(f"{name}__clopos_id")) == [(None,)]
    assert list(rows.order_by(f"{name}__clopos_id", name)) == [receipt]
    assert list(rows.filter(**{f"{name}_id": getattr(receipt, f"{name}_id")})) == [receipt]
    assert list(rows.exclude(**{f"{name}__clopos_id": 7})) == [receipt]
    assert list(rows.filter(**{f"{name}__clopos_id": None})) == [receipt]
    assert list(rows.annotate(found=F(f"{name}__clopos_id")).values_list("found", flat=True)) == [None]


def test_a_line_without_its_product_is_in_every_sum(brand: Brand, receipt: Receipt) -> None:
    known = make(Product, brand=brand, clopos_id=1, name="Plov")
    make(ReceiptProduct, brand=brand, receipt=receipt, product=known, total=3)
    groups = ReceiptProduct.objects.values("product__name").annotate(sum=Sum("total")).order_by("product__name")
    assert {row["product__name"]: row["sum"] for row in groups} == {None: 5, "Plov": 3}
    by_category = ReceiptProduct.objects.values("product__category__parent__name").annotate(sum=Sum("total"))
    assert [row["sum"] for row in by_category.order_by()] == [8]


def test_a_line_without_its_receipt_is_still_a_line(brand: Brand) -> None:
    make(ReceiptProduct, brand=brand, receipt=404, total=3)
    assert ReceiptProduct.objects.select_related("receipt__customer").get().receipt is None
    assert ReceiptProduct.objects.order_by("receipt__closed_at").count() == 1


def test_rows_that_refer_are_counted_from_the_other_side(brand: Brand, receipt: Receipt) -> None:
    customer = make(Customer, brand=brand, clopos_id=1)
    user = make(User, brand=brand, clopos_id=404)
    counted = Customer.objects.annotate(receipts_made=Count("receipts")).get()
    assert (counted, counted.receipts_made) == (customer, 0)
    assert list(user.receipts.all()) == [receipt]


def test_a_target_that_arrives_later_is_found(brand: Brand, receipt: Receipt) -> None:
    customer = make(Customer, brand=brand, clopos_id=404)
    assert Receipt.objects.get().customer == customer
    assert Receipt.objects.select_related("customer").get().customer == customer


def test_a_null_reference_costs_no_query(brand: Brand, django_assert_num_queries: Any) -> None:
    row = make_receipt(brand)
    with django_assert_num_queries(0):
        assert row.customer is None
