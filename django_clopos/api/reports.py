"""The reports as answers: which there are, what each is asked, and who may ask it.

Figures are those of `django_clopos.reports`, amounts as text. They are limited to the venues that the user may see, and
name staff by id to whoever may not see personal data.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django import forms
from django.db import models
from django.http import Http404
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from django_clopos import reports
from django_clopos.access import show_rows
from django_clopos.api.base import BrandView
from django_clopos.api.lookups import ListField
from django_clopos.api.parameters import read_field
from django_clopos.models import Order, Receipt, ReceiptPayment, ReceiptProduct, StopListEntry, Venue
from django_clopos.models.base import BRAND_SPAN
from django_clopos.reports import Question, Role, ZReport, hide_names, to_plain

_MOST_DAYS = 1100
_EARLIEST, _LATEST = date(1990, 1, 1), date(9000, 1, 1)
_PERIOD = frozenset({"first", "last", "venue"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a query string asks, read and limited to what the user may see."""

    question: Question
    role: Role
    sees_personal: bool

    def name_staff(self, staff: Any) -> Any:
        """Give staff with their names, or by id."""
        return staff if self.sees_personal else hide_names(staff)


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """One report of the API."""

    answer: Callable[[Asked], Any]
    kind: Any
    """The type of the answer, for the schema."""
    models: tuple[type[models.Model], ...] = (Receipt,)
    """Models whose view permission it takes."""
    parameters: frozenset[str] = _PERIOD


def _sum_staff(asked: Asked) -> Any:
    return asked.name_staff(reports.sum_by_staff(asked.question, role=asked.role))


def _make_z_report(asked: Asked) -> ZReport:
    (venue,) = asked.question.venues or ()
    report = reports.make_z_report(asked.question.brand, venue=venue, day=asked.question.first)
    return replace(report, cashiers=asked.name_staff(report.cashiers))


def _read_present(asked: Asked) -> Any:
    return reports.read_present(asked.question.brand, venues=asked.question.venues)


#: By name, as in `reports/<name>/`.
REPORTS: dict[str, Report] = {
    "sales": Report(answer=lambda asked: reports.compare_sales(asked.question), kind=reports.Comparison),
    "days": Report(answer=lambda asked: reports.sum_by_day(asked.question), kind=tuple[reports.DaySales, ...]),
    "hours": Report(answer=lambda asked: reports.sum_by_hour(asked.question), kind=tuple[reports.HourSales, ...]),
    "venues": Report(answer=lambda asked: reports.sum_by_venue(asked.question), kind=tuple[reports.NamedSales, ...]),
    "sale-types": Report(
        answer=lambda asked: reports.sum_by_sale_type(asked.question), kind=tuple[reports.NamedSales, ...]
    ),
    "staff": Report(answer=_sum_staff, kind=tuple[reports.NamedSales, ...], parameters=_PERIOD | {"role"}),
    "payments": Report(
        answer=lambda asked: reports.sum_payments(asked.question),
        kind=reports.PaymentMix,
        models=(Receipt, ReceiptPayment),
    ),
    "items": Report(
        answer=lambda asked: reports.sum_items(asked.question), kind=reports.Items, models=(Receipt, ReceiptProduct)
    ),
    "uncounted": Report(answer=lambda asked: reports.sum_uncounted(asked.question), kind=reports.Uncounted),
    "present": Report(
        answer=_read_present,
        kind=reports.Present,
        models=(Receipt, Order, StopListEntry),
        parameters=frozenset({"venue"}),
    ),
    "z": Report(answer=_make_z_report, kind=ZReport, parameters=frozenset({"venue", "day"})),
}


class ReportView(BrandView):
    """One report of a brand, in business days, both ends included; without days, of today in the brand's zone."""

    report: Report = REPORTS["sales"]
    fresh_resource = "receipts"

    @property
    def viewed_models(self) -> tuple[type[models.Model], ...]:
        """What the figures are made of."""
        return self.report.models

    def list_parameters(self) -> frozenset[str]:
        """List what the report is asked."""
        return self.report.parameters

    def get(self, request: Request, brand: str) -> Response:
        """Give the figures."""
        sees_personal = self.viewer.sees_personal
        asked = Asked(question=self._read_question(), role=self._read_role(), sees_personal=sees_personal)
        return Response(to_plain(self.report.answer(asked)))

    def _read_question(self) -> Question:
        today = timezone.now().astimezone(self.brand.timezone_of()).date()
        if "day" in self.report.parameters:
            first = last = self._read_day("day", today)
            venues: Collection[int] | None = [self._read_one_venue()]
        else:
            last = self._read_day("last", today)
            first = self._read_day("first", last)
            venues = self._read_venues()
        if last < first:
            raise ValidationError({"last": ["Must not be before first."]})
        if (last - first).days >= _MOST_DAYS:
            raise ValidationError({"first": [f"No more than {_MOST_DAYS} days."]})
        return Question(brand=self.brand, venues=venues, first=first, last=last)

    def _read_day(self, name: str, default: date) -> date:
        day: Any = read_field(self.request, name, forms.DateField(input_formats=["%Y-%m-%d"]))
        if day is not None and not _EARLIEST <= day <= _LATEST:
            raise ValidationError({name: [f"Must be a day from {_EARLIEST} to {_LATEST}."]})
        return day or default

    def _read_venues(self) -> list[int] | None:
        """Give the venues to sum, among those that the user may see; None: every venue of the brand."""
        asked: Any = read_field(self.request, "venue", ListField(make_venue_field()))
        if self.viewer.scope.covers(self.brand.pk):
            return asked  # type: ignore[no-any-return]
        seen = self.viewer.scope.venues.get(self.brand.pk, frozenset())
        return sorted(seen if asked is None else seen & set(asked))

    def _read_one_venue(self) -> int:
        """Give the venue that a day's report is of. Raises Http404 for one that the user does not see."""
        venue: Any = read_field(self.request, "venue", make_venue_field())
        if venue is None:
            raise ValidationError({"venue": ["This report is of one venue: give its Clopos id."]})
        if not show_rows(Venue.objects.filter(pk=Venue.key(self.brand, venue)), self.request).exists():
            raise Http404
        return int(venue)

    def _read_role(self) -> Role:
        role: Any = read_field(self.request, "role", forms.ChoiceField(choices=Role.choices))
        return Role(role or Role.OWNER)


def make_venue_field() -> forms.Field:
    """Make the field that reads a venue's Clopos id."""
    return forms.IntegerField(min_value=1, max_value=BRAND_SPAN - 1)
