"""The pages of orders, and of the sale types and payment methods that sales go through."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_clopos.admin.pages.bills import Bill, Line, Sum, list_sums, write_count, write_extras, write_money
from django_clopos.admin.pages.bills import write_product as name_product
from django_clopos.admin.pages.blocks import Badge, BadgesBlock, Link, TextBlock, Tone
from django_clopos.admin.pages.look import Look
from django_clopos.admin.pages.modifiers import Chosen, read_modifiers
from django_clopos.admin.pages.page import Page
from django_clopos.admin.pages.parts import Facts, Listed, Related
from django_clopos.models import Order, OrderItem, Receipt, ReceiptPayment, SaleType, Venue
from django_clopos.models.fields import dump_json
from django_clopos.models.sales import WAITING_STATUSES

_ITEMS = 200

_RECEIPT_COLUMNS = ("clopos_id", "order_number", "shift_date", "venue", "status", "total", "closed_at")


def name_order(look: Look) -> str:
    """Name an order by its number, else by its Clopos id."""
    return _("Order %(number)s") % {"number": look.row.number or look.row.clopos_id}


def find_order_badges(look: Look) -> Iterable[Badge]:
    """Give the states of an order."""
    row = look.row
    if row.status:
        tone = {"IGNORE": Tone.BAD, "CANCELLED": Tone.BAD}.get(row.status, Tone.GOOD)
        yield Badge(text=row.get_status_display(), tone=Tone.WARNING if row.status in WAITING_STATUSES else tone)
    if row.payment_status:
        yield Badge(text=row.payment_status)


def read_items(look: Look) -> Bill:
    """Read the items with what they name, in one query or two."""
    items = list(look.read_rows(OrderItem, "product").filter(order=look.row.pk).order_by("position")[: _ITEMS + 1])
    chosen = read_modifiers(look, *(item.product_modificators for item in items[:_ITEMS]))
    address = look.address_list(OrderItem, order__id__exact=look.row.pk)
    return Bill(
        title=_("Items"),
        lines=tuple(_write_item(look, item, extras) for item, extras in zip(items, chosen, strict=False)),
        sums=_list_sums(look),
        more=Link(text=_("All items"), address=address) if address else None,
        is_cut=len(items) > _ITEMS,
    )


def _write_item(look: Look, item: Any, chosen: tuple[Chosen, ...]) -> Line:
    total = None if item.price is None or item.count is None else item.price * item.count
    return Line(
        product=name_product(look, item),
        extras=write_extras(chosen, look.currency),
        badges=(Badge(text=item.status),) if item.status else (),
        note=item.note or "",
        count=write_count(item),
        price=write_money(item.price),
        discount="",
        # Of the product alone: what its modifiers add is not in the order.
        total=write_money(total, look.currency),
    )


def _list_sums(look: Look) -> tuple[Sum, ...]:
    row = look.row
    # Below the total: whether they are in it is not documented.
    extras = list_sums(
        look.currency,
        (_("Service charge"), row.service_charge_value if row.apply_service_charge else None, ""),
        (_("Delivery fee"), row.delivery_fee, ""),
    )
    total = next((each for each in (row.total, row.total_amount, row.order_total) if each is not None), None)
    if total is None:
        return extras
    return (Sum(label=_("Total"), value=write_money(total, look.currency), is_total=True), *extras)


def read_payload(look: Look) -> TextBlock | None:
    """Give what was ordered as the remote sent it, masked as the record is."""
    payload = look.row.payload
    return TextBlock(title=_("Payload"), text=msgspec.json.format(dump_json(payload), indent=2)) if payload else None


def read_active_venues(look: Look) -> BadgesBlock | None:
    """Say in which of the venues that the user sees this can be used."""
    states = look.row.status
    if not isinstance(states, dict) or not states:
        return None
    venues = look.read_rows(Venue).filter(brand=look.row.brand_id).values_list("clopos_id", "name")
    badges = tuple(
        Badge(text=name or str(clopos_id), tone=Tone.GOOD if states[str(clopos_id)] else Tone.QUIET)
        for clopos_id, name in venues
        if states.get(str(clopos_id))
    )
    return BadgesBlock(title=_("Active in"), badges=badges) if badges else None


ORDER = Page(
    name=name_order,
    find_badges=find_order_badges,
    parts=(
        Facts(
            title=gettext_lazy("Order"),
            names=(
                "venue", "created_at", "sale_type", "type", "payment_method", "receive_user", "receipt", "integration",
                "integration_id", "integration_status",
            ),
        ),
        Facts(
            title=gettext_lazy("Customer"),
            names=("customer", "customer_name", "customer_phone", "customer_address", "comment"),
        ),
        read_items,
        Related(
            title=gettext_lazy("Receipts"), model=Receipt, by="service_notification", columns=_RECEIPT_COLUMNS, limit=10
        ),
        read_payload,
    ),
)  # fmt: skip

ORDER_ITEM = Page(
    parts=(Facts(names=("order", "product", "product_name", "count", "portion_size", "price", "status", "note")),)
)

SALE_TYPE = Page(
    parts=(
        Facts(names=("channel", "system_type", "service_charge_rate", "payment_method", "position")),
        read_active_venues,
    ),
    listed=(
        Listed(title=gettext_lazy("Receipts"), model=Receipt, by="sale_type"),
        Listed(title=gettext_lazy("Orders"), model=Order, by="sale_type"),
    ),
)

PAYMENT_METHOD = Page(
    parts=(
        Facts(names=("is_system", "customer_required", "split", "position")),
        read_active_venues,
        Related(
            title=gettext_lazy("Sale types"),
            model=SaleType,
            by="payment_method",
            columns=("clopos_id", "name", "channel"),
        ),
    ),
    listed=(
        Listed(title=gettext_lazy("Payments"), model=ReceiptPayment, by="payment_method"),
        Listed(title=gettext_lazy("Orders"), model=Order, by="payment_method"),
    ),
)
