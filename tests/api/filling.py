"""Rows for every list of the API: references that miss their targets, and a value in every column."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from django_clopos.api.collections import COLLECTIONS
from django_clopos.api.columns import Column, Kind, list_columns
from django_clopos.mirror import Resource
from django_clopos.models import Brand, Change, ChangeCounter
from django_clopos.models.fields import MirrorForeignKey
from django_clopos.testing import make

MOMENT = datetime(2026, 1, 19, 15, 7, 49, 123456, tzinfo=UTC)
_VALUES: dict[Kind, Any] = {
    Kind.TEXT: "=text",
    Kind.LONG_TEXT: "long text",
    Kind.INTEGER: 3,
    Kind.AMOUNT: "16.2000",
    Kind.FLAG: True,
    Kind.MOMENT: MOMENT,
    Kind.DAY: date(2026, 1, 19),
    Kind.JSON: {"key": [Decimal("1.50"), "text"]},
}


def fill(resource: Resource, brand: Brand, *, rows: int = 1, first: int = 1, **columns: Any) -> list[Any]:
    """Make rows whose references all miss their targets, with two of each kind of children."""
    made = []
    for number in range(first, first + rows):
        parent = make(resource.table.model, brand=brand, **refer(resource.table.model, number), **columns)
        made.append(parent)
        for child in resource.table.children:
            for place in (1, 2):
                make(child.model, brand=brand, **{**refer(child.model, number * 10 + place), child.parent: parent})
    return made


def refer(model: Any, clopos_id: int) -> dict[str, int]:
    """Give every reference of a model the same Clopos id."""
    return {field.name: clopos_id for field in model._meta.concrete_fields if isinstance(field, MirrorForeignKey)}


def fill_everything(brand: Brand, *, rows: int = 2) -> None:
    """Make rows of every table with a value in every column, referring to each other, and a change of each."""
    for collection in COLLECTIONS:
        for number in range(1, rows + 1):
            model: Any = collection.model
            row = make(model, brand=brand, **{**fill_columns(model), **refer(model, number)})
            if collection.is_marked:
                note_change(brand, row, collection.resource.name)


def fill_columns(model: type[models.Model]) -> dict[str, Any]:
    """Give every column of a model a value, but its key, references and marks."""
    skipped = {"removed_at", "missing_since", "position", "deleted_at"}
    return {
        column.field.name: _give(column)
        for column in list_columns(model)
        if column.kind in _VALUES and column.field.name not in skipped
    }


def _give(column: Column) -> Any:
    return _VALUES[column.kind]


def note_change(brand: Brand, row: Any, resource: str, **columns: Any) -> Change:
    """Note a change of a row as a sync does."""
    counter, _ = ChangeCounter.objects.get_or_create(brand=brand)
    counter.last_seq += 1
    counter.save()
    values = {
        "resource": resource,
        "table": type(row).__name__,
        "row_id": row.pk,
        "clopos_id": getattr(row, "clopos_id", None),
        "kind": "updated",
        "before": {"total": Decimal("1.50")},
        "after": {"total": Decimal("16.20")},
        "changed_at": timezone.now(),
    }
    return Change.objects.create(brand=brand, seq=counter.last_seq, **(values | columns))
