"""The public client `integrify-clopos`, with the two ways of storing its objects that Django's ORM offers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models, transaction
from integrify.clopos.client import CloposClientClass

from benchmarks.contestants.rows import MODELS, RowMaker, Sale, list_columns, paginate
from benchmarks.dataset import PAGE_ROWS
from django_clopos.models import Brand, Receipt, ReceiptPayment, ReceiptProduct
from django_clopos.models.base import allow_writes


def store_row_by_row(url: str) -> int:
    """Store as most integrations do: one `update_or_create` a row, a transaction a receipt."""
    count = 0
    with allow_writes():
        for sales in _read_pages(url):
            for sale in sales:
                _store_sale(sale)
            count += len(sales)
    return count


def store_in_bulk(url: str) -> int:
    """Store a page at a time: `bulk_create(update_conflicts=True)` for each table, in one transaction."""
    count = 0
    with allow_writes():
        for sales in _read_pages(url):
            with transaction.atomic():
                for model, rows in paginate(sales):
                    _upsert(model, rows)
            count += len(sales)
    return count


def _read_pages(url: str) -> Iterator[list[Sale]]:
    maker = RowMaker(Brand.objects.get())
    with CloposClientClass(base_url=f"{url}/") as client:
        headers = {"x-token": "benchmark"}
        number = 1
        while True:
            answer = client.get_receipts(page=number, limit=PAGE_ROWS, headers=headers)
            if not answer.body.data:
                return
            yield [maker.make(found) for found in answer.body.data]
            number += 1


def _store_sale(sale: Sale) -> None:
    with transaction.atomic():
        Receipt.objects.update_or_create(id=sale.receipt.pop("id"), defaults=sale.receipt)
        for line in sale.lines:
            ReceiptProduct.objects.update_or_create(id=line.pop("id"), defaults=line)
        for payment in sale.payments:
            key = {"receipt_id": payment.pop("receipt_id"), "position": payment.pop("position")}
            ReceiptPayment.objects.update_or_create(**key, defaults=payment)


def _upsert(model: Any, rows: list[dict[str, Any]]) -> None:
    unique = ["receipt", "position"] if model is ReceiptPayment else ["id"]
    model.objects.bulk_create(
        [model(**row) for row in rows],
        update_conflicts=True,
        unique_fields=unique,
        update_fields=_UPDATED[model],
    )


def _find_updated(model: type[models.Model]) -> list[str]:
    unique = {"receipt_id", "position"} if model is ReceiptPayment else {"id"}
    return [name for name in list_columns(model) if name not in unique]


_UPDATED = {model: _find_updated(model) for model in MODELS}
