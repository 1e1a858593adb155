"""What is due is given out once, the most urgent first, and what was lost is given out again."""

from __future__ import annotations

import os
import socket
import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from django_clopos.models import Brand, Schedule
from django_clopos.schedule.jobs import JOBS
from django_clopos.schedule.rows import make_rows
from django_clopos.schedule.tickets import PATIENCE, PATIENCE_WHEN_URGENT, call_off, put_back, take_again, take_due
from tests.schedule.conftest import find, only, put, wait_of
from tests.sync.test_lease import find_dead_pid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]

ALIVE = {"started_at": timedelta(0), "holder": "x", "alive_until": timedelta(minutes=4)}


def names() -> list[str]:
    return [ticket.job.name for ticket in take_due()]


def test_a_new_brand_has_a_row_for_every_job() -> None:
    assert Schedule.objects.count() == len(JOBS)


def test_rows_are_made_once() -> None:
    put("orders", every_seconds=7)
    make_rows()
    assert Schedule.objects.count() == len(JOBS)
    assert find("orders").every_seconds == 7


def test_an_inactive_brand_gets_no_rows() -> None:
    Brand.objects.create(slug="closed", is_active=False)
    make_rows()
    assert not Schedule.objects.filter(brand__slug="closed").exists()


def test_what_is_urgent_comes_first() -> None:
    found = names()
    assert found[:3] == ["stop-list", "orders", "receipts"]
    assert set(found) == {job.name for job in JOBS if not job.begins_late}


def test_what_needs_something_to_work_on_begins_late() -> None:
    assert "verify" not in names()
    assert timedelta(hours=23) < wait_of("verify") <= timedelta(days=1)


def test_a_job_is_given_out_once() -> None:
    assert names()
    assert names() == []


def test_a_job_that_is_not_due_waits() -> None:
    only("orders")
    put("orders", due_at=timedelta(seconds=30))
    assert names() == []


def test_a_paused_job_waits() -> None:
    only("orders", is_paused=True)
    assert names() == []


def test_the_jobs_of_an_inactive_brand_wait(brand: Brand) -> None:
    Brand.objects.filter(pk=brand.pk).update(is_active=False)
    assert names() == []


def test_a_job_that_is_being_done_waits() -> None:
    only("orders", **ALIVE, host="elsewhere", pid=1)
    assert names() == []


@pytest.mark.parametrize(("job", "patience"), [("orders", PATIENCE_WHEN_URGENT), ("products", PATIENCE)])
def test_a_lost_message_is_sent_again(job: str, patience: timedelta) -> None:
    only(job, queued_at=-patience + timedelta(seconds=20))
    assert names() == []
    put(job, queued_at=-patience - timedelta(seconds=1))
    assert names() == [job]


def test_every_ticket_has_another_number() -> None:
    only("orders")
    (first,) = take_due()
    put("orders", queued_at=None)
    (second,) = take_due()
    assert second.as_json()[1] == first.as_json()[1] + 1 == find("orders").ticket


def test_what_a_dead_process_of_this_host_held_is_due_at_once() -> None:
    only("orders", **ALIVE, host=socket.gethostname(), pid=find_dead_pid())
    assert names() == ["orders"]


def test_what_a_silent_worker_elsewhere_held_is_due_again() -> None:
    only("orders", **(ALIVE | {"alive_until": -timedelta(seconds=1)}), host="elsewhere", pid=1)
    assert names() == ["orders"]


def test_a_living_process_of_this_host_keeps_its_job() -> None:
    only("orders", **ALIVE, host=socket.gethostname(), pid=os.getpid())
    assert names() == []


@pytest.mark.parametrize("skew", [timedelta(minutes=-5), timedelta(minutes=5)])
def test_a_wrong_clock_of_this_machine_changes_nothing(skew: timedelta) -> None:
    only("orders")
    put("receipts", due_at=timedelta(seconds=60))
    put("stop-list", **ALIVE, host="elsewhere", pid=1, due_at=timedelta(0))
    put("products", due_at=timedelta(0), queued_at=timedelta(0))
    with time_machine.travel(skew, tick=True):
        assert names() == ["orders"]


def test_what_could_not_be_sent_is_due_again() -> None:
    only("orders")
    put_back(take_due())
    assert names() == ["orders"]


def test_to_put_back_an_old_ticket_changes_nothing() -> None:
    only("orders")
    old = take_due()
    put("orders", queued_at=None)
    take_due()
    put_back(old)
    assert names() == []


def test_the_rest_of_a_job_is_taken_only_while_it_is_due() -> None:
    row = only("backfill")
    ticket = take_again(row.pk)
    assert ticket is not None
    assert ticket.job.name == "backfill"
    assert take_again(row.pk) is None


def test_a_job_that_is_called_off_is_due_and_its_message_void() -> None:
    row = only("orders")
    (old,) = take_due()
    call_off(row.pk)
    (new,) = take_due()
    assert new.number > old.number


def test_a_job_without_due_date_is_not_called_off() -> None:
    row = put("orders", due_at=None)
    call_off(row.pk)
    assert find("orders").due_at is None


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_share_the_jobs() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("threads share SQLite's memory, not its locks")
    found: list[str] = []
    barrier = threading.Barrier(4)

    def tick() -> None:
        barrier.wait()
        found.extend(names())
        connection.close()

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(job.name for job in JOBS if not job.begins_late)


def test_a_killed_worker_is_a_failure_that_says_so() -> None:
    put("backfill", started_at=timedelta(0), host=socket.gethostname(), pid=find_dead_pid())
    assert "backfill" in names()
    row = find("backfill")
    assert (row.failures, row.started_at) == (1, None)
    assert row.error.startswith("The worker that did this was killed")


def test_a_job_that_kills_one_worker_after_the_other_waits() -> None:
    put("backfill", started_at=timedelta(0), host=socket.gethostname(), pid=find_dead_pid(), failures=1)
    assert "backfill" not in names()
    assert wait_of("backfill") > timedelta(minutes=1)
