"""A receipt document from a settled basket: names and shapes of the wire, no arithmetic of its own.

Source: wire contract 13.15.
"""

# ruff: noqa: RUF001  # Azerbaijani is written with a dotless i

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from django_clopos.sandbox.amounts import amount
from django_clopos.sandbox.basket import Basket, Line
from django_clopos.sandbox.identifiers import make_uuid
from django_clopos.sandbox.premises import METHODS, SALE_TYPES
from django_clopos.sandbox.stamps import naive, zulu

Document = dict[str, Any]

_OPEN, _CLOSED = 1, 2


@dataclass(kw_only=True, slots=True)
class Sale:
    """What is known of one receipt before it becomes a document; moments are epoch seconds."""

    number: int
    venue: int
    day: date
    monthly: int
    opened: int
    closed: int | None
    updated: int
    sale_type: int
    guests: int
    customer: int | None
    waiter: int
    cashier: int
    courier: int | None
    is_return: bool
    basket: Basket
    daily: int = 0
    shift_cid: str = ""
    order: int | None = None
    payments: list[tuple[int, int]] = field(default_factory=list)
    """Method and amount."""


def make_receipt(sale: Sale, *, rng: Random, first_line: int) -> Document:
    """The document with its lines and payments; line ids ascend from `first_line`."""
    document = _identity(sale, rng) | _amounts(sale) | _circumstances(sale, rng)
    document["receipt_products"] = [
        _line(line, first_line + place, sale, rng) for place, line in enumerate(sale.basket.lines)
    ]
    return document


def _identity(sale: Sale, rng: Random) -> Document:
    closed = sale.closed is not None
    return {
        "id": sale.number,
        "venue_id": sale.venue,
        "cid": make_uuid(rng),
        "customer_id": sale.customer,
        "user_id": sale.waiter,
        "open_by_user_id": sale.waiter,
        "close_by_user_id": sale.cashier if closed else None,
        "seller_id": sale.waiter if sale.sale_type == 1 else None,
        "courier_id": sale.courier,
        "sale_type_id": sale.sale_type,
        "service_notification_id": sale.order,
        "source": "web" if sale.order else "pos",
        "guests": sale.guests,
        "status": _CLOSED if closed else _OPEN,
        "order_status": _order_status(sale, rng),
        "order_number": f"{sale.daily:03d}",
        "lock": closed and sale.number % 50 == 0,
    }


def _amounts(sale: Sale) -> Document:
    basket = sale.basket
    by_method = dict(sale.payments)
    return {
        "total": amount(basket.total),
        "subtotal": amount(basket.subtotal),
        "original_subtotal": amount(basket.subtotal + basket.gift_total),
        "gift_total": amount(basket.gift_total),
        "gift_count": sum(line.is_gift for line in basket.lines),
        "discount_type": basket.discount_type,
        "discount_value": amount(basket.discount_value * (10_000 if basket.discount_type == 1 else 1)),
        "discount_rate": amount(basket.total_discount * 1_000_000 // basket.subtotal) if basket.subtotal else 0,
        "total_discount": amount(basket.total_discount),
        "rps_discount": amount(basket.line_discount),
        "customer_discount_type": 0,
        "service_charge": basket.service_rate,
        "service_charge_value": amount(basket.service_charge),
        "delivery_fee": amount(basket.delivery_fee),
        "remaining": 0 if sale.closed is not None else amount(basket.total),
        "i_tax": amount(basket.included_tax),
        "e_tax": amount(basket.excluded_tax),
        "total_tax": amount(basket.included_tax + basket.excluded_tax),
        "by_cash": amount(by_method.get(1, 0)),
        "by_card": amount(by_method.get(2, 0)),
        "totalCost": amount(sum(_cost(line) for line in basket.lines)),
        "payment_methods": [
            {"id": method, "name": METHODS[method], "amount": amount(paid)} for method, paid in sale.payments
        ],
    }


def _circumstances(sale: Sale, rng: Random) -> Document:
    closed = sale.closed is not None
    in_house = sale.sale_type == 1
    return {
        "fiscal_id": f"{rng.getrandbits(48):012x}" if closed and sale.number % 20 else None,
        "loyalty_type": "cashback" if sale.customer and sale.number % 9 == 0 else None,
        "loyalty_value": Decimal("2.5") if sale.customer and sale.number % 9 == 0 else None,
        "address": "Nizami küçəsi 12" if sale.courier else None,
        "description": "Acılı olmasın" if sale.number % 40 == 0 else None,
        "table_id": sale.venue * 100 + sale.number % 18 if in_house else None,
        "hall_id": sale.venue if in_house else None,
        "terminal_id": sale.venue,
        "closed_terminal_id": sale.venue if closed else None,
        "cash_shift_cid": sale.shift_cid,
        "is_returns": sale.is_return,
        "printed": closed,
        "inventory_status": 0,
        "report_status": 3 if closed else 0,
        "suspicion": 0,
        "local_status": 0,
        "meta": {
            "preprint_count": sale.number % 3,
            "sale_type": {"name": SALE_TYPES[sale.sale_type]},
            "user": {"name": f"Ofisiant {sale.waiter}"},
            "terminal_updated_at": sale.updated * 1000 + 781,
            "availiableDeposit": 0,
            "check_close_event": {"checked": closed, "operated_at": naive(sale.updated), "fails": []},
        },
        "properties": [] if sale.number % 30 == 0 else {"daily_id": sale.daily, "monthly_id": sale.monthly},
        "terminal_version": "3.12.0",
        "terminal_updated_at": zulu(sale.updated),
        "created_at": naive(sale.opened),
        "updated_at": naive(sale.updated),
        "closed_at": naive(sale.closed) if sale.closed is not None else None,
        "shift_date": sale.day.isoformat(),
        "deleted_at": None,
    }


def _line(line: Line, number: int, sale: Sale, rng: Random) -> Document:
    product = line.product
    by_weight = product["sold_by_weight"]
    return {
        "id": number,
        "cid": make_uuid(rng),
        "receipt_id": sale.number,
        "product_id": product["id"],
        "product_hash": f"{product['id']:08x}",
        "count": amount(line.grams * 10) if by_weight else line.grams // 1000,
        "portion_size": 1,
        "price": amount(line.price),
        "cost": amount(_cost(line)),
        "subtotal": amount(line.subtotal),
        "total": amount(line.total),
        "is_gift": line.is_gift,
        "discount_type": int(bool(line.discount_rate)),
        "discount_value": line.discount_rate,
        "discount_rate": line.discount_rate,
        "total_discount": amount(line.discount),
        "receipt_discount": amount(line.receipt_discount),
        "loyalty_type": None,
        "loyalty_value": None,
        "preprint_count": 0,
        "station_printed_count": int(product["station_id"] is not None),
        "station_aborted_count": 0,
        "seller_id": sale.waiter,
        "meta": {
            "product": {
                "name": product["full_name"],
                "type": product["type"],
                "price": product["price"],
                "barcode": product["barcode"],
            }
        },
        "taxes": [],
        "modificators": [
            {
                "id": number * 10 + place,
                "modificator_id": modifier["id"],
                "modificator_group_id": modifier["group_id"],
                "name": modifier["name"],
                "price": amount(price),
                "count": 1,
                "portion_size": 1,
            }
            for place, (modifier, price) in enumerate(line.modifiers)
        ],
        "terminal_updated_at": zulu(sale.updated),
        "created_at": naive(sale.opened + 1),
        "updated_at": naive(sale.updated + 4) if sale.closed is not None else naive(sale.opened + 1),
        "deleted_at": None,
    }


def _cost(line: Line) -> int:
    cost: int = int(Decimal(line.product["cost_price"]) * 10_000)
    return cost * line.grams // 1000


def _order_status(sale: Sale, rng: Random) -> str:
    """A closed receipt may still be IN_PROGRESS. Source: wire contract 13.15."""
    if sale.closed is None:
        return rng.choice(("NEW", "IN_PROGRESS"))
    return "IN_PROGRESS" if sale.sale_type == 1 else "COMPLETED"
