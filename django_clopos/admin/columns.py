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

from django_clopos.access import MASK, get_viewer, is_personal
from django_clopos.admin.formats import write_amount
from django_clopos.models.base import BRAND_SPAN
from django_clopos.models.fields import ExactJSONField, MirrorForeignKey, dump_json

Show = Callable[[Any], Any]


@cache
def show_column(model: type[models.Model], name: str, *, sees_personal: bool = True) -> Show | str:
    """Give what the admin shows for a column: a function of the row, or the name where Django's own way is right.

    Personal data that the user may not see is a sign, by which nothing can be ordered.
    """
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise TypeError(f"{model.__name__}.{name} is no column.")
    is_hidden = not sees_personal and is_personal(model, name)
    way = _find_hidden_way(field) if is_hidden else _find_way(field)
    if way is None:
        return name

    def show(row: Any) -> Any:
        value = way(row)
        # The page of a row would show the word None.
        return admin.site.empty_value_display if value is None else value

    show.__name__ = name
    order = None if is_hidden or isinstance(field, models.ForeignKey | models.JSONField) else name
    return admin.display(show, description=str(field.verbose_name), ordering=order)


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


def _find_way(field: models.Field[Any, Any]) -> Show | None:
    match field:
        case MirrorForeignKey():
            return _show_reference(field)
        case ExactJSONField():
            return lambda row: _show_json(getattr(row, field.attname))
        case models.DecimalField():
            return lambda row: write_amount(getattr(row, field.attname))
        case _ if field.choices:
            # Django shows a value outside the choices as empty, but ours are open.
            return lambda row: getattr(row, f"get_{field.name}_display")()
        case _:
            return None


def _find_hidden_way(field: models.Field[Any, Any]) -> Show:
    """Show what the mask left of a text or a record, and a sign for anything else."""
    if isinstance(field, models.JSONField):
        return lambda row: _show_json(getattr(row, field.attname))
    if isinstance(field, models.CharField | models.TextField):
        return lambda row: getattr(row, field.attname)
    return lambda _: MASK


def _show_reference(field: MirrorForeignKey) -> Show:
    target_options = field.related_model._meta
    address = f"admin:{target_options.app_label}_{target_options.model_name}_change"

    def show(row: Any) -> SafeString | str | None:
        key = getattr(row, field.attname)
        if key is None:
            return None
        target = getattr(row, field.name)
        if target is None:
            is_all = get_viewer(row).scope.is_all
            return f"{key % BRAND_SPAN} (not in the mirror)" if is_all else str(key % BRAND_SPAN)
        return format_html('<a href="{}">{}</a>', reverse(address, args=[key]), target)

    return show


def _show_json(value: Any) -> SafeString | None:
    if value is None:
        return None
    return format_html("<pre>{}</pre>", msgspec.json.format(dump_json(value), indent=2))
