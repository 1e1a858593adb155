"""The Z report: one business day of one venue, complete, as a till prints it at closing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Min
from django.db.models.functions import Coalesce

from django_clopos.models import Brand, Receipt, Venue
from django_clopos.reports.counting import select_sales
from django_clopos.reports.figures import NamedSales, Sales
from django_clopos.reports.items import ItemSales, sum_items
from django_clopos.reports.labels import name_rows
from django_clopos.reports.payments import PaymentMix, sum_payments
from django_clopos.reports.question import Question
from django_clopos.reports.sales import sum_by_sale_type, sum_sales
from django_clopos.reports.staff import Role, sum_by_staff
from django_clopos.reports.uncounted import Uncounted, sum_uncounted


@dataclass(frozen=True, kw_only=True, slots=True)
class ZReport:
    """Everything that the till of one venue took on one business day."""

    venue: int
    """Clopos id."""
    venue_name: str
    day: date
    currency: str
    first_opened_at: datetime | None
    """In the venue's zone; None: nothing was sold."""
    last_closed_at: datetime | None
    """Of the closing, else the opening, in the venue's zone."""
    sales: Sales
    payments: PaymentMix
    sale_types: tuple[NamedSales, ...]
    cashiers: tuple[NamedSales, ...]
    """Who closed the receipts."""
    categories: tuple[ItemSales, ...]
    uncounted: Uncounted
    """What is not in these figures, so that it can be asked after."""


def make_z_report(brand: Brand, *, venue: int, day: date) -> ZReport:
    """Report one business day of a venue, named by its Clopos id, in 16 queries.

    A venue that is not in the mirror sold nothing. Raises ValueError as `Question` does.
    """
    question = Question(brand=brand, venues=[venue], first=day, last=day).at_once()
    key = Venue.key(brand, venue)
    opened, closed = _find_ends(question)
    zone = brand.timezone_of(venue)
    return ZReport(
        venue=venue,
        venue_name=name_rows(Venue, [key])[key],
        day=day,
        currency=brand.currency,
        first_opened_at=opened and opened.astimezone(zone),
        last_closed_at=closed and closed.astimezone(zone),
        sales=sum_sales(question),
        payments=sum_payments(question),
        sale_types=sum_by_sale_type(question),
        cashiers=sum_by_staff(question, role=Role.CLOSED),
        categories=sum_items(question).categories,
        uncounted=sum_uncounted(question),
    )


def _find_ends(question: Question) -> tuple[datetime | None, datetime | None]:
    ends = select_sales(Receipt.objects.all(), question).aggregate(
        opened=Min("created_at"), closed=Max(Coalesce("closed_at", "created_at"))
    )
    return ends["opened"], ends["closed"]
