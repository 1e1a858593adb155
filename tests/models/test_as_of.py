"""Products as they were: taken back through history to any moment since it began."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from django_clopos.models import Brand, Change, ChangeCounter, Checkpoint, Product
from django_clopos.models.base import ReadOnlyRow
from django_clopos.models.history import BEGINNING, HistoryMissing
from django_clopos.models.truth import ChangeKind
from django_clopos.sandbox import Sandbox
from django_clopos.sync.history import forget_changes_before
from django_clopos.testing import allow_writes, make
from tests.conftest import SLUG, Mirror

pytestmark = pytest.mark.django_db
Clock = Any  # time_machine gives its traveller no public name

#: Columns that say nothing of the record, or that quiet keys feed.
OF_TODAY = {"synced_at", "content_hash", "updated_at", "total_quantity", "total_cost", "open_receipts_count"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[Clock]:
    """Travel to the evening of the sandbox's last day. It can be shifted."""
    with time_machine.travel("2026-11-20T19:00:00Z", tick=True) as traveller:
        yield traveller


@pytest.fixture
def first(mirror: Mirror, clock: Clock) -> datetime:
    """The products are mirrored, and an hour has passed. The moment is half an hour ago."""
    mirror("products")
    clock.shift(timedelta(hours=1))
    return timezone.now() - timedelta(minutes=30)


def snapshot() -> dict[int, dict[str, Any]]:
    return {row.pk: columns_of(row) for row in Product.objects.filter(removed_at=None)}


def columns_of(product: Any) -> dict[str, Any]:
    names = [field.attname for field in Product._meta.concrete_fields if field.attname not in OF_TODAY]
    columns = {name: getattr(product, name) for name in names}
    columns["raw"] = {key: value for key, value in columns["raw"].items() if key not in OF_TODAY}
    return columns


def find_documents(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Give products that nothing else holds inside: changes of them are theirs alone."""
    return [row for row in sandbox.documents(SLUG, "products") if row["type"] == "GOODS" and row.get("price")]


def test_every_column_is_what_it_was(first: datetime, mirror: Mirror, sandbox: Sandbox) -> None:
    before = snapshot()
    category = sandbox.documents(SLUG, "categories")[0]["id"]
    for document in sandbox.documents(SLUG, "products"):
        changes = {"name": "Renamed", "price": "77.7", "category_id": category, "status": 0, "tags": ["x"]}
        sandbox.change(SLUG, "products", document["id"], created_at="2020-01-01 00:00:00", meta={"y": 1}, **changes)
    mirror("products")
    assert snapshot() != before
    assert {row.pk: columns_of(row) for row in Product.objects.as_of(first)} == before


def test_several_edits_of_one_product_are_told_apart(
    first: datetime, mirror: Mirror, sandbox: Sandbox, clock: Clock
) -> None:
    document = find_documents(sandbox)[0]
    moments = [first]
    for price in (501, 502, 503):
        sandbox.change(SLUG, "products", document["id"], price=price)
        mirror("products")
        clock.shift(timedelta(hours=1))
        moments.append(timezone.now() - timedelta(minutes=30))
    found = [next(row for row in Product.objects.as_of(m) if row.clopos_id == document["id"]) for m in moments]
    assert [row.price for row in found] == [Decimal(str(document["price"])), 501, 502, 503]
    assert [row.raw["price"] for row in found[1:]] == [501, 502, 503]


def test_products_that_came_later_are_left_out(first: datetime, mirror: Mirror, sandbox: Sandbox) -> None:
    before = set(snapshot())
    sandbox.insert(SLUG, "products", {"id": 990_001, "name": "New", "type": "GOODS", "price": 1})
    mirror("products")
    assert Product.objects.filter(clopos_id=990_001).exists()
    assert {row.pk for row in Product.objects.as_of(first)} == before
    assert 990_001 in {row.clopos_id for row in Product.objects.as_of(timezone.now())}


def test_products_removed_since_are_there_and_restored_ones_are_not(
    first: datetime, mirror: Mirror, sandbox: Sandbox, clock: Clock
) -> None:
    key = find_documents(sandbox)[0]["id"]
    sandbox.change(SLUG, "products", key, deleted_at="2026-11-20 23:00:00")
    mirror("products")
    clock.shift(timedelta(hours=1))
    removed = timezone.now() - timedelta(minutes=30)
    sandbox.change(SLUG, "products", key, deleted_at=None)
    mirror("products")
    there = [key in {row.clopos_id for row in Product.objects.as_of(moment)} for moment in (first, removed)]
    assert there == [True, False]
    [then] = Product.objects.filter(clopos_id=key).as_of(first)
    assert (then.removed_at, then.deleted_at) == (None, None)


def test_a_removal_without_a_record_is_taken_back(first: datetime, brand: Brand) -> None:
    row = Product.objects.live()[0]
    now = timezone.now()
    with allow_writes():
        Product.objects.filter(pk=row.pk).update(removed_at=now)
    Change.objects.create(
        brand=brand, seq=1, table="Product", row_id=row.pk, kind=ChangeKind.REMOVED, changed_at=now, resource="products"
    )
    [then] = Product.objects.filter(pk=row.pk).as_of(first)
    assert (then.removed_at, then.name) == (None, row.name)


def test_what_it_gives_cannot_be_saved(first: datetime) -> None:
    with pytest.raises(ReadOnlyRow):
        Product.objects.as_of(first)[0].save()


def test_a_moment_before_history_raises(first: datetime) -> None:
    with pytest.raises(HistoryMissing, match="from 2026-11-20T19:00"):
        Product.objects.as_of(datetime(2026, 11, 20, 18, tzinfo=UTC))


def test_a_moment_that_was_pruned_raises(first: datetime, brand: Brand) -> None:
    Product.objects.as_of(first)
    forget_changes_before(brand, first + timedelta(minutes=1))
    with pytest.raises(HistoryMissing, match="is kept from"):
        Product.objects.as_of(first)
    assert Product.objects.as_of(first + timedelta(minutes=2))


def test_without_a_history_there_is_no_past(first: datetime) -> None:
    Checkpoint.objects.filter(name=BEGINNING).delete()
    ChangeCounter.objects.all().delete()
    with pytest.raises(HistoryMissing, match="no history of the products"):
        Product.objects.as_of(first)
    with pytest.raises(HistoryMissing, match="no history of the products"):
        Product.objects.price_history(Product.objects.all()[0])


def test_a_naive_moment_is_refused(first: datetime) -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        Product.objects.as_of(first.replace(tzinfo=None))


def test_another_brands_history_is_not_asked_for(first: datetime, brand: Brand) -> None:
    make(Product, brand=Brand.objects.create(slug="other"), clopos_id=1)
    assert Product.objects.for_brand(brand).as_of(first)


class TestPrices:
    def test_they_come_with_the_moments_from_which_they_held(
        self, first: datetime, mirror: Mirror, sandbox: Sandbox, clock: Clock
    ) -> None:
        document = find_documents(sandbox)[0]
        for changes in ({"price": 501}, {"name": "Renamed"}, {"price": "502.5"}, {"price": None}):
            sandbox.change(SLUG, "products", document["id"], **changes)
            mirror("products")
            clock.shift(timedelta(hours=1))
        history = Product.objects.price_history(Product.objects.get(clopos_id=document["id"]))
        assert [price for _, price in history] == [Decimal(str(document["price"])), 501, Decimal("502.5"), None]
        start = datetime(2026, 11, 20, 19, tzinfo=UTC)
        assert [round((moment - start) / timedelta(hours=1)) for moment, _ in history] == [0, 1, 3, 4]

    def test_a_price_that_never_changed_is_one(self, first: datetime, sandbox: Sandbox) -> None:
        document = find_documents(sandbox)[0]
        [(moment, price)] = Product.objects.price_history(Product.objects.get(clopos_id=document["id"]))
        assert price == Decimal(str(document["price"]))
        assert moment < first

    def test_what_was_pruned_is_where_they_begin(
        self, first: datetime, mirror: Mirror, sandbox: Sandbox, brand: Brand, clock: Clock
    ) -> None:
        key = find_documents(sandbox)[0]["id"]
        for price in (501, 502):
            sandbox.change(SLUG, "products", key, price=price)
            mirror("products")
            clock.shift(timedelta(hours=1))
        pruned = timezone.now() - timedelta(minutes=90)
        forget_changes_before(brand, pruned)
        history = Product.objects.price_history(Product.objects.get(clopos_id=key))
        assert [price for _, price in history] == [501, 502]
        assert history[0][0] == pruned
