"""What may pass is tried again, after the right wait and within the budget; everything else is final."""

from __future__ import annotations

import dataclasses

import httpx
import pytest

from django_clopos.client import (
    USERS,
    VENUES,
    BadRequest,
    BrokenBody,
    Budget,
    BudgetUnavailable,
    Client,
    CloposError,
    Conflict,
    ConnectionLost,
    Forbidden,
    NotFound,
    RateLimited,
    Rejected,
    RemoteTimeout,
    ServerError,
    Unavailable,
)
from tests.client.conftest import CONFIG, Clock, Remote

PASSING = {
    "500": (httpx.Response(500, json={"success": False}), ServerError),
    "html 502": (httpx.Response(502, text="<html>Bad gateway</html>"), ServerError),
    "504": (httpx.Response(504, json={"message": "upstream"}), RemoteTimeout),
    "silence": (httpx.ReadTimeout("slow"), RemoteTimeout),
    "write timeout": (httpx.WriteTimeout("slow"), RemoteTimeout),
    "connect timeout": (httpx.ConnectTimeout("slow"), ConnectionLost),
    "refused": (httpx.ConnectError("[Errno 111] Connection refused"), ConnectionLost),
    "reset": (httpx.ReadError("reset"), ConnectionLost),
    "raw reset": (ConnectionResetError("reset"), ConnectionLost),
    "cut in the body": (httpx.RemoteProtocolError("peer closed"), ConnectionLost),
    "pool": (httpx.PoolTimeout("full"), ConnectionLost),
    "bad gzip": (httpx.DecodingError("gzip"), BrokenBody),
    "truncated json": (httpx.Response(200, content=b'{"success":true,"data":[{"id"'), BrokenBody),
    "html 200": (httpx.Response(200, text="<html>Hello</html>"), BrokenBody),
    "empty 200": (httpx.Response(200), BrokenBody),
    "nothing 204": (httpx.Response(204), BrokenBody),
    "no data": (httpx.Response(200, json={"success": True, "data": None}), BrokenBody),
}


@pytest.mark.parametrize(("step", "kind"), PASSING.values(), ids=PASSING.keys())
def test_what_may_pass_is_tried_again(
    client: Client, remote: Remote, clock: Clock, step: httpx.Response | Exception, kind: type[CloposError]
) -> None:
    remote.rows = [{"id": 1}]
    remote.script.extend([step, step])

    assert client.page(VENUES).records == (b'{"id":1}',)
    assert len(remote.asked) == 3
    assert client.usage.retries == 2
    assert client.usage.waited_seconds == pytest.approx(sum(clock.slept))


@pytest.mark.parametrize(("step", "kind"), PASSING.values(), ids=PASSING.keys())
def test_what_never_passes_tells_how_often_it_was_tried(
    client: Client, remote: Remote, step: httpx.Response | Exception, kind: type[Unavailable]
) -> None:
    remote.script.extend([step] * 5)

    with pytest.raises(kind, match=r"GET venues: .* after 5 attempts") as caught:
        client.page(VENUES)

    assert type(caught.value) is kind
    assert caught.value.attempts == 5
    assert caught.value.retry_after > 0
    assert len(remote.asked) == 5


def test_waits_grow_and_are_bounded(client: Client, remote: Remote, clock: Clock) -> None:
    remote.script.extend([httpx.ReadError("reset")] * 5)

    with pytest.raises(ConnectionLost):
        client.page(VENUES)

    for wait, least in zip(clock.slept, (0.5, 1.0, 2.0, 4.0), strict=True):
        assert least <= wait <= least + 1.0


FINAL = [
    (400, {"success": False, "error": "invalid_parameter", "message": "limit"}, BadRequest),
    (403, {"success": False, "error": "forbidden"}, Forbidden),
    (404, {"success": False, "error": "not_found", "message": "Receipt not found"}, NotFound),
    (409, {"success": False, "error": "duplicate_phone"}, Conflict),
    (418, {"success": False}, Rejected),
    (200, {"success": False, "error": "something_new"}, Rejected),
    (301, {}, Rejected),
]


@pytest.mark.parametrize(("status", "body", "kind"), FINAL)
def test_what_is_final_is_sent_once(
    client: Client, remote: Remote, clock: Clock, status: int, body: dict[str, object], kind: type[CloposError]
) -> None:
    remote.script.append(httpx.Response(status, json=body))

    with pytest.raises(kind) as caught:
        client.page(VENUES)

    assert type(caught.value) is kind
    assert caught.value.attempts == 1
    assert len(remote.asked) == 1
    assert clock.slept == []


def test_a_redirect_is_not_followed(client: Client, remote: Remote) -> None:
    remote.script.append(httpx.Response(302, headers={"Location": "https://elsewhere.example/"}))

    with pytest.raises(Rejected, match=r"redirects.*CLOPOS_BASE_URL"):
        client.page(VENUES)

    assert [request.url.host for request in remote.asked] == ["remote.example"]


def test_a_429_waits_exactly_as_long_as_the_remote_says(client: Client, remote: Remote, clock: Clock) -> None:
    remote.script.append(httpx.Response(429, json={}, headers={"RateLimit-Reset": "17", "RateLimit-Remaining": "0"}))

    client.page(VENUES)

    assert clock.slept == [17.0]
    assert client.usage.waited_seconds == 17.0


def test_a_429_that_stays_says_when_to_come_back(client: Client, remote: Remote) -> None:
    remote.script.extend([httpx.Response(429, json={}, headers={"RateLimit-Reset": "17"})] * 5)

    with pytest.raises(RateLimited) as caught:
        client.page(VENUES)

    assert caught.value.retry_after == 17.0


class CountingBudget:
    """A budget of one's own: three methods."""

    def __init__(self, *waits: float) -> None:
        self.waits = list(waits)
        self.reserved = 0
        self.observed: list[tuple[int | None, int, float | None]] = []

    def reserve(self) -> float:
        self.reserved += 1
        return self.waits.pop(0) if self.waits else 0.0

    def try_take(self) -> float:
        raise AssertionError("the client is not patient")

    def observe(self, *, limit: int | None, remaining: int, reset_seconds: float | None) -> None:
        self.observed.append((limit, remaining, reset_seconds))


def make_client(remote: Remote, clock: Clock, budget: Budget) -> Client:
    return Client(CONFIG, budget=budget, transport=httpx.MockTransport(remote), clock=clock, sleep=clock.sleep)


def test_every_attempt_takes_a_slot_of_the_budget(remote: Remote, clock: Clock) -> None:
    budget = CountingBudget()
    remote.script.extend(
        [httpx.ReadError("x"), httpx.Response(401, json={"error": "Token expired"}), httpx.Response(500)]
    )

    make_client(remote, clock, budget).page(VENUES)

    assert budget.reserved == len(remote.asked) == 4


def test_the_budgets_wait_comes_before_sending(remote: Remote, clock: Clock) -> None:
    client = make_client(remote, clock, CountingBudget(2.5))

    client.page(VENUES)

    assert clock.slept == [2.5]
    assert client.usage.waited_seconds == 2.5


def test_the_budget_learns_from_the_remote(remote: Remote, clock: Clock) -> None:
    budget = CountingBudget()
    headers = {"RateLimit-Limit": "300", "RateLimit-Remaining": "7", "RateLimit-Reset": "41"}
    remote.script.extend(
        [
            httpx.Response(200, json=[], headers=headers),
            httpx.Response(200, json=[], headers={"RateLimit-Remaining": "7"}),
            httpx.Response(200, json=[], headers={"RateLimit-Remaining": "many"}),
        ]
    )
    client = make_client(remote, clock, budget)

    for _ in range(3):
        client.page(VENUES)

    assert budget.observed == [(300, 7, 41.0), (None, 7, None)]


class BrokenBudget(CountingBudget):
    """Fails the given number of times."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures

    def reserve(self) -> float:
        if self.failures:
            self.failures -= 1
            raise BudgetUnavailable("no store")
        return super().reserve()

    def observe(self, *, limit: int | None, remaining: int, reset_seconds: float | None) -> None:
        raise BudgetUnavailable("no store")


def test_without_a_budget_nothing_is_sent(remote: Remote, clock: Clock) -> None:
    with pytest.raises(BudgetUnavailable, match="after 5 attempts"):
        make_client(remote, clock, BrokenBudget(99)).page(VENUES)

    assert remote.asked == []


def test_a_budget_that_comes_back_is_used_again(remote: Remote, clock: Clock) -> None:
    remote.headers = {"RateLimit-Remaining": "3"}

    make_client(remote, clock, BrokenBudget(2)).page(VENUES)

    assert len(remote.asked) == 1


def test_attempts_can_be_set(remote: Remote, clock: Clock) -> None:
    remote.script.extend([httpx.ReadError("x")] * 3)
    client = Client(
        dataclasses.replace(CONFIG, attempts=2), transport=httpx.MockTransport(remote), clock=clock, sleep=clock.sleep
    )

    with pytest.raises(ConnectionLost, match="after 2 attempts"):
        client.get(USERS, 1)


def test_the_rest_of_the_remotes_budget_can_be_shown(client: Client, remote: Remote) -> None:
    client.page(VENUES)
    assert client.budget_remaining is None

    remote.headers = {"RateLimit-Remaining": "212"}
    client.page(VENUES)
    assert client.budget_remaining == 212
