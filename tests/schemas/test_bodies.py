"""Every documented record parses, and no documented key is unknown."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from django_clopos.mirror import RESOURCES
from django_clopos.schemas import OrderItem, ReceiptProduct, RecipeItem
from tests.schemas.bodies import BODIES, CURRENT_LINE, OLDER_LINE, ORDER, PAYLOAD, PRODUCT, RECEIPT, Body

SCHEMAS = {resource.name: resource.table.schema for resource in RESOURCES}
CASES = [(name, body) for name, bodies in BODIES.items() for body in bodies]


def test_every_resource_has_documented_bodies() -> None:
    assert BODIES.keys() == SCHEMAS.keys()


@pytest.mark.parametrize(("name", "body"), CASES)
def test_a_documented_record_parses(name: str, body: Body) -> None:
    row = SCHEMAS[name].model_validate(body)

    assert getattr(row, "id", None) or row.product_id == body["id"]


@pytest.mark.parametrize(("name", "body"), CASES)
def test_every_documented_key_is_known(name: str, body: Body) -> None:
    assert body.keys() <= SCHEMAS[name].wire_keys()


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_record_with_nothing_but_its_id_parses(name: str) -> None:
    row = SCHEMAS[name].model_validate({"id": 5})

    assert len(row.model_fields_set) == 1


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_record_whose_fields_are_all_null_parses(name: str) -> None:
    body = dict.fromkeys(SCHEMAS[name].wire_keys()) | {"id": 5}

    assert "id" in SCHEMAS[name].model_validate(body).model_dump(by_alias=True)


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize("identifier", [None, 0, -1, 10**12, "kitchen", 1.5, [], {}])
def test_a_record_without_a_usable_id_is_refused(name: str, identifier: object) -> None:
    with pytest.raises(ValidationError):
        SCHEMAS[name].model_validate({"id": identifier})


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("receipts", "total", "abc"),
        ("receipts", "total", {}),
        ("receipts", "total", 10**15),
        ("receipts", "guests", 2**31),
        ("receipts", "venue_id", 10**12),
        ("receipts", "venue_id", -1),
        ("receipts", "terminal_id", 2**63),
        ("receipts", "lock", "perhaps"),
        ("receipts", "order_status", "x" * 256),
        ("receipts", "order_status", ["NEW"]),
        ("receipts", "closed_at", "203-05-25T12:08:43.000000Z"),
        ("receipts", "shift_date", "19.01.2026"),
        ("receipts", "receipt_products", {"id": 1}),
        ("receipts", "receipt_products", ["a line"]),
        ("receipts", "receipt_products", [{"id": None}]),
        ("receipts", "payment_methods", [{"id": 1, "amount": "much"}]),
        ("products", "recipe", [7]),
        ("products", "meta", "text"),
        ("products", "properties", [1]),
        ("sale-types", "status", 1),
        ("orders", "payload", "text"),
        ("stop-list", "limit", "none"),
    ],
)
def test_a_value_of_the_wrong_type_or_size_is_refused(name: str, field: str, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        SCHEMAS[name].model_validate({"id": 1, field: value})

    assert {detail["loc"][0] for detail in caught.value.errors()} == {field}


@pytest.mark.parametrize("name", ["users"])
@pytest.mark.parametrize("secret", ["pin", "card", "barcode"])
def test_a_staff_secret_has_no_field(name: str, secret: str) -> None:
    row = SCHEMAS[name].model_validate({"id": 1, secret: "73915"})

    assert secret not in SCHEMAS[name].wire_keys()
    assert "73915" not in repr(row)


def test_the_same_line_reads_from_current_and_older_answers() -> None:
    current = ReceiptProduct.model_validate(CURRENT_LINE)
    older = ReceiptProduct.model_validate(OLDER_LINE)

    assert (current.is_gift, older.is_gift) == (False, True)
    assert (current.product_name, current.product_type) == ("Marqarita", "DISH")
    assert str(older.count) == "0.350"


def test_modifiers_of_a_line_are_read_under_both_names() -> None:
    modifiers = [{"id": 1, "name": "Pendir"}]

    for key in ("modificators", "receipt_product_modificators"):
        assert ReceiptProduct.model_validate({"id": 1, key: modifiers}).modificators == modifiers
        assert key in ReceiptProduct.wire_keys()


@pytest.mark.parametrize("meta", [None, [], {}, {"product": []}, {"product": None}, "text", 5])
def test_a_line_without_a_product_in_its_meta_has_no_product_name(meta: object) -> None:
    assert ReceiptProduct.model_validate({"id": 1, "meta": meta}).product_name is None


def test_an_order_number_keeps_its_leading_zeros_and_a_numeric_one_becomes_text() -> None:
    schema = SCHEMAS["receipts"]

    assert schema.model_validate(RECEIPT).order_number == "006"
    assert schema.model_validate(RECEIPT | {"order_number": 6}).order_number == "6"


@pytest.mark.parametrize("properties", [[], None, {}])
def test_receipt_counters_are_optional(properties: object) -> None:
    row = SCHEMAS["receipts"].model_validate(RECEIPT | {"properties": properties})

    assert (row.daily_id, row.monthly_id) == (None, None)


def test_receipt_counters_are_read_from_properties() -> None:
    row = SCHEMAS["receipts"].model_validate(BODIES["receipts"][1])

    assert (row.daily_id, row.monthly_id, str(row.total_cost)) == (6, 180, "561.157")


def test_an_order_item_reads_what_its_meta_holds() -> None:
    item = OrderItem.model_validate(PAYLOAD["products"][0])

    assert (item.product_id, item.product_name, str(item.price)) == (51, "Plov", "8.5")
    assert (item.status, item.product_hash, item.count) == ("new", "abc123", 2)


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"product_id": None, "count": 1},
        {"meta": None},
        {"meta": []},
        {"meta": {"order_product": {"product": []}}},
    ],
)
def test_an_order_item_may_lack_product_meta_and_price(record: Body) -> None:
    item = OrderItem.model_validate(record)

    assert (item.product_id, item.product_name, item.price) == (None, None, None)


@pytest.mark.parametrize("key", ["service", "customer", "meta"])
def test_an_empty_array_in_an_order_reads_as_an_object_without_keys(key: str) -> None:
    order: Any = SCHEMAS["orders"].model_validate(ORDER | {"payload": PAYLOAD | {key: []}})

    assert getattr(order.payload, key).model_fields_set == set()


@pytest.mark.parametrize(
    "record",
    [
        {"ingredient_id": 8, "name": "Pomidor", "gross": "1.000", "net": "0.900"},
        {"id": 8, "name": "Pomidor", "pivot": {"dish_id": 1, "ingredient_id": 8, "net": "0.900", "gross": "1.000"}},
        {"id": 8, "pivot": {"net": "0.900", "gross": "1.000", "net_put": None}},
    ],
)
def test_a_recipe_item_reads_alike_flat_and_as_a_product_with_a_pivot(record: Body) -> None:
    item = RecipeItem.model_validate(record)

    assert (item.ingredient_id, str(item.net), str(item.gross), item.net_put) == (8, "0.900", "1.000", None)


def test_a_recipe_item_knows_the_keys_of_a_product_and_its_own() -> None:
    assert PRODUCT.keys() | {"ingredient_id", "gross", "net", "pivot"} <= RecipeItem.wire_keys()


def test_an_ingredient_with_a_broken_price_does_not_cost_its_dish() -> None:
    dish = PRODUCT | {"recipe": [{"id": 8, "price": "abc", "pivot": {}}], "modifications": [{"id": 9, "price": []}]}

    row: Any = SCHEMAS["products"].model_validate(dish)

    assert [item.ingredient_id for item in row.recipe] == [8]
