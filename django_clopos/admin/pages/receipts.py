"""A receipt's page looks like a receipt: who sold what to whom, what it comes to, how it was paid."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_clopos.admin.columns import show_column
from django_clopos.admin.formats import write_moment
from django_clopos.admin.pages.bills import (
    Bill,
    Line,
    Sum,
    find_line_badges,
    list_sums,
    write_count,
    write_extras,
    write_money,
    write_product,
)
from django_clopos.admin.pages.blocks import Badge, Fact, FactsBlock, Link, Tone
from django_clopos.admin.pages.look import Look
from django_clopos.admin.pages.modifiers import Chosen, read_modifiers
from django_clopos.admin.pages.page import Page
from django_clopos.admin.pages.parts import Facts, Related, write_facts
from django_clopos.admin.pages.values import write_number, write_value
from django_clopos.models import Receipt, ReceiptPayment, ReceiptProduct, StockOperation
from django_clopos.models.sales import DiscountType

#: Lines and payments of one receipt that its page shows; a banquet has a few hundred.
_LINES, _PAYMENTS = 500, 50


def name_receipt(look: Look) -> str:
    """Name a receipt by its order number, else by its Clopos id."""
    return _("Receipt %(number)s") % {"number": look.row.order_number or look.row.clopos_id}


def find_receipt_badges(look: Look) -> Iterable[Badge]:
    """Give the states of a receipt."""
    row = look.row
    if row.status is not None:
        tone = {Receipt.Status.OPEN: Tone.WARNING, Receipt.Status.CLOSED: Tone.GOOD}.get(row.status, Tone.QUIET)
        yield Badge(text=row.get_status_display(), tone=tone)
    if row.is_returns:
        yield Badge(text=_("Return"), tone=Tone.BAD)
    if row.order_status:
        yield Badge(text=row.get_order_status_display())
    if row.lock:
        yield Badge(text=_("Locked"))


def read_people(look: Look) -> FactsBlock | None:
    """Say who opened and closed the receipt, and when; then who else had to do with it."""
    row = look.row
    facts = [
        Fact(label=label, value=value)
        for label, value in (
            (_("Opened"), _write_deed(look, "open_by_user", row.created_at)),
            (_("Closed"), _write_deed(look, "close_by_user", row.closed_at)),
            (_("Owner"), write_value(look, row, "user")),
        )
        if value
    ]
    facts += write_facts(look, "seller", "courier")
    return FactsBlock(title=_("Staff"), facts=tuple(facts)) if facts else None


def _write_deed(look: Look, name: str, moment: Any) -> Any:
    show = show_column(Receipt, name)
    person = show(look.row) if getattr(look.row, f"{name}_id") and callable(show) else None
    when = write_moment(moment, look.zone)
    return format_html("{}, {}", when, person) if when and person else when or person


def read_bill(look: Look) -> Bill:
    """Read lines and payments with what they name, in two queries or three."""
    lines = list(
        look.read_rows(ReceiptProduct, "product", "seller").filter(receipt=look.row.pk).order_by("pk")[: _LINES + 1]
    )
    chosen = read_modifiers(look, *(line.modificators for line in lines[:_LINES]))
    address = look.address_list(ReceiptProduct, receipt__id__exact=look.row.pk)
    return Bill(
        title=_("Lines"),
        lines=tuple(_write_line(look, line, extras) for line, extras in zip(lines, chosen, strict=False)),
        sums=_list_sums(look),
        payments=_read_payments(look),
        gains=_list_gains(look),
        more=Link(text=_("All lines"), address=address) if address else None,
        is_cut=len(lines) > _LINES,
    )


def _write_line(look: Look, line: Any, chosen: tuple[Chosen, ...]) -> Line:
    discount = (line.total_discount or Decimal()) + (line.receipt_discount or Decimal())
    is_sold_by_another = line.seller_id and line.seller_id not in {look.row.seller_id, look.row.user_id}
    return Line(
        product=write_product(look, line),
        extras=write_extras(chosen, look.currency),
        badges=find_line_badges(line),
        note=_("Sold by %(name)s") % {"name": line.seller} if is_sold_by_another and line.seller else "",
        count=write_count(line),
        price=write_money(line.price),
        discount=write_money(-discount) if discount else "",
        total=write_money(line.total, look.currency),
        is_deleted=bool(line.deleted_at),
    )


def _list_sums(look: Look) -> tuple[Sum, ...]:
    """Sum up as the remote's own receipts add up. Source: docs/reports.md, "Figures of receipts"."""
    row, currency = look.row, look.currency
    gifts = row.gift_total or Decimal()
    goods = None if row.subtotal is None else row.subtotal + gifts
    percent = f"{write_number(row.service_charge)}\u00a0%" if row.service_charge else ""
    sums = list_sums(
        currency,
        (_("Goods with gifts"), goods if gifts else None, ""),
        (_("Gifts"), -gifts, write_number(row.gift_count) if row.gift_count else ""),
        (_("Subtotal"), row.subtotal, ""),
        (_("Discounts"), -(row.total_discount or Decimal()), _write_discount(look)),
        (_("Service charge"), row.service_charge_value, percent),
        (_("Delivery fee"), row.delivery_fee, ""),
        (_("Tax on top"), row.e_tax, ""),
    )
    total = Sum(label=_("Total"), value=write_money(row.total, currency), is_total=True)
    included = list_sums(currency, (_("Included tax"), row.i_tax, _("part of the total")))
    return (*sums, total, *included) if row.total is not None else (*sums, *included)


def _write_discount(look: Look) -> str:
    """Say what the discounts are made of: that of the receipt, as it was given, and those of the lines."""
    row, parts = look.row, []
    if row.discount_type == DiscountType.PERCENTAGE and row.discount_value:
        parts.append(f"{write_number(row.discount_value)}\u00a0%")
    if row.rps_discount:
        parts.append(_("%(amount)s of the lines") % {"amount": write_money(row.rps_discount, look.currency)})
    return ", ".join(parts)


def _read_payments(look: Look) -> tuple[Sum, ...]:
    rows = look.read_rows(ReceiptPayment, "payment_method").filter(receipt=look.row.pk).order_by("position")
    show = show_column(ReceiptPayment, "payment_method")
    payments = [
        Sum(label=_name_payment(look, payment, show), value=write_money(payment.amount, look.currency))
        for payment in rows[:_PAYMENTS]
    ]
    return (*payments, *list_sums(look.currency, (_("Still to be paid"), look.row.remaining, "")))


def _name_payment(look: Look, payment: Any, show: Any) -> Any:
    method = payment.payment_method
    if method is None:
        missing = show(payment) if payment.payment_method_id else ""
        return format_html('{} <span class="clopos-quiet">{}</span>', payment.name or "", missing)
    name, address = payment.name or str(method), look.address_page(method)
    return format_html('<a href="{}">{}</a>', address, name) if address else name


def _list_gains(look: Look) -> tuple[Sum, ...]:
    """Give cost and margin of a sale; a return takes both back, so it has none of its own."""
    row = look.row
    if row.total_cost is None or row.total is None or row.is_returns:
        return ()
    margin = row.total - row.total_cost
    percent = f"{write_number(round(margin * 100 / row.total, 1))}\u00a0%" if row.total else ""
    cost = Sum(label=_("Cost of goods"), value=write_money(row.total_cost, look.currency))
    return (cost, Sum(label=_("Margin"), value=write_money(margin, look.currency), note=percent))


RECEIPT = Page(
    name=name_receipt,
    find_badges=find_receipt_badges,
    parts=(
        Facts(
            title=gettext_lazy("Sale"),
            names=(
                "venue", "shift_date", "order_number", "daily_id", "fiscal_id", "sale_type", "source",
                "service_notification",
            ),
        ),
        Facts(
            title=gettext_lazy("Guests"),
            names=("guests", "customer", "table_id", "hall_id", "address", "description"),
        ),
        read_people,
        read_bill,
        Related(
            title=gettext_lazy("Taken from stock"),
            model=StockOperation,
            by="receipt",
            columns=("clopos_id", "product", "quantity", "cost", "total_cost", "storage_name", "operated_at"),
            limit=50,
        ),
    ),
)  # fmt: skip

RECEIPT_LINE = Page(
    parts=(
        Facts(names=("receipt", "product", "product_name", "product_type", "seller", "created_at", "updated_at")),
        Facts(
            title=gettext_lazy("Amounts"),
            names=(
                "count", "portion_size", "price", "subtotal", "discount_rate", "total_discount", "receipt_discount",
                "total", "cost", "is_gift",
            ),
        ),
    ),
)  # fmt: skip
