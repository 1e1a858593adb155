"""A job is done by one process for each ticket, and how it ended says when it is due again."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

from django_clopos.client import AuthenticationFailed, ConnectionLost, Forbidden, RateLimited
from django_clopos.models import Brand, Work
from django_clopos.schedule.claims import claim, make_due
from django_clopos.schedule.tickets import take_due
from django_clopos.schedule.waits import choose_wait, explain
from tests.schedule.conftest import find, only, put, wait_of
from tests.sync.test_lease import find_dead_pid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]

SECOND = timedelta(seconds=1)


def take(job: str = "orders", **columns: Any) -> list[int]:
    """Give the ticket of a job that has succeeded before."""
    only(job, **({"succeeded_at": timedelta(minutes=-5)} | columns))
    (ticket,) = take_due()
    return ticket.as_json()


def test_a_claim_names_its_process() -> None:
    with claim(take()) as held:
        assert held is not None
        row = find("orders")
        assert (row.host, row.pid) == (socket.gethostname(), os.getpid())
        assert row.started_at is not None


def test_a_success_is_due_again_after_its_cadence() -> None:
    with claim(take(failures=3, error="it was bad")) as held:
        assert held is not None
        held.succeed()
    row = find("orders")
    assert (row.started_at, row.queued_at, row.failures, row.error) == (None, None, 0, "")
    assert row.succeeded_at is not None
    assert 55 * SECOND < wait_of("orders") <= 60 * SECOND


def test_the_first_success_spreads_the_brands_over_the_cadence() -> None:
    with claim(take(succeeded_at=None)) as held:
        assert held is not None
        held.succeed()
    assert 10 * SECOND < wait_of("orders") <= 60 * SECOND


def test_the_cadence_of_the_row_goes_before_the_settings(settings: Any) -> None:
    settings.CLOPOS = {"CADENCE": {"orders": 600}}
    with claim(take(every_seconds=300)) as held:
        assert held is not None
        held.succeed()
    assert 290 * SECOND < wait_of("orders") <= 300 * SECOND


@pytest.mark.parametrize(
    "cadence", [{"orders": 600}, {"orders": 60, "demo": {"orders": 600}}, {"demo": {"orders": 600}}]
)
def test_the_settings_decide_for_all_brands_or_one(settings: Any, cadence: dict[str, Any]) -> None:
    settings.CLOPOS = {"CADENCE": cadence}
    with claim(take()) as held:
        assert held is not None
        held.succeed()
    assert 590 * SECOND < wait_of("orders") <= 600 * SECOND


def test_a_job_that_took_longer_than_its_cadence_is_due_once() -> None:
    ticket = take()
    with claim(ticket) as held:
        assert held is not None
        put("orders", started_at=timedelta(minutes=-10))
        held.succeed()
    assert -5 * SECOND < wait_of("orders") <= timedelta(0)


def test_a_part_of_a_job_leaves_the_rest_due() -> None:
    with claim(take("backfill")) as held:
        assert held is not None
        held.succeed(is_unfinished=True)
    assert wait_of("backfill") <= timedelta(0)


def test_a_void_ticket_does_nothing() -> None:
    old = take()
    put("orders", queued_at=None)
    take_due()
    with claim(old) as held:
        assert held is None


def test_a_message_that_comes_again_after_its_job_was_done_does_nothing() -> None:
    ticket = take()
    with claim(ticket) as held:
        assert held is not None
        held.succeed()
    put("orders", due_at=timedelta(0))
    with claim(ticket) as again:
        assert again is None


def test_a_message_that_comes_twice_is_done_once() -> None:
    ticket = take()
    with claim(ticket) as held, claim(ticket) as again:
        assert held is not None
        assert again is None


def test_a_message_that_comes_again_takes_the_job_of_a_dead_process() -> None:
    ticket = take()
    put(
        "orders",
        started_at=timedelta(0),
        holder="x",
        host=socket.gethostname(),
        pid=find_dead_pid(),
        alive_until=timedelta(minutes=4),
    )
    with claim(ticket) as held:
        assert held is not None


def test_a_process_that_lost_its_claim_settles_nothing() -> None:
    with claim(take()) as held:
        assert held is not None
        put("orders", holder="another", due_at=timedelta(minutes=7))
        held.succeed()
    assert find("orders").error == ""
    assert find("orders").holder == "another"
    assert wait_of("orders") > timedelta(minutes=6)


def test_a_claim_is_renewed_while_its_process_works(monkeypatch: pytest.MonkeyPatch) -> None:
    with claim(take()) as held:
        assert held is not None
        put("orders", alive_until=timedelta(seconds=5))
        before = find("orders").alive_until
        held.renew()
        assert find("orders").alive_until == before
        held.last_renewed -= 60
        held.renew()
        after = find("orders").alive_until
        assert before is not None
        assert after is not None
        assert after - before > timedelta(minutes=3)


def test_a_job_of_a_brand_that_was_held_meanwhile_is_put_back(brand: Brand) -> None:
    ticket = take()
    Brand.objects.filter(pk=brand.pk).update(held_until="2999-01-01T00:00Z", holds=1)
    with claim(ticket) as held:
        assert held is None
    row = find("orders")
    assert (row.queued_at, row.started_at, row.failures) == (None, None, 0)


def test_an_unforeseen_error_is_noted_without_its_text_and_passed_on() -> None:
    with pytest.raises(ZeroDivisionError), claim(take()):
        raise ZeroDivisionError("a telephone number")
    row = find("orders")
    assert row.failures == 1
    assert "ZeroDivisionError" in row.error
    assert "telephone" not in row.error
    assert 2 * 60 * SECOND <= wait_of("orders") + SECOND <= 140 * SECOND


def test_an_interrupted_job_is_due_again() -> None:
    with pytest.raises(KeyboardInterrupt), claim(take()):
        raise KeyboardInterrupt
    row = find("orders")
    assert (row.started_at, row.queued_at, row.failures) == (None, None, 0)
    assert wait_of("orders") <= timedelta(0)


def test_a_call_without_a_ticket_needs_no_row() -> None:
    with claim(None) as held:
        assert held is not None
        held.renew()
        held.succeed()
        held.fail(ConnectionLost())
    assert find("orders").succeeded_at is None


def test_a_job_is_made_due_unless_it_is_under_way(brand: Brand) -> None:
    put("backfill", due_at=timedelta(hours=1))
    make_due(brand.pk, Work.BACKFILL)
    assert wait_of("backfill") <= timedelta(0)
    put("backfill", due_at=timedelta(hours=1), queued_at=timedelta(0))
    make_due(brand.pk, Work.BACKFILL)
    assert wait_of("backfill") > timedelta(minutes=59)


class TestWaits:
    def test_what_may_pass_is_tried_soon(self) -> None:
        assert timedelta(seconds=30) <= choose_wait(ConnectionLost(), failures=1) <= timedelta(seconds=33)

    def test_the_remote_says_how_long(self) -> None:
        assert choose_wait(RateLimited(retry_after=100), failures=1) >= timedelta(seconds=100)

    @pytest.mark.parametrize("error", [AuthenticationFailed(), Forbidden(), ImproperlyConfigured()])
    def test_what_somebody_must_change_is_not_tried_every_minute(self, error: Exception) -> None:
        assert choose_wait(error, failures=1) >= timedelta(minutes=5)
        assert choose_wait(error, failures=4) >= timedelta(minutes=40)

    @pytest.mark.parametrize("error", [ConnectionLost(), AuthenticationFailed(), ZeroDivisionError()])
    def test_waits_grow_to_an_end(self, error: Exception) -> None:
        waits = [choose_wait(error, failures=failures) for failures in (1, 3, 50, 5000)]
        assert waits[0] < waits[1] < waits[2]
        assert waits[3] <= timedelta(hours=7)

    def test_an_error_of_ours_is_told_whole(self) -> None:
        assert explain(ImproperlyConfigured("Set CLOPOS_BRAND.")) == "Set CLOPOS_BRAND."


@pytest.mark.django_db(transaction=True)
def test_a_database_that_comes_back_in_time_is_told_how_the_job_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("django_clopos.schedule.claims.time.sleep", slept.append)

    def be_away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if len(slept) < 3:
            raise OperationalError("the database system is starting up")
        return execute(sql, params, many, context)

    with claim(take()) as held, connection.execute_wrapper(be_away):
        assert held is not None
        held.succeed()
    assert slept == [1, 2, 4]
    assert find("orders").succeeded_at is not None


def test_a_job_that_the_database_broke_is_tried_again_soon_and_says_so() -> None:
    with pytest.raises(OperationalError), claim(take()):
        raise OperationalError("server closed the connection, host=secret.example")
    assert find("orders").error.startswith("The database did not answer (OperationalError)")
    assert wait_of("orders") < timedelta(seconds=30)


def test_a_job_that_waits_after_a_failure_is_not_made_due(brand: Brand) -> None:
    put("backfill", due_at=timedelta(hours=1), failures=3)
    make_due(brand.pk, Work.BACKFILL)
    assert wait_of("backfill") > timedelta(minutes=59)
