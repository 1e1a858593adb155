"""What somebody asks the dashboard or the Z report, read from the address and kept within what they may see."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from django_clopos.access import Scope, find_viewer_of, show_rows
from django_clopos.admin.dashboard.periods import MOST_DAYS, Period, find_days, find_today
from django_clopos.models import Brand, Venue
from django_clopos.reports import Question, Role

#: Before it no restaurant sold anything, and the period before it would begin before the calendar does.
_EARLIEST = date(2000, 1, 1)


def list_brands(request: HttpRequest) -> list[Brand]:
    """List the brands of which the user may see anything, active ones first; no secret is read."""
    brands = show_rows(Brand.objects.defer("client_secret"), request)
    return sorted(brands, key=lambda brand: (not brand.is_active, brand.slug))


def choose_brand(brands: list[Brand], slug: str | None) -> Brand | None:
    """Find the brand that is asked for, else the first; None where the user may see none of that name."""
    return next((brand for brand in brands if not slug or brand.slug == slug), None)


class Choices(forms.Form):
    """Fields that both pages have. What the address leaves out takes the place of its default."""

    defaults: Mapping[str, Any] = {}

    def __init__(self, request: HttpRequest, brand: Brand) -> None:
        self.brand = brand
        self.scope = find_viewer_of(request).scope
        self.venue_names = _list_venues(request, brand)
        super().__init__(
            _fill(request.GET, {"brand": brand.slug, **self.defaults}), auto_id="clopos-%s", label_suffix=""
        )
        self.fields["brand"] = forms.CharField(widget=forms.HiddenInput)
        self.fields["venue"] = self.make_venue_field([(str(key), name) for key, name in self.venue_names.items()])
        self.order_fields(["brand", "venue"])

    def make_venue_field(self, choices: list[tuple[str, str]]) -> forms.Field:
        """Make the field of the venues among which the user may choose."""
        raise NotImplementedError


class DashboardChoices(Choices):
    """A period of some venues, and the role in which staff is listed."""

    defaults: Mapping[str, Any] = {"period": Period.LAST_30, "role": Role.OWNER}

    def __init__(self, request: HttpRequest, brand: Brand) -> None:
        super().__init__(request, brand)
        self.fields["period"] = forms.ChoiceField(label=_("Period"), choices=Period.choices)
        self.fields["role"] = forms.ChoiceField(label=_("Staff by role"), choices=Role.choices)
        for name, label in (("from", _("From")), ("to", _("To"))):
            self.fields[name] = _make_day(label, is_required=False)
        self.order_fields(["brand", "period", "from", "to", "venue", "role"])

    def make_venue_field(self, choices: list[tuple[str, str]]) -> forms.Field:
        """Let several be chosen; none is all of them."""
        return forms.MultipleChoiceField(
            label=_("Venues"), choices=choices, required=False, widget=forms.CheckboxSelectMultiple
        )

    def clean(self) -> dict[str, Any]:
        """Demand days in order, and not too many of them."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("period") != Period.FREE:
            return values
        first, last = values.get("from"), values.get("to")
        if "from" in values and "to" in values and not (first and last):
            raise forms.ValidationError(_("Give both days, from and to."))
        if first and last:
            _check_days(first, last)
        return values

    @property
    def venues(self) -> list[int] | None:
        """The venues asked for; None: every venue of the brand, which the user may see."""
        chosen = list(map(int, self.cleaned_data["venue"]))
        if chosen:
            return chosen
        return None if self.scope.covers(self.brand.pk) else sorted(_list_allowed(self.scope, self.brand))

    @property
    def question(self) -> Question:
        """The question, once `is_valid` said yes."""
        period = Period(self.cleaned_data["period"])
        if period == Period.FREE:
            days = self.cleaned_data["from"], self.cleaned_data["to"]
        else:
            days = find_days(period, find_today(self.brand))
        return Question(brand=self.brand, venues=self.venues, first=days[0], last=days[1])

    @property
    def role(self) -> Role:
        """The role in which staff is listed."""
        return Role(self.cleaned_data["role"])


class DayChoices(Choices):
    """A business day of one venue."""

    def __init__(self, request: HttpRequest, brand: Brand) -> None:
        self.defaults = {"day": str(find_today(brand) - timedelta(days=1))}  # the last that is over
        super().__init__(request, brand)
        self.fields["day"] = _make_day(_("Business day"), is_required=True)

    def make_venue_field(self, choices: list[tuple[str, str]]) -> forms.Field:
        """Let one be chosen: the first, where none is named."""
        if choices and isinstance(self.data, QueryDict) and not self.data.get("venue"):
            self.data["venue"] = choices[0][0]
        return forms.ChoiceField(label=_("Venue"), choices=choices)

    @property
    def venue(self) -> int:
        """Clopos id of the venue."""
        return int(self.cleaned_data["venue"])

    @property
    def day(self) -> date:
        """The business day."""
        day: date = self.cleaned_data["day"]
        return day


def _list_venues(request: HttpRequest, brand: Brand) -> dict[int, str]:
    """Name the venues of the brand that the user may see."""
    rows = show_rows(Venue.objects.for_brand(brand).only("brand", "clopos_id", "name"), request)
    return {row.clopos_id: str(row) for row in rows.order_by("clopos_id")}


def _list_allowed(scope: Scope, brand: Brand) -> Collection[int]:
    return scope.venues.get(brand.pk, frozenset())


def _fill(given: QueryDict, defaults: Mapping[str, Any]) -> QueryDict:
    """Put defaults in the place of what the address leaves out."""
    filled = given.copy()
    for name, value in defaults.items():
        if not filled.get(name):
            filled[name] = str(value)
    return filled


def _make_day(label: Any, *, is_required: bool) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(
        label=label, required=is_required, widget=widget, input_formats=["%Y-%m-%d"], validators=[_check_day]
    )


def _check_day(day: date) -> None:
    if not _EARLIEST <= day <= date.max - timedelta(days=MOST_DAYS):
        raise forms.ValidationError(_("Give a day from the year 2000 on."))


def _check_days(first: date, last: date) -> None:
    if last < first:
        raise forms.ValidationError(_("The last day is before the first."))
    if (last - first).days >= MOST_DAYS:
        raise forms.ValidationError(
            _("A period has at most %(days)s days. Choose a shorter one.") % {"days": MOST_DAYS}
        )
