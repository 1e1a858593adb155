"""What receipts and orders have in common on a page: lines with their modifiers, and sums below."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.html import format_html
from django.utils.translation import gettext as _

from django_clopos.admin.columns import show_column
from django_clopos.admin.formats import write_amount
from django_clopos.admin.pages.blocks import Badge, Link, Tone
from django_clopos.admin.pages.look import Look
from django_clopos.admin.pages.modifiers import Chosen
from django_clopos.admin.pages.values import write_number


@dataclass(frozen=True, kw_only=True, slots=True)
class Extra:
    """A modifier below its line."""

    name: str
    count: str = ""
    """Empty: once."""
    price: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of a bill, written out. What is not known is empty."""

    product: Any
    extras: tuple[Extra, ...]
    badges: tuple[Badge, ...]
    note: str
    count: str
    price: str
    discount: str
    total: str
    is_deleted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    """An amount below the lines."""

    label: Any
    value: str
    note: Any = ""
    is_total: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Bill:
    """Lines, what they come to, and how it was paid."""

    template: ClassVar[str] = "admin/django_clopos/pages/bill.html"
    is_wide: ClassVar[bool] = True

    title: Any
    lines: tuple[Line, ...]
    sums: tuple[Sum, ...]
    payments: tuple[Sum, ...] = ()
    gains: tuple[Sum, ...] = ()
    """Cost and margin, which no guest sees: they are not printed."""
    more: Link | None = None
    is_cut: bool = False
    """Whether there are more lines than these."""

    @property
    def has_discounts(self) -> bool:
        """Whether any line has a discount."""
        return any(line.discount for line in self.lines)


def write_product(look: Look, line: Any) -> Any:
    """Name a line's product as it was called when it was sold; a link where it is in the mirror."""
    product = line.product
    name = line.product_name or (str(product) if product else "")
    if product is not None:
        address = look.address_page(product)
        return format_html('<a href="{}">{}</a>', address, name) if address else name
    if line.product_id is None:
        return name or _("No product")
    show = show_column(line._meta.model, "product")
    missing = show(line) if callable(show) else ""
    return format_html('{} <span class="clopos-quiet">{}</span>', name, missing) if name else missing


def write_extras(chosen: tuple[Chosen, ...], currency: str) -> tuple[Extra, ...]:
    """Write the modifiers of a line."""
    return tuple(
        Extra(
            name=each.name,
            count=write_number(each.count) if each.count not in (None, Decimal(1)) else "",
            price=str(write_amount(each.price, currency)) if each.price else "",
        )
        for each in chosen
    )


def write_count(line: Any) -> str:
    """Write how many, and the size of a portion where it is not one."""
    count = "" if line.count is None else write_number(line.count)
    portion = line.portion_size
    return count if portion in (None, Decimal(1)) else f"{count} \u00d7 {write_number(portion)}"


def write_money(value: Decimal | None, currency: str = "") -> str:
    """Write an amount; empty for None. Only the last amount of a line has its currency: there is no room for more."""
    return write_amount(value, currency) or ""


def list_sums(currency: str, *rows: tuple[Any, Decimal | None, Any]) -> tuple[Sum, ...]:
    """Write sums, given with labels and notes, without those that are nothing."""
    return tuple(
        Sum(label=label, value=write_money(value, currency), note=note) for label, value, note in rows if value
    )


def find_line_badges(line: Any) -> tuple[Badge, ...]:
    """Give the badges of a receipt's line."""
    badges = ((line.is_gift, _("Gift"), Tone.GOOD), (line.deleted_at, _("Deleted"), Tone.BAD))
    return tuple(Badge(text=text, tone=tone) for is_so, text, tone in badges if is_so)
