"""Pages are fetched while the one before is used, in order, and nothing is left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from django_clopos.client import (
    RECEIPTS,
    Client,
    NotFound,
    Page,
    ServerError,
)
from tests.client.conftest import CONFIG, Clock, Remote, ids, make_rows


def collect(walk: Iterator[Page[Any]], seen: list[int]) -> None:
    for page in walk:
        seen.extend(ids(page.records))


def read_ids(client: Client, **question: Any) -> list[int]:
    return [number for page in client.pages(RECEIPTS, **question) for number in ids(page.records)]


def ahead_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("clopos-ahead")]


def test_the_next_page_is_fetched_while_the_current_one_is_used(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(12)
    arrived = threading.Event()

    def note(request: httpx.Request) -> httpx.Response:
        arrived.set()
        return remote._list(request)

    remote.script.extend([None, note])
    walk = client.pages(RECEIPTS, limit=4, ahead=1)
    next(walk)

    assert arrived.wait(5)
    assert [len(page.records) for page in walk] == [4, 4]


def test_as_many_pages_are_in_flight_as_asked_for(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(40)
    together = threading.Barrier(4)

    def meet(request: httpx.Request) -> httpx.Response:
        together.wait(timeout=5)  # breaks, and fails the walk, unless four are there at the same time
        return remote._list(request)

    remote.script.extend([None, meet, meet, meet, meet])

    assert read_ids(client, limit=8, ahead=4) == list(range(1, 41))


def test_latency_decides_how_many_are_in_flight(remote: Remote) -> None:
    remote.rows = make_rows(400)
    clock = Clock()

    def slow(request: httpx.Request) -> httpx.Response:
        clock.now += 0.5
        return remote._list(request)

    remote.script.extend([slow])
    client = Client(CONFIG, transport=httpx.MockTransport(remote), clock=clock, sleep=lambda _: None)
    walk = client.pages(RECEIPTS, limit=20, ahead="auto")
    next(walk)
    walk.close()

    assert client.usage.requests == 2 + 4  # the token, the first page, and four ahead


def test_nothing_is_asked_beyond_the_announced_end(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(10)

    assert len(read_ids(client, limit=4, ahead=4)) == 10
    assert sorted(number for number, _ in remote.pages_asked) == [1, 2, 3]


def test_a_walk_without_ahead_starts_no_thread(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(12)

    for _ in client.pages(RECEIPTS, limit=4, ahead=0):
        assert ahead_threads() == []


@pytest.mark.parametrize("ahead", [1, 4])
def test_a_walk_left_early_leaves_no_thread(client: Client, remote: Remote, ahead: int) -> None:
    remote.rows = make_rows(100)

    for page in client.pages(RECEIPTS, limit=4, ahead=ahead):
        if page.number == 2:
            break

    assert ahead_threads() == []


class PlannedBudget:
    """Gives the waits it was told."""

    def __init__(self, *waits: float) -> None:
        self.waits = iter(waits)

    def reserve(self) -> float:
        return next(self.waits)

    def try_take(self) -> float:
        raise AssertionError("the client is not patient")

    def observe(self, *, limit: int | None, remaining: int, reset_seconds: float | None) -> None:
        raise AssertionError("no header was sent")


def test_a_walk_left_early_does_not_sit_out_its_waits(remote: Remote) -> None:
    remote.rows = make_rows(100)
    client = Client(CONFIG, budget=PlannedBudget(0.0, 0.0, 20.0), transport=httpx.MockTransport(remote))
    started = time.monotonic()
    for page in client.pages(RECEIPTS, limit=4, ahead=1):
        if page.number == 2:
            threading.Event().wait(0.1)  # until the third page waits for its slot
            break

    assert time.monotonic() - started < 10
    assert [number for number, _ in remote.pages_asked] == [1, 2]
    assert ahead_threads() == []


def test_waits_at_the_same_time_count_once(remote: Remote, clock: Clock) -> None:
    remote.rows = make_rows(20)
    budget = PlannedBudget(0.5, 1.0, 2.0, 3.0, 4.0)
    client = Client(CONFIG, budget=budget, transport=httpx.MockTransport(remote), clock=clock, sleep=lambda _: None)
    walk = client.pages(RECEIPTS, limit=5, ahead=4)
    next(walk)
    walk.close()

    assert client.usage.waited_seconds == 3.0  # to the latest of four slots; the clock stood still


def test_an_error_of_a_page_sent_ahead_comes_after_the_pages_before_it(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(12)
    remote.script.extend([None, *[httpx.Response(404, json={"success": False, "error": "not_found"})]])
    seen: list[int] = []

    with pytest.raises(NotFound):
        collect(client.pages(RECEIPTS, limit=4, ahead=1), seen)

    assert seen == [1, 2, 3, 4]
    assert ahead_threads() == []


def test_a_failure_of_a_page_sent_ahead_is_repaired(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(20)
    remote.script.extend([None, httpx.ReadError("reset"), httpx.Response(500, json={})])

    assert read_ids(client, limit=4, ahead=4) == list(range(1, 21))
    assert client.usage.retries == 2


def test_an_expired_token_of_pages_sent_ahead_is_renewed_once(client: Client, remote: Remote) -> None:
    remote.rows = make_rows(20)
    together = threading.Barrier(3)

    def expire(request: httpx.Request) -> httpx.Response:
        together.wait(timeout=5)  # none is sent again before all three were refused
        return httpx.Response(401, json={"success": False, "error": "Token expired"})

    remote.script.extend([None, expire, expire, expire])

    assert read_ids(client, limit=4, ahead=3) == list(range(1, 21))
    assert remote.authentications == 2


def test_a_token_that_cannot_be_had_does_not_take_the_page_before(client: Client, remote: Remote, clock: Clock) -> None:
    remote.rows = make_rows(12)
    walk = client.pages(RECEIPTS, limit=4, ahead=1)
    next(walk)
    next(walk)
    clock.now += 4000
    remote.auth_script.extend([httpx.Response(500, json={})] * 99)

    assert ids(next(walk).records) == [9, 10, 11, 12]


class WatchedClock(Clock):
    """Tells when an answer has arrived in a thread that fetches ahead."""

    def __init__(self) -> None:
        super().__init__()
        self.readings = 0
        self.has_answer = threading.Event()

    def __call__(self) -> float:
        now = super().__call__()
        if threading.current_thread().name.startswith("clopos-ahead"):
            self.readings += 1  # one before sending, one after
            if self.readings == 2:
                self.has_answer.set()
        return now


def test_waiting_out_a_429_counts_the_time_that_its_answer_lay_here(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = WatchedClock()
    monkeypatch.setattr("time.sleep", clock.sleep)
    remote.rows = make_rows(8)
    remote.script.extend([None, httpx.Response(429, json={}, headers={"RateLimit-Reset": "30"})])
    client = Client(CONFIG, transport=httpx.MockTransport(remote), clock=clock, sleep=clock.sleep)
    walk = client.pages(RECEIPTS, limit=4, ahead=1)
    next(walk)
    assert clock.has_answer.wait(5)
    clock.now += 20
    next(walk)

    assert clock.slept == [pytest.approx(10.0)]


def test_the_error_of_a_walk_names_the_list(client: Client, remote: Remote) -> None:
    remote.script.extend([httpx.Response(500, json={})] * 5)

    with pytest.raises(ServerError, match=r"^GET receipts: the remote failed \(HTTP 500\) after 5 attempts\. "):
        list(client.pages(RECEIPTS))
