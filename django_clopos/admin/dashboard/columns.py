"""The columns of the tables: which figure stands below which heading."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.utils.translation import gettext_lazy as _

from django_clopos.admin.dashboard.tables import Column, Kind, Text


def _make(title: Text, kind: Kind, path: str) -> Column:
    return Column(title=title, kind=kind, read=attrgetter(path))


def name_of(title: Text) -> tuple[Column, Column]:
    """Make the columns that say which row it is: its name and its Clopos id."""
    return _make(title, Kind.TEXT, "name"), _make(_("Clopos id"), Kind.TEXT, "id")


#: Of `Sales`.
SALES = (
    _make(_("Receipts"), Kind.COUNT, "receipts"),
    _make(_("Net sales"), Kind.AMOUNT, "net_sales"),
    _make(_("Average receipt"), Kind.AMOUNT, "average_receipt"),
    _make(_("Guests"), Kind.COUNT, "guests"),
    _make(_("Discounts"), Kind.AMOUNT, "net.discounts"),
    _make(_("Gifts"), Kind.AMOUNT, "net.gifts"),
    _make(_("Number of returns"), Kind.COUNT, "returns"),
    _make(_("Returns"), Kind.AMOUNT, "returned.total"),
    _make(_("Margin"), Kind.AMOUNT, "margin"),
    _make(_("Margin, %"), Kind.PERCENT, "margin_percent"),
)

#: Of rows that have sales: days, venues, sale types, staff.
SALES_OF_ROW = tuple(column.after(attrgetter("sales")) for column in SALES)

DAY = _make(_("Business day"), Kind.DAY, "day")

#: Of `HourSales`, after its weekday.
HOURS = (
    _make(_("Hour"), Kind.TEXT, "hour"),
    _make(_("Days"), Kind.COUNT, "days"),
    *SALES_OF_ROW,
)

#: Of `ItemSales`, after its name.
ITEMS = (
    _make(_("Sold"), Kind.QUANTITY, "count"),
    _make(_("Net sales"), Kind.AMOUNT, "total"),
    _make(_("Cost"), Kind.AMOUNT, "cost"),
    _make(_("Margin"), Kind.AMOUNT, "margin"),
    _make(_("Margin, %"), Kind.PERCENT, "margin_percent"),
    _make(_("Discounts"), Kind.AMOUNT, "discounts"),
    _make(_("Given away"), Kind.QUANTITY, "gift_count"),
    _make(_("Gifts"), Kind.AMOUNT, "gifts"),
    _make(_("Returned"), Kind.QUANTITY, "returned_count"),
    _make(_("Returns"), Kind.AMOUNT, "returned"),
    _make(_("Lines"), Kind.COUNT, "lines"),
    _make(_("Lines without cost"), Kind.COUNT, "without_cost"),
)
CATEGORY = _make(_("Category"), Kind.TEXT, "category")

#: Of `PaymentSales`.
PAYMENTS = (
    *name_of(_("Payment method")),
    _make(_("Payments"), Kind.COUNT, "payments"),
    _make(_("Paid"), Kind.AMOUNT, "paid"),
    _make(_("Given back"), Kind.AMOUNT, "given_back"),
    _make(_("Net"), Kind.AMOUNT, "net"),
)

#: Of a product of the stop list.
STOPS = (
    _make(_("Product"), Kind.TEXT, "product_name"),
    _make(_("Clopos id"), Kind.TEXT, "product"),
    _make(_("Venue"), Kind.TEXT, "venue_name"),
    _make(_("Left"), Kind.QUANTITY, "limit"),
    _make(_("Since"), Kind.MOMENT, "since"),
)

#: The amounts of `Amounts`, in the order in which they make the total.
AMOUNTS: tuple[tuple[str, Any], ...] = (
    ("gross", _("Goods at their price, gifts included")),
    ("gifts", _("Gifts")),
    ("discounts", _("Discounts")),
    ("service_charge", _("Service charge")),
    ("delivery_fee", _("Delivery fee")),
    ("included_tax", _("Tax included")),
    ("excluded_tax", _("Tax on top")),
    ("total", _("Total")),
    ("cost", _("Cost of the goods")),
)
