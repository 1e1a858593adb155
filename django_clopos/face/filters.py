"""Filters as conditions of the database: what each takes, and which column it asks about.

A value that a column of its type cannot hold is refused; one that no row has finds nothing, as no values do.
Source: wire contract, section 5.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import Contains, In

from django_clopos.face.records import Reader
from django_clopos.models import Product, ProductModifierGroup, RecipeItem
from django_clopos.models.fields import dump_json
from django_clopos.sandbox.refusals import invalid_parameter

Values = tuple[str, ...]
Condition = Callable[[Reader, Values], Q]

_NOTHING = Q(pk__in=())
_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_BOOLEANS = {"1": True, "true": True, "0": False, "false": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """One filter of an endpoint."""

    make: Condition
    column: str
    """The lookup of what it tells of a row."""


def whole(column: str, *, bits: int = 31) -> Filter:
    """Match whole numbers; a boolean counts as one."""

    def make(_: Reader, values: Values) -> Q:
        numbers = [_read_integer(value) for value in values]
        return Q(**{f"{column}__in": [number for number in numbers if -(1 << bits) <= number < 1 << bits]})

    return Filter(make=make, column=column)


def reference(column: str) -> Filter:
    """Match remote ids of what a row refers to, or its own where the column is `pk`."""

    def make(reader: Reader, values: Values) -> Q:
        keys = [reader.key(_read_integer(value)) for value in values]
        return Q(**{f"{column}__in": [key for key in keys if key is not None]})

    return Filter(make=make, column=column)


def flag(column: str) -> Filter:
    """Match a boolean column."""

    def make(_: Reader, values: Values) -> Q:
        return Q(**{f"{column}__in": [_read_boolean(value) for value in values]})

    return Filter(make=make, column=column)


def text(column: str) -> Filter:
    """Match texts as a whole."""
    return Filter(make=lambda _, values: Q(**{f"{column}__in": values}), column=column)


def part_of(column: str) -> Filter:
    """Match a part of a text, whatever the case."""

    def make(_: Reader, values: Values) -> Q:
        return reduce(or_, (Q(**{f"{column}__icontains": value}) for value in values), _NOTHING)

    return Filter(make=make, column=column)


def phones() -> Filter:
    """Match a customer's number, or one of the further ones: a text in a list stands between quotes in its JSON."""

    def make(_: Reader, values: Values) -> Q:
        further = (Q(Contains(Cast("phones", TextField()), dump_json(value))) for value in values)
        return reduce(or_, further, Q(phone__in=values))

    return Filter(make=make, column="phones")


def tags() -> Filter:
    """Match products by the ids of their tags. Few products have any, and databases look into JSON differently."""

    def make(reader: Reader, values: Values) -> Q:
        tagged = reader.select(Product).exclude(tags=None).values_list("pk", "tags")
        return Q(pk__in=[pk for pk, found in tagged if _find_ids(found) & set(values)])

    return Filter(make=make, column="tags")


def holds(condition: Callable[[], Q], *, column: str) -> Filter:
    """Tell whether a condition holds: for "1" or "true" the rows where it does, else all others."""

    def make(reader: Reader, values: Values) -> Q:
        found = reader.select(Product).filter(condition()).values("pk")
        wanted = _read_boolean(values[0]) if values else False
        return Q(pk__in=found) if wanted else ~Q(pk__in=found)

    return Filter(make=make, column=column)


def has_recipe() -> Q:
    """Match dishes with ingredients."""
    return Q(Exists(RecipeItem.objects.filter(dish=OuterRef("pk"))))


def has_modifiers() -> Q:
    """Match products that offer modifiers."""
    return Q(Exists(ProductModifierGroup.objects.filter(product=OuterRef("pk"))))


def has_barcode() -> Q:
    """Match products with a barcode, or with codes in its place."""
    is_empty = Q(In(Cast("codes", TextField()), ["[]", "{}", "null"]))
    return Q(barcode__gt="") | (Q(codes__isnull=False) & ~is_empty)


def _read_integer(value: str) -> int:
    number = {"true": "1", "false": "0"}.get(value, value)
    if not _INTEGER.fullmatch(number):
        raise invalid_parameter("A filter by a number takes whole numbers")
    return int(number)


def _read_boolean(value: str) -> bool:
    try:
        return _BOOLEANS[value]
    except KeyError:
        raise invalid_parameter("A filter by yes or no takes 1, 0, true or false") from None


def _find_ids(found: object) -> set[str]:
    return {str(tag.get("id")) for tag in found if isinstance(tag, dict)} if isinstance(found, list) else set()
