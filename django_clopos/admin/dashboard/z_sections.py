"""The tables of a Z report."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.utils.translation import gettext_lazy as _

from django_clopos.admin.dashboard import columns
from django_clopos.admin.dashboard.sections import list_amounts, list_named, list_payments, list_uncounted
from django_clopos.admin.dashboard.tables import Column, Kind, Section, Text
from django_clopos.reports import ZReport

_FIGURES: tuple[tuple[Text, Kind, str], ...] = (
    (_("Net sales"), Kind.AMOUNT, "sales.net_sales"),
    (_("Receipts"), Kind.COUNT, "sales.receipts"),
    (_("Returns"), Kind.COUNT, "sales.returns"),
    (_("Guests"), Kind.COUNT, "sales.guests"),
    (_("Average receipt"), Kind.AMOUNT, "sales.average_receipt"),
    (_("Average per guest"), Kind.AMOUNT, "sales.average_guest"),
    (_("Margin"), Kind.AMOUNT, "sales.margin"),
    (_("Margin, %"), Kind.PERCENT, "sales.margin_percent"),
    (_("Receipts without cost"), Kind.COUNT, "sales.without_cost"),
    (_("First receipt opened"), Kind.MOMENT, "first_opened_at"),
    (_("Last receipt closed"), Kind.MOMENT, "last_closed_at"),
)


def list_z_figures(report: ZReport) -> list[tuple[Text, Kind, Any]]:
    """List the figures at the head of the report."""
    return [(title, kind, attrgetter(path)(report)) for title, kind, path in _FIGURES]


def list_z_sections(report: ZReport) -> list[Section]:
    """List every table of the report, in the order of the page."""
    return [
        Section(
            key="summary",
            title=_("Summary"),
            columns=(
                Column(title=_("Figure"), kind=Kind.TEXT, read=lambda row: str(row[0])),
                Column(title=_("Value"), kind=Kind.TEXT, read=lambda row: row[2]),
            ),
            items=list_z_figures(report),
        ),
        list_amounts(report.sales),
        list_payments(report.payments),
        list_named("sale-types", _("Sale types"), _("Sale type"), report.sale_types),
        list_named("cashiers", _("Who closed the receipts"), _("Staff"), report.cashiers),
        Section(
            key="categories",
            title=_("Categories"),
            columns=(*columns.name_of(_("Category")), *columns.ITEMS),
            items=report.categories,
        ),
        list_uncounted(report.uncounted),
    ]
