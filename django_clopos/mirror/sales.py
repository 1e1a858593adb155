"""Sales: what is mirrored of sale types, payment methods and orders."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from operator import attrgetter
from typing import Any

from django_clopos import models, schemas
from django_clopos.client import endpoints
from django_clopos.mirror.personal import OF_ORDER
from django_clopos.mirror.resource import ALWAYS_QUIET, Child, Resource, Table, Urgency
from django_clopos.mirror.strategies import NewestFirst, Snapshot
from django_clopos.schemas import Order, OrderItem

SALE_TYPES = Resource(
    endpoint=endpoints.SALE_TYPES,
    table=Table(
        model=models.SaleType,
        schema=schemas.SaleType,
        raw_only={"payment_method": "the method's own record, mirrored by payment-methods"},
    ),
    strategy=Snapshot(),
    quiet=ALWAYS_QUIET | {"payment_method"},  # the method's own record
    freshness="read whole with every sync",
)

PAYMENT_METHODS = Resource(
    endpoint=endpoints.PAYMENT_METHODS,
    table=Table(model=models.PaymentMethod, schema=schemas.PaymentMethod),
    strategy=Snapshot(),
    freshness="read whole with every sync",
)


def _first_of(*paths: str) -> Callable[[Order], Any]:
    """Make the function that gives the first of several attributes that is set; 0 and null are none."""
    readers = [_reach(path) for path in paths]
    return lambda order: next((value for value in (read(order) for read in readers) if value), None)


def _reach(path: str) -> Callable[[Order], Any]:
    """Make the function that gives an attribute of the order's payload, None where a part of the way is missing."""
    *parts, last = path.split(".")
    steps = [attrgetter(part) for part in parts]
    end = attrgetter(last)

    def read(order: Order) -> Any:
        value: Any = order
        for step in steps:
            value = step(value)
            if value is None:
                return None
        return end(value)

    return read


def _give_items(order: Order) -> Iterable[OrderItem] | None:
    payload = order.payload
    if payload is None or "products" not in payload.model_fields_set:
        return None
    return payload.products or ()


_IN_PAYLOAD = ("auto_order_accept", "auto_order_sent_to_station", "delivery_fee", "payload_updated_at")
_IN_META = ("comment", "order_total", "apply_service_charge", "customer_discount_type", "service_charge_value")

ORDERS = Resource(
    endpoint=endpoints.ORDERS,
    table=Table(
        model=models.Order,
        schema=schemas.Order,
        children=(
            Child(
                model=models.OrderItem,
                schema=schemas.OrderItem,
                items=_give_items,
                parent="order",
                raw_only={"meta": "its price, name, status and hash are columns; the whole is in the order's record"},
            ),
        ),
        computed={
            # id 0 is a guest. Source: wire contract, section 13.13.
            "customer_id": _first_of("customer_id", "payload.customer_id", "payload.customer.id"),
            "customer_name": _reach("payload.customer.name"),
            "customer_phone": _reach("payload.customer.phone"),
            "customer_address": _reach("payload.customer.address"),
            "sale_type_id": _first_of("sale_type_id", "payload.sale_type_id", "payload.service.sale_type_id"),
            "discount_type": _reach("payload.meta.discount.discount_type"),
            "discount_value": _reach("payload.meta.discount.discount_value"),
        }
        | {name: _reach(f"payload.{name}") for name in _IN_PAYLOAD}
        | {name: _reach(f"payload.meta.{name}") for name in _IN_META},
        raw_only={
            "payload": "spread over the order's columns and the rows of OrderItem; the whole is Order.payload",
            "customer": "the customer's own record, mirrored by customers",
            "receipt": "the row refers to it; mirrored by receipts",
            "sale_type": "named by the design, never seen; the row refers to it",
            "payment_method": "named by the design, never seen; the row refers to it",
            "line_items": "named by the design, never seen; items come in the payload",
        },
    ),
    strategy=NewestFirst(),
    personal=OF_ORDER,
    quiet=ALWAYS_QUIET | {"customer", "receipt", "sale_type", "payment_method"},  # whole records of other resources
    every=timedelta(minutes=1),
    urgency=Urgency.NOW,
    freshness="newest changes first with every sync; the last 30 days once an hour",
)
