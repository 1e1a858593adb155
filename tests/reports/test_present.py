"""How a brand stands now."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from django_clopos.models import Brand, Order, Product, Receipt, Reconciliation, StopListEntry, Venue
from django_clopos.reports import read_present
from django_clopos.testing import make, make_brand

NOW = datetime(2026, 1, 19, 12, tzinfo=UTC)
EARLIER = datetime(2026, 1, 19, 9, tzinfo=UTC)


@pytest.fixture
def brand(db: None) -> Brand:
    return make_brand()


def compare(brand: Brand, batch: uuid.UUID, **columns: Any) -> None:
    Reconciliation.objects.create(brand=brand, batch=batch, resource="receipts", **({"compared_at": NOW} | columns))


def test_open_receipts_are_counted_with_the_oldest(brand: Brand) -> None:
    make(Receipt, brand=brand, venue=1, status=1, total=5, created_at=NOW)
    make(Receipt, brand=brand, venue=2, status=1, total=7, created_at=EARLIER)
    make(Receipt, brand=brand, venue=1, status=2, total=9, created_at=EARLIER)
    make(Receipt, brand=brand, venue=1, status=1, total=9, created_at=EARLIER, removed_at=NOW)

    everywhere, here = read_present(brand).open_receipts, read_present(brand, venues=[1]).open_receipts
    assert (everywhere.count, everywhere.total, everywhere.oldest_at) == (2, 12, EARLIER)
    assert (here.count, here.total, here.oldest_at) == (1, 5, NOW)


@pytest.mark.parametrize(
    ("status", "waits"),
    [
        (status, status in {"PENDING", "NEW", "SCHEDULED", "CONFIRMED", "IN_PROGRESS", "READY"})
        for status in Order.Status
    ],
)
def test_an_order_waits_until_it_is_received_or_done(brand: Brand, status: str, *, waits: bool) -> None:
    make(Order, brand=brand, venue=1, status=status, created_at=NOW)

    assert read_present(brand).waiting_orders.count == waits


def test_the_stop_list_names_product_and_venue_the_least_left_first(brand: Brand) -> None:
    make(Venue, brand=brand, clopos_id=1, name="Baku")
    make(Product, brand=brand, clopos_id=5, name="Soup")
    make(StopListEntry, brand=brand, venue=1, product=5, limit=3, timestamp=NOW)
    make(StopListEntry, brand=brand, venue=2, product=6, limit=0)
    make(StopListEntry, brand=brand, venue=1, product=7, limit=0, removed_at=NOW)

    assert [(row.venue_name, row.product_name, row.limit, row.since) for row in read_present(brand).stop_list] == [
        ("Venue 2 (not in the mirror)", "Product 6 (not in the mirror)", 0, None),
        ("Baku", "Soup", 3, NOW),
    ]
    assert [row.product for row in read_present(brand, venues=[1]).stop_list] == [5]


def test_a_brand_that_was_never_compared_says_so(brand: Brand) -> None:
    assert read_present(brand).reconciliation is None


def test_the_last_comparison_is_told_and_no_earlier_one(brand: Brand) -> None:
    compare(brand, uuid.uuid4(), is_equal=False)
    last = uuid.uuid4()
    compare(brand, last, is_equal=True, venue=1)
    compare(brand, last, is_equal=True)
    compare(brand, last, is_healed=True)
    compare(brand, last, venue=2)
    compare(brand, last, error="timed out")

    everywhere, here = read_present(brand).reconciliation, read_present(brand, venues=[1]).reconciliation
    assert everywhere
    assert here
    assert (everywhere.at, everywhere.compared) == (NOW, 5)
    assert (everywhere.equal, everywhere.healed, everywhere.different, everywhere.failed) == (2, 1, 1, 1)
    assert (here.compared, here.different) == (4, 0)
