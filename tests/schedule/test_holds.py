"""A brand that cannot be reached is left alone as a whole, and one job tries again for all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from django_clopos.client import AuthenticationFailed, ConnectionLost
from django_clopos.models import Brand, Schedule
from django_clopos.schedule.claims import Claim, claim
from django_clopos.schedule.holds import hold_brand, try_now
from django_clopos.schedule.rows import make_rows
from django_clopos.schedule.tickets import take_due
from django_clopos.sync.clock import after
from tests.schedule.conftest import put, read_clock, wait_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]


def end_waiting(brand: Brand) -> None:
    Brand.objects.filter(pk=brand.pk).update(held_until=after(timedelta(seconds=-1)))


def due_of(brand: Brand) -> list[str]:
    return [ticket.job.name for ticket in take_due() if ticket.brand == brand.slug]


def settle(job: str, error: Exception | None) -> None:
    put(job, due_at=timedelta(0), queued_at=None)
    row = put(job, queued_at=timedelta(0))
    with claim([row.pk, row.ticket]) as held:
        assert isinstance(held, Claim)
        if error is None:
            held.succeed()
        else:
            held.fail(error, is_hopeless=True)


def test_nothing_of_a_held_brand_is_due(brand: Brand) -> None:
    settle("orders", AuthenticationFailed())
    assert due_of(brand) == []


def test_a_hold_says_why_and_until_when(brand: Brand) -> None:
    settle("orders", AuthenticationFailed("the secret is wrong"))
    brand.refresh_from_db()
    assert "the secret is wrong" in brand.hold_reason
    assert brand.held_until is not None
    assert brand.held_until - read_clock() > timedelta(minutes=4)


def test_a_lost_connection_holds_for_less(brand: Brand) -> None:
    settle("orders", ConnectionLost())
    brand.refresh_from_db()
    assert brand.held_until is not None
    assert timedelta(seconds=20) < brand.held_until - read_clock() < timedelta(minutes=1)


def test_a_held_brand_delays_no_other(brand: Brand) -> None:
    other = Brand.objects.create(slug="other")
    make_rows()
    settle("orders", AuthenticationFailed())
    assert len(due_of(other)) > 10


def test_jobs_that_fail_at_once_count_as_one(brand: Brand) -> None:
    for _ in range(5):
        hold_brand(brand.pk, AuthenticationFailed())
    brand.refresh_from_db()
    assert brand.holds == 1


def test_each_hold_is_longer(brand: Brand) -> None:
    lengths = []
    for _ in range(3):
        hold_brand(brand.pk, AuthenticationFailed())
        brand.refresh_from_db()
        assert brand.held_until is not None
        lengths.append(brand.held_until - read_clock())
        end_waiting(brand)
    assert lengths[0] * 1.5 < lengths[1] < lengths[2] / 1.5


def test_after_a_hold_one_job_tries_for_all(brand: Brand) -> None:
    settle("orders", AuthenticationFailed())
    end_waiting(brand)
    assert due_of(brand) == ["stop-list"]
    assert due_of(brand) == []


def test_the_others_follow_a_success(brand: Brand) -> None:
    settle("orders", AuthenticationFailed())
    end_waiting(brand)
    assert due_of(brand) == ["stop-list"]
    settle("stop-list", None)
    brand.refresh_from_db()
    assert (brand.held_until, brand.holds, brand.hold_reason) == (None, 0, "")
    assert len(due_of(brand)) > 8


def test_pruning_asks_nothing_and_ends_no_hold(brand: Brand) -> None:
    hold_brand(brand.pk, AuthenticationFailed())
    end_waiting(brand)
    settle("prune", None)
    brand.refresh_from_db()
    assert brand.holds == 1


def test_changed_credentials_are_tried_at_once(brand: Brand) -> None:
    settle("orders", AuthenticationFailed())
    assert wait_of("orders") > timedelta(minutes=4)
    try_now(brand.pk)
    assert "orders" in due_of(brand)


def test_only_what_failed_is_tried_at_once(brand: Brand) -> None:
    Schedule.objects.update(due_at=after(timedelta(minutes=30)))
    try_now(brand.pk)
    assert due_of(brand) == []
