"""How a column of a row is written on a page: money with its currency, moments on the venue's clock."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from django_clopos.admin.columns import show_column
from django_clopos.admin.formats import write_amount, write_moment
from django_clopos.admin.pages.kinds import Kind, find_kind
from django_clopos.admin.pages.look import Look

_EMPTY: tuple[Any, ...] = (None, "", [], {})


def write_value(look: Look, row: Any, name: str) -> Any:
    """Write what a column of a row holds; None where it holds nothing. Masks were put on when the row was read."""
    field = row._meta.get_field(name)
    value = getattr(row, field.attname)
    if value in _EMPTY:
        return None
    if isinstance(field, models.DecimalField):
        return write_decimal(value, find_kind(field), currency=look.currency)
    shown = show_column(row._meta.model, name, sees_personal=look.viewer.sees_personal)
    if callable(shown):
        return shown(row)
    return str(getattr(row, name)) if field.is_relation else _write_plain(value, look.find_zone_of(row))


def _write_plain(value: Any, zone: ZoneInfo) -> str:
    match value:
        case datetime():
            return str(write_moment(value, zone))
        case date():
            return date_format(value, "SHORT_DATE_FORMAT")
        case bool():
            return _("Yes") if value else _("No")
        case _:
            return str(value)


def write_decimal(value: Decimal, kind: Kind, *, currency: str) -> str:
    """Write a number as what it counts."""
    match kind:
        case Kind.MONEY:
            return str(write_amount(value, currency))
        case Kind.PERCENT:
            return f"{write_number(value)}\u00a0%"
        case Kind.QUANTITY:
            return write_number(value)


def write_number(value: Decimal) -> str:
    """Write a number with the digits that it has and no others."""
    exponent = int(value.normalize().as_tuple().exponent)
    return number_format(value, decimal_pos=max(0, -exponent), force_grouping=True)


def is_number(field: Any) -> bool:
    """Tell whether a column is read like a number, and stands to the right in a table."""
    is_counted = isinstance(field, models.DecimalField | models.IntegerField) and field.name != "clopos_id"
    return is_counted and not field.choices
