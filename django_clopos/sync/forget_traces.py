"""What else than the rows speaks of a customer, and how it is erased: history, rejected records, examples of drift."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models, router
from django.db.models import Q, QuerySet
from django.db.models.functions import Cast

from django_clopos.mirror.resource import Personal, Resource
from django_clopos.models.bookkeeping import Drift, RejectedRow
from django_clopos.models.brands import Brand
from django_clopos.models.truth import Change
from django_clopos.sync.pages import Incoming, find_id
from django_clopos.sync.tombstones import Tombstones

#: What a reason begins with that is the database's own sentence: it may quote a value.
_QUOTING = "the database refused it"


def erase_changes_of_rows(brand: Brand, resource: Resource, personal: Personal, keys: Iterable[int]) -> int:
    """Erase what history keeps of these rows. Returns the number of changes."""
    return sum(_erase_change(change, personal) for change in _changes(brand, resource).filter(row_id__in=keys))


def erase_changes_that_name(brand: Brand, resource: Resource, personal: Personal, customer: int) -> int:
    """Erase what history keeps of a customer in other rows: a sale that is somebody else's by now."""
    tombstones = Tombstones(frozenset({str(customer)}))
    texts = {"text_before": Cast("before", models.TextField()), "text_after": Cast("after", models.TextField())}
    found = _changes(brand, resource).annotate(**texts)
    found = found.filter(Q(text_before__contains=str(customer)) | Q(text_after__contains=str(customer)))
    return sum(
        _erase_change(change, personal)
        for change in found.iterator()
        if any(tombstones.names(personal, side) for side in (change.before, change.after) if isinstance(side, dict))
    )


def erase_rejections(brand: Brand, resource: Resource, customer: int) -> int:
    """Erase a customer from the records that were refused; one that cannot be read and may be theirs, as a whole."""
    tombstones = Tombstones(frozenset({str(customer)}))
    rows = RejectedRow.objects.using(router.db_for_write(RejectedRow)).filter(brand=brand, resource=resource.name)
    count = 0
    for row in rows.filter(record__contains=str(customer)).iterator():
        body = row.record.encode()
        [erased] = tombstones.keep_out(resource, [Incoming(find_id(body), row.content_hash, body)])
        if erased.body != body:
            row.record, row.content_hash = erased.as_text(), erased.digest
            row.reason = _QUOTING if row.reason.startswith(_QUOTING) else row.reason
            row.save(update_fields=["record", "content_hash", "reason"])
            count += 1
    return count


def erase_examples(brand: Brand, resource: Resource, texts: Iterable[str]) -> int:
    """Empty the examples of drift that are one of these texts."""
    wanted = {text[:255] for text in texts}
    rows = Drift.objects.using(router.db_for_write(Drift)).filter(brand=brand, resource=resource.name)
    named = [row.pk for row in rows.exclude(example="") if row.example in wanted]
    return rows.filter(pk__in=named).update(example="")


def _changes(brand: Brand, resource: Resource) -> QuerySet[Change]:
    rows = Change.objects.using(router.db_for_write(Change))
    return rows.filter(brand=brand, table=resource.table.model.__name__)


def _erase_change(change: Change, personal: Personal) -> bool:
    before, after = (_erase_side(side, personal) for side in (change.before, change.after))
    if (before, after) == (change.before, change.after):
        return False
    change.before, change.after = before, after
    change.save(update_fields=["before", "after"])
    return True


def _erase_side(side: Any, personal: Personal) -> Any:
    return personal.erase(side) if isinstance(side, dict) else side
