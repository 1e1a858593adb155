"""One process at a time writes a resource of a brand, and one that lost its lease cannot commit."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import DurationField, ExpressionWrapper, F

from django_clopos.models import Brand, Customer, Lease
from django_clopos.sandbox import Sandbox
from django_clopos.sync.clock import DatabaseNow
from django_clopos.sync.lease import LIFETIME, LeaseLost, hold, is_process_alive
from django_clopos.sync.report import Listener
from tests.conftest import Mirror

pytestmark = pytest.mark.django_db


def take(brand: Brand, **options: Any) -> Any:
    defaults: dict[str, Any] = {"on_wait": lambda holder: None, "sleep": refuse_to_wait}
    return hold(brand_id=brand.pk, resource="customers", **(defaults | options))


def refuse_to_wait(seconds: float) -> None:
    raise AssertionError("nobody should wait here")


def find_dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def occupy(brand: Brand, **columns: Any) -> Lease:
    """Let somebody else hold the lease; by default a process of another host, for a while."""
    defaults = {"owner": "x", "host": "elsewhere", "pid": 1, "expires_at": DatabaseNow() + LIFETIME, "fence": 7}
    return Lease.objects.create(brand=brand, resource="customers", **(defaults | columns))


def test_a_lease_is_given_back(brand: Brand) -> None:
    with take(brand) as held:
        row = Lease.objects.get()
        assert (row.owner, row.pid, row.host) == (held.owner, os.getpid(), socket.gethostname())
    with take(brand):
        pass
    row.refresh_from_db()
    assert (row.owner, row.expires_at, row.fence) == ("", None, 2)


def test_a_lease_is_given_back_after_an_error(brand: Brand) -> None:
    with pytest.raises(ZeroDivisionError), take(brand):
        raise ZeroDivisionError
    assert Lease.objects.get().owner == ""


def test_a_second_holder_waits_and_says_for_whom_once(brand: Brand) -> None:
    told: list[str] = []
    waits: list[float] = []
    with take(brand) as first:

        def sleep(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                first.release()

        with take(brand, on_wait=told.append, sleep=sleep) as second:
            assert second.fence > first.fence
    assert len(waits) == 3
    assert told == [f"process {os.getpid()} on {socket.gethostname()}"]


def test_resources_and_brands_do_not_wait_for_each_other(brand: Brand) -> None:
    other = Brand.objects.create(slug="other")
    with take(brand), take(other), hold(brand_id=brand.pk, resource="venues", on_wait=print, sleep=refuse_to_wait):
        assert Lease.objects.exclude(owner="").count() == 3


def test_the_lease_of_a_dead_process_is_taken_over_at_once(brand: Brand) -> None:
    occupy(brand, host=socket.gethostname(), pid=find_dead_pid())
    with take(brand) as held:
        assert held.fence == 8


def test_a_process_of_another_host_is_not_called_dead(brand: Brand) -> None:
    row = occupy(brand, pid=find_dead_pid())
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        Lease.objects.filter(pk=row.pk).update(expires_at=DatabaseNow() - timedelta(seconds=1))

    with take(brand, sleep=sleep):
        assert len(waits) == 1


def test_a_lease_that_ran_out_is_taken_over(brand: Brand) -> None:
    occupy(brand, expires_at=DatabaseNow() - timedelta(seconds=1))
    with take(brand) as held:
        assert held.fence == 8


def test_renewing_moves_the_end(brand: Brand) -> None:
    with take(brand) as held:
        Lease.objects.update(expires_at=F("expires_at") - timedelta(seconds=60))
        before = Lease.objects.get().expires_at
        held.renew()
        assert Lease.objects.get().expires_at - before >= timedelta(seconds=60)


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_that_is_wrong_steals_no_lease(brand: Brand, clock: Any, minutes: int) -> None:
    row = occupy(brand)
    clock.shift(timedelta(minutes=minutes))
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        Lease.objects.filter(pk=row.pk).update(owner="")

    with take(brand, sleep=sleep):
        assert len(waits) == 1


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_that_is_wrong_keeps_a_lease_no_longer(brand: Brand, clock: Any, minutes: int) -> None:
    clock.shift(timedelta(minutes=minutes))
    with take(brand) as held:
        held.renew()
        left = ExpressionWrapper(F("expires_at") - DatabaseNow(), output_field=DurationField())
        seconds = Lease.objects.annotate(left=left).get().left.total_seconds()
        assert LIFETIME.total_seconds() - 5 < seconds <= LIFETIME.total_seconds()


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_that_is_wrong_gives_way_all_the_same(brand: Brand, clock: Any, minutes: int) -> None:
    slept: list[float] = []
    clock.shift(timedelta(minutes=minutes))
    with take(brand, sleep=slept.append) as held:
        Lease.objects.update(waiting_at=DatabaseNow())
        held.give_way()
        assert slept
        Lease.objects.update(waiting_at=DatabaseNow() - timedelta(seconds=4))
        slept.clear()
        held.give_way()
        assert slept == []


def test_a_lease_that_was_lost_cannot_be_renewed_nor_given_back(brand: Brand) -> None:
    with take(brand) as held:
        Lease.objects.update(owner="thief", fence=held.fence + 1)
        with pytest.raises(LeaseLost):
            held.renew()
    assert Lease.objects.get().owner == "thief"


def test_it_gives_way_only_to_one_that_waits(brand: Brand) -> None:
    slept: list[float] = []
    with take(brand, sleep=slept.append) as held:
        fence = held.fence
        held.give_way()
        assert (slept, held.fence) == ([], fence)
        Lease.objects.update(waiting_at=DatabaseNow())
        held.give_way()
        assert slept
        assert held.fence == fence + 1
        held.renew()


def test_a_sync_that_lost_its_lease_commits_nothing(mirror: Mirror, sandbox: Sandbox) -> None:
    def steal() -> None:
        Lease.objects.filter(resource="customers").update(owner="thief", fence=99)

    sandbox.before_response("customers", steal)
    report = mirror("customers")
    assert report.run.status == "failed"
    assert "taken over" in report.steps[0].error
    assert not Customer.objects.exists()
    assert Lease.objects.get(resource="customers").owner == "thief"


def test_a_sync_gives_its_leases_back_whatever_happens(mirror: Mirror, sandbox: Sandbox) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    mirror("venues", "products")
    sandbox.before_response("products", stop)
    with pytest.raises(KeyboardInterrupt):
        mirror("products")
    assert not Lease.objects.exclude(owner="").exists()


def test_a_sync_that_waits_says_for_whom(mirror: Mirror, brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, str]] = []

    class Ear(Listener):
        def waiting(self, resource: str, *, holder: str) -> None:
            heard.append((resource, holder))
            Lease.objects.update(owner="")

    occupy(brand)
    monkeypatch.setattr("django_clopos.sync.lease.time.sleep", lambda seconds: None)
    assert mirror("customers", listener=Ear()).run.status == "succeeded"
    assert heard == [("customers", "process 1 on elsewhere")]


def test_a_process_is_told_alive_from_dead() -> None:
    assert is_process_alive(os.getpid())
    assert not is_process_alive(find_dead_pid())


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="threads share SQLite's memory, not its locks")
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_holds_it(brand: Brand) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        try:
            with take(brand, sleep=lambda seconds: time.sleep(0.005)) as held:
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.02)
                with transaction.atomic():
                    held.renew()
                inside.pop()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 6
    assert Lease.objects.get().fence == 6
