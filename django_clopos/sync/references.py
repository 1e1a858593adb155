"""References whose target is not in the mirror: how many there are, and which rows are fetched by their id.

Receipts name products, customers and staff that the lists no longer give. What the remote answers with 404 is
remembered, so that it is asked for once. Names no resource: a reference leads to a model, and that to its declaration.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from django_clopos.client import Client, NotFound
from django_clopos.mirror.resource import Resource
from django_clopos.mirror.strategies import Snapshot
from django_clopos.models.base import BRAND_SPAN, ReadOnlyModel
from django_clopos.models.brands import Brand
from django_clopos.models.fields import MirrorForeignKey
from django_clopos.models.truth import KnownMissing
from django_clopos.sync.engine import store_records

#: Rows fetched by their id in one run, unless told otherwise.
MOST_FETCHED = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Dangling:
    """References of one field that lead nowhere."""

    model: type[models.Model]
    field: str
    target: type[models.Model]
    rows: int
    targets: int
    """How many different ids they name."""


@dataclass(kw_only=True, slots=True)
class Fetched:
    """What `fetch_missing` did."""

    found: int = 0
    missing: int = 0
    """Answered with 404, and remembered."""


def count_dangling(brand: Brand) -> list[Dangling]:
    """Count the references that lead nowhere, one query for each field of every mirrored model; none is left out."""
    return [found for model, field in _references() if (found := _count(brand, model, field)).rows]


def fetch_missing(brand: Brand, *, client: Client, resources: Iterable[Resource], limit: int = MOST_FETCHED) -> Fetched:
    """Fetch what rows refer to and the lists do not give, by id, at most `limit` of them; store it as a sync does.

    Only lists that are read whole are considered: a reference to an order or receipt waits for its own sync. Raises
    CloposError where the remote fails; what was fetched until then is stored.
    """
    fetched = Fetched()
    for resource in resources:
        if not isinstance(resource.strategy, Snapshot) or not resource.endpoint.has_detail:
            continue
        wanted = _find_wanted(brand, resource, limit=limit - fetched.found - fetched.missing)
        if wanted:
            _fetch(brand, resource, wanted, client=client, fetched=fetched)
    return fetched


def _references() -> Iterator[tuple[type[models.Model], MirrorForeignKey]]:
    for model in apps.get_app_config("django_clopos").get_models():
        if issubclass(model, ReadOnlyModel):
            for field in model._meta.concrete_fields:
                if isinstance(field, MirrorForeignKey):
                    yield model, field


def _select(brand: Brand, model: type[models.Model], field: MirrorForeignKey) -> QuerySet[models.Model]:
    """Select the rows whose reference leads nowhere."""
    target = field.related_model._base_manager.filter(pk=OuterRef(field.attname))
    rows = model._base_manager.filter(**{"brand": brand.pk, f"{field.attname}__isnull": False})
    return rows.filter(~Exists(target))


def _count(brand: Brand, model: type[models.Model], field: MirrorForeignKey) -> Dangling:
    sums = _select(brand, model, field).aggregate(rows=Count("pk"), targets=Count(field.attname, distinct=True))
    return Dangling(model=model, field=field.name, target=field.related_model, **sums)


def _find_wanted(brand: Brand, resource: Resource, *, limit: int) -> list[int]:
    """Give the Clopos ids that rows name and nobody has asked for yet, lowest first."""
    if limit < 1:
        return []
    named: set[int] = set()
    for model, field in _references():
        if field.related_model is resource.table.model:
            keys = _select(brand, model, field).values_list(field.attname, flat=True).distinct()
            named |= {key % BRAND_SPAN for key in keys}
    known = KnownMissing.objects.filter(brand=brand, resource=resource.name, clopos_id__in=named)
    return sorted(named - set(known.values_list("clopos_id", flat=True)))[:limit]


def _fetch(brand: Brand, resource: Resource, wanted: Sequence[int], *, client: Client, fetched: Fetched) -> None:
    """Ask for each row, and store those that came even where one fails."""
    bodies: list[bytes] = []
    try:
        for clopos_id in wanted:
            try:
                bodies.append(client.get(resource.endpoint, clopos_id).raw)
            except NotFound:
                KnownMissing.objects.get_or_create(
                    brand=brand, resource=resource.name, clopos_id=clopos_id, defaults={"asked_at": timezone.now()}
                )
                fetched.missing += 1
    finally:
        if bodies:
            store_records(brand, resource, bodies, client=client)
            fetched.found += len(bodies)
