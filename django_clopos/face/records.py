"""Stored records as they are sent: in the remote's own text, masked for whoever may not see personal data.

A record is split into its keys and no further, so that numbers leave with the digits they came with and nothing is
parsed that is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import msgspec
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from django_clopos.models.base import BRAND_SPAN
from django_clopos.models.brands import Brand
from django_clopos.models.fields import dump_json, load_json
from django_clopos.models.visible import Viewer
from django_clopos.schemas.personal import mask_record

#: A record by its keys: each value as it is stored (`msgspec.Raw`), or what a relation put there.
Record = dict[str, Any]

_split = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_split_list = msgspec.json.Decoder(list[dict[str, msgspec.Raw]]).decode


@dataclass(slots=True)
class Item:
    """One record, and what is sent of it."""

    record: Record
    pk: int = 0
    """Primary key of its row; 0: it came inside another record."""
    shown: Record = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Reads rows of one brand for somebody."""

    brand: Brand
    viewer: Viewer

    def select(self, model: type[models.Model]) -> models.QuerySet[Any]:
        """Select what the remote would list of a model, within the scope."""
        rows: Any = model._default_manager.filter(brand_id=self.brand.pk)
        selected: models.QuerySet[Any] = rows.within(self.viewer.scope).filter(_is_listed(model))
        return selected

    def read(self, rows: models.QuerySet[Any]) -> list[Item]:
        """Read the records of rows, in their order, in one query."""
        as_text = rows.annotate(record_text=Cast("raw", models.TextField()))
        mask = self._find_mask(rows.model)
        return [Item(_split(mask(text)), pk) for pk, text in as_text.values_list("pk", "record_text")]

    def read_page(self, rows: models.QuerySet[Any], first: int, limit: int) -> list[Item]:
        """Read the records of a page of ordered rows: its keys, then their records.

        In one query the database would unpack every record that is sorted or skipped.
        """
        keys = list(rows.values_list("pk", flat=True)[first : first + limit])
        found = {item.pk: item for item in self.read(rows.model._default_manager.filter(pk__in=keys))}
        return [found[key] for key in keys if key in found]

    def read_keys(self, model: type[models.Model], keys: Iterable[int]) -> dict[int, Item]:
        """Read the records of these primary keys, as far as there are any, in one query."""
        wanted = set(keys)
        return {item.pk: item for item in self.read(self.select(model).filter(pk__in=wanted))} if wanted else {}

    def key(self, clopos_id: int) -> int | None:
        """Give the primary key of a remote id; None: no row can have it."""
        return self.brand.pk * BRAND_SPAN + clopos_id if 0 < clopos_id < BRAND_SPAN else None

    def _find_mask(self, model: type[models.Model]) -> Callable[[str], str]:
        if self.viewer.sees_personal or "raw" not in getattr(model, "records", ()):
            return lambda text: text
        return lambda text: dump_json(mask_record(model.__name__, load_json(text)))


def split_items(value: Any) -> list[Item] | None:
    """Split a stored list of objects; None: it is something else."""
    try:
        return [Item(record) for record in _split_list(value)]
    except (msgspec.DecodeError, TypeError):
        return None


def read_id(record: Record, key: str) -> int | None:
    """Read a whole number out of a record; None: there is none."""
    try:
        value = msgspec.json.decode(record[key])
    except (KeyError, msgspec.DecodeError):
        return None
    return value if type(value) is int else None


def iterate_ids(items: Iterable[Item], key: str) -> Iterator[tuple[Item, int | None]]:
    """Give each item with the id that it holds under a key."""
    return ((item, read_id(item.record, key)) for item in items)


@cache
def _is_listed(model: type[models.Model]) -> Q:
    """Keep the rows that the remote has; those that it calls deleted itself were listed by it as such."""
    try:
        model._meta.get_field("deleted_at")
    except FieldDoesNotExist:
        return Q(removed_at=None)
    return Q(removed_at=None) | Q(deleted_at__isnull=False)
