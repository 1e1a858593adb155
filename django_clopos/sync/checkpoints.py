"""How far each walk has come: small JSON values, written in the transaction of the page they speak of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import router
from django.db.models import QuerySet

from django_clopos.models.bookkeeping import Checkpoint


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoints:
    """The checkpoints of one resource and venue of a brand. An unsaved brand has none."""

    brand_id: int | None
    resource: str
    venue: int | None

    def read(self, name: str) -> Any:
        """Return the value, or None where there is none."""
        if self.brand_id is None:
            return None
        # From the database that is written: a replica may not have the last page's yet.
        rows = Checkpoint.objects.using(router.db_for_write(Checkpoint)).filter(**self._key(name))
        return rows.values_list("value", flat=True).first()

    def read_several(self, *names: str) -> dict[str, Any]:
        """Return the values of these names that are there, in one query."""
        if self.brand_id is None:
            return {}
        rows = Checkpoint.objects.using(router.db_for_write(Checkpoint))
        rows = rows.filter(brand_id=self.brand_id, resource=self.resource, venue=self.venue or 0, name__in=names)
        return dict(rows.values_list("name", "value"))

    def write(self, values: dict[str, Any]) -> None:
        """Store values; None deletes."""
        for name, value in values.items():
            if value is None:
                Checkpoint.objects.filter(**self._key(name)).delete()
            else:
                Checkpoint.objects.update_or_create(**self._key(name), defaults={"value": value})

    def _key(self, name: str) -> dict[str, Any]:
        return {"brand_id": self.brand_id, "resource": self.resource, "venue": self.venue or 0, "name": name}


def has_history_begun(brand_id: int, resources: Iterable[str]) -> bool:
    """Tell whether each of these resources knows where its news begin, in one venue at least."""
    names = set(resources)
    known = _of_brand(brand_id).filter(name="watermark", resource__in=names)
    return set(known.values_list("resource", flat=True)) == names


def is_history_left(brand_id: int) -> bool:
    """Tell whether a backfill of any resource and venue is unfinished."""
    return _of_brand(brand_id).filter(name="backfill").exists()


def _of_brand(brand_id: int) -> QuerySet[Checkpoint]:
    return Checkpoint.objects.using(router.db_for_write(Checkpoint)).filter(brand=brand_id)
