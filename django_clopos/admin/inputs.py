"""Filters with boxes to fill in: from and to for days and amounts, a search for one of many rows, a tree.

Each is a form of its own that keeps what else the address says. A value that means nothing is refused as Django's own
filters refuse it: the list comes back without filters, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import models
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from django_clopos.access import show_rows
from django_clopos.admin.visible_brands import find_clock, list_brands
from django_clopos.models import Category


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """One input of a filter."""

    name: str
    label: Any
    value: str


class _InputFilter(admin.FieldListFilter):
    """A filter whose values are typed in rather than picked from links."""

    field: Any

    hidden: Sequence[tuple[str, str]] = ()
    """What else the address says, to be sent along."""

    def has_output(self) -> bool:
        """Always: there is nothing to run out of."""
        return True

    @property
    def is_active(self) -> bool:
        """Whether something was typed in."""
        return any(self.read(name) for name in self.expected_parameters())

    def read(self, name: str | None) -> str:
        """Give what was typed in, the last where it was so twice."""
        given = self.used_parameters.get(name or "") or [""]
        return str(given[-1] if isinstance(given, list) else given).strip()

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Remember what else the address says; there are no links."""
        self.hidden = [
            (name, value)
            for name, values in changelist.filter_params.items()
            if name not in self.expected_parameters()
            for value in values
        ]
        self.clear_query = changelist.get_query_string({}, self.expected_parameters())
        yield from ()

    def refuse(self, text: str) -> IncorrectLookupParameters:
        """Make the error of a value that means nothing."""
        return IncorrectLookupParameters(f"{self.field_path}: {text[:50]!r}")


class RangeFilter(_InputFilter):
    """Between two values, both of them included; either may be left out."""

    template = "admin/django_clopos/filters/range.html"
    input_type = "number"

    def expected_parameters(self) -> list[str | None]:
        """The names that Django's own filters of a range have."""
        return [f"{self.field_path}__gte", f"{self.field_path}__lte"]

    @property
    def boxes(self) -> list[Box]:
        """The two inputs."""
        labels = (pgettext_lazy("range", "From"), pgettext_lazy("range", "To"))
        names = zip(self.expected_parameters(), labels, strict=True)
        return [Box(name=str(name), label=label, value=self.read(name)) for name, label in names]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Keep the rows between the two."""
        for name, is_last in zip(self.expected_parameters(), (False, True), strict=True):
            text = self.read(name)
            if text:
                try:
                    queryset = queryset.filter(**self.bound(text, request, is_last=is_last))
                except (ValueError, ArithmeticError):
                    raise self.refuse(text) from None
        return queryset

    def bound(self, text: str, request: HttpRequest, *, is_last: bool) -> dict[str, Any]:
        """Make the condition of one bound. Raises ValueError or ArithmeticError for what means nothing."""
        raise NotImplementedError


class AmountRangeFilter(RangeFilter):
    """By a number."""

    def bound(self, text: str, request: HttpRequest, *, is_last: bool) -> dict[str, Any]:
        """Read a number that the column could hold."""
        number = Decimal(text.replace(",", "."))
        most = self.field.max_digits - self.field.decimal_places
        if not number.is_finite() or number.adjusted() >= most:
            raise ValueError(text)
        return {f"{self.field_path}__{'lte' if is_last else 'gte'}": round(number, self.field.decimal_places)}


class DayRangeFilter(RangeFilter):
    """By day, with links for the days that are asked for most; `today` on the clock of the brand."""

    template = "admin/django_clopos/filters/days.html"
    input_type = "date"

    def __init__(self, field: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(field, request, *args, **kwargs)
        self._request = request

    def bound(self, text: str, request: HttpRequest, *, is_last: bool) -> dict[str, Any]:
        """Read a day."""
        return {f"{self.field_path}__{'lte' if is_last else 'gte'}": date.fromisoformat(text)}

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Link to today, yesterday, this week and this month."""
        yield from super().choices(changelist)
        names = self.expected_parameters()
        now = tuple(map(self.read, names))
        for label, first, last in _name_days(timezone.localdate(timezone=find_clock(self._request))):
            days = (first.isoformat(), last.isoformat())
            query = changelist.get_query_string(dict(zip(names, days, strict=True)), names)
            yield {"selected": now == days, "query_string": query, "display": label}


class MomentRangeFilter(DayRangeFilter):
    """By the day of a moment, on the clock of the brand."""

    def bound(self, text: str, request: HttpRequest, *, is_last: bool) -> dict[str, Any]:
        """Read a day and turn it into the moment that it begins at, or ends before."""
        day = date.fromisoformat(text) + timedelta(days=is_last)
        moment = datetime.combine(day, time(), tzinfo=find_clock(request))
        moment.astimezone(timezone.get_default_timezone())  # an OverflowError at the ends of the calendar
        return {f"{self.field_path}__{'lt' if is_last else 'gte'}": moment}


def _name_days(today: date) -> list[tuple[Any, date, date]]:
    yesterday = today - timedelta(days=1)
    return [
        (_("Today"), today, today),
        (_("Yesterday"), yesterday, yesterday),
        (_("This week"), today - timedelta(days=today.weekday()), today),
        (_("This month"), today.replace(day=1), today),
    ]


class PickFilter(_InputFilter):
    """By the row referred to, for targets that are many: searched for, never listed."""

    template = "admin/django_clopos/filters/pick.html"

    def __init__(
        self, field: Any, request: HttpRequest, params: Any, model: Any, model_admin: Any, **more: Any
    ) -> None:
        super().__init__(field, request, params, model, model_admin, **more)
        self._request = request
        self._site = model_admin.admin_site

    def expected_parameters(self) -> list[str | None]:
        """The reference's own name."""
        return [self.field_path]

    def has_output(self) -> bool:
        """Only for who may search the targets, unless a link has chosen one."""
        return self.is_active or self._may_search

    @property
    def _may_search(self) -> bool:
        target = self._site._registry.get(self.field.related_model)  # noqa: SLF001  # as Django's own autocomplete asks
        return bool(target and target.has_view_permission(self._request) and target.get_search_fields(self._request))

    @property
    def name(self) -> str:
        """Of the input."""
        return str(self.field_path)

    @property
    def attributes(self) -> SafeString:
        """By which Django's script turns the input into a search."""
        widget = AutocompleteSelect(self.field, self._site)
        widget.is_required = False
        # The style sheet of the filters says how wide it is.
        return flatatt(widget.build_attrs({}, {"id": f"pick-{self.name}", "data-width": "100%"}))

    @property
    def chosen(self) -> tuple[str, str] | None:
        """The key and the name of the row that was chosen, as the user may see it."""
        value = self.read(self.name)
        if not value:
            return None
        target = show_rows(self.field.related_model._default_manager.defer("raw"), self._request)
        found = target.filter(pk=self._read_key(value)).first()
        return value, str(found or value)

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Keep the rows that refer to it."""
        value = self.read(self.name)
        return queryset.filter(**{self.name: self._read_key(value)}) if value else queryset

    def _read_key(self, value: str) -> int:
        if not (value.isascii() and value.isdigit() and len(value) < len(str(2**63))):
            raise self.refuse(value)
        return int(value)


class CategoryFilter(_InputFilter):
    """By category: the products of one include those of the categories below it."""

    template = "admin/django_clopos/filters/tree.html"

    def __init__(self, field: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(field, request, *args, **kwargs)
        brands = list_brands(request)
        self._names = {brand.pk: brand.slug for brand in brands} if len(brands) > 1 else {}
        rows = show_rows(Category.objects.only("brand_id", "parent_id", "name", "clopos_id", "type"), request)
        self._tree = _Tree(list(rows))

    def expected_parameters(self) -> list[str | None]:
        """The reference's own name."""
        return [self.field_path]

    @property
    def name(self) -> str:
        """Of the input."""
        return str(self.field_path)

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """Key, name and whether it is chosen, of every category, those below another after it and set in."""
        chosen = self.read(self.name)
        return [(str(row.pk), self._write(row, depth), str(row.pk) == chosen) for row, depth in self._tree.walk()]

    def _write(self, row: Category, depth: int) -> str:
        brand = f" ({self._names[row.brand_id]})" if not depth and row.brand_id in self._names else ""
        return "\u00a0\u00a0\u00a0" * depth + str(row) + brand

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Keep the products of the category and of those below it."""
        value = self.read(self.name)
        if not value:
            return queryset
        found = self._tree.find_below(value)
        if not found:
            raise self.refuse(value)
        return queryset.filter(**{f"{self.name}__in": found})


class _Tree:
    """Categories by what they are below of. A parent that is missing, or in a circle, makes a root."""

    def __init__(self, rows: list[Category]) -> None:
        keys = {row.pk for row in rows}
        self._below: dict[int | None, list[Category]] = {}
        for row in rows:
            self._below.setdefault(row.parent_id if row.parent_id in keys else None, []).append(row)
        self._rows = {str(row.pk): row for row in rows}

    def walk(self) -> list[tuple[Category, int]]:
        """Give each category once, with its depth."""
        found: dict[int, tuple[Category, int]] = {}
        for start in (*self._below.get(None, ()), *self._rows.values()):  # the latter for those in circles
            self._descend(start, 0, found)
        return list(found.values())

    def find_below(self, key: str) -> list[int]:
        """Give the keys of a category and of all below it; nothing where it is not known."""
        found: dict[int, tuple[Category, int]] = {}
        if key in self._rows:
            self._descend(self._rows[key], 0, found)
        return list(found)

    def _descend(self, row: Category, depth: int, found: dict[int, tuple[Category, int]]) -> None:
        if row.pk in found:
            return
        found[row.pk] = (row, depth)
        for child in self._below.get(row.pk, ()):
            self._descend(child, depth + 1, found)
