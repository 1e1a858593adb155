"""Which parts of a record tell who a customer is: what `clopos_forget --customer` erases and later syncs leave out.

The customer's Clopos id stays in orders and receipts, so that their amounts still add up by customer. It is a
pseudonym: whoever can read the remote can still look it up there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django_clopos.mirror.resource import JsonObject, Personal
from django_clopos.schemas.personal import FOREIGN_KEYS, KEPT_OF_BUYER, KEPT_OF_CUSTOMER, PERSONAL_KEYS


def erase_customer(record: JsonObject) -> JsonObject:
    """Copy a customer's record with nothing but ids, states and totals."""
    return {key: value for key, value in record.items() if key in KEPT_OF_CUSTOMER}


def erase_order(record: JsonObject) -> JsonObject:
    """Copy an order without its customer's data, free texts and what another system keeps in it."""
    return {key: None if key in FOREIGN_KEYS else _erase_value(key, value) for key, value in record.items()}


def erase_receipt(record: JsonObject) -> JsonObject:
    """Copy a receipt without its customer's data and free texts; amounts and lines stay."""
    return {key: _erase_value(key, value) for key, value in record.items()}


def find_own_id(record: JsonObject) -> Iterator[object]:
    """Give the id of a customer's record."""
    yield record.get("id")


def find_buyers(record: JsonObject) -> Iterator[object]:
    """Give the ids by which an order or a receipt names its customer."""
    for part in (record, record.get("payload")):
        if isinstance(part, dict):
            yield part.get("customer_id")
            if isinstance(customer := part.get("customer"), dict):
                yield customer.get("id")


def _erase_value(key: str, value: Any) -> Any:
    if key in PERSONAL_KEYS or (key == "customer" and isinstance(value, str)):
        return None
    match value:
        case dict() if key == "customer":
            return {inner: content for inner, content in value.items() if inner in KEPT_OF_BUYER}
        case dict():
            return {inner: _erase_value(inner, content) for inner, content in value.items()}
        case list():
            return [_erase_value(key, item) for item in value]
        case _:
            return value


OF_CUSTOMER = Personal(column="id", find_customers=find_own_id, erase=erase_customer)
OF_ORDER = Personal(column="customer", find_customers=find_buyers, erase=erase_order)
OF_RECEIPT = Personal(column="customer", find_customers=find_buyers, erase=erase_receipt)
