"""What tells who a customer is: every key of every schema is decided on, so that a new one cannot slip through."""

from __future__ import annotations

from typing import Any

import pytest

from django_clopos import schemas
from django_clopos.mirror import RESOURCES
from django_clopos.mirror.personal import erase_customer, erase_order, erase_receipt, find_buyers
from django_clopos.mirror.resource import Resource

PERSONAL = [resource for resource in RESOURCES if resource.personal]

#: Texts and free shapes of a sale that say nothing of its customer. A new column must be added here or be erased.
IMPERSONAL = {
    "orders": {
        "type", "integration", "integration_uuid", "integration_id", "integration_status", "status", "number",
        "delivery_type", "payment_status", "payload", "payment_method", "sale_type", "customer", "receipt",
        "line_items",
    },
    "receipts": {
        "cid", "cash_shift_cid", "source", "order_status", "order_number", "loyalty_type", "fiscal_id", "meta",
        "properties", "terminal_version", "payment_methods", "receipt_products",
    },
}  # fmt: skip
ERASED_OF_CUSTOMER = {
    "cid", "name", "email", "phone", "phones", "address", "address_data", "addresses", "description", "code",
    "reference_id", "gender", "date_of_birth", "phone_verified_at", "balance", "cashback_balance", "group",
}  # fmt: skip


def test_the_resources_that_speak_of_customers() -> None:
    assert [resource.name for resource in PERSONAL] == ["customers", "orders", "receipts"]


def test_every_key_of_a_customer_is_kept_or_erased() -> None:
    keys = schemas.Customer.wire_keys()
    kept = erase_customer(dict.fromkeys(keys, 1)).keys()
    assert keys - kept == ERASED_OF_CUSTOMER
    assert erase_customer({"id": 1, "a key that no document names": "Aysel"}) == {"id": 1}


@pytest.mark.parametrize("resource", [one for one in PERSONAL if one.name in IMPERSONAL], ids=lambda one: one.name)
def test_every_text_of_a_sale_is_erased_or_says_nothing_of_a_person(resource: Resource) -> None:
    assert resource.personal
    texts = {
        info.alias or name
        for name, info in resource.table.schema.model_fields.items()
        if not any(word in str(info.annotation) for word in ("int", "bool", "Decimal", "date"))
        or "Any" in str(info.annotation)
    }
    erased = resource.personal.erase(dict.fromkeys(texts, "Aysel"))
    assert {key for key in texts if erased[key] is not None} == texts & IMPERSONAL[resource.name] - {"customer"}


@pytest.mark.parametrize("erase", [erase_order, erase_receipt])
def test_a_customer_inside_a_sale_keeps_the_id_only(erase: Any) -> None:
    sale = {"customer": {"id": 4, "name": "Aysel", "customer_discount_type": 1}, "deep": [{"customer": "Aysel"}]}
    assert erase(sale) == {"customer": {"id": 4, "customer_discount_type": 1}, "deep": [{"customer": None}]}


def test_erasing_changes_a_copy() -> None:
    order = {"payload": {"customer": {"id": 4, "name": "Aysel"}}}
    erase_order(order)
    assert order == {"payload": {"customer": {"id": 4, "name": "Aysel"}}}


@pytest.mark.parametrize(
    ("sale", "ids"),
    [
        ({"customer_id": 4}, [4]),
        ({"customer": {"id": 5}}, [None, 5]),
        ({"payload": {"customer_id": 6, "customer": {"id": "7"}}}, [None, 6, "7"]),
        ({"payload": [], "customer": []}, [None]),
        ({}, [None]),
    ],
)
def test_a_sale_names_its_customer_in_several_places(sale: dict[str, Any], ids: list[object]) -> None:
    assert list(find_buyers(sale)) == ids
