"""Which rows are sent, and in which text."""

from __future__ import annotations

import pytest
from django.utils import timezone

from django_clopos.models import Brand, Category, Customer, Product, Receipt, Venue
from django_clopos.models.fields import EncodedJSON
from django_clopos.testing import allow_writes, make, make_brand
from tests.face.conftest import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    first = make_brand("first")
    make(Venue, brand=first, clopos_id=1, raw={"id": 1})
    return first


def test_numbers_leave_with_the_digits_they_came_with(brand: Brand) -> None:
    text = '{"id":7,"total":1e3,"price":1.50,"big":123456789012345678901234567890,"receipt_products":[{"total":0.10}]}'
    make(Receipt, brand=brand, clopos_id=7, venue=1)
    with allow_writes():
        Receipt.objects.update(raw=EncodedJSON(text))

    body = Program(brand, sees_personal=True).get("receipts/7?with[]=receipt_products").content.decode()

    assert f'"data":{text},' in body


def test_rows_that_vanished_are_gone_and_rows_that_clopos_calls_deleted_are_there(brand: Brand) -> None:
    now = timezone.now()
    make(Product, brand=brand, clopos_id=1, raw={"id": 1})
    make(Product, brand=brand, clopos_id=2, raw={"id": 2}, removed_at=now)
    make(Product, brand=brand, clopos_id=3, raw={"id": 3, "deleted_at": "2026-01-01"}, removed_at=now, deleted_at=now)
    program = Program(brand)

    assert [row["id"] for row in program.rows("products")] == [1, 3]
    assert [program.get(f"products/{number}").status_code for number in (1, 2, 3)] == [200, 404, 200]


def test_products_known_from_inside_others_only_are_not_listed(brand: Brand) -> None:
    make(Product, brand=brand, clopos_id=1, raw={"id": 1}, is_nested=True)
    program = Program(brand)

    assert program.rows("products") == []
    assert program.get("products/1").status_code == 404


def test_what_the_mirror_does_not_hold_is_left_out_and_not_null(brand: Brand) -> None:
    make(Product, brand=brand, clopos_id=1, raw={"id": 1, "unit_id": 4})
    make(Product, brand=brand, clopos_id=2, raw={"id": 2, "setting": {"interval": 5}})

    assert Program(brand).rows("products?with[]=setting&with[]=unit") == [
        {"id": 1, "unit_id": 4},
        {"id": 2, "setting": {"interval": 5}},
    ]


def test_a_relation_is_limited_to_columns(brand: Brand) -> None:
    make(Product, brand=brand, clopos_id=1, raw={"id": 1, "setting": {"interval": 5, "x": 1}, "tags": [{"id": 3}]})

    (row,) = Program(brand).rows("products?with[]=setting:interval&with[]=tags:id,name")
    assert row == {"id": 1, "setting": {"interval": 5}, "tags": [{"id": 3, "name": None}]}


@pytest.mark.parametrize("stored", [None, "text", 7, [1, 2], {"a": 1}, []])
def test_a_part_of_another_shape_is_sent_as_it_is(stored: object, brand: Brand) -> None:
    raw = {"id": 1, "receipt_products": stored}
    make(Receipt, brand=brand, clopos_id=1, venue=1, raw=raw)
    program = Program(brand, sees_personal=True)

    for inner in ("", ".product.station", ".modificators.modificator_group", ":id"):
        (row,) = program.rows(f"receipts?with[]=receipt_products{inner}")
        assert row["receipt_products"] == stored or inner == ":id"


def test_categories_that_are_each_others_parents_end(brand: Brand) -> None:
    make(Category, brand=brand, clopos_id=1, parent=2, status=1, raw={"id": 1})
    make(Category, brand=brand, clopos_id=2, parent=1, status=1, raw={"id": 2})
    program = Program(brand)

    assert program.rows("categories") == []
    assert program.get("categories/1").status_code == 200


def test_customers_are_found_by_any_of_their_numbers(brand: Brand) -> None:
    make(Customer, brand=brand, clopos_id=1, phone="+99450", phones=["+99455", "+99470"], raw={"id": 1})
    make(Customer, brand=brand, clopos_id=2, phone="+994501", phones=[], raw={"id": 2})
    program = Program(brand, sees_personal=True)

    for number, found in (("%2B99450", [1]), ("%2B99470", [1]), ("%2B9945", []), ("%2B994501", [2])):
        rows = program.rows(f"customers?filters[0][0]=phones&filters[0][1]={number}")
        assert [row["id"] for row in rows] == found
