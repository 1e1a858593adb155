"""Which keys of a record tell who a person is, and how a record is shown to somebody who may not know it.

Masks put a sign in the place of a value and keep the shape around it. They are stricter than an erasure: a key that no
schema knows is masked too, because nobody has looked at what it holds.
"""

from __future__ import annotations

import re
from typing import Any

from django_clopos.schemas.receipts import Receipt, ReceiptProduct
from django_clopos.schemas.sales import Order, OrderItem, OrderPayload

#: What stands in the place of a value.
MASK = "•••"

#: What is kept of a customer's own record. A closed list, because keys that no document names may hold anything.
#: Source: wire contract, section 13.3.
KEPT_OF_CUSTOMER = frozenset(
    {
        "id", "venue_id", "group_id", "status", "discount", "spent", "total_discount", "total_bonus", "receipt_count",
        "can_use_loyalty_system", "is_verified", "source", "balance_id", "bonus_balance_id", "cashback_balance_id",
        "created_at", "updated_at", "deleted_at",
    }
)  # fmt: skip

#: What is kept of the customer inside an order.
KEPT_OF_BUYER = frozenset({"id", "customer_discount_type"})

#: What is shown of a member of staff: the name, which is on receipts anyway, and states. Source: section 13.2.
KEPT_OF_STAFF = frozenset(
    {
        "id", "username", "first_name", "last_name", "owner", "status", "hide", "can_receive_tips", "login_at",
        "bonus_balance_id", "created_at", "updated_at", "deleted_at",
    }
)  # fmt: skip

#: Keys that tell who a customer is wherever they stand in a sale, free texts among them.
#: Source: wire contract, sections 13.12, 13.15 and 15 item 18.
PERSONAL_KEYS = frozenset(
    {
        "phone", "phones", "email", "address", "addresses", "address_data", "date_of_birth", "customer_name",
        "customer_phone", "customer_address", "full_name", "first_name", "last_name", "mobile_number", "comment",
        "note", "description",
    }
)  # fmt: skip

#: Keys of an order whose content another system decides.
FOREIGN_KEYS = frozenset({"customer_ref_id", "integration_response", "properties"})

#: Keys inside parts of a sale whose shape nobody documents: taken for personal by a part of their name.
_SUSPICIOUS = re.compile(
    r"phone|mobile|mail|address|birth|comment|note|descr|contact|customer_?name|full_?name|first_?name|last_?name|surname"
)
_PERSONS = frozenset({"customer", "client", "guest", "recipient", "contact"})

#: Keys of each object of a sale that the schemas know, by the key it stands under ("": the record itself).
_KNOWN_KEYS = {
    ("Order", ""): Order.wire_keys(),
    ("Order", "payload"): OrderPayload.wire_keys(),
    ("Order", "products"): OrderItem.wire_keys(),
    ("OrderItem", ""): OrderItem.wire_keys(),
    ("Receipt", ""): Receipt.wire_keys(),
    ("Receipt", "receipt_products"): ReceiptProduct.wire_keys(),
    ("ReceiptProduct", ""): ReceiptProduct.wire_keys(),
}

_KEPT = {"Customer": KEPT_OF_CUSTOMER, "User": KEPT_OF_STAFF}

#: Tables whose records tell nothing of customers or staff.
IMPERSONAL_TABLES = frozenset(
    {
        "Category", "CustomerGroup", "Modifier", "ModifierGroup", "Package", "PaymentMethod", "PriceList",
        "PriceListPrice", "Product", "SaleType", "Station", "StockOperation", "StopListEntry", "Tax", "Venue",
    }
)  # fmt: skip

#: Resources whose records tell nothing of customers or staff.
IMPERSONAL_RESOURCES = frozenset(
    {
        "venues", "customer-groups", "categories", "stations", "products", "stop-list", "price-lists",
        "price-list-prices", "sale-types", "payment-methods", "stock-operations",
    }
)  # fmt: skip


def mask_value(value: Any) -> Any:
    """Mask one value: a text or a structure becomes a sign, a number or a date None. What is empty stays empty."""
    if value is None or value == "":
        return value
    return MASK if isinstance(value, str | list | dict) else None


def mask_record(table: str, record: Any) -> Any:
    """Mask a decoded record, or some of its keys, of a table by its model's name. An unknown table is masked whole."""
    if table in IMPERSONAL_TABLES:
        return record
    if not isinstance(record, dict):
        return _mask_part(record) if (table, "") in _KNOWN_KEYS else mask_value(record)
    if table in _KEPT:
        return {key: value if key in _KEPT[table] else _cover(value) for key, value in record.items()}
    if (table, "") in _KNOWN_KEYS:
        return _mask_object(table, "", record)
    return {key: _cover(value) for key, value in record.items()}


def _mask_object(table: str, place: str, record: dict[str, Any]) -> dict[str, Any]:
    known = _KNOWN_KEYS.get((table, place))
    return {
        key: _cover(value) if known is not None and key not in known else _mask_key(table, key, value)
        for key, value in record.items()
    }


def _mask_key(table: str, key: str, value: Any) -> Any:
    if key in _PERSONS:
        return _mask_person(value)
    if key in FOREIGN_KEYS and table == "Order":
        return _cover(value)
    if key in PERSONAL_KEYS or _SUSPICIOUS.search(key.lower()):
        return _cover(value)
    return _mask_part(value, table=table, key=key)


def _mask_part(value: Any, *, table: str = "", key: str = "") -> Any:
    match value:
        case dict():
            return _mask_object(table, key, value)
        case list():
            return [_mask_part(item, table=table, key=key) for item in value]
        case _:
            return value


def _mask_person(value: Any) -> Any:
    if not isinstance(value, dict):
        return _cover(value)
    return {key: inner if key in KEPT_OF_BUYER else _cover(inner) for key, inner in value.items()}


def _cover(value: Any) -> Any:
    """Mask a value inside a record, where a number may be a telephone number: it becomes a sign too."""
    return value if value is None or value in ("", [], {}) else MASK
