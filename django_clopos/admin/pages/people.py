"""The pages of people: customers with what they buy, their groups, and staff with what they sold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_clopos import reports
from django_clopos.access import MASK
from django_clopos.admin.formats import write_amount
from django_clopos.admin.pages.blocks import Badge, Cell, Column, Fact, FactsBlock, Row, TableBlock, Tone
from django_clopos.admin.pages.look import Look
from django_clopos.admin.pages.page import Page
from django_clopos.admin.pages.parts import Facts, Listed, Related, label_column, write_facts
from django_clopos.models import Customer, Order, Receipt

_DAYS = 30
_ROLES = {"user": reports.Role.OWNER, "close_by_user": reports.Role.CLOSED}


def find_active_badge(look: Look) -> Iterable[Badge]:
    """Say whether somebody is active."""
    if look.row.status is not None:
        is_active = look.row.status
        yield Badge(text=_("Active") if is_active else _("Inactive"), tone=Tone.GOOD if is_active else Tone.QUIET)


def find_customer_badges(look: Look) -> Iterable[Badge]:
    """Give the states of a customer."""
    yield from find_active_badge(look)
    if look.row.is_verified:
        yield Badge(text=_("Verified"), tone=Tone.GOOD)


def read_spending(look: Look) -> FactsBlock | None:
    """Say what the customer has spent and may spend."""
    row = look.row
    facts = write_facts(look, "spent", "receipt_count")
    if row.spent and row.receipt_count:
        average = round(row.spent / row.receipt_count, 2)
        facts.append(Fact(label=_("Average receipt"), value=write_amount(average, look.currency)))
    for name in ("balance", "cashback_balance"):
        amount = _write_balance(look, getattr(row, name))
        if amount:
            facts.append(Fact(label=label_column(row, name), value=amount))
    facts += write_facts(look, "total_bonus", "discount", "total_discount", "can_use_loyalty_system")
    return FactsBlock(title=_("Spending"), facts=tuple(facts)) if facts else None


def _write_balance(look: Look, balance: Any) -> str | None:
    """Write the amount of a balance. Source: wire contract, section 12, "Balance"; what a mask left stays a mask."""
    if balance == MASK:
        return MASK
    amount = balance.get("amount") if isinstance(balance, dict) else None
    return write_amount(Decimal(amount), look.currency) if isinstance(amount, int | Decimal) else None


def read_sales_of_staff(look: Look) -> TableBlock | None:
    """Sum what somebody sold in the last days, as owner and as closer, in the venues that the user sees."""
    if not look.may_view(Receipt):
        return None
    row, scope = look.row, look.viewer.scope
    today = timezone.now().astimezone(look.zone).date()
    venues = None if scope.covers(row.brand_id) else scope.venues.get(row.brand_id, frozenset())
    question = reports.Question(brand=row.brand, venues=venues, first=today - timedelta(days=_DAYS - 1), last=today)
    rows = [_write_sales(look, name, sales) for name, sales in _sum_roles(question, row.clopos_id)]
    columns = (_("Receipts"), _("Returns"), _("Net sales"), _("Average receipt"))
    return (
        TableBlock(
            title=_("Sales of the last %(days)d days") % {"days": _DAYS},
            columns=(Column(label=_("As")), *(Column(label=label, is_number=True) for label in columns)),
            rows=tuple(rows),
        )
        if rows
        else None
    )


def _sum_roles(question: reports.Question, clopos_id: int) -> Iterable[tuple[str, Any]]:
    for name, role in _ROLES.items():
        for each in reports.sum_by_staff(question, role=role):
            if each.id == clopos_id:
                yield name, each.sales


def _write_sales(look: Look, name: str, sales: Any) -> Row:
    address = look.address_list(Receipt, **{f"{name}__id__exact": look.row.pk})
    role = _ROLES[name].label
    numbers = (
        str(sales.receipts),
        str(sales.returns),
        write_amount(sales.net_sales, look.currency),
        write_amount(sales.average_receipt, look.currency),
    )
    link = format_html('<a href="{}">{}</a>', address, role)
    return Row(cells=(Cell(value=link), *(Cell(value=number, is_number=True) for number in numbers)))


CUSTOMER = Page(
    find_badges=find_customer_badges,
    parts=(
        Facts(
            title=gettext_lazy("Contact"),
            names=("phone", "email", "address", "date_of_birth", "gender", "code", "description"),
        ),
        read_spending,
        Facts(
            title=gettext_lazy("Membership"),
            names=("group", "venue", "source", "reference_id", "phone_verified_at", "created_at", "updated_at"),
        ),
        Related(
            title=gettext_lazy("Last receipts"),
            model=Receipt,
            by="customer",
            columns=("clopos_id", "order_number", "shift_date", "venue", "status", "total", "closed_at"),
            order=("-pk",),
        ),
        Related(
            title=gettext_lazy("Last orders"),
            model=Order,
            by="customer",
            columns=("clopos_id", "created_at", "venue", "status", "order_total"),
            order=("-pk",),
        ),
    ),
    listed=(
        Listed(title=gettext_lazy("Receipts"), model=Receipt, by="customer"),
        Listed(title=gettext_lazy("Orders"), model=Order, by="customer"),
    ),
)

CUSTOMER_GROUP = Page(
    parts=(
        Facts(names=("discount_type", "discount_value", "system_type", "created_at", "updated_at")),
        Related(
            title=gettext_lazy("Customers"),
            model=Customer,
            by="group",
            columns=("clopos_id", "name", "spent", "receipt_count", "updated_at"),
            order=("-spent", "pk"),
        ),
    ),
    listed=(Listed(title=gettext_lazy("Customers"), model=Customer, by="group"),),
)

STAFF_USER = Page(
    find_badges=find_active_badge,
    parts=(
        Facts(
            title=gettext_lazy("Staff user"),
            names=("first_name", "last_name", "email", "mobile_number", "owner", "hide", "salary", "login_at"),
        ),
        read_sales_of_staff,
    ),
    listed=(
        Listed(title=gettext_lazy("Receipts owned"), model=Receipt, by="user"),
        Listed(title=gettext_lazy("Receipts closed"), model=Receipt, by="close_by_user"),
    ),
)
