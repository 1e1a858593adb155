"""From when on history is complete, and how a product is taken back to an earlier moment with it.

Written by the sync; this module only reads. A column is derived again from the record, through the same schema as when
it was stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Max
from django.utils import timezone

from django_clopos import schemas
from django_clopos.models.base import BRAND_SPAN, MirrorQuerySet
from django_clopos.models.bookkeeping import Checkpoint
from django_clopos.models.brands import Brand
from django_clopos.models.fields import MirrorForeignKey
from django_clopos.models.truth import Change, ChangeCounter, ChangeKind

#: The checkpoint that holds when a resource was first read to its end; creations are told from then on.
BEGINNING = "history"

_PRODUCTS = "products"
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 9990


class HistoryMissing(LookupError):
    """Raised for a moment of which no history is kept."""


class ProductQuerySet(MirrorQuerySet):
    """Reads products, as they are or as they were."""

    def as_of(self, moment: datetime) -> list[Any]:
        """Give the products that were there at a moment, as they were; unsaved copies, `raw` included.

        What the quiet keys of the declaration feed (running totals, `updated_at`) stays as it is today, as do
        `synced_at`, `content_hash` and child rows. Conditions and order of the queryset see today's values.

        Raises HistoryMissing for a moment before history began or was pruned to, ValueError for a naive moment.
        """
        if timezone.is_naive(moment):
            raise ValueError("The moment needs a time zone: django.utils.timezone.make_aware gives it one.")
        for brand in Brand.objects.using(self.db).filter(pk__in=self.order_by().values("brand")):
            _demand(brand, moment)
        rows = list(self.filter(first_seen_at__lte=moment).select_related("brand"))
        # Read after the rows: a change committed in between is taken back all the same.
        later = _fetch_changes(self, since=moment)
        return [row for row in rows if _take_back(row, later.get(row.pk, ()))]

    def price_history(self, product: Any) -> list[tuple[datetime, Decimal | None]]:
        """Give a product's prices with the moments from which they held, oldest first.

        The first moment is when the product was first seen, or where history begins. Raises HistoryMissing where the
        history of products has not begun.
        """
        beginning = find_beginning(product.brand_id, _PRODUCTS)
        if beginning is None:
            raise HistoryMissing(_explain_missing(product.brand, None))
        start = max(beginning, product.first_seen_at)
        changes = Change.objects.filter(table=self.model.__name__, row_id=product.pk, changed_at__gt=start)
        prices = [(start, product.price)]
        for change in changes.order_by("seq"):
            before, after = change.before or {}, change.after or {}
            if "price" not in before | after:
                continue
            if len(prices) == 1:
                prices = [(start, _read_price(before))]
            prices.append((change.changed_at, _read_price(after)))
        return prices


class ProductManager(models.Manager.from_queryset(ProductQuerySet)):  # type: ignore[misc]  # a class made at run time
    """Every product that was mirrored, removed ones too; see `live` and `as_of`."""


def find_beginning(brand: Brand | int, resource: str) -> datetime | None:
    """Find the moment from which on a resource's history is complete; None: it has not begun."""
    brand_id = brand if isinstance(brand, int) else brand.pk
    marks = Checkpoint.objects.filter(brand_id=brand_id, resource=resource, name=BEGINNING)
    moments = [datetime.fromisoformat(value) for value in marks.values_list("value", flat=True)]
    if not moments:
        return None
    pruned_to = ChangeCounter.objects.filter(brand_id=brand_id).aggregate(moment=Max("began_at"))["moment"]
    return max([*moments, pruned_to] if pruned_to else moments)


def _demand(brand: Brand, moment: datetime) -> None:
    beginning = find_beginning(brand, _PRODUCTS)
    if beginning is None or moment < beginning:
        raise HistoryMissing(_explain_missing(brand, beginning))


def _explain_missing(brand: Brand, beginning: datetime | None) -> str:
    if beginning is None:
        return f"There is no history of the products of {brand} yet: it begins when a sync of products succeeds."
    return (
        f"The history of the products of {brand} is kept from {beginning.isoformat(timespec='seconds')} on; "
        "ask for a moment after that."
    )


def _fetch_changes(products: ProductQuerySet, *, since: datetime) -> dict[int, list[Change]]:
    """Fetch the changes of products after a moment, by primary key, newest first."""
    keys = products.order_by().values("pk")
    found = Change.objects.filter(table=products.model.__name__, row_id__in=keys, changed_at__gt=since)
    by_row: dict[int, list[Change]] = defaultdict(list)
    for change in found.order_by("-seq"):
        by_row[change.row_id].append(change)
    return by_row


def _take_back(product: Any, changes: Iterable[Change]) -> bool:
    """Undo changes, newest first, and tell whether the product was there before them."""
    was_removed = product.removed_at is not None
    record = dict(product.raw)
    for change in changes:
        before, after = change.before or {}, change.after or {}
        record = {key: value for key, value in record.items() if key not in after or key in before} | before
        if change.kind in (ChangeKind.REMOVED, ChangeKind.RESTORED):
            was_removed = change.kind == ChangeKind.RESTORED
    if record != product.raw:
        _fill(product, record)
    product.removed_at = product.missing_since = None
    return not was_removed


def _fill(product: Any, record: dict[str, Any]) -> None:
    """Derive the columns from a record, as a sync does."""
    valid = schemas.Product.model_validate(record)
    product.raw = record
    for field in product._meta.concrete_fields:
        if field.attname in schemas.Product.model_fields and not field.primary_key:
            setattr(product, field.attname, _convert(field, getattr(valid, field.attname), product))


def _convert(field: models.Field[Any, Any], value: Any, product: Any) -> Any:
    if isinstance(field, MirrorForeignKey):
        return product.brand_id * BRAND_SPAN + value if value else None
    if isinstance(value, datetime):
        if not _EARLIEST_YEAR <= value.year <= _LATEST_YEAR:
            return None
        return value if value.tzinfo else value.replace(tzinfo=product.brand.timezone_of())
    return value


def _read_price(record: dict[str, Any]) -> Decimal | None:
    return schemas.Product.model_validate({"id": 1, "price": record.get("price")}).price
