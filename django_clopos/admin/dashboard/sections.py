"""The tables of the dashboard, made of an `Overview`: the page shows them, and the exports hold them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_clopos.admin.dashboard import columns
from django_clopos.admin.dashboard.tables import Column, Kind, Section, Text, write
from django_clopos.reports import Comparison, Overview, PaymentMix, Sales, Uncounted

#: How many rows of products, at the top and at the bottom, a page shows.
_ENDS = 10

#: The figures at the head of the page: name, heading, kind, and where it is.
_HEAD: tuple[tuple[str, Text, Kind, str], ...] = (
    ("net_sales", _("Net sales"), Kind.AMOUNT, "net_sales"),
    ("receipts", _("Receipts"), Kind.COUNT, "receipts"),
    ("average_receipt", _("Average receipt"), Kind.AMOUNT, "average_receipt"),
    ("guests", _("Guests"), Kind.COUNT, "guests"),
    ("average_guest", _("Average per guest"), Kind.AMOUNT, "average_guest"),
    ("margin", _("Margin"), Kind.AMOUNT, "margin"),
    ("discounts", _("Discounts"), Kind.AMOUNT, "net.discounts"),
    ("gifts", _("Gifts"), Kind.AMOUNT, "net.gifts"),
    ("returned", _("Returns"), Kind.AMOUNT, "returned.total"),
    ("returns", _("Number of returns"), Kind.COUNT, "returns"),
)


#: More of the others is neither good news nor bad.
_GOOD = frozenset({"net_sales", "receipts", "average_receipt", "guests", "average_guest", "margin"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One figure of the period, beside the period before."""

    key: str
    title: Text
    kind: Kind
    now: Decimal | int | None
    before: Decimal | int | None

    @property
    def change(self) -> Decimal | None:
        """Give the change in percent of the period before; None: there was nothing to compare with."""
        if self.now is None or not self.before:
            return None
        change = (Decimal(self.now) - Decimal(self.before)) * 100 / abs(Decimal(self.before))
        return change.quantize(Decimal("0.0001"))

    @property
    def text(self) -> str:
        """Write the figure of the period."""
        return write(self.now, self.kind)

    @property
    def before_text(self) -> str:
        """Write the figure of the period before."""
        return write(self.before, self.kind)

    @property
    def direction(self) -> str:
        """Tell whether more of it is good news and there is more, for a colour: up, down or empty."""
        if not self.change or self.key not in _GOOD:
            return ""
        return "up" if self.change > 0 else "down"

    @property
    def change_text(self) -> str:
        """Say the change in words, which need no colour and no arrow."""
        if self.change is None:
            return gettext("nothing to compare with")
        if not self.change:
            return gettext("as before")
        percent = write(abs(self.change), Kind.PERCENT)
        words = gettext("%(percent)s more than before") if self.change > 0 else gettext("%(percent)s less than before")
        return words % {"percent": percent}


def list_figures(comparison: Comparison) -> list[Figure]:
    """List the figures at the head of the page."""
    return [
        Figure(
            key=key,
            title=title,
            kind=kind,
            now=attrgetter(path)(comparison.now),
            before=attrgetter(path)(comparison.before),
        )
        for key, title, kind, path in _HEAD
    ]


def list_sections(overview: Overview) -> list[Section]:
    """List the tables of the dashboard, in the order of the page."""
    return [
        _compare_figures(overview.comparison),
        list_amounts(overview.comparison.now),
        _list_days("days", _("Sales by day"), overview.comparison.days),
        _list_days("days-before", _("Sales by day, period before"), overview.comparison.days_before),
        _list_hours(overview),
        list_payments(overview.payments),
        list_named("sale-types", _("Sale types"), _("Sale type"), overview.sale_types),
        list_named("venues", _("Venues"), _("Venue"), overview.venues),
        list_named("staff", _("Staff"), overview.role.label, overview.staff),
        _list_items("categories", _("Categories"), columns.name_of(_("Category")), overview.items.categories),
        _list_items(
            "products", _("Products"), (*columns.name_of(_("Product")), columns.CATEGORY), overview.items.products
        ),
        list_uncounted(overview.uncounted),
    ]


def list_named(key: str, title: Text, kind: Text, rows: Iterable[Any]) -> Section:
    """Make the table of the sales of venues, sale types or staff."""
    return Section(key=key, title=title, columns=(*columns.name_of(kind), *columns.SALES_OF_ROW), items=list(rows))


def list_payments(mix: PaymentMix) -> Section:
    """Make the table of the payment methods, with their shares."""
    share = Column(title=_("Share, %"), kind=Kind.PERCENT, read=mix.share)
    return Section(key="payments", title=_("Payment methods"), columns=(*columns.PAYMENTS, share), items=mix.methods)


def list_amounts(sales: Sales) -> Section:
    """Make the table of what makes the total: of the sales, of the returns, and what remains."""
    titles = ((_("Sales"), "sold"), (_("Returns"), "returned"), (_("Net"), "net"))
    return Section(
        key="amounts",
        title=_("What the sales are made of"),
        columns=(
            Column(title=_("Amount"), kind=Kind.TEXT, read=lambda row: str(row[1])),
            *(Column(title=title, kind=Kind.AMOUNT, read=_read_amount(sales, of)) for title, of in titles),
        ),
        items=columns.AMOUNTS,
    )


def list_uncounted(uncounted: Uncounted) -> Section:
    """Make the table of the receipts that no other figure counts."""
    whys = (
        (_("Open"), uncounted.open, uncounted.open_total),
        (_("Removed"), uncounted.removed, uncounted.removed_total),
        (_("Of unknown status"), uncounted.other, uncounted.other_total),
    )
    return Section(
        key="uncounted",
        title=_("Receipts that are not counted"),
        columns=_read_positions((_("Why"), Kind.TEXT), (_("Receipts"), Kind.COUNT), (_("Total"), Kind.AMOUNT)),
        items=[(str(why), count, total) for why, count, total in whys],
    )


def list_top(section: Section) -> list[list[tuple[Column, str]]]:
    """Write the first rows of a long table."""
    return _cut(section, section.items[:_ENDS])


def list_bottom(section: Section) -> list[list[tuple[Column, str]]]:
    """Write the last rows of a long table, the worst first, none that is among the first rows too."""
    return _cut(section, section.items[_ENDS:][-_ENDS:][::-1])


def _cut(section: Section, items: Any) -> list[list[tuple[Column, str]]]:
    cut = Section(key=section.key, title=section.title, columns=section.columns, items=items)
    return cut.cells


def _compare_figures(comparison: Comparison) -> Section:
    figures = list_figures(comparison)
    return Section(
        key="summary",
        title=_("Summary"),
        columns=(
            Column(title=_("Figure"), kind=Kind.TEXT, read=lambda figure: str(figure.title)),
            Column(title=_("Period"), kind=Kind.AMOUNT, read=attrgetter("now")),
            Column(title=_("Period before"), kind=Kind.AMOUNT, read=attrgetter("before")),
            Column(title=_("Change, %"), kind=Kind.PERCENT, read=attrgetter("change")),
        ),
        items=figures,
    )


def _list_days(key: str, title: Text, days: Iterable[Any]) -> Section:
    return Section(key=key, title=title, columns=(columns.DAY, *columns.SALES_OF_ROW), items=list(days))


def _list_hours(overview: Overview) -> Section:
    weekday = Column(title=_("Weekday"), kind=Kind.TEXT, read=lambda row: str(WEEKDAYS[row.weekday - 1]))
    return Section(
        key="hours", title=_("Sales by weekday and hour"), columns=(weekday, *columns.HOURS), items=overview.hours
    )


def _list_items(key: str, title: Text, names: tuple[Column, ...], items: Any) -> Section:
    return Section(key=key, title=title, columns=(*names, *columns.ITEMS), items=items)


def _read_amount(sales: Sales, of: str) -> Any:
    return lambda row: getattr(getattr(sales, of), row[0])


def _read_positions(*titles: tuple[Text, Kind]) -> tuple[Column, ...]:
    return tuple(
        Column(title=title, kind=kind, read=itemgetter(position)) for position, (title, kind) in enumerate(titles)
    )
