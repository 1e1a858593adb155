"""What every mirrored row has in common: its key, its marks, and that only a sync writes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q, Value

from django_clopos.models.brands import Brand
from django_clopos.models.fields import ExactJSONField
from django_clopos.models.keys import BRAND_SPAN, compute_key
from django_clopos.models.visible import ScopedModel, ScopedQuerySet

__all__ = [
    "BRAND_SPAN",
    "ChildManager",
    "ChildModel",
    "ChildQuerySet",
    "KeyedChildModel",
    "KeyedModel",
    "MarkedModel",
    "MirrorManager",
    "MirrorModel",
    "MirrorQuerySet",
    "ReadOnlyModel",
    "ReadOnlyRow",
    "allow_writes",
    "compute_key",
]

_writing: ContextVar[bool] = ContextVar("django_clopos_writing", default=False)


class ReadOnlyRow(TypeError):
    """Raised when code outside a sync writes a mirrored row."""


@contextmanager
def allow_writes() -> Iterator[None]:
    """Let the enclosed code write mirrored rows: the sync does, and a site's own tests may."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def _demand_writing(model: type[models.Model]) -> None:
    if not _writing.get():
        raise ReadOnlyRow(
            f"{model.__name__} mirrors the remote and is read-only here: change it in Clopos and sync. "
            "In tests, use django_clopos.testing.allow_writes()."
        )


class MirrorQuerySet(ScopedQuerySet[Any]):
    """Reads mirrored rows; everything that writes raises outside a sync."""

    def for_brand(self, brand: Brand | int) -> Self:
        """Keep the rows of one brand."""
        return self.filter(brand=brand)

    def live(self) -> Self:
        """Hide the rows that the remote no longer has."""
        return self.filter(removed_at=None)

    def update(self, **kwargs: Any) -> int:
        _demand_writing(self.model)
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        _demand_writing(self.model)
        return super().delete()

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        _demand_writing(self.model)
        return super().bulk_create(*args, **kwargs)

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        _demand_writing(self.model)
        return super().bulk_update(*args, **kwargs)


class ChildQuerySet(MirrorQuerySet):
    """Child rows have no marks of their own: they live as long as their parent's record names them."""

    def live(self) -> Self:
        raise TypeError(f"{self.model.__name__} has no removed_at: filter on its parent's.")


class MirrorManager(models.Manager.from_queryset(MirrorQuerySet)):  # type: ignore[misc]  # a class made at run time
    """Everything that was mirrored, removed rows too; see `live`."""


class ChildManager(models.Manager.from_queryset(ChildQuerySet)):  # type: ignore[misc]  # a class made at run time
    """Everything that was mirrored."""


class ReadOnlyModel(ScopedModel):
    """A row that belongs to a brand and that only a sync may write."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="+", db_index=False, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        _demand_writing(type(self))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _demand_writing(type(self))
        return super().delete(*args, **kwargs)


class KeyedModel(ReadOnlyModel):
    """A row with a remote id of its own. The key is computed from it, so uniqueness needs no second index."""

    is_keyed: ClassVar[bool] = True
    id = models.BigIntegerField(primary_key=True, editable=False)
    clopos_id = models.BigIntegerField("Clopos id", editable=False)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_key",
                condition=Q(id=F("brand") * Value(BRAND_SPAN) + F("clopos_id"))
                & Q(clopos_id__gte=1, clopos_id__lt=BRAND_SPAN),
            )
        ]

    def __str__(self) -> str:
        return str(getattr(self, "name", "") or f"{self._meta.verbose_name} {self.clopos_id}")

    @classmethod
    def key(cls, brand: Brand | int, clopos_id: int) -> int:
        """Compute the primary key of a remote id: ``Venue.key(brand, 1)``. Raises as `compute_key` does."""
        return compute_key(brand, clopos_id)


class MarkedModel(ReadOnlyModel):
    """A mirrored parent: keeps the record it came from and when it was seen, changed, missed and removed."""

    raw = ExactJSONField("record", default=dict, editable=False, help_text="The remote's own record, numbers as sent.")
    content_hash = models.CharField(max_length=32, editable=False)
    first_seen_at = models.DateTimeField(editable=False)
    synced_at = models.DateTimeField("last changed", editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    missing_since = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MirrorManager()

    class Meta:
        abstract = True


class MirrorModel(KeyedModel, MarkedModel):
    """A mirrored parent with a remote id: venue, product, receipt and so on."""

    class Meta(KeyedModel.Meta):
        abstract = True


class ChildModel(ReadOnlyModel):
    """A row that is part of its parent's record and is replaced with it."""

    objects = ChildManager()

    class Meta:
        abstract = True


class KeyedChildModel(KeyedModel, ChildModel):
    """A child with a remote id of its own: a receipt's line."""

    class Meta(KeyedModel.Meta):
        abstract = True
