"""The rows of each list as serializers: what the schema and the browsable pages describe.

Answers are built by `rows`, which is faster and says the same; a site that wants a serializer of a row has it here. A
reference is a key that is computed from the remote id, so its remote id needs no query and is there even where the
target is missing.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from django.db import models
from rest_framework import serializers

from django_clopos.api.collections import Collection, name_children
from django_clopos.api.columns import Column, Kind, list_columns
from django_clopos.mirror import Child
from django_clopos.models.base import BRAND_SPAN
from django_clopos.models.fields import dump_json


class CloposIdField(serializers.IntegerField):
    """The remote id inside a key."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: int) -> int:
        """Take the brand's part off the key; a bare Clopos id stays as it is."""
        return int(value) % BRAND_SPAN


class ExactJSONField(serializers.JSONField):
    """JSON whose numbers keep their digits: written already, for the renderer to pass on."""

    def to_representation(self, value: Any) -> Any:
        """Write the value."""
        return msgspec.Raw(dump_json(value))


@cache
def build_serializer(
    collection: Collection, *, with_raw: bool = False
) -> type[serializers.ModelSerializer[models.Model]]:
    """Build the serializer of a list: a row's id, its columns, a list for each kind of parts, on demand its record."""
    columns = list_columns(collection.model, with_raw=with_raw)
    parts = {name_children(child): _build_part(child) for child in collection.children}
    return _build(collection.model, columns, parts)


def _build_part(child: Child) -> serializers.BaseSerializer[Any]:
    columns = tuple(column for column in list_columns(child.model) if column.field.name != child.parent)
    return _build(child.model, columns, {}, suffix="Part")(many=True, read_only=True)


def _build(
    model: type[models.Model], columns: tuple[Column, ...], parts: dict[str, Any], *, suffix: str = ""
) -> type[serializers.ModelSerializer[models.Model]]:
    fields = {column.name: _make_field(column) for column in columns} | parts
    declared = {name: field for name, field in fields.items() if field is not None}
    meta = type("Meta", (), {"model": model, "fields": list(fields), "read_only_fields": list(fields)})
    return type(f"{model.__name__}{suffix}Serializer", (serializers.ModelSerializer,), {**declared, "Meta": meta})


def _make_field(column: Column) -> Any:
    """Make the field of a column; None leaves it to the framework's own mapping."""
    match column.kind:
        case Kind.ID:
            return CloposIdField(source="clopos_id")
        case Kind.REFERENCE:
            return CloposIdField(
                source=column.source if column.source != column.name else None,
                allow_null=True,
                help_text=f"Clopos id of the {column.field.verbose_name}.",
            )
        case Kind.JSON:
            return ExactJSONField(read_only=True, allow_null=True)
        case _ if column.field.choices:
            # Choices are open: the remote may send others, which a ChoiceField's schema would forbid.
            kind = serializers.IntegerField if column.kind is Kind.INTEGER else serializers.CharField
            return kind(read_only=True, allow_null=True, help_text=_explain_choices(column))
        case _:
            return None


def _explain_choices(column: Column) -> str:
    known = ", ".join(f"{value} ({label})" for value, label in column.field.choices or ())
    return f"{column.field.help_text} Known values: {known}.".strip()
