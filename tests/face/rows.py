"""Every mirrored row of a brand by its remote ids, as plain data: what two databases are compared by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps

from django_clopos.models.base import ReadOnlyModel

#: What is the mirror's own, and the record, which the two sites merged from answers of their own.
OWN = {"id", "brand", "raw", "content_hash", "first_seen_at", "synced_at", "removed_at", "missing_since"}


def list_rows(brand: Any) -> dict[str, dict[str, dict[str, Any]]]:
    """Give columns by the row's identity, by the name of the model; whether it is removed counts, when does not."""
    models = apps.get_app_config("django_clopos").get_models()
    mirrored = [model for model in models if issubclass(model, ReadOnlyModel)]
    return {model.__name__: dict(_list(model, brand)) for model in mirrored}


def _list(model: Any, brand: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for row in model._base_manager.filter(brand=brand):
        values = {
            field.attname: _simplify(getattr(row, field.attname), is_key=field.is_relation)
            for field in model._meta.concrete_fields
            if field.name not in OWN
        }
        values["is_removed"] = getattr(row, "removed_at", None) is not None
        names = sorted((name, value) for name, value in values.items() if _identifies(name))
        yield str(values.get("clopos_id") or names), values


def _identifies(column: str) -> bool:
    return column.endswith("_id") or column == "position"


def _simplify(value: Any, *, is_key: bool) -> Any:
    match value:
        case int() if is_key:
            return value % 10**12
        case Decimal():
            return format(value.normalize(), "f")
        case datetime():
            return value.astimezone(UTC).isoformat()
        case dict():
            return {key: _simplify(inner, is_key=False) for key, inner in value.items()}
        case list():
            return [_simplify(inner, is_key=False) for inner in value]
        case None | bool() | int() | str():
            return value
    return str(value)
