"""Rows as somebody may see them: kept within a scope, with personal data masked.

`shown_to` is the one door. A row remembers whom it is shown to, and what is reached through it (a reference, the rows
that refer to it, a column that is read late) is shown to the same person. Conditions and orders are not looked at:
whoever lets a user choose them asks `is_personal` first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.query import ModelIterable

from django_clopos.models.scope import EVERYTHING, Place, Scope, narrow
from django_clopos.schemas.personal import mask_record, mask_value

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Viewer:
    """Whom rows are shown to."""

    scope: Scope
    sees_personal: bool = False

    @property
    def sees_all(self) -> bool:
        """Whether nothing is hidden."""
        return self.scope.is_all and self.sees_personal


#: Sees everything: code of the site itself.
ANYBODY = Viewer(scope=EVERYTHING, sees_personal=True)


class _ShownIterable(ModelIterable):  # type: ignore[type-arg]  # takes none at run time
    """Gives rows as their queryset's viewer may see them."""

    def __iter__(self) -> Iterator[Any]:
        rows: Any = self.queryset
        viewer: Viewer = rows.viewer
        for row in super().__iter__():
            row.show_to(viewer)
            yield row


class ScopedQuerySet(models.QuerySet[M_co]):
    """Reads rows as somebody may see them."""

    viewer: Viewer = ANYBODY

    def within(self, scope: Scope) -> Self:
        """Keep the rows of a scope."""
        return self if scope.is_all else self.filter(narrow(self.model, scope))

    def shown_to(self, viewer: Viewer) -> Self:
        """Keep the rows within somebody's scope, and mask personal data unless they may see it.

        The scope limits `values()`, `count()` and aggregates too. Masks are put on instances: personal columns cannot
        be asked for by `values()` then.
        """
        if viewer.sees_all:
            return self
        rows = self.within(viewer.scope).all()
        rows.watch(viewer)
        return rows

    def watch(self, viewer: Viewer) -> None:
        """Show these rows as somebody may see them, without narrowing them; changes this queryset itself."""
        self.viewer = viewer
        if issubclass(self._iterable_class, ModelIterable):
            self._iterable_class = _ShownIterable
        elif not viewer.sees_personal:  # values() came first
            _refuse_personal(self.model, tuple(getattr(self, "_fields", None) or ()), {})

    watch.queryset_only = True  # type: ignore[attr-defined]  # how Django keeps a method off the managers

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]  # private to Django
        clone.viewer = self.viewer
        return clone  # type: ignore[no-any-return]

    def _add_hints(self, **hints: Any) -> None:
        """Follow the row through whose relation these rows are read."""
        super()._add_hints(**hints)  # type: ignore[misc]  # private to Django
        viewer = get_viewer(hints.get("instance"))
        if not viewer.sees_all:
            if not viewer.scope.is_all:
                self._filter_or_exclude_inplace(False, (narrow(self.model, viewer.scope),), {})  # type: ignore[attr-defined]
            self.watch(viewer)

    def _values(self, *fields: Any, **expressions: Any) -> Self:
        if not self.viewer.sees_personal:
            _refuse_personal(self.model, fields, expressions)
        return super()._values(*fields, **expressions)  # type: ignore[misc,no-any-return]  # private to Django


def _refuse_personal(model: type[models.Model], fields: tuple[Any, ...], expressions: dict[str, Any]) -> None:
    names = [getattr(field, "name", field) for field in (*fields, *expressions.values())]
    if not names:
        names = [field.name for field in model._meta.concrete_fields]
    for name in names:
        if isinstance(name, str) and is_personal(model, name):
            raise TypeError(
                f"{model.__name__}.{name} is personal data, and values() cannot mask it for who may not see it: "
                "read instances, or leave it out."
            )


#: Every row; see `shown_to` and `within`.
ScopedManager = models.Manager.from_queryset(ScopedQuerySet)


class ScopedModel(models.Model):
    """A table of this app: it says where its brand and venue are, and what of it is personal."""

    place: ClassVar[Place]
    personal: ClassVar[frozenset[str]] = frozenset()
    """Columns that are masked as a whole."""
    records: ClassVar[frozenset[str]] = frozenset()
    """Columns with JSON of which some keys are personal."""
    is_keyed: ClassVar[bool] = False
    """Whether the primary key is computed from the brand."""

    class Meta:
        abstract = True

    def show_to(self, viewer: Viewer) -> None:
        """Mask this row and those joined to it, and hide joined rows that are outside the scope."""
        if viewer.sees_all or "_viewer" in self.__dict__:
            return
        self.__dict__["_viewer"] = viewer
        if not viewer.sees_personal:
            self.mask()
        joined = self._state.fields_cache
        for name, row in list(joined.items()):
            if isinstance(row, ScopedModel):
                joined[name] = give_shown(row, viewer)

    def mask(self) -> None:
        """Mask the personal columns that were read."""
        for name in self.personal & self.__dict__.keys():
            setattr(self, name, mask_value(self.__dict__[name]))
        for name in self.records & self.__dict__.keys():
            setattr(self, name, mask_record(type(self).__name__, self.__dict__[name]))

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read columns again, as shown as before. Columns that were left unread come through here too."""
        super().refresh_from_db(*args, **kwargs)
        if not get_viewer(self).sees_personal:
            self.mask()


class OwnModel(ScopedModel):
    """A table that does not mirror the remote: brands, access, and what a sync writes about itself."""

    objects = ScopedManager()

    class Meta:
        abstract = True


def get_viewer(row: Any) -> Viewer:
    """Tell whom a row is shown to."""
    viewer: Viewer = getattr(row, "__dict__", {}).get("_viewer", ANYBODY)
    return viewer


def give_shown(row: Any, viewer: Viewer) -> Any:
    """Give a row as somebody may see it; None where it is outside their scope."""
    if not isinstance(row, ScopedModel):
        return row
    if not viewer.scope.is_all and not row.place.includes(viewer.scope, row):
        return None
    row.show_to(viewer)
    return row


def is_personal(model: type[models.Model], lookup: str) -> bool:
    """Tell whether a lookup, such as `customer__phone__startswith`, leads to personal data.

    A JSON column of which some keys are personal counts as a whole.
    """
    current: Any = model
    for part in lookup.removeprefix("-").split("__"):
        try:
            field = current._meta.get_field(current._meta.pk.name if part == "pk" else part)
        except FieldDoesNotExist:
            return False
        if field.name in getattr(current, "personal", ()) or field.name in getattr(current, "records", ()):
            return True
        if not field.is_relation:
            return False
        current = field.related_model
    return False
