"""By what a list can be filtered: for each kind of column the comparisons that make sense, as one table.

A value is read as strictly as it is written here, so that nothing reaches the database that it would choke on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from django_clopos.api.collections import Collection, list_references
from django_clopos.api.columns import Column, Kind, list_columns
from django_clopos.models.base import BRAND_SPAN

_MOST_VALUES = 200
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 9990
_RANGE = ("gt", "gte", "lt", "lte")

#: The comparisons of each kind; `isnull` joins them where the column can be empty.
COMPARISONS: dict[Kind, tuple[str, ...]] = {
    Kind.ID: ("exact", "in", *_RANGE),
    Kind.REFERENCE: ("exact", "in"),
    Kind.TEXT: ("exact", "in", "startswith"),
    Kind.LONG_TEXT: ("startswith",),
    Kind.INTEGER: ("exact", "in", "gte", "lte"),
    Kind.AMOUNT: ("exact", *_RANGE),
    Kind.FLAG: ("exact",),
    Kind.MOMENT: _RANGE,
    Kind.DAY: ("exact", *_RANGE),
    Kind.JSON: (),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookup:
    """One parameter that filters."""

    name: str
    """In query strings, such as `total__gte`."""
    kind: Kind
    comparison: str
    path: str
    """From the row to the column, in Django's terms."""
    column: models.Field[Any, Any]
    via: models.ForeignKey[Any, Any] | None = None
    """Reference of a part to the row: rows are kept that have such a part; `path` is the part's."""

    def make_field(self) -> forms.Field:
        """Make the field that reads a value."""
        if self.comparison == "isnull":
            return FlagField()
        return ListField(_make_field(self)) if self.comparison == "in" else _make_field(self)


@cache
def list_lookups(collection: Collection) -> dict[str, Lookup]:
    """List the parameters that filter a list, by name."""
    found = [
        *_look_up(list_columns(collection.model)),
        *(_look_up_parent(collection) if collection.parent else ()),
        *(lookup for name in collection.parts for lookup in _look_up_part(collection, name)),
    ]
    if collection.is_marked:
        field: Any = collection.model._meta.get_field("synced_at")
        found.append(Lookup(name="updated_since", kind=Kind.MOMENT, comparison="gte", path="synced_at", column=field))
    return {lookup.name: lookup for lookup in found}


def _look_up(columns: tuple[Column, ...], *, prefix: str = "") -> Iterator[Lookup]:
    for column in columns:
        path = "pk" if column.kind is Kind.ID else column.field.name
        comparisons = COMPARISONS[column.kind] + (
            ("isnull",) if column.field.null and column.kind is not Kind.JSON else ()
        )
        for comparison in comparisons:
            name = "id" if column.kind is Kind.ID else column.field.name
            yield Lookup(
                name=f"{prefix}{name}" + ("" if comparison == "exact" else f"__{comparison}"),
                kind=column.kind,
                comparison=comparison,
                path=f"{prefix}{path}",
                column=column.field,
            )


def _look_up_parent(collection: Collection) -> Iterator[Lookup]:
    reference: Any = collection.model._meta.get_field(collection.parent)
    columns = list_columns(reference.related_model)
    wanted = tuple(column for column in columns if column.field.name in collection.of_parent)
    yield from _look_up(wanted, prefix=f"{collection.parent}__")


def _look_up_part(collection: Collection, name: str) -> Iterator[Lookup]:
    child = collection.parts[name]
    via: Any = child.model._meta.get_field(child.parent)
    for field in list_references(child.model):
        if field is not via:
            yield Lookup(
                name=f"{name}__{field.name}",
                kind=Kind.REFERENCE,
                comparison="exact",
                path=field.name,
                column=field,
                via=via,
            )


class FlagField(forms.Field):
    """Reads `true` or `false`."""

    def to_python(self, value: Any) -> bool:
        if value not in ("true", "false"):
            raise forms.ValidationError("Must be true or false.")
        return bool(value == "true")

    def validate(self, value: Any) -> None:
        """Take both."""


class MomentField(forms.Field):
    """Reads a moment of ISO 8601, or a day for its midnight; without an offset in the site's zone."""

    def to_python(self, value: Any) -> datetime:
        try:
            moment = parse_datetime(value or "")
            day = None if moment else parse_date(value or "")
        except ValueError:
            moment = day = None
        if moment is None and day is not None:
            moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001  # made aware below
        if moment is None or not _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR:
            raise forms.ValidationError(
                "Must be a moment such as 2026-01-19T15:07:49Z; the + of an offset has to be percent-encoded."
            )
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


class ListField(forms.Field):
    """Reads values with commas between them."""

    def __init__(self, inner: forms.Field) -> None:
        super().__init__()
        self.inner = inner

    def to_python(self, value: Any) -> list[Any]:
        texts = (value or "").split(",")
        if len(texts) > _MOST_VALUES:
            raise forms.ValidationError(f"No more than {_MOST_VALUES} values.")
        return [self.inner.clean(text) for text in texts]


class TextField(forms.CharField):
    """Reads a text. An empty one is a value: it is told apart from none."""

    def __init__(self) -> None:
        super().__init__(required=False, strip=False, max_length=255)


_FIELDS: dict[Kind, Callable[[], forms.Field]] = {
    Kind.AMOUNT: partial(forms.DecimalField, max_digits=21, decimal_places=6),
    Kind.FLAG: FlagField,
    Kind.MOMENT: MomentField,
    Kind.DAY: partial(forms.DateField, input_formats=["%Y-%m-%d"]),
    Kind.TEXT: TextField,
    Kind.LONG_TEXT: TextField,
}


def _make_field(lookup: Lookup) -> forms.Field:
    if lookup.kind in _FIELDS:
        return _FIELDS[lookup.kind]()
    low, high = get_range(lookup)
    return forms.IntegerField(min_value=low, max_value=high)


def get_range(lookup: Lookup) -> tuple[int, int]:
    """Give the least and the largest number to compare with: a Clopos id, or what the column holds everywhere."""
    if lookup.kind in {Kind.ID, Kind.REFERENCE}:
        return 1, BRAND_SPAN - 1
    column = lookup.column
    bits = 63 if isinstance(column, models.BigIntegerField) else 31
    return (0 if isinstance(column, models.PositiveIntegerField) else -(2**bits)), 2**bits - 1
