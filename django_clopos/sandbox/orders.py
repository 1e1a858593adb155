"""A call-center order document, linked to its receipt or not.

The link is `receipt.service_notification_id` = order id. Source: wire contract 13.12.
"""

# ruff: noqa: RUF001  # Azerbaijani is written with a dotless i

from random import Random
from typing import Any

from django_clopos.sandbox.amounts import amount
from django_clopos.sandbox.basket import Line
from django_clopos.sandbox.stamps import zulu

Document = dict[str, Any]

_LISTED_AS_EMPTY = 2
_WITHOUT_META = 4
"""Orders whose first product shows the two gaps that were seen live. Source: wire contract 18."""


def make_order(
    number: int,
    *,
    venue: int,
    status: str,
    moment: int,
    updated: int,
    lines: list[Line],
    customer: Document | None,
    delivery_fee: int,
    rng: Random,
) -> Document:
    reference = f"{rng.getrandbits(96):024x}" if number % 3 == 0 else None
    products = [_order_product(line, number) for line in lines]
    if number == _LISTED_AS_EMPTY:
        products[0]["meta"]["order_product"]["product"] = []
    if number == _WITHOUT_META:
        del products[0]["meta"]
    return {
        "id": number,
        "venue_id": venue,
        "type": "CALL_CENTER_ORDER",
        "integration": "call_center_new",
        "integration_uuid": None,
        "integration_id": f"WEB-{number:06d}" if number % 2 else None,
        "customer_ref_id": reference,
        "integration_status": "CREATED",
        "integration_response": {"accepted": True} if number % 10 == 0 else None,
        "status": status,
        "receive_user_id": 1 if status != "PENDING" else None,
        "receive_terminal_id": venue if status != "PENDING" else None,
        "payload": {
            "auto_order_accept": False,
            "auto_order_sent_to_station": False,
            "delivery_fee": amount(delivery_fee),
            "service": {"sale_type_id": 2, "venue_id": venue},
            "customer": _customer_part(customer),
            "products": products,
            "meta": _payload_meta(number, lines),
            "customer_id": customer["id"] if customer else None,
            "sale_type_id": 2,
        },
        "created_at": zulu(moment),
        "updated_at": zulu(updated),
    }


def _customer_part(customer: Document | None) -> Document:
    if customer is None:
        return {"id": 0, "customer_discount_type": 1, "name": "Qonaq"}
    return {
        "id": customer["id"],
        "phone": customer["phone"],
        "address": customer["address"],
        "customer_discount_type": 1,
        "name": customer["name"],
    }


def _order_product(line: Line, number: int) -> Document:
    product = line.product
    count = max(1, line.grams // 1000)
    return {
        "product_id": product["id"],
        "count": count,
        "product_modificators": [{"modificator_id": modifier["id"], "count": 1} for modifier, _ in line.modifiers],
        "portion_size": 1,
        "meta": {
            "price": product["price"],
            "order_product": {
                "count": count,
                "status": "new" if number % 2 else "completed",
                "product_modificators": [],
                "product_hash": f"{product['id']:08x}",
                "product": {"id": product["id"], "name": product["full_name"], "price": product["price"]},
            },
        },
    }


def _payload_meta(number: int, lines: list[Line]) -> Document:
    """`orderTotal` is text with four decimals. Source: wire contract 10."""
    total = sum(line.subtotal for line in lines)
    return {
        "comment": "Qapının ağzına qoyun" if number % 4 == 0 else None,
        "discount": {"discount_type": int(number % 5 == 0), "discount_value": 10 if number % 5 == 0 else 0},
        "apply_service_charge": False,
        "customer_discount_type": 1,
        "service_charge_value": 0,
        "orderTotal": f"{total // 10_000}.{total % 10_000:04d}",
    }
