"""Erase a customer's personal data and keep it out of later syncs.

What stays is that there is a customer with this Clopos id, and what was sold to them. The id is a pseudonym; it stays,
because amounts would no longer add up by customer, and because later syncs must know whom to leave out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import router, transaction
from django.utils import timezone

from django_clopos.client import SyncError
from django_clopos.mirror.resource import Personal, Resource
from django_clopos.models.base import allow_writes, compute_key
from django_clopos.models.brands import Brand
from django_clopos.models.fields import load_json
from django_clopos.models.truth import Erasure
from django_clopos.sync.columns import plan_table
from django_clopos.sync.forget_traces import (
    erase_changes_of_rows,
    erase_changes_that_name,
    erase_examples,
    erase_rejections,
)
from django_clopos.sync.lease import hold
from django_clopos.sync.pages import make_incoming
from django_clopos.sync.rebuild import group_by_venue, make_rewriter
from django_clopos.sync.rewrite import StoredRow, fetch_rows, select_rows

_CHUNK = 500


def forget_customer(
    brand: Brand, customer: int, resources: Iterable[Resource], *, on_wait: Callable[[str], None]
) -> Erasure:
    """Erase what these resources hold of a customer, in one transaction, and give the record that it was done.

    The record is also what later syncs go by, so it is made even where nothing was stored. `customer`: Clopos id.
    Raises ValueError for an id that no customer can have, SyncError where a stored record is not valid.
    """
    work = _Eraser(brand=brand, customer=customer, key=compute_key(brand, customer))
    chosen = [(resource, resource.personal) for resource in resources if resource.personal]
    with ExitStack() as stack:
        leases = [
            stack.enter_context(hold(brand_id=brand.pk, resource=resource.name, on_wait=on_wait))
            for resource, _ in chosen
        ]
        with transaction.atomic(using=router.db_for_write(Erasure)), allow_writes():
            for lease in leases:
                lease.renew()
            for resource, personal in chosen:
                work.erase(resource, personal)
            return Erasure.objects.create(
                brand_slug=brand.slug,
                subject=f"customer {customer}",
                customer=customer,
                counts={name: count for name, count in work.counts.items() if count},
                erased_at=timezone.now(),
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Eraser:
    brand: Brand
    customer: int
    key: int
    counts: Counter[str] = field(default_factory=Counter)

    def erase(self, resource: Resource, personal: Personal) -> None:
        """Erase what one resource's tables, and what speaks of them, hold of the customer."""
        texts = {f"record {self.customer}"} if personal.column == "id" else set()
        for chunk in self._read_chunks(resource, personal):
            keys = [row.pk for row in chunk]
            self.counts["Change"] += erase_changes_of_rows(self.brand, resource, personal, keys)
            self._write(resource, [row for row in (_erase_row(personal, row, resource, texts) for row in chunk) if row])
        self.counts["Change"] += erase_changes_that_name(self.brand, resource, personal, self.customer)
        self.counts["RejectedRow"] += erase_rejections(self.brand, resource, self.customer)
        self.counts["Drift"] += erase_examples(self.brand, resource, texts)

    def _read_chunks(self, resource: Resource, personal: Personal) -> Iterator[list[StoredRow]]:
        rows = select_rows(resource.table, self.brand.pk).filter(**{personal.column: self.key})
        context = make_rewriter(self.brand, resource, venue=None).preparer.context
        last = 0
        while chunk := fetch_rows(resource.table, rows.filter(pk__gt=last), context, limit=_CHUNK):
            yield chunk
            last = chunk[-1].pk

    def _write(self, resource: Resource, rows: Sequence[StoredRow]) -> None:
        for venue, group in group_by_venue(self.brand, resource.table, rows).items():
            outcome = make_rewriter(self.brand, resource, venue=venue).rewrite(resource.table, group, is_forced=True)
            if outcome.rejections:
                raise SyncError(
                    f"{resource.name} {outcome.rejections[0].key}: its stored record is not valid, so its columns "
                    "cannot be derived without the personal data; nothing was erased. Run `manage.py clopos_rebuild`"
                )
            self.counts[resource.table.model.__name__] += len(group)


def _erase_row(personal: Personal, row: StoredRow, resource: Resource, texts: set[str]) -> StoredRow | None:
    """Give a row with its record erased; None: nothing personal was left in it. `texts` gets what was taken out."""
    record = load_json(row.record.body)
    erased = personal.erase(record)
    if erased == record:
        return None
    texts |= set(_iterate_texts(record)) - set(_iterate_texts(erased))
    incoming = make_incoming(erased)
    marks = {"raw": incoming.body.decode(), "content_hash": incoming.digest, "synced_at": timezone.now()}
    columns = plan_table(resource.table).columns
    values = [marks.get(name, value) for name, value in zip(columns, row.values, strict=True)]
    return replace(row, record=incoming, values=values)


def _iterate_texts(value: Any) -> Iterator[str]:
    """Give every text and number in a JSON value."""
    match value:
        case dict():
            for inner in value.values():
                yield from _iterate_texts(inner)
        case list():
            for inner in value:
                yield from _iterate_texts(inner)
        case None | bool():
            pass
        case _:
            yield str(value)
