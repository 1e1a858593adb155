"""Factories for a site's own tests: mirrored rows without a sync.

Example::

    from django_clopos.models import Product, Receipt
    from django_clopos.testing import make, make_brand, make_receipt

    def test_report(db):
        brand = make_brand()
        latte = make(Product, brand=brand, clopos_id=17, name="Latte", price="4.50")
        receipt = make_receipt(
            brand,
            lines=[{"product": latte, "price": "4.50", "count": 2}],
            payments=[{"name": "Cash", "amount": "9.00"}],
            shift_date="2026-01-19",
        )
        assert receipt.total == 9

References take an instance or a Clopos id; an id whose row does not exist is a missing target, as the remote has them.
`allow_writes` lets a test change mirrored rows by hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models
from django.db.models import Max
from django.utils import timezone

from django_clopos.models import Brand, Receipt, ReceiptPayment, ReceiptProduct
from django_clopos.models.base import ChildModel, KeyedModel, MarkedModel, ReadOnlyModel, allow_writes, compute_key
from django_clopos.models.fields import MirrorForeignKey, dump_json

__all__ = ["allow_writes", "make", "make_brand", "make_receipt"]

M = TypeVar("M", bound=ReadOnlyModel)


def make_brand(slug: str = "test-brand", **columns: Any) -> Brand:
    """Create a brand; other columns as given."""
    return Brand.objects.create(slug=slug, **columns)


def make(model: type[M], *, brand: Brand, clopos_id: int | None = None, **columns: Any) -> M:
    """Create a mirrored row and return it as the database has it.

    Without `clopos_id` the next free one of the brand is taken. The engine's own columns (key, record, digest, times)
    are filled where they are not given; so is the `position` of a child.

    Raises:
        ValueError: the Clopos id is out of range, or a reference names another brand's row.
        TypeError: a column does not exist, or `clopos_id` is given for a model without one.
    """
    values = _place_references(model, brand, columns)
    defaults = {**_fill_key(model, brand, clopos_id), **_fill_position(model, values)}
    if issubclass(model, MarkedModel):
        defaults |= _fill_marks(values.get("raw", {"id": defaults["clopos_id"]} if "clopos_id" in defaults else {}))
    with allow_writes():
        row = model._default_manager.create(brand=brand, **{**defaults, **values})
    return model._default_manager.get(pk=row.pk)


def make_receipt(
    brand: Brand,
    *,
    clopos_id: int | None = None,
    lines: Iterable[Mapping[str, Any]] = (),
    payments: Iterable[Mapping[str, Any]] = (),
    **columns: Any,
) -> Receipt:
    """Create a receipt with its lines and payments, each given by its columns.

    Where they are not given, a line's `total` is its price times its count, and the receipt's is the sum of its lines'.
    """
    counted = [{"total": _multiply(line), **line} for line in lines]
    total = sum((Decimal(line["total"]) for line in counted), Decimal())
    receipt = make(Receipt, brand=brand, clopos_id=clopos_id, **{"total": total, **columns})
    for line in counted:
        make(ReceiptProduct, brand=brand, receipt=receipt, **line)
    for payment in payments:
        make(ReceiptPayment, brand=brand, receipt=receipt, **payment)
    return receipt


def _multiply(line: Mapping[str, Any]) -> Decimal:
    return Decimal(line.get("price", 0)) * Decimal(line.get("count", 1))


def _place_references(model: type[models.Model], brand: Brand, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Turn each reference, given as an instance or a Clopos id, into a key."""
    values = dict(columns)
    for field in model._meta.concrete_fields:
        if not isinstance(field, MirrorForeignKey):
            continue
        for name in {field.name, field.attname} & columns.keys():
            values[field.attname] = _find_key(field, brand, values.pop(name))
    return values


def _find_key(field: MirrorForeignKey, brand: Brand, target: Any) -> int | None:
    if not isinstance(target, models.Model):
        return compute_key(brand, target) if target else None
    if not isinstance(target, field.related_model) or getattr(target, "brand_id", None) != brand.pk:
        raise ValueError(f"{field.name} must be a {field.related_model.__name__} of {brand}, not {target!r}.")
    return int(target.pk)


def _fill_key(model: type[models.Model], brand: Brand, clopos_id: int | None) -> dict[str, Any]:
    if not issubclass(model, KeyedModel):
        if clopos_id is not None:
            raise TypeError(f"{model.__name__} has no Clopos id of its own.")
        return {}
    if clopos_id is None:
        highest = model._default_manager.filter(brand=brand).aggregate(highest=Max("clopos_id"))["highest"]
        clopos_id = (highest or 0) + 1
    return {"id": model.key(brand, clopos_id), "clopos_id": clopos_id}


def _fill_position(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, int]:
    """Put a child after its siblings, the rows of the same parent."""
    if not issubclass(model, ChildModel) or not any(field.name == "position" for field in model._meta.concrete_fields):
        return {}
    parent = next(field.attname for field in model._meta.concrete_fields if isinstance(field, MirrorForeignKey))
    highest = model._default_manager.filter(**{parent: values.get(parent)}).aggregate(highest=Max("position"))
    return {"position": 0 if highest["highest"] is None else highest["highest"] + 1}


def _fill_marks(raw: Any) -> dict[str, Any]:
    now = timezone.now()
    digest = hashlib.blake2b(dump_json(raw).encode(), digest_size=16).hexdigest()
    return {"raw": raw, "content_hash": digest, "first_seen_at": now, "synced_at": now}
