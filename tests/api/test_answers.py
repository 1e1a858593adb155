"""What single answers say: numbers, times, records, children, query strings, addresses."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from django_clopos.models import Brand, Order, OrderItem, Product, ProductTax, Receipt, StopListEntry
from django_clopos.testing import make, make_receipt


@pytest.mark.parametrize("amount", ["0.1", "16.2000", "42.8571", "99999999999.9999"])
def test_amounts_are_exact_text(amount: str, api: Any, brand: Brand) -> None:
    make(Product, brand=brand, price=amount)

    (answer,) = api.get("/api/first/products/").json()["results"]

    assert isinstance(answer["price"], str)
    assert Decimal(answer["price"]) == Decimal(amount)


def test_times_are_iso_with_an_offset(api: Any, brand: Brand) -> None:
    moment = datetime(2026, 1, 19, 15, 7, 49, tzinfo=UTC)
    make(Receipt, brand=brand, closed_at=moment, shift_date="2026-01-19")

    (answer,) = api.get("/api/first/receipts/").json()["results"]

    assert datetime.fromisoformat(answer["closed_at"]) == moment
    assert datetime.fromisoformat(answer["closed_at"]).tzinfo is not None
    assert answer["shift_date"] == "2026-01-19"


def test_an_unknown_enum_value_is_spoken_as_it_is(api: Any, brand: Brand) -> None:
    make(Order, brand=brand, status="TELEPORTED")

    assert api.get("/api/first/orders/").json()["results"][0]["status"] == "TELEPORTED"


def test_null_and_empty_text_are_told_apart(api: Any, brand: Brand) -> None:
    make(Product, brand=brand, parent_name="", barcode=None)

    (answer,) = api.get("/api/first/products/").json()["results"]

    assert (answer["parent_name"], answer["barcode"]) == ("", None)


def test_a_receipt_carries_lines_and_payments_in_order(api: Any, brand: Brand) -> None:
    lines = [{"clopos_id": 6, "product": 17, "price": "4.50", "count": 2}, {"clopos_id": 5, "product": 18}]
    payments = [{"payment_method": 2, "name": "Card", "amount": "5"}, {"payment_method": 1, "amount": "4"}]
    make_receipt(brand, clopos_id=9, lines=lines, payments=payments)

    answer = api.get("/api/first/receipts/9/").json()

    assert [(line["id"], line["product_id"]) for line in answer["receipt_products"]] == [(5, 18), (6, 17)]
    assert [(row["payment_method_id"], row["position"]) for row in answer["payments"]] == [(2, 0), (1, 1)]
    assert "receipt_id" not in answer["receipt_products"][0]
    assert "id" not in answer["payments"][0]


def test_an_order_carries_its_items(api: Any, brand: Brand) -> None:
    order = make(Order, brand=brand, clopos_id=4)
    make(OrderItem, brand=brand, order=order, product=17, product_name="Latte")

    assert api.get("/api/first/orders/4/").json()["items"][0]["product_name"] == "Latte"


def test_a_product_carries_its_edges(api: Any, brand: Brand) -> None:
    product = make(Product, brand=brand, clopos_id=4)
    make(ProductTax, brand=brand, product=product, tax=8)

    assert api.get("/api/first/products/4/").json()["taxes"] == [{"tax_id": 8, "position": 0}]


def test_the_record_comes_on_demand_with_its_digits(api: Any, brand: Brand) -> None:
    raw = {"id": 7, "price": Decimal("16.2000"), "cost": Decimal("0.1"), "name": "Çay \u2028 ☕"}
    make(Product, brand=brand, clopos_id=7, raw=raw)

    without = api.get("/api/first/products/7/?raw=false")
    answer = api.get("/api/first/products/7/?raw=true")

    assert "raw" not in without.json()
    assert b'"price":16.2000' in answer.content
    assert answer.json()["raw"] == {"id": 7, "price": 16.2, "cost": 0.1, "name": "Çay \u2028 ☕"}


def test_json_columns_keep_their_shape(api: Any, brand: Brand) -> None:
    make(Product, brand=brand, clopos_id=7, meta={"langs": [], "rate": Decimal("1.50")})

    answer = api.get("/api/first/products/7/")

    assert b'"meta":{"langs":[],"rate":1.50}' in answer.content


def test_an_answer_can_be_indented(api: Any, brand: Brand) -> None:
    answer = api.get("/api/first/products/", headers={"accept": "application/json; indent=2"})

    assert b'\n  "count": 0' in answer.content


def test_a_browser_gets_pages(api: Any, brand: Brand) -> None:
    make(Product, brand=brand, clopos_id=7, raw={"price": Decimal("16.2000")})

    page = api.get("/api/first/products/7/?raw=true", headers={"accept": "text/html"})

    assert page.status_code == 200
    assert "16.2000" in page.content.decode()
    assert api.get("/api/first/products/?format=json").json()["count"] == 1


def test_the_venue_narrows_a_list(api: Any, brand: Brand) -> None:
    make(StopListEntry, brand=brand, venue=1, product=17, limit=0)
    make(StopListEntry, brand=brand, venue=2, product=17, limit=3)

    (answer,) = api.get("/api/first/stop-list/?venue=2").json()["results"]

    assert (answer["venue_id"], answer["product_id"], Decimal(answer["limit"])) == (2, 17, 3)


def test_the_stop_list_has_no_detail(api: Any, brand: Brand) -> None:
    make(StopListEntry, brand=brand, venue=1, product=17)

    assert api.get("/api/first/stop-list/17/").status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("page=0", 404),
        ("page=2", 404),
        ("page=x", 404),
        ("page_size=0", 400),
        ("page_size=201", 400),
        ("page_size=10000000000000000000000", 400),
        ("page_size=-5", 400),
        ("page_size=x", 400),
        ("page_size=²", 400),
        ("page_size=", 400),
        ("removed=1", 400),
        ("removed=", 400),
        ("venue=x", 400),
        ("venue=0", 400),
        ("venue=-1", 400),
        ("venue=1000000000000", 400),
        ("raw=true", 400),
        ("statsu=1", 400),
        ("status=1&status=2", 400),
        ("cursor=&page=1", 400),
        ("page_size=200&removed=false&venue=1", 200),
    ],
)
def test_a_query_string_is_taken_at_its_word(query: str, status: int, api: Any, brand: Brand) -> None:
    assert api.get(f"/api/first/receipts/?{query}").status_code == status


@pytest.mark.parametrize("query", ["raw=yes", "page=1", "removed=maybe"])
def test_a_detail_refuses_what_it_does_not_know(query: str, api: Any, brand: Brand) -> None:
    make(Receipt, brand=brand, clopos_id=1)

    assert api.get(f"/api/first/receipts/1/?{query}").status_code == 400


def test_a_refusal_names_what_is_known(api: Any, brand: Brand) -> None:
    many = api.get("/api/first/products/?statsu=1").json()["statsu"]
    few = api.get("/api/first/products/1/?venue=1").json()["venue"]

    assert many == [
        "Unknown parameter. Did you mean status, status__in, station? The schema of the API lists them all."
    ]
    assert few == ["Unknown parameter. Known here: expand, fields, raw, removed."]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", ["/api/first/receipts/", "/api/first/receipts/1/", "/api/first/"])
def test_nothing_can_be_written(method: str, address: str, api: Any, brand: Brand) -> None:
    make(Receipt, brand=brand, clopos_id=1)

    assert getattr(api, method)(address, {}).status_code == 405
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("address", ["/api/nobody/", "/api/nobody/receipts/", "/api/nobody/receipts/1/"])
def test_an_unknown_brand_is_not_found(address: str, api: Any, brand: Brand) -> None:
    assert api.get(address).status_code == 404


@pytest.mark.parametrize("clopos_id", ["0", "1000000000000", "9" * 40, "abc"])
def test_an_impossible_id_is_not_found(clopos_id: str, api: Any, brand: Brand) -> None:
    assert api.get(f"/api/first/receipts/{clopos_id}/").status_code == 404


def test_an_unknown_resource_is_answered_with_the_known_ones(api: Any, brand: Brand) -> None:
    answer = api.get("/api/first/recepits/")

    assert answer.status_code == 404
    assert "receipts" in answer.json()["detail"]


def test_a_forgotten_slash_is_added(api: Any, brand: Brand) -> None:
    assert api.get("/api/first/receipts", follow=True).status_code == 200


def test_the_root_names_every_list(api: Any, brand: Brand) -> None:
    body = api.get("/api/first/").json()

    assert body["receipts"] == "http://testserver/api/first/receipts/"
    assert {api.get(address).status_code for address in body.values()} == {200}


def test_the_root_asks_who_is_there(brand: Brand) -> None:
    assert APIClient().get("/api/first/").status_code in {401, 403}
    assert APIClient().get("/api/first/nothing/").status_code in {401, 403}


def test_a_secret_of_another_key_stops_no_answer(api: Any, brand: Brand, settings: Any) -> None:
    brand.client_secret = "a secret"
    brand.save()
    user = User.objects.get()
    settings.SECRET_KEY = "another key than that of the secret"
    api.force_authenticate(user)

    assert api.get("/api/first/receipts/").status_code == 200
    assert api.get("/api/first/").status_code == 200
