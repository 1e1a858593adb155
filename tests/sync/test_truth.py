"""After a sync, the mirror is the remote: every document, every column, every sum."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, models
from django.db.models import Sum

from django_clopos.mirror import RESOURCES
from django_clopos.mirror.resource import Resource
from django_clopos.models import Brand, Receipt, ReceiptPayment, ReceiptProduct, StopListEntry
from django_clopos.models.base import BRAND_SPAN
from django_clopos.models.fields import ExactJSONField, MirrorForeignKey
from django_clopos.sandbox import Sandbox
from tests.conftest import SLUG, Mirror

pytestmark = pytest.mark.django_db
PLAIN = [resource for resource in RESOURCES if not resource.is_opt_in]
BAKU = ZoneInfo("Asia/Baku")
#: Relations that the remote gives by id only. Source: wire contract, section 5.
NOT_IN_LISTS = {"setting"}


def expected_column(field: models.Field[Any, Any], value: Any) -> Any:
    """Turn a wire value into what the column should hold, by the contract and not by the engine's code."""
    if value is None:
        return None
    if isinstance(field, MirrorForeignKey):
        return value or None
    if isinstance(field, models.DateTimeField):
        return expected_moment(value)
    if isinstance(field, models.DateField):
        return date.fromisoformat(value)
    if isinstance(field, models.DecimalField):
        return Decimal(str(value))
    if isinstance(field, ExactJSONField):
        return value
    return field.to_python(value)


def expected_moment(value: str | int) -> datetime:
    if isinstance(value, int):
        return datetime.fromtimestamp(value / 1000, tz=UTC)
    if value.endswith("Z"):
        return datetime.fromisoformat(value)
    return datetime.fromisoformat(value).replace(tzinfo=BAKU)


def stored_value(row: models.Model, field: models.Field[Any, Any]) -> Any:
    value = getattr(row, field.attname)
    if isinstance(field, MirrorForeignKey) and value is not None:
        return value % BRAND_SPAN
    return value


def assert_columns_equal(row: Any, schema: Any, document: dict[str, Any]) -> int:
    """Compare every column whose name the schema shares, and give how many there were."""
    compared = 0
    for field in row._meta.concrete_fields:
        info = schema.model_fields.get(field.attname)
        if info is None or field.attname == "id":
            continue
        wire = info.alias or field.attname
        if wire not in document or wire in NOT_IN_LISTS:
            continue
        stored, wanted = stored_value(row, field), expected_column(field, document[wire])
        if isinstance(field, ExactJSONField) and document[wire] == []:
            assert stored in ([], {}), field.name
        else:
            assert stored == wanted, f"{row!r}.{field.name}: {stored!r} is not {wanted!r}"
        compared += 1
    return compared


def listed_documents(sandbox: Sandbox, resource: Resource) -> dict[Any, dict[str, Any]]:
    documents = sandbox.documents(SLUG, resource.name)
    if resource.name == "stop-list":
        return {(document["venue_id"], document["id"]): document for document in documents}
    return {document["id"]: document for document in documents}


def stored_rows(resource: Resource) -> dict[Any, Any]:
    rows = resource.table.model._base_manager.all()
    if resource.table.model is StopListEntry:
        return {(row.venue_id % BRAND_SPAN, row.product_id % BRAND_SPAN): row for row in rows}
    own = dict(resource.table.fixed)
    return {row.clopos_id: row for row in rows.filter(**own)}


@pytest.fixture
def mirrored(mirror: Mirror) -> None:
    report = mirror()
    assert report.run.status == "succeeded", [step.error for step in report.steps]
    assert report.total("rejected") == 0


def test_every_document_is_a_row_and_every_key_its_column(mirrored: None, sandbox: Sandbox) -> None:
    for resource in PLAIN:
        documents, rows = listed_documents(sandbox, resource), stored_rows(resource)
        assert rows.keys() == documents.keys(), resource.name
        compared = sum(assert_columns_equal(rows[key], resource.table.schema, documents[key]) for key in documents)
        assert compared > len(documents), resource.name


def test_sums_per_day_and_per_payment_method_are_exact(mirrored: None, sandbox: Sandbox) -> None:
    per_day: dict[str, Decimal] = defaultdict(Decimal)
    per_method: dict[int, Decimal] = defaultdict(Decimal)
    for receipt in sandbox.documents(SLUG, "receipts"):
        per_day[receipt["shift_date"]] += Decimal(str(receipt["total"]))
        for payment in receipt["payment_methods"]:
            per_method[payment["id"]] += Decimal(str(payment["amount"]))
    step = Decimal("0.0001")
    days = Receipt.objects.values_list("shift_date").annotate(sum=Sum("total")).order_by()
    assert {str(day): total.quantize(step) for day, total in days} == {
        day: total.quantize(step) for day, total in per_day.items()
    }
    methods = ReceiptPayment.objects.values_list("payment_method").annotate(sum=Sum("amount")).order_by()
    assert {key % BRAND_SPAN: total.quantize(step) for key, total in methods} == {
        method: total.quantize(step) for method, total in per_method.items()
    }


def test_every_line_of_every_receipt_is_stored(mirrored: None, sandbox: Sandbox) -> None:
    lines = {
        line["id"]: line for receipt in sandbox.documents(SLUG, "receipts") for line in receipt["receipt_products"]
    }
    rows = {row.clopos_id: row for row in ReceiptProduct.objects.all()}
    assert rows.keys() == lines.keys()
    assert all(row.total == Decimal(str(lines[clopos_id]["total"])) for clopos_id, row in rows.items())


def test_a_second_sync_writes_no_mirrored_row(mirrored: None, mirror: Mirror) -> None:
    before = {resource.name: snapshot(resource) for resource in PLAIN}
    report = mirror(is_full=True)
    assert [report.total(name) for name in ("created", "updated", "removed", "rejected")] == [0, 0, 0, 0]
    assert report.total("unchanged") == report.total("seen") > 0
    assert {resource.name: snapshot(resource) for resource in PLAIN} == before


def snapshot(resource: Resource) -> set[Any]:
    """Row versions on PostgreSQL, contents elsewhere."""
    table = connection.ops.quote_name(resource.table.model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT ctid::text, xmin::text FROM {table}")
        else:
            cursor.execute(f"SELECT * FROM {table}")
        return set(cursor.fetchall())


def test_stock_operations_are_mirrored_when_named(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("venues", "receipts")
    report = mirror("stock-operations")
    assert report.run.status == "succeeded"
    resource = next(resource for resource in RESOURCES if resource.name == "stock-operations")
    documents, rows = listed_documents(sandbox, resource), stored_rows(resource)
    live = {document["id"] for document in sandbox.documents(SLUG, "receipts") if not document.get("deleted_at")}
    wanted = {key: document for key, document in documents.items() if document["receipt_id"] in live}
    assert rows.keys() == wanted.keys()
    assert wanted
    for key, document in wanted.items():
        assert_columns_equal(rows[key], resource.table.schema, document)
    assert mirror("stock-operations").total("requests") == 0


def test_the_rows_of_two_brands_do_not_meet(mirrored: None, brand: Brand) -> None:
    other = Brand.objects.create(slug="other")
    assert Receipt.key(other, 1) != Receipt.key(brand, 1)
    assert not Receipt.objects.for_brand(other).exists()
