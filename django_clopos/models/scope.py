"""Which brands and venues somebody may see, and the condition that this puts on the rows of each model.

Who may see what is decided in `django_clopos.access`; each model says with a `place` where its brand and venue are.
Closed by default: a row whose venue is not known is hidden from whoever may see some venues of a brand only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from django_clopos.models.keys import BRAND_SPAN, compute_key

#: Resources whose records belong to the whole brand; those of any other resource belong to a venue.
BRAND_WIDE_RESOURCES = frozenset(
    {
        "users", "customer-groups", "customers", "categories", "stations", "products", "price-lists",
        "price-list-prices", "sale-types", "payment-methods",
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What somebody may see: everything, or some brands as a whole and some venues of other brands."""

    is_all: bool = False
    brands: frozenset[int] = frozenset()
    """Brands of which every venue may be seen, by primary key."""
    venues: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Clopos ids of venues, by the primary key of their brand. What belongs to the whole brand may be seen too."""

    def covers(self, brand_id: int | None) -> bool:
        """Tell whether every venue of the brand may be seen."""
        return self.is_all or brand_id in self.brands

    @property
    def all_brands(self) -> frozenset[int]:
        """Primary keys of the brands of which anything may be seen."""
        return self.brands | self.venues.keys()

    @property
    def venue_keys(self) -> frozenset[int]:
        """Primary keys of the single venues."""
        return frozenset(compute_key(brand, venue) for brand, ids in self.venues.items() for venue in ids)


EVERYTHING = Scope(is_all=True)
NOTHING = Scope()


class Place(Protocol):
    """Where the brand and the venue of a model's rows are."""

    def narrow(self, scope: Scope, prefix: str) -> Q:
        """Make the condition that keeps the rows within a scope that is not everything."""

    def includes(self, scope: Scope, row: Any) -> bool:
        """Tell whether one row is within a scope that is not everything."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OfBrand:
    """Rows that belong to the whole brand, for whoever may see anything of it."""

    brand: str = "brand"

    def narrow(self, scope: Scope, prefix: str) -> Q:
        return Q(**{f"{prefix}{self.brand}__in": scope.all_brands})

    def includes(self, scope: Scope, row: Any) -> bool:
        return reach(row, self.brand) in scope.all_brands


@dataclass(frozen=True, kw_only=True, slots=True)
class OfWholeBrand:
    """Rows that only those may see who may see every venue of the brand."""

    def narrow(self, scope: Scope, prefix: str) -> Q:
        return Q(**{f"{prefix}brand__in": scope.brands})

    def includes(self, scope: Scope, row: Any) -> bool:
        return row.brand_id in scope.brands


@dataclass(frozen=True, kw_only=True, slots=True)
class OfBrandNamed:
    """Rows that name their brand by its slug, which may be gone."""

    slug: str

    def narrow(self, scope: Scope, prefix: str) -> Q:
        brands = apps.get_model("django_clopos", "Brand")._base_manager.filter(pk__in=scope.all_brands)
        return Q(**{f"{prefix}{self.slug}__in": brands.values("slug")})

    def includes(self, scope: Scope, row: Any) -> bool:
        return False  # nothing refers to such rows


@dataclass(frozen=True, kw_only=True, slots=True)
class OfVenue:
    """Rows that belong to a venue: `venue` leads from the row to the venue's key, such as `receipt__venue`."""

    venue: str = "venue"

    def narrow(self, scope: Scope, prefix: str) -> Q:
        condition = Q(**{f"{prefix}brand__in": scope.brands})
        if not scope.venues:
            return condition
        # The brand is named too, because the indexes begin with it.
        return condition | Q(
            **{f"{prefix}brand__in": scope.venues.keys(), f"{prefix}{self.venue}__in": scope.venue_keys}
        )

    def includes(self, scope: Scope, row: Any) -> bool:
        return row.brand_id in scope.brands or reach(row, self.venue) in scope.venue_keys


@dataclass(frozen=True, kw_only=True, slots=True)
class OfWalk:
    """Rows that speak of a resource, and of one venue of it by its Clopos id where `venue` names a column."""

    brand: str = "brand"
    venue: str | None = None

    def narrow(self, scope: Scope, prefix: str) -> Q:
        condition = Q(**{f"{prefix}{self.brand}__in": scope.brands})
        for brand, ids in scope.venues.items():
            seen = Q(**{f"{prefix}resource__in": BRAND_WIDE_RESOURCES})
            if self.venue:
                seen |= Q(**{f"{prefix}{self.venue}__in": ids})
            condition |= Q(**{f"{prefix}{self.brand}": brand}) & seen
        return condition

    def includes(self, scope: Scope, row: Any) -> bool:
        return reach(row, self.brand) in scope.brands  # nothing refers to such rows


@dataclass(frozen=True, kw_only=True, slots=True)
class OfTable:
    """Rows that speak of a row of another table, named by `table`; they are seen with it.

    Where that row is not mirrored, its venue is not known. `row_id`: column with its primary key; without one it is
    computed from `clopos_id`.
    """

    row_id: str | None = None

    def narrow(self, scope: Scope, prefix: str) -> Q:
        condition = Q(**{f"{prefix}brand__in": scope.brands})
        if not scope.venues:
            return condition
        condition |= Q(**{f"{prefix}brand__in": scope.venues.keys(), f"{prefix}table__in": list_tables(by_venue=False)})
        for table in list_tables(by_venue=True):
            found = self._find_rows(table, scope, prefix)
            if found is not None:
                condition |= Q(found, **{f"{prefix}brand__in": scope.venues.keys(), f"{prefix}table": table})
        return condition

    def includes(self, scope: Scope, row: Any) -> bool:
        return row.brand_id in scope.brands  # nothing refers to such rows

    def _find_rows(self, table: str, scope: Scope, prefix: str) -> Exists | None:
        model: Any = apps.get_model("django_clopos", table)
        key: Any = OuterRef(f"{prefix}{self.row_id}")
        if not self.row_id:
            if not any(column.name == "clopos_id" for column in model._meta.concrete_fields):
                return None
            key = OuterRef(f"{prefix}brand_id") * BRAND_SPAN + OuterRef(f"{prefix}clopos_id")
        return Exists(model._base_manager.filter(model.place.narrow(scope, ""), pk=key))


@dataclass(frozen=True, kw_only=True, slots=True)
class OfNobody:
    """Rows that belong to no brand, for those who may see everything."""

    def narrow(self, scope: Scope, prefix: str) -> Q:
        return Q(**{f"{prefix}pk__in": ()})

    def includes(self, scope: Scope, row: Any) -> bool:
        return False


def narrow(model: type[models.Model], scope: Scope, *, prefix: str = "") -> Q:
    """Make the condition that keeps the rows of a model within a scope.

    `prefix` leads to the model from the rows that are queried, such as `steps__`. Raises TypeError for a model without
    a place.
    """
    place: Place | None = getattr(model, "place", None)
    if place is None:
        raise TypeError(f"{model.__name__} does not say where its brand and venue are: give it a place.")
    if scope.is_all:
        return Q()
    condition = place.narrow(scope, prefix)
    return condition & _bound(scope, prefix) if getattr(model, "is_keyed", False) and scope.all_brands else condition


def _bound(scope: Scope, prefix: str) -> Q:
    """Bound the keys to the room of the brands: a list by key need not walk through other brands' rows first."""
    first, last = min(scope.all_brands), max(scope.all_brands)
    return Q(**{f"{prefix}pk__gt": first * BRAND_SPAN, f"{prefix}pk__lt": (last + 1) * BRAND_SPAN})


def list_tables(*, by_venue: bool) -> list[str]:
    """Name the tables of mirrored parents that belong to venues, or those that belong to whole brands."""
    return [
        model.__name__
        for model in apps.get_app_config("django_clopos").get_models()
        if any(column.name == "raw" for column in model._meta.concrete_fields)
        and isinstance(getattr(model, "place", None), OfVenue) is by_venue
    ]


def reach(row: Any, path: str) -> Any:
    """Follow a lookup from a row to the key at its end; None where a row on the way is missing."""
    *steps, last = path.split("__")
    for step in steps:
        row = getattr(row, step)
        if row is None:
            return None
    return row.pk if last == "pk" else getattr(row, f"{last}_id")
