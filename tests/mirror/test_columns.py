"""What a declaration computes or takes out of a record."""

from __future__ import annotations

from typing import Any

import pytest

from django_clopos.mirror import get_resource
from django_clopos.mirror.edges import items_of
from django_clopos.schemas import Order, Product, Receipt
from tests.schemas.bodies import BODIES, ORDER, PAYLOAD, RECEIPT, Body

ORDERS = get_resource("orders").table


def compute(body: Body) -> dict[str, Any]:
    order = Order.model_validate(body)
    return {name: read(order) for name, read in ORDERS.computed.items()}


def test_an_order_s_columns_come_from_its_payload() -> None:
    columns = compute(ORDER)

    assert {name: value for name, value in columns.items() if name not in ("order_total", "payload_updated_at")} == {
        "customer_id": 9,
        "customer_name": "Qonaq",
        "customer_phone": "+994500000001",
        "customer_address": "Nizami 12",
        "sale_type_id": 2,
        "discount_type": 1,
        "discount_value": 10,
        "auto_order_accept": False,
        "auto_order_sent_to_station": False,
        "delivery_fee": PAYLOAD["delivery_fee"],
        "comment": "Zəng edin",
        "apply_service_charge": True,
        "customer_discount_type": 1,
        "service_charge_value": 5,
    }


def test_an_order_s_total_is_read_from_text() -> None:
    assert str(compute(BODIES["orders"][1])["order_total"]) == "16.2000"


@pytest.mark.parametrize("payload", [None, {}, [], {"customer": [], "service": [], "meta": {"discount": []}}])
def test_an_order_without_a_payload_has_empty_columns(payload: object) -> None:
    assert set(compute(ORDER | {"payload": payload}).values()) == {None}


@pytest.mark.parametrize(
    ("changes", "customer"),
    [
        ({"customer_id": 5}, 5),
        ({"customer_id": 0}, 9),
        ({"payload": PAYLOAD | {"customer_id": None}}, 9),
        ({"payload": PAYLOAD | {"customer_id": 0, "customer": {"id": 0, "name": "Qonaq"}}}, None),
    ],
)
def test_an_order_s_customer_is_the_first_one_named_and_a_guest_is_none(changes: Body, customer: int | None) -> None:
    assert compute(ORDER | changes)["customer_id"] == customer


def test_an_order_s_sale_type_may_be_named_by_the_service_only() -> None:
    payload = {key: value for key, value in PAYLOAD.items() if key != "sale_type_id"}

    assert compute(ORDER | {"payload": payload})["sale_type_id"] == 2


def test_an_order_s_receipt_may_come_as_an_object() -> None:
    assert Order.model_validate({"id": 1, "receipt": {"id": 6}}).receipt_id == 6
    assert Order.model_validate({"id": 1, "receipt": None}).receipt_id is None


@pytest.mark.parametrize(("payload", "count"), [(PAYLOAD, 1), ({"products": []}, 0), ({"products": None}, 0)])
def test_an_order_s_items_are_its_payload_s_products(payload: Body, count: int) -> None:
    items = ORDERS.children[0].items(Order.model_validate(ORDER | {"payload": payload}))

    assert items is not None
    assert len(list(items)) == count


@pytest.mark.parametrize("payload", [None, {}, []])
def test_items_are_kept_when_the_answer_has_no_products(payload: object) -> None:
    assert ORDERS.children[0].items(Order.model_validate(ORDER | {"payload": payload})) is None


def test_children_are_kept_when_absent_and_cleared_when_empty_or_null() -> None:
    give = items_of("receipt_products")

    assert give(Receipt.model_validate({"id": 1})) is None
    assert list(give(Receipt.model_validate({"id": 1, "receipt_products": []})) or ()) == []
    assert give(Receipt.model_validate({"id": 1, "receipt_products": None})) is not None
    assert [line.id for line in give(Receipt.model_validate(RECEIPT)) or ()] == [14]


def test_every_product_edge_is_kept_when_absent() -> None:
    product = Product.model_validate({"id": 1})

    assert [child.items(product) for child in get_resource("products").table.children] == [None, None, None]


def test_a_product_s_edges_name_what_they_lead_to() -> None:
    product = Product.model_validate(BODIES["products"][1])
    recipe, groups, taxes = (list(child.items(product) or ()) for child in get_resource("products").table.children)

    assert [item.ingredient_id for item in recipe] == [8]
    assert [item.modifier_group_id for item in groups] == [4]
    assert [item.tax_id for item in taxes] == [2]
