"""Erase a brand with everything that was mirrored of it and written about it, table by table, never row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack

from django.apps import apps
from django.db import models, router, transaction
from django.utils import timezone

from django_clopos.mirror.resource import Resource
from django_clopos.models.base import ChildModel, ReadOnlyModel, allow_writes
from django_clopos.models.bookkeeping import SyncRun, SyncStep
from django_clopos.models.brands import Brand
from django_clopos.models.truth import Erasure
from django_clopos.sync.connection import forget_access
from django_clopos.sync.lease import hold


def forget_brand(brand: Brand, resources: Iterable[Resource], *, on_wait: Callable[[str], None]) -> Erasure:
    """Erase a brand in one transaction and give the record that it was done. Waits for a sync that runs.

    Records of erased customers stay: a brand that is added again must not bring them back. Raises ProtectedError
    where a site's own rows protect the brand; then nothing is erased.
    """
    using = router.db_for_write(Brand)
    with ExitStack() as stack:
        leases = [
            stack.enter_context(hold(brand_id=brand.pk, resource=resource.name, on_wait=on_wait))
            for resource in resources
        ]
        with transaction.atomic(using=using), allow_writes():
            for lease in leases:
                lease.renew()
            counts = _delete_everything(brand, using=using)
            erasure = Erasure.objects.using(using).create(
                brand_slug=brand.slug, subject="brand", counts=dict(counts), erased_at=timezone.now()
            )
    return erasure


def _delete_everything(brand: Brand, *, using: str) -> Counter[str]:
    """Delete what refers to other rows first; of each table in one statement, unless a site's code listens to it."""
    counts: Counter[str] = Counter(RequestBudget=forget_access(brand))
    for rows in _iterate_rows(brand, using=using):
        counts.update({label.rpartition(".")[2]: count for label, count in rows.delete()[1].items()})
    brand.delete(using=using)
    return +counts


def _iterate_rows(brand: Brand, *, using: str) -> Iterator[models.QuerySet[models.Model, models.Model]]:
    yield SyncStep._base_manager.using(using).filter(run__brand=brand)
    owned = [model for model in apps.get_app_config("django_clopos").get_models() if _belongs_to_brand(model)]
    for model in sorted(owned, key=_order):
        yield model._base_manager.using(using).filter(brand=brand)


def _belongs_to_brand(model: type[models.Model]) -> bool:
    return any(field.name == "brand" and field.related_model is Brand for field in model._meta.concrete_fields)


def _order(model: type[models.Model]) -> int:
    if issubclass(model, ReadOnlyModel):
        return 0 if issubclass(model, ChildModel) else 1
    return 3 if model is SyncRun else 2  # changes and rejected rows refer to runs
