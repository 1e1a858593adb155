"""Customers whose data was erased on request: what the remote still sends of them is not stored again."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import router

from django_clopos.mirror.resource import JsonObject, Personal, Resource
from django_clopos.models.brands import Brand
from django_clopos.models.truth import Erasure
from django_clopos.sync.pages import Incoming, make_incoming

#: Takes the place of a record that cannot be read and may be an erased customer's.
UNREADABLE = b'"a record that could not be read"'


@dataclass(frozen=True, slots=True)
class Tombstones:
    """The erased customers of one brand, by remote id."""

    customers: frozenset[str] = frozenset()

    def keep_out(self, resource: Resource, records: list[Incoming]) -> list[Incoming]:
        """Give the records as they may be stored, digested anew where something was erased."""
        if not self.customers or resource.personal is None:
            return records
        return [self._clean(resource.personal, record) for record in records]

    def names(self, personal: Personal, record: JsonObject) -> bool:
        """Tell whether a decoded record names one of them."""
        return any(str(found) in self.customers for found in personal.find_customers(record))

    def may_name(self, text: str) -> bool:
        """Tell whether a text that cannot be read as a record has one of their ids in it."""
        return any(customer in text for customer in self.customers)

    def _clean(self, personal: Personal, incoming: Incoming) -> Incoming:
        try:
            record = incoming.decode()
        except ValueError:
            text = incoming.as_text()
            return Incoming(incoming.id, incoming.digest, UNREADABLE) if self.may_name(text) else incoming
        return make_incoming(personal.erase(record)) if self.names(personal, record) else incoming


def find_tombstones(brand: Brand, resource: Resource) -> Tombstones:
    """Read the erased customers of a brand; none where the resource says nothing of customers."""
    if resource.personal is None:
        return Tombstones()
    # From the database that is written: an erasure must not be missed because a replica is behind.
    erasures = Erasure.objects.using(router.db_for_write(Erasure))
    found = erasures.filter(brand_slug=brand.slug, customer__isnull=False).values_list("customer", flat=True)
    return Tombstones(frozenset(map(str, found)))
