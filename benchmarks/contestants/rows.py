"""Rows of our models: filled from the objects of `integrify-clopos`, or from our own schemas for the floor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone

from django_clopos.models import Brand, Receipt, ReceiptPayment, ReceiptProduct
from django_clopos.models.base import BRAND_SPAN
from django_clopos.models.fields import MirrorForeignKey

MODELS = (Receipt, ReceiptProduct, ReceiptPayment)
BAKU = ZoneInfo("Asia/Baku")

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sale:
    """The rows of one receipt, as keyword arguments of their models."""

    receipt: Values
    lines: list[Values]
    payments: list[Values]


class RowMaker:
    """Turns the public client's receipts into values of our columns, as a site would that stores them itself."""

    def __init__(self, brand: Brand) -> None:
        self._brand_id = brand.pk
        self._base = brand.pk * BRAND_SPAN
        self._readers: dict[type[models.Model], list[tuple[str, Callable[[Any], Any]]]] = {
            model: list(self._find_readers(model)) for model in MODELS
        }

    def make(self, found: Any) -> Sale:
        """Make the rows of one receipt."""
        now, key = timezone.now(), self._base + found.id
        receipt = self._read(Receipt, found) | {
            "id": key,
            "clopos_id": found.id,
            "daily_id": (found.properties or {}).get("daily_id"),
            "monthly_id": (found.properties or {}).get("monthly_id"),
            "raw": found.model_dump(by_alias=True),
            "content_hash": "",
            "first_seen_at": now,
            "synced_at": now,
        }
        lines = [self._make_line(line, key) for line in found.receipt_products or ()]
        payments = [
            self._read(ReceiptPayment, payment)
            | {"receipt_id": key, "position": position, "payment_method_id": self._refer(payment.id)}
            for position, payment in enumerate(found.payment_methods or ())
        ]
        return Sale(receipt, lines, payments)

    def _make_line(self, line: Any, receipt: int) -> Values:
        product = line.meta.get("product", {})
        return self._read(ReceiptProduct, line) | {
            "id": self._base + line.id,
            "clopos_id": line.id,
            "receipt_id": receipt,
            "product_name": product.get("name"),
            "product_type": product.get("type"),
            "modificators": line.receipt_product_modificators,
        }

    def _read(self, model: type[models.Model], found: Any) -> Values:
        values: Values = {"brand_id": self._brand_id}
        for name, convert in self._readers[model]:
            value = getattr(found, name, None)
            values[name] = convert(value) if value else _drop_unset(value)
        return values

    def _find_readers(self, model: type[models.Model]) -> Iterator[tuple[str, Callable[[Any], Any]]]:
        made = {"id", "brand_id", "clopos_id", "daily_id", "monthly_id", "raw", "content_hash", "first_seen_at",
                "synced_at", "removed_at", "missing_since", "product_name", "product_type", "modificators",
                "position", "payment_method_id"}  # fmt: skip
        for field in model._meta.concrete_fields:
            if field.attname in made or (field.attname == "receipt_id"):
                continue
            yield field.attname, self._find_converter(field)

    def _find_converter(self, field: models.Field[Any, Any]) -> Callable[[Any], Any]:
        match field:
            case MirrorForeignKey():
                return self._refer
            case models.DateTimeField():
                return _read_stamp
            case models.DateField():
                return date.fromisoformat
            case _:
                return _keep

    def _refer(self, clopos_id: int) -> int | None:
        return self._base + clopos_id if clopos_id else None


def list_columns(model: type[models.Model]) -> list[str]:
    """Give the names of the columns that a contender fills."""
    return [field.attname for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]


def paginate(sales: Sequence[Sale]) -> list[tuple[type[models.Model], list[Values]]]:
    """Put the rows of a page together by table."""
    return [
        (Receipt, [sale.receipt for sale in sales]),
        (ReceiptProduct, [line for sale in sales for line in sale.lines]),
        (ReceiptPayment, [payment for sale in sales for payment in sale.payments]),
    ]


def _read_stamp(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=BAKU)


def _keep(value: Any) -> Any:
    return value


def _drop_unset(value: Any) -> Any:
    """Zero, false and the empty text are values; the public client's mark of an absent key is none."""
    return value if isinstance(value, (int, float, str)) or value == 0 else None
