"""Nothing is removed on a guess: only what the remote calls deleted, and what a whole answer leaves out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from django_clopos.models import Customer, StopListEntry
from django_clopos.models.base import BRAND_SPAN
from tests.sync.conftest import Pull, Remote

pytestmark = pytest.mark.django_db


def entries(*, is_removed: bool) -> list[tuple[int, int]]:
    """Give (venue, product) of the stop list's rows."""
    rows = StopListEntry.objects.filter(removed_at__isnull=not is_removed).values_list("venue_id", "product_id")
    return sorted((venue % BRAND_SPAN, product % BRAND_SPAN) for venue, product in rows)


def test_a_deletion_that_the_remote_names_removes_at_once(pull: Pull) -> None:
    pull("customers", {"id": 1, "name": "Aysel"}, {"id": 2})
    pull("customers", {"id": 1, "name": "Aysel", "deleted_at": "2026-11-20 12:00:00"}, {"id": 2})
    assert Customer.objects.live().get().clopos_id == 2
    row = Customer.objects.get(clopos_id=1)
    assert row.removed_at is not None
    assert row.deleted_at == datetime(2026, 11, 20, 8, tzinfo=UTC)


def test_a_deleted_row_stays_removed_while_nothing_changes(pull: Pull) -> None:
    record = {"id": 1, "deleted_at": "2026-11-20 12:00:00"}
    pull("customers", record)
    removed_at = Customer.objects.get().removed_at
    assert pull("customers", record).total("unchanged") == 1
    assert Customer.objects.get().removed_at == removed_at


def test_a_row_is_restored_when_its_deletion_is_taken_back(pull: Pull) -> None:
    pull("customers", {"id": 1, "deleted_at": "2026-11-20 12:00:00"})
    report = pull("customers", {"id": 1, "deleted_at": None})
    assert report.total("updated") == 1
    assert Customer.objects.live().get().deleted_at is None


@pytest.mark.parametrize("stamp", ["0001-01-01T00:00:00Z", "0000-00-00 00:00:00"])
def test_an_empty_deletion_of_another_system_removes_nothing(stamp: str, pull: Pull) -> None:
    for _ in range(2):
        pull("customers", {"id": 1, "deleted_at": stamp})
        assert Customer.objects.live().count() == 1


def test_a_row_that_a_list_leaves_out_stays(pull: Pull) -> None:
    pull("customers", {"id": 1}, {"id": 2})
    assert pull("customers", {"id": 1}).total("removed") == 0
    assert Customer.objects.live().count() == 2


def test_a_stop_list_entry_that_is_left_out_is_removed_in_its_venue_only(pull: Pull, remote: Remote) -> None:
    remote.lists["products/stop-list", 2] = [{"id": 5}, {"id": 6}]
    pull("stop-list", {"id": 5}, {"id": 6}, venues=(1, 2))
    report = pull("stop-list", {"id": 6}, venues=(1, 2))
    assert report.total("removed") == 1
    assert entries(is_removed=True) == [(1, 5)]
    assert entries(is_removed=False) == [(1, 6), (2, 5), (2, 6)]


def test_an_empty_stop_list_is_normal(pull: Pull) -> None:
    pull("stop-list", {"id": 5}, venues=(1,))
    report = pull("stop-list", venues=(1,))
    assert (report.run.status, report.total("removed")) == ("succeeded", 1)
    assert pull("stop-list", venues=(1,)).total("removed") == 0


@pytest.mark.parametrize(
    "body", [b'{"success":false,"error":"server_error"}', b'{"data":[{"id":', b"<html></html>", b""]
)
def test_an_answer_that_is_an_error_removes_nothing(body: bytes, pull: Pull, remote: Remote) -> None:
    pull("stop-list", {"id": 5}, venues=(1,))
    remote.answers = [httpx.Response(200, content=body) for _ in range(9)]
    assert pull("stop-list", venues=(1,)).run.status == "failed"
    assert entries(is_removed=False) == [(1, 5)]


@pytest.mark.parametrize("record", [{"id": 0}, {"limit": 4}])
def test_an_answer_with_an_entry_that_cannot_be_named_removes_nothing(record: Any, pull: Pull) -> None:
    pull("stop-list", {"id": 5}, venues=(1,))
    report = pull("stop-list", record, venues=(1,))
    assert (report.total("removed"), report.total("rejected")) == (0, 1)
    assert entries(is_removed=False) == [(1, 5)]


@pytest.mark.parametrize("limit", [3, 4])
def test_an_entry_that_comes_back_is_restored(limit: int, pull: Pull) -> None:
    pull("stop-list", {"id": 5, "limit": 3}, venues=(1,))
    pull("stop-list", venues=(1,))
    report = pull("stop-list", {"id": 5, "limit": limit}, venues=(1,))
    assert report.total("updated") == 1
    row = StopListEntry.objects.get()
    assert (row.removed_at, row.limit) == (None, limit)


def test_without_a_known_venue_the_stop_list_is_not_read(pull: Pull) -> None:
    report = pull("stop-list", {"id": 5})
    assert report.run.status == "failed"
    assert "sync venues first" in report.steps[0].error
    assert not StopListEntry.objects.exists()
