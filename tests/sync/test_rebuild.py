"""A rebuild gives every column and every child row back from the stored records, and asks the remote nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from django_clopos.mirror import RESOURCES
from django_clopos.models import (
    Brand,
    Change,
    Customer,
    Lease,
    Modifier,
    Order,
    Product,
    Receipt,
    ReceiptPayment,
    ReceiptProduct,
    RejectedRow,
    StopListEntry,
    SyncRun,
)
from django_clopos.models.fields import ExactJSONField
from django_clopos.sandbox import Sandbox
from django_clopos.sync.rebuild import Rebuilt, rebuild
from django_clopos.testing import allow_writes
from tests.conftest import Mirror
from tests.sync.conftest import Pull

pytestmark = pytest.mark.django_db
TABLES = {table.model: table for resource in RESOURCES for table in resource.tables}
CHILDREN = {child.model: child for table in TABLES.values() for child in table.children}
#: What no record tells: keys, what the engine itself keeps, and which list a row came from.
KEPT = {"id", "clopos_id", "brand_id", "raw", "content_hash", "first_seen_at", "synced_at", "removed_at"}
KEPT |= {"missing_since", "is_nested", "position"}


def rebuild_all(brand: Brand) -> list[Rebuilt]:
    return [done for resource in RESOURCES for done in rebuild(brand, resource, on_wait=pytest.fail)]


def read_table(model: type[models.Model]) -> list[dict[str, Any]]:
    rows = model._base_manager.order_by(*(["pk"] if model in TABLES else _identity(model))).values()
    return [{name: value for name, value in row.items() if model in TABLES or name != "id"} for row in rows]


def read_everything() -> dict[str, list[dict[str, Any]]]:
    return {model.__name__: read_table(model) for model in (*TABLES, *CHILDREN)}


def _identity(model: type[models.Model]) -> list[str]:
    [found] = [item for item in model._meta.constraints if isinstance(item, models.UniqueConstraint)] or [None]
    return list(found.fields) if found else ["id"]


def spoil(model: type[models.Model]) -> None:
    """Empty every column that a record feeds, in every second row; put something else into it in the others."""
    identity = {model._meta.get_field(name).attname for name in _identity(model)}  # type: ignore[union-attr]
    fields = [field for field in model._meta.concrete_fields if field.attname not in KEPT | identity]
    rows = model._base_manager.all()
    odd = list(rows.values_list("pk", flat=True))[::2]
    with allow_writes():
        rows.exclude(pk__in=odd).update(**{field.attname: _something_else(field) for field in fields})
        rows.filter(pk__in=odd).update(**{field.attname: None for field in fields})


def _something_else(field: models.Field[Any, Any]) -> Any:
    match field:
        case ExactJSONField():
            return {"spoiled": Decimal("1.50")}
        case models.DateTimeField():
            return datetime(2001, 2, 3, tzinfo=ZoneInfo("UTC"))
        case models.DateField():
            return date(2001, 2, 3)
        case models.BooleanField():
            return True
        case models.CharField() | models.TextField():
            return "spoiled"
        case _:
            return 77


@pytest.fixture
def mirrored(mirror: Mirror, sandbox: Sandbox) -> int:
    """A mirror with stock operations too; gives the number of requests that it took."""
    mirror()
    assert mirror("stock-operations").run.status == "succeeded"
    assert all(model._base_manager.exists() for model in (*TABLES, *CHILDREN))
    return len(sandbox.requests)


def test_spoiled_columns_come_back_on_every_table(mirrored: int, brand: Brand, sandbox: Sandbox) -> None:
    before = read_everything()
    for model in (*TABLES, *CHILDREN):
        spoil(model)
        assert read_table(model) != before[model.__name__], model
    done = rebuild_all(brand)
    assert read_everything() == before
    assert all(row.written for row in done if row.read)
    assert [row.rejected for row in done] == [0] * len(done)
    assert len(sandbox.requests) == mirrored


def test_a_second_rebuild_writes_nothing(mirrored: int, brand: Brand) -> None:
    rows = rebuild_all(brand)
    assert [row.table for row in rows if row.written or row.created or row.dropped] == []
    assert sum(row.read for row in rows) == sum(model._base_manager.count() for model in TABLES)


def test_deleted_child_rows_come_back(mirrored: int, brand: Brand) -> None:
    before = read_everything()
    with connection.cursor() as cursor:
        for model in CHILDREN:
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')
    rebuild_all(brand)
    assert read_everything() == before


def test_child_rows_that_no_record_names_go(mirrored: int, brand: Brand) -> None:
    before = read_everything()
    receipt, other = Receipt.objects.filter(payments__isnull=False).distinct()[:2]
    with allow_writes():
        ReceiptPayment.objects.create(brand=brand, receipt=receipt, position=99, name="invented")
        ReceiptPayment.objects.create(brand=brand, receipt_id=Receipt.key(brand, 10**11), position=0, name="orphan")
        ReceiptProduct.objects.filter(receipt=receipt).update(receipt=other)
    rows = rebuild_all(brand)
    assert read_everything() == before
    assert sum(row.dropped for row in rows) == 1


def test_deleted_rows_that_come_nested_are_made_again(mirrored: int, brand: Brand) -> None:
    names = {field.attname for field in Modifier._meta.concrete_fields} - {"first_seen_at", "synced_at"}
    before = list(Modifier.objects.order_by("pk").values(*names))
    products = Product.objects.filter(is_nested=True).count()
    with allow_writes():
        Modifier.objects.all().delete()
        Product.objects.filter(is_nested=True).delete()
    rows = rebuild_all(brand)
    assert list(Modifier.objects.order_by("pk").values(*names)) == before
    assert Product.objects.filter(is_nested=True).count() == products > 0
    assert sum(row.created for row in rows) == len(before) + products


def test_a_changed_zone_moves_naive_stamps_only(mirrored: int, brand: Brand) -> None:
    receipt = Receipt.objects.exclude(closed_at=None).first()
    order = Order.objects.first()
    brand.remote_timezone = "Asia/Tokyo"
    brand.save()
    rebuild_all(brand)
    moved = Receipt.objects.get(pk=receipt.pk)
    assert receipt.closed_at - moved.closed_at == timedelta(hours=5)
    assert Order.objects.get(pk=order.pk).created_at == order.created_at
    assert (moved.synced_at, moved.content_hash) == (receipt.synced_at, receipt.content_hash)


def test_the_zone_of_a_venue_reaches_its_receipts_and_their_lines(mirrored: int, brand: Brand) -> None:
    line = ReceiptProduct.objects.exclude(created_at=None).first()
    venue = line.receipt.venue
    elsewhere = Receipt.objects.exclude(venue=venue).first()
    brand.venue_timezones = {str(venue.clopos_id): "Asia/Tokyo"}
    brand.save()
    rebuild_all(brand)
    assert line.created_at - ReceiptProduct.objects.get(pk=line.pk).created_at == timedelta(hours=5)
    assert Receipt.objects.get(pk=elsewhere.pk).created_at == elsewhere.created_at


def test_marks_stay_as_they_are(pull: Pull, brand: Brand) -> None:
    pull("customers", {"id": 1, "name": "one"})
    gone = datetime(2026, 11, 19, tzinfo=ZoneInfo("UTC"))
    with allow_writes():
        Customer.objects.update(removed_at=gone, missing_since=gone, name="spoiled")
    rebuild_all(brand)
    row = Customer.objects.get()
    assert (row.name, row.removed_at, row.missing_since) == ("one", gone, gone)


def test_a_record_that_is_no_longer_valid_is_quarantined_and_its_row_left(pull: Pull, brand: Brand) -> None:
    pull("customers", {"id": 1, "name": "one"}, {"id": 2, "name": "two"})
    with allow_writes():
        Customer.objects.filter(clopos_id=1).update(raw={"id": 1, "name": "x" * 256})
        Customer.objects.filter(clopos_id=2).update(name="spoiled")
    customers = next(resource for resource in RESOURCES if resource.name == "customers")
    [done] = rebuild(brand, customers, on_wait=pytest.fail)
    assert (done.read, done.written, done.rejected) == (2, 1, 1)
    assert list(Customer.objects.order_by("pk").values_list("name", flat=True)) == ["one", "two"]
    assert RejectedRow.objects.get(resolved_at=None).clopos_id == 1
    with allow_writes():
        Customer.objects.filter(clopos_id=1).update(raw={"id": 1, "name": "valid"})
    rebuild(brand, customers, on_wait=pytest.fail)
    assert not RejectedRow.objects.filter(resolved_at=None).exists()
    assert Customer.objects.get(clopos_id=1).name == "valid"


def test_another_brand_is_left_alone(pull: Pull, brand: Brand) -> None:
    pull("customers", {"id": 1, "name": "one"})
    with allow_writes():
        Customer.objects.update(name="spoiled")
    rebuild_all(Brand.objects.create(slug="other"))
    assert Customer.objects.get().name == "spoiled"


def test_a_rebuild_in_chunks_is_whole(pull: Pull, brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    pull("customers", *({"id": number, "name": str(number)} for number in range(1, 1203)))
    with allow_writes():
        Customer.objects.update(name="spoiled")
    customers = next(resource for resource in RESOURCES if resource.name == "customers")
    [done] = rebuild(brand, customers, on_wait=pytest.fail)
    assert (done.read, done.written) == (1202, 1202)
    assert not Customer.objects.filter(name="spoiled").exists()


def test_the_queries_of_a_chunk_do_not_grow_with_its_rows(pull: Pull) -> None:
    receipts = next(resource for resource in RESOURCES if resource.name == "receipts")
    line = {"product_id": 3, "count": 1}

    def measure(count: int) -> int:
        owner = Brand.objects.get()
        records = [
            {"id": number, "total": 5, "receipt_products": [{"id": number, **line}]} for number in range(1, count)
        ]
        pull("receipts", *records)
        with allow_writes():
            Receipt.objects.update(total=1)
            ReceiptProduct.objects.update(count=9)
        with CaptureQueriesContext(connection) as queries:
            rebuild(owner, receipts, on_wait=pytest.fail)
        assert set(Receipt.objects.values_list("total", flat=True)) == {Decimal(5)}
        return len(queries)

    assert measure(10) == measure(400)


def test_a_rebuild_holds_the_lease_and_is_neither_a_run_nor_a_change(mirrored: int, brand: Brand) -> None:
    runs, changes = SyncRun.objects.count(), Change.objects.count()
    with allow_writes():
        Receipt.objects.update(total=1)
    fence = Lease.objects.get(resource="receipts").fence
    rebuild_all(brand)
    lease = Lease.objects.get(resource="receipts")
    assert (lease.fence, lease.owner) == (fence + 1, "")
    assert (SyncRun.objects.count(), Change.objects.count()) == (runs, changes)


def test_a_stop_list_entry_that_points_elsewhere_is_put_right(mirrored: int, brand: Brand) -> None:
    entry = StopListEntry.objects.first()
    with allow_writes():
        StopListEntry.objects.filter(pk=entry.pk).update(product_id=Product.key(brand, 10**11))
    rebuild_all(brand)
    assert StopListEntry.objects.get(pk=entry.pk).product_id == entry.product_id
