"""How a row is spoken: built from the columns of a declaration's models, in Clopos ids.

A reference is a key that is computed from the remote id, so its remote id needs no query and is there even where the
target is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.db import models
from rest_framework import serializers

from django_clopos.mirror.resource import Child, Table
from django_clopos.models.base import BRAND_SPAN, KeyedModel
from django_clopos.models.fields import MirrorForeignKey

#: Columns that answers leave out: internal to the mirror, or spoken otherwise. `raw` comes on demand.
HIDDEN = frozenset({"id", "clopos_id", "brand", "raw", "content_hash"})


class CloposIdField(serializers.IntegerField):
    """The remote id inside a key."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: int) -> int:
        """Take the brand's part off the key; a bare Clopos id stays as it is."""
        return int(value) % BRAND_SPAN


@cache
def build_serializer(table: Table, *, with_raw: bool = False) -> type[serializers.BaseSerializer[Any]]:
    """Build the serializer of a table: its id, its columns, a list for each kind of children, on demand its record."""
    columns = dict(_speak_columns(table.model, skip=()))
    children = {name_children(child): _build_child(child) for child in table.children}
    return _build(table.model, fields={**columns, **children}, extra=("raw",) if with_raw else ())


def name_children(child: Child) -> str:
    """Give the name of the parent's list of these children, such as `receipt_products`."""
    return str(_parent_of(child).remote_field.get_accessor_name())


def _parent_of(child: Child) -> Any:
    return child.model._meta.get_field(child.parent)


def _build_child(child: Child) -> serializers.BaseSerializer[Any]:
    columns = dict(_speak_columns(child.model, skip=(child.parent,)))
    return _build(child.model, fields=columns)(many=True, read_only=True)


def _speak_columns(
    model: type[models.Model], *, skip: tuple[str, ...]
) -> Iterator[tuple[str, serializers.Field[Any, Any, Any, Any] | None]]:
    """Give the name and the field of each column; None leaves the field to the framework's own mapping."""
    if issubclass(model, KeyedModel):
        yield "id", CloposIdField(source="clopos_id")
    for field in model._meta.concrete_fields:
        if field.name in HIDDEN or field.name in skip:
            continue
        if isinstance(field, MirrorForeignKey):
            yield field.attname, CloposIdField(help_text=f"Clopos id of the {field.verbose_name}.")
        else:
            yield field.name, None


def _build(
    model: type[models.Model], *, fields: dict[str, Any], extra: tuple[str, ...] = ()
) -> type[serializers.BaseSerializer[Any]]:
    names = [*fields, *extra]
    declared = {name: field for name, field in fields.items() if field is not None}
    meta = type("Meta", (), {"model": model, "fields": names, "read_only_fields": names})
    return type(f"{model.__name__}Serializer", (serializers.ModelSerializer,), {**declared, "Meta": meta})
