"""How a declaration takes lists out of a record: a validated one's children, a decoded one's nested objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django_clopos.mirror.resource import JsonObject
from django_clopos.schemas.base import Record


def items_of(name: str) -> Callable[[Record], Iterable[Any] | None]:
    """Make the function that gives a record's children.

    A record that does not name them gives None, so that those stored are kept; null and an empty list give none.
    """

    def give(record: Record) -> Iterable[Any] | None:
        return (getattr(record, name) or ()) if name in record.model_fields_set else None

    return give


def find_objects(record: JsonObject, *, key: str) -> Iterator[JsonObject]:
    """Give the objects of a list inside a decoded record; anything else stays in the record only."""
    found = record.get(key)
    return (item for item in found if isinstance(item, dict)) if isinstance(found, list) else iter(())


def without_pivot(record: JsonObject) -> JsonObject:
    """Copy a nested record without its `pivot`, which belongs to the edge and differs between outer records."""
    return {key: value for key, value in record.items() if key != "pivot"}
