"""What an answer says of a model's columns: under which names, and of what kind each is.

One table for the serializers, the rows, the filters, the orders and the schema. `raw` comes on demand; what is internal
to the mirror is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import Any

from django.db import models

from django_clopos.models.base import KeyedModel
from django_clopos.models.fields import ExactJSONField, MirrorForeignKey

#: Columns that answers leave out: internal to the mirror, or spoken otherwise. `raw` comes on demand.
HIDDEN = frozenset({"id", "clopos_id", "brand", "raw", "content_hash"})


class Kind(Enum):
    """What a value is, which decides how it is written and by what it can be filtered."""

    ID = auto()
    REFERENCE = auto()
    TEXT = auto()
    LONG_TEXT = auto()
    INTEGER = auto()
    AMOUNT = auto()
    FLAG = auto()
    MOMENT = auto()
    DAY = auto()
    JSON = auto()


_KINDS: tuple[tuple[type[models.Field[Any, Any]], Kind], ...] = (
    (MirrorForeignKey, Kind.REFERENCE),
    (ExactJSONField, Kind.JSON),
    (models.BooleanField, Kind.FLAG),
    (models.DateTimeField, Kind.MOMENT),
    (models.DateField, Kind.DAY),
    (models.DecimalField, Kind.AMOUNT),
    (models.IntegerField, Kind.INTEGER),
    (models.TextField, Kind.LONG_TEXT),
    (models.CharField, Kind.TEXT),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One value of an answer."""

    name: str
    """In answers, such as `id` or `venue_id`."""
    kind: Kind
    field: models.Field[Any, Any]

    @property
    def source(self) -> str:
        """The column that is read: a reference's is its key, which holds the Clopos id."""
        return self.field.attname


@cache
def list_columns(model: type[models.Model], *, with_raw: bool = False) -> tuple[Column, ...]:
    """List what an answer says of a row, its Clopos id first where it has one."""
    return tuple(_speak(model, HIDDEN - {"raw"} if with_raw else HIDDEN))


def is_keyed(model: type[models.Model]) -> bool:
    """Tell whether rows of the model have a Clopos id of their own."""
    return issubclass(model, KeyedModel)


def _speak(model: type[models.Model], hidden: frozenset[str]) -> Iterator[Column]:
    if is_keyed(model):
        number: Any = model._meta.get_field("clopos_id")
        yield Column(name="id", kind=Kind.ID, field=number)
    late = None
    for field in model._meta.concrete_fields:
        if field.name in hidden:
            continue
        column = Column(name=_name(field), kind=_tell_kind(field), field=field)
        if field.name == "raw":
            late = column
        else:
            yield column
    if late is not None:
        yield late


def _name(field: models.Field[Any, Any]) -> str:
    return field.attname if isinstance(field, MirrorForeignKey) else field.name


def _tell_kind(field: models.Field[Any, Any]) -> Kind:
    return next(kind for types, kind in _KINDS if isinstance(field, types))
