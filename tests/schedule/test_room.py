"""A backfill ends early where a job that must not wait finds no worker, and only as many of them as are wanted."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from django_clopos.models import Brand
from django_clopos.schedule.room import LATE, Slice, make_room
from tests.schedule.conftest import only, put

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]

LONG_AGO = -LATE - timedelta(seconds=5)


def test_nobody_is_wanted_while_nothing_is_late() -> None:
    only("orders")
    assert not make_room()


def test_one_worker_is_wanted_for_each_late_job() -> None:
    only("orders")
    put("orders", due_at=LONG_AGO)
    put("stop-list", due_at=LONG_AGO, queued_at=LONG_AGO)
    assert [make_room() for _ in range(3)] == [True, True, False]


def test_a_late_backfill_wants_nobody() -> None:
    only("backfill")
    put("backfill", due_at=LONG_AGO)
    assert not make_room()


def test_a_job_that_is_being_done_wants_nobody() -> None:
    only("orders")
    put("orders", due_at=LONG_AGO, started_at=timedelta(0))
    assert not make_room()


def test_a_job_of_a_held_brand_wants_nobody(brand: Brand) -> None:
    only("orders")
    put("orders", due_at=LONG_AGO)
    Brand.objects.filter(pk=brand.pk).update(held_until="2999-01-01T00:00Z")
    assert not make_room()


def test_a_job_that_did_not_start_is_served_again_later() -> None:
    only("orders")
    put("orders", due_at=LONG_AGO, room_made_at=timedelta(seconds=-40))
    assert make_room()


def test_a_slice_is_over_in_time() -> None:
    now = time.monotonic()
    assert not Slice(seconds=100, began_at=now - 90).is_over()
    assert Slice(seconds=100, began_at=now - 101).is_over()


def test_a_slice_that_just_began_makes_no_room() -> None:
    only("orders")
    put("orders", due_at=LONG_AGO)
    assert not Slice(least_seconds=60).is_over()
    assert Slice(least_seconds=0).is_over()
