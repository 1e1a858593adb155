"""What the API lists: each mirrored resource, and each mirrored table that only comes inside another's records.

Everything else is derived from the models: columns, filters, orders, expansions. A declaration says what cannot be.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models

from django_clopos.api.columns import is_keyed
from django_clopos.mirror import RESOURCES, Child, Resource, get_resource
from django_clopos.mirror.strategies import NewestFirst, PerParent
from django_clopos.models.base import MarkedModel
from django_clopos.models.fields import MirrorForeignKey

#: By what a list can be searched, beside the Clopos id: columns of short texts. Nobody searches by what is hidden.
_SEARCHED = {
    "users": ("username", "first_name", "last_name"),
    "customers": ("name", "phone", "code"),
    "products": ("name", "full_name", "barcode"),
    "receipt-products": (),
}

#: By what of its parent a part can be filtered: what the parent's indexes begin with.
_OF_RECEIPT = ("venue", "shift_date", "created_at", "status")
_OF_PARENT = {"receipt-products": _OF_RECEIPT, "receipt-payments": _OF_RECEIPT, "order-items": ("venue", "created_at")}

#: Lists of rows that belong to a row and are few: reverse names of references.
_EXPANDED_LISTS = {
    "products": ("variants", "packages"),
    "modifier-groups": ("modifiers",),
    "categories": ("children",),
    "receipts": ("stock_operations",),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Collection:
    """One list of the API and its single rows. Compared by identity: each exists once."""

    name: str
    """In addresses, such as `receipt-products`."""
    model: type[models.Model]
    resource: Resource
    """Which resource fills it, and tells how fresh it is."""
    children: tuple[Child, ...] = ()
    parent: str = ""
    """Reference to the row that this is a part of; a part is gone with it."""

    @cached_property
    def is_keyed(self) -> bool:
        """Whether its rows have a Clopos id, and with it an address."""
        return is_keyed(self.model)

    @cached_property
    def is_marked(self) -> bool:
        """Whether its rows say themselves when they changed and were removed."""
        return issubclass(self.model, MarkedModel)

    @cached_property
    def is_large(self) -> bool:
        """Whether it grows with every sale: then it is searched and ordered by indexes only."""
        return isinstance(self.resource.strategy, NewestFirst | PerParent)

    @cached_property
    def parts(self) -> dict[str, Child]:
        """The parts of a row that come with it, by the name of their list, such as `receipt_products`."""
        return {name_children(child): child for child in self.children}

    @property
    def searched(self) -> tuple[str, ...]:
        """Columns of texts that a search looks into."""
        default = () if self.is_large or not _has(self.model, "name") else ("name",)
        return _SEARCHED.get(self.name, default)

    @property
    def of_parent(self) -> tuple[str, ...]:
        """Columns of the parent that the list can be filtered by."""
        return _OF_PARENT.get(self.name, ())

    @property
    def expanded_lists(self) -> tuple[str, ...]:
        """Reverse names of references whose rows can be shown with a row."""
        return _EXPANDED_LISTS.get(self.name, ())

    def has_reference(self, name: str) -> bool:
        """Tell whether its rows refer to something by this name, such as `venue`."""
        return any(field.name == name for field in list_references(self.model))


def list_references(model: type[models.Model]) -> list[MirrorForeignKey]:
    """List the references of a model to mirrored rows."""
    return [field for field in model._meta.concrete_fields if isinstance(field, MirrorForeignKey)]


def name_children(child: Child) -> str:
    """Give the name of the parent's list of these children, such as `receipt_products`."""
    field: Any = child.model._meta.get_field(child.parent)
    return str(field.remote_field.get_accessor_name())


def _has(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)


def _collect(resource: Resource) -> tuple[Collection, ...]:
    main = Collection(
        name=resource.name, model=resource.table.model, resource=resource, children=resource.table.children
    )
    parts = [
        Collection(name=_spell(child.model), model=child.model, resource=resource, parent=child.parent)
        for child in resource.table.children
    ]
    nested = [
        Collection(name=_spell(nested.table.model), model=nested.table.model, resource=resource)
        for nested in resource.nested
        if nested.table.model is not resource.table.model
    ]
    return (main, *parts, *nested)


def _spell(model: type[models.Model]) -> str:
    """Spell the plural of a model's name as addresses do: `ReceiptProduct` becomes `receipt-products`."""
    words = "".join(f"-{sign.lower()}" if sign.isupper() else sign for sign in model.__name__).strip("-")
    return f"{words}es" if words.endswith("x") else f"{words}s"


#: Resources first, in the order of a sync, each followed by what its records hold.
COLLECTIONS: tuple[Collection, ...] = tuple(found for resource in RESOURCES for found in _collect(resource))

_BY_NAME = {collection.name: collection for collection in COLLECTIONS}
_BY_MODEL = {collection.model: collection for collection in COLLECTIONS}


def get_collection(name: str) -> Collection:
    """Give the list of a name. Raises ValueError, which names those there are, where it is none."""
    if name not in _BY_NAME:
        get_resource(name)
    return _BY_NAME[name]


def find_collection(model: type[models.Model]) -> Collection:
    """Give the list of a model."""
    return _BY_MODEL[model]
