"""What the contract does not know is kept and counted; it stops nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from django_clopos.models import Brand, Customer, Drift, Receipt, ReceiptProduct, StopListEntry
from django_clopos.models.bookkeeping import DriftKind
from tests.sync.conftest import Pull

pytestmark = pytest.mark.django_db


def drift(kind: DriftKind) -> dict[str, int]:
    return dict(Drift.objects.filter(kind=kind).values_list("path", "count"))


def test_unknown_keys_are_counted_and_kept(pull: Pull) -> None:
    lines = [{"id": 11, "colour": "red"}, {"id": 12, "colour": "blue"}]
    pull("receipts", {"id": 1, "weather": "fine", "receipt_products": lines}, {"id": 2, "weather": "bad"})
    assert drift(DriftKind.UNKNOWN_KEY) == {"weather": 2, "receipt_products.colour": 2}
    raw = Receipt.objects.get(clopos_id=1).raw
    assert (raw["weather"], raw["receipt_products"][1]["colour"]) == ("fine", "blue")


def test_an_unknown_key_shows_no_value(pull: Pull) -> None:
    pull("customers", {"id": 1, "passport": "AZE-777"})
    assert "777" not in Drift.objects.get().example


def test_counts_go_on_with_every_changed_record(pull: Pull) -> None:
    for name in ("a", "b", "b"):
        pull("customers", {"id": 1, "name": name, "odd": 1})
    assert drift(DriftKind.UNKNOWN_KEY) == {"odd": 2}


def test_unknown_values_are_counted_and_kept(pull: Pull) -> None:
    pull("receipts", {"id": 1, "status": 77, "order_status": "LOST", "source": "pos"})
    assert drift(DriftKind.UNKNOWN_VALUE) == {"status": 1, "order_status": 1}
    row = Receipt.objects.get()
    assert (row.status, row.order_status) == (77, "LOST")


BAD_STAMPS: list[Any] = [
    "203-05-25T10:00:00.000000Z",
    "0000-00-00 00:00:00",
    "yesterday",
    "2026-13-01 00:00:00",
    [1],
    True,
]


@pytest.mark.parametrize("stamp", BAD_STAMPS, ids=str)
def test_a_malformed_stamp_is_null_and_counted(stamp: Any, pull: Pull) -> None:
    report = pull("receipts", {"id": 1, "total": 5, "closed_at": stamp})
    assert report.total("rejected") == 0
    row = Receipt.objects.get()
    assert (row.closed_at, row.total, row.raw["closed_at"]) == (None, 5, stamp)
    assert drift(DriftKind.MALFORMED_STAMP) == {"closed_at": 1}


@pytest.mark.parametrize("stamp", ["0001-01-01 00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_stamp_that_no_zone_can_hold_is_null_and_counted(stamp: str, pull: Pull) -> None:
    pull("receipts", {"id": 1, "closed_at": stamp, "receipt_products": [{"id": 11, "created_at": stamp}]})
    assert Receipt.objects.get().closed_at is None
    assert drift(DriftKind.MALFORMED_STAMP) == {"closed_at": 1, "created_at": 1}


def test_a_malformed_stamp_of_a_line_keeps_the_receipt_and_the_line(pull: Pull) -> None:
    lines = [{"id": 11, "created_at": "203-05-25"}, {"id": 12, "created_at": "2026-11-20 12:00:00"}]
    pull("receipts", {"id": 1, "receipt_products": lines})
    found = dict(Receipt.objects.get().receipt_products.values_list("clopos_id", "created_at"))
    assert (found[11], found[12]) == (None, datetime(2026, 11, 20, 8, tzinfo=UTC))
    assert drift(DriftKind.MALFORMED_STAMP) == {"receipt_products.created_at": 1}


def test_a_malformed_day_is_null_and_counted(pull: Pull) -> None:
    pull("receipts", {"id": 1, "shift_date": "2026-02-30"})
    assert Receipt.objects.get().shift_date is None
    assert drift(DriftKind.MALFORMED_STAMP) == {"shift_date": 1}


def test_a_bad_stamp_beside_a_bad_amount_is_a_rejection(pull: Pull) -> None:
    assert pull("receipts", {"id": 1, "closed_at": "never", "total": "abc"}).total("rejected") == 1


def test_a_stamp_of_the_future_is_stored_as_sent(pull: Pull) -> None:
    pull("receipts", {"id": 1, "closed_at": "2099-01-01 00:00:00"})
    assert Receipt.objects.get().closed_at == datetime(2098, 12, 31, 20, tzinfo=UTC)


NOON = datetime(2026, 1, 19, 12, tzinfo=UTC)
MOMENTS: list[tuple[Any, datetime]] = [
    ("2026-01-19T12:00:00.000000Z", NOON),
    ("2026-01-19T16:00:00+04:00", NOON),
    ("2026-01-19 16:00:00", NOON),
    (int(NOON.timestamp() * 1000), NOON),
    (int(NOON.timestamp()), NOON),
]


@pytest.mark.parametrize(("stamp", "moment"), MOMENTS, ids=str)
def test_a_stamp_is_one_moment_in_whatever_form(stamp: Any, moment: datetime, pull: Pull) -> None:
    pull("receipts", {"id": 1, "closed_at": stamp})
    assert Receipt.objects.get().closed_at == moment


def test_the_zone_is_the_brands_unless_the_venue_has_its_own(brand: Brand, pull: Pull) -> None:
    brand.remote_timezone, brand.venue_timezones = "Asia/Baku", {"3": "Asia/Tashkent"}
    brand.save()
    stamp = "2026-01-19 16:00:00"
    pull(
        "receipts",
        {"id": 1, "venue_id": 1, "closed_at": stamp},
        {"id": 2, "venue_id": 3, "closed_at": stamp, "receipt_products": [{"id": 9, "created_at": stamp}]},
        {"id": 3, "closed_at": stamp},
    )
    hours = {row.clopos_id: row.closed_at.hour for row in Receipt.objects.all()}
    assert hours == {1: 12, 2: 11, 3: 12}
    assert ReceiptProduct.objects.get().created_at.hour == 11, "a line is written where its receipt is"


def test_a_stop_list_stamp_is_epoch_milliseconds(pull: Pull) -> None:
    pull("stop-list", {"id": 5, "limit": 0, "timestamp": int(NOON.timestamp() * 1000)}, venues=(1,))
    assert StopListEntry.objects.get().timestamp == NOON


@pytest.mark.parametrize("empty", [[], {}])
def test_an_empty_array_in_an_objects_place_is_empty(empty: Any, pull: Pull) -> None:
    assert pull("customers", {"id": 1, "balance": empty}).total("rejected") == 0
    assert Customer.objects.get().raw == {"id": 1, "balance": empty}


def test_a_stamp_that_was_bad_is_stored_once_it_can_be_read(pull: Pull) -> None:
    pull("receipts", {"id": 1, "closed_at": "never"})
    pull("receipts", json.dumps({"id": 1, "closed_at": "2026-01-19T12:00:00Z"}).encode())
    assert Receipt.objects.get().closed_at == NOON
