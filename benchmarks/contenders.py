"""The ways of storing the same pages that are compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.pages import Recorded, make_client, replay
from django_clopos.mirror import get_resource
from django_clopos.models import Brand, Receipt, ReceiptPayment, ReceiptProduct
from django_clopos.models.base import allow_writes
from django_clopos.models.bookkeeping import Checkpoint
from django_clopos.models.fields import MirrorForeignKey
from django_clopos.schemas.base import Record
from django_clopos.sync.engine import Options, sync

MODELS = (ReceiptPayment, ReceiptProduct, Receipt)
BAKU = ZoneInfo("Asia/Baku")


def brand() -> Brand:
    """Give the brand that everything is stored under."""
    return Brand.objects.get_or_create(slug="demo")[0]


def store_with_engine(recorded: Recorded) -> None:
    """Sync as the command does: lease, run, step, counters, checkpoints and all."""
    Checkpoint.objects.all().delete()
    with make_client(None, replay(recorded)) as client:
        options = Options(since=timezone.now().date(), until=timezone.now().date(), holds_collector=True)
        report = sync(brand(), [get_resource("receipts")], options=options, client=client)
    assert report.run.status == "succeeded", report.steps
    assert report.total("rejected") == 0


def store_row_by_row(recorded: Recorded) -> None:
    """What most integrations do: one `update_or_create` a row, a transaction a receipt."""
    owner = brand()
    with allow_writes():
        for parent, lines, payments in _build_rows(recorded, owner):
            with transaction.atomic():
                Receipt.objects.update_or_create(id=parent.pop("id"), defaults=parent)
                for line in lines:
                    ReceiptProduct.objects.update_or_create(id=line.pop("id"), defaults=line)
                for payment in payments:
                    key = {"receipt_id": payment.pop("receipt_id"), "position": payment.pop("position")}
                    ReceiptPayment.objects.update_or_create(**key, defaults=payment)


def store_in_bulk(recorded: Recorded) -> None:
    """The best that Django's ORM offers: `bulk_create(update_conflicts=True)` a page and table."""
    owner = brand()
    rows: list[Any] = []
    with allow_writes():
        for row in _build_rows(recorded, owner):
            rows.append(row)
            if len(rows) == 200:
                _store_page(rows)
                rows = []
        _store_page(rows)


def _store_page(rows: list[Any]) -> None:
    if not rows:
        return
    with transaction.atomic():
        _upsert(Receipt, [parent for parent, _, _ in rows], ["id"])
        _upsert(ReceiptProduct, [line for _, lines, _ in rows for line in lines], ["id"])
        _upsert(ReceiptPayment, [payment for *_, payments in rows for payment in payments], ["receipt", "position"])


def _upsert(model: Any, rows: list[dict[str, Any]], unique: list[str]) -> None:
    names = [field.name for field in model._meta.concrete_fields if not field.primary_key and field.name not in unique]
    model.objects.bulk_create(
        [model(**row) for row in rows], update_conflicts=True, unique_fields=unique, update_fields=names
    )


def _build_rows(recorded: Recorded, owner: Brand) -> Iterator[tuple[dict[str, Any], list[Any], list[Any]]]:
    """Validate with the package's schemas and fill the same columns, without its planning."""
    table = get_resource("receipts").table
    by_model = {child.model: child for child in table.children}
    now = timezone.now()
    for body in recorded.bodies:
        for record in json.loads(body, parse_float=Decimal)["data"]:
            valid = table.schema.model_validate(record)
            key = Receipt.key(owner, record["id"])
            marks = {"raw": record, "content_hash": "0" * 32, "first_seen_at": now, "synced_at": now}
            parent = _columns(Receipt, valid, table.computed, owner) | marks | {"id": key, "clopos_id": record["id"]}
            lines = [
                _columns(ReceiptProduct, line, by_model[ReceiptProduct].computed, owner)
                | {"id": ReceiptProduct.key(owner, line.id), "clopos_id": line.id, "receipt_id": key}
                for line in by_model[ReceiptProduct].items(valid) or ()
            ]
            payments = [
                _columns(ReceiptPayment, payment, by_model[ReceiptPayment].computed, owner)
                | {"receipt_id": key, "position": position}
                for position, payment in enumerate(by_model[ReceiptPayment].items(valid) or ())
            ]
            yield parent, lines, payments


def _columns(model: Any, record: Record, computed: Any, owner: Brand) -> dict[str, Any]:
    values: dict[str, Any] = {"brand_id": owner.pk}
    for field in model._meta.concrete_fields:
        name = field.attname
        if name in computed:
            value = computed[name](record)
        elif name in type(record).model_fields and name != "id":
            value = getattr(record, name)
        else:
            continue
        if isinstance(field, MirrorForeignKey):
            value = owner.pk * 10**12 + value if value else None
        elif hasattr(value, "tzinfo") and value.tzinfo is None:
            value = value.replace(tzinfo=BAKU)
        values[name] = value
    return values


def empty() -> None:
    """Remove every stored receipt."""
    for model in MODELS:
        with connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")


def fingerprint() -> list[Any]:
    """Give what must be equal whoever stored it: counts and sums of every number."""
    found: list[Any] = []
    for model in MODELS:
        numbers = [field.column for field in model._meta.concrete_fields if field.get_internal_type() == "DecimalField"]
        sums = ", ".join(f'round(sum("{name}"), 4)' for name in numbers)
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*), {sums} FROM "{model._meta.db_table}"')
            found.append(cursor.fetchone())
    return found


def row_versions() -> set[Any]:
    """Name every stored row's version: its place and transaction on PostgreSQL, its content elsewhere."""
    columns = "tableoid::text, ctid::text, xmin::text" if connection.vendor == "postgresql" else "*"
    versions: set[Any] = set()
    for model in MODELS:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT {columns} FROM "{model._meta.db_table}"')
            versions.update(cursor.fetchall())
    return versions
