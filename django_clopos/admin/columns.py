"""How the value of one column is shown to a person, in lists and on pages alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
from django.contrib import admin
from django.db import models
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from django_clopos.access import MASK, get_viewer, is_personal
from django_clopos.admin.badges import write_removed
from django_clopos.admin.formats import find_zone, write_amount, write_day, write_moment, write_number
from django_clopos.models.base import BRAND_SPAN, KeyedModel, ReadOnlyModel
from django_clopos.models.fields import ExactJSONField, MirrorForeignKey, dump_json

Show = Callable[[Any], Any]

#: Columns that are amounts of the brand's currency. Other decimals count, weigh or are percent; a discount's own value
#: may be either and stays plain.
MONEY = frozenset(
    {
        "amount", "average_cost", "before_cost", "by_card", "by_cash", "cost", "cost_price", "delivery_fee", "e_tax",
        "gift_total", "i_tax", "order_total", "original_subtotal", "price", "receipt_discount", "remaining",
        "rps_discount", "salary", "service_charge_value", "spent", "subtotal", "total", "total_amount", "total_bonus",
        "total_cost", "total_discount", "total_tax",
    }
)  # fmt: skip


@cache
def show_column(
    model: type[models.Model], name: str, *, sees_personal: bool = True, is_ordered: bool = True
) -> Show | str:
    """Give what the admin shows for a column: a function of the row, or the name where Django's own way is right.

    Personal data that the user may not see is a sign, by which nothing can be ordered. `is_ordered`: whether a list may
    be ordered by the column.
    """
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise TypeError(f"{model.__name__}.{name} is no column.")
    is_hidden = not sees_personal and is_personal(model, name)
    way = _find_hidden_way(field) if is_hidden else _find_way(field)
    is_boolean = way is None and isinstance(field, models.BooleanField)
    if way is None:
        if is_ordered:
            return name
        way = _show_plainly(field)

    def show(row: Any) -> Any:
        value = way(row)
        # The page of a row would show the word None.
        return admin.site.empty_value_display if value is None and not is_boolean else value

    show.__name__ = name
    # A lazy name follows the language of whoever looks.
    show.short_description = field.verbose_name  # type: ignore[attr-defined]  # as admin.display does it
    if is_boolean:
        show.boolean = True  # type: ignore[attr-defined]
    if is_ordered and not is_hidden and not isinstance(field, models.ForeignKey | models.JSONField):
        # The key of a row says the same, and is indexed.
        is_key = name == "clopos_id" and issubclass(model, KeyedModel)
        show.admin_order_field = "pk" if is_key else name  # type: ignore[attr-defined]
    return show


def show_columns(
    model: type[models.Model], names: tuple[str, ...], *, sees_personal: bool = True
) -> tuple[Show | str, ...]:
    """Give what the admin shows for each column."""
    return tuple(show_column(model, name, sees_personal=sees_personal) for name in names)


def find_references(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the names of columns that refer to other rows."""
    return tuple(field.name for field in model._meta.concrete_fields if field.name in names and field.many_to_one)


def find_unread(model: type[models.Model], references: tuple[str, ...]) -> tuple[str, ...]:
    """Name the columns of joined rows that no list shows: whole records, and secrets that are dear to decrypt."""
    return tuple(
        f"{name}__{column.name}"
        for name in references
        for column in model._meta.get_field(name).related_model._meta.concrete_fields  # type: ignore[union-attr]  # a reference has one
        if column.name in {"raw", "client_secret"}
    )


def link_to_row(row: models.Model) -> SafeString:
    """Give the link to a row's page, with its name."""
    options = row._meta
    address = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', address, row)


def link_to_list(model: type[models.Model], text: Any, **filters: Any) -> SafeString:
    """Give the link to a list, narrowed by filters."""
    options = model._meta
    address = reverse(f"admin:{options.app_label}_{options.model_name}_changelist", query=filters or None)
    return format_html('<a href="{}">{}</a>', address, text)


def write_aligned(text: Any) -> SafeString | None:
    """Put a number where a list's style sheet aligns it; None for None."""
    return None if text is None else format_html('<span class="clopos-number">{}</span>', text)


def _find_way(field: models.Field[Any, Any]) -> Show | None:  # noqa: PLR0911  # a way for each kind of column
    match field:
        case MirrorForeignKey():
            return _show_reference(field)
        case ExactJSONField():
            return lambda row: _show_json(getattr(row, field.attname))
        case models.DecimalField():
            return _show_money(field.attname) if field.name in MONEY else _show_number(field.attname)
        case models.DateTimeField() if issubclass(field.model, ReadOnlyModel):
            return lambda row: _show_moment(row, getattr(row, field.attname))
        case models.DateField() if not isinstance(field, models.DateTimeField):
            return lambda row: write_day(getattr(row, field.attname))
        case _ if field.name == "clopos_id" and issubclass(field.model, KeyedModel):
            return _show_clopos_id
        case _ if field.choices:
            # Django shows a value outside the choices as empty, but ours are open.
            return lambda row: getattr(row, f"get_{field.name}_display")()
        case _:
            return None


def _show_money(name: str) -> Show:
    return lambda row: write_aligned(write_amount(getattr(row, name), row.brand.currency))


def _show_number(name: str) -> Show:
    return lambda row: write_aligned(write_number(getattr(row, name)))


def _show_moment(row: Any, value: Any) -> str | None:
    return None if value is None else write_moment(value, find_zone(row))


def _show_clopos_id(row: Any) -> Any:
    return (
        row.clopos_id
        if getattr(row, "removed_at", None) is None
        else format_html("{} {}", row.clopos_id, write_removed())
    )


def _show_plainly(field: models.Field[Any, Any]) -> Show:
    return lambda row: getattr(row, field.attname)


def _find_hidden_way(field: models.Field[Any, Any]) -> Show:
    """Show what the mask left of a text or a record, and a sign for anything else."""
    if isinstance(field, models.JSONField):
        return lambda row: _show_json(getattr(row, field.attname))
    if isinstance(field, models.CharField | models.TextField):
        return lambda row: getattr(row, field.attname)
    return lambda _: MASK


def _show_reference(field: MirrorForeignKey) -> Show:
    def show(row: Any) -> SafeString | str | None:
        key = getattr(row, field.attname)
        if key is None:
            return None
        target = getattr(row, field.name)
        if target is None:
            is_all = get_viewer(row).scope.is_all
            clopos_id = str(key % BRAND_SPAN)
            return _("%(id)s (not in the mirror)") % {"id": clopos_id} if is_all else clopos_id
        return link_to_row(target)

    return show


def _show_json(value: Any) -> SafeString | None:
    if value is None:
        return None
    # Long lines scroll, and so that the keyboard can do it the text takes the focus.
    return format_html('<pre tabindex="0">{}</pre>', msgspec.json.format(dump_json(value), indent=2))
