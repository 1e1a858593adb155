"""One token for everyone who needs it, renewed in time, dropped when refused; every refusal says what to change."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate

import httpx
import pytest

from django_clopos.client import (
    AUTH_RATE,
    VENUES,
    AuthenticationFailed,
    BrokenBody,
    Client,
    CloposError,
    ConfigurationMismatch,
    ConnectionLost,
    InProcessBudget,
    MemoryTokenStore,
    ModuleOff,
    RateLimited,
    Rejected,
    TokenStoreUnavailable,
    token_key,
)
from tests.client.conftest import CONFIG, TOKEN, Clock, Remote

EXPIRED = httpx.Response(401, json={"success": False, "error": "Token expired", "expires_at": "2026-01-19T11:07:49Z"})


def grant(**members: object) -> httpx.Response:
    return httpx.Response(200, json={"success": True, "token": TOKEN, **members})


def test_the_token_is_fetched_once_and_sent_bare(client: Client, remote: Remote) -> None:
    client.page(VENUES)
    client.page(VENUES)

    assert remote.authentications == 1
    assert [request.headers["x-token"] for request in remote.asked] == [TOKEN, TOKEN]


def test_the_four_credentials_are_sent_and_no_more(clock: Clock) -> None:
    bodies = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/auth"):
            bodies.append((request.method, request.url.path, dict(request.headers), request.content))
            return grant(expires_in=3600)
        return httpx.Response(200, json=[])

    Client(CONFIG, transport=httpx.MockTransport(answer), clock=clock).page(VENUES)

    (method, path, headers, content) = bodies[0]
    assert (method, path) == ("POST", "/open-api/v2/auth")
    assert "x-token" not in headers
    assert httpx.Response(200, content=content).json() == {
        "client_id": CONFIG.client_id,
        "client_secret": CONFIG.client_secret,
        "brand": CONFIG.brand,
        "integrator_id": CONFIG.integrator_id,
    }


@pytest.mark.parametrize(("age", "authentications"), [(3299.0, 1), (3300.0, 2)])
def test_it_is_renewed_five_minutes_before_its_end(
    client: Client, remote: Remote, clock: Clock, age: float, authentications: int
) -> None:
    client.page(VENUES)

    clock.now += age
    client.page(VENUES)

    assert remote.authentications == authentications


def test_its_end_is_measured_by_the_remotes_clock(client: Client, remote: Remote, clock: Clock) -> None:
    """Our own may be wrong by hours, in both directions."""
    remote_now = time.time() + 50_000
    response = grant(expires_in=1, expires_at=int(remote_now) + 3600)
    response.headers["Date"] = formatdate(remote_now, usegmt=True)
    remote.auth_script.append(response)
    client.page(VENUES)

    clock.now += 3290
    client.page(VENUES)

    assert remote.authentications == 1


def test_a_short_life_is_used_by_half(client: Client, remote: Remote, clock: Clock) -> None:
    remote.auth_script.append(grant(expires_in=10))
    client.page(VENUES)

    clock.now += 4.9
    client.page(VENUES)
    assert remote.authentications == 1

    clock.now += 0.2
    client.page(VENUES)
    assert remote.authentications == 2


def test_a_refused_token_is_renewed_once(client: Client, remote: Remote, clock: Clock) -> None:
    remote.script.append(EXPIRED)

    page = client.page(VENUES)

    assert page.records == ()
    assert [request.headers["x-token"] for request in remote.asked] == [TOKEN, f"{TOKEN}-2"]
    assert clock.slept == []
    assert client.usage.requests == 4
    assert client.usage.retries == 1


def test_a_token_refused_twice_is_an_error(client: Client, remote: Remote) -> None:
    remote.script.extend([EXPIRED, EXPIRED])

    with pytest.raises(AuthenticationFailed, match="Token expired"):
        client.page(VENUES)

    assert remote.authentications == 2


def test_every_request_may_renew_once(client: Client, remote: Remote) -> None:
    for _ in range(3):
        remote.script.append(EXPIRED)
        client.page(VENUES)

    assert remote.authentications == 4


def test_a_mismatch_is_not_cured_by_a_new_token(client: Client, remote: Remote) -> None:
    body = {"success": False, "error": "Integrator is in test mode. But brand is not in test mode"}
    remote.script.append(httpx.Response(401, json=body))

    with pytest.raises(ConfigurationMismatch):
        client.page(VENUES)

    assert remote.authentications == 1


def test_a_renewed_token_of_another_caller_is_kept() -> None:
    store = MemoryTokenStore()
    store.set("key", "new", seconds=60)

    store.delete_if("key", "old")
    assert store.get("key") == "new"

    store.delete_if("key", "new")
    assert store.get("key") is None


def test_many_cold_threads_authenticate_once(clock: Clock) -> None:
    remote, store = Remote(), MemoryTokenStore()
    remote.auth_script.append(lambda request: (threading.Event().wait(0.05), grant(expires_in=3600))[1])
    clients = [Client(CONFIG, tokens=store, transport=httpx.MockTransport(remote), clock=clock) for _ in range(8)]

    threads = [threading.Thread(target=client.page, args=(VENUES,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert remote.authentications == 1
    assert len(remote.asked) == 8


class WatchedStore(MemoryTokenStore):
    """Knows when its lock is held, and what was done meanwhile."""

    is_locked = False

    @contextmanager
    def lock(self, key: str) -> Iterator[None]:
        with super().lock(key):
            self.is_locked = True
            try:
                yield
            finally:
                self.is_locked = False


def test_the_lock_is_held_for_a_request_only(remote: Remote, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends by itself after a minute, and then a second caller would sign in too."""
    store = WatchedStore(clock=clock)
    budget = InProcessBudget(rate=AUTH_RATE, clock=clock)
    budget.observe(limit=60, remaining=0, reset_seconds=100.0)
    asked_while_locked: list[bool] = []
    slept_while_locked: list[bool] = []

    def sleep(seconds: float) -> None:
        slept_while_locked.append(store.is_locked)
        clock.sleep(seconds)

    def fail(request: httpx.Request) -> httpx.Response:
        asked_while_locked.append(store.is_locked)
        return httpx.Response(429, json={}, headers={"RateLimit-Reset": "50"})

    monkeypatch.setattr("time.sleep", sleep)
    remote.auth_script.extend([fail, fail])
    transport = httpx.MockTransport(remote)
    Client(CONFIG, tokens=store, auth_budget=budget, transport=transport, clock=clock, sleep=sleep).page(VENUES)

    assert asked_while_locked == [True, True]
    assert sum(clock.slept) == pytest.approx(200)
    assert not any(slept_while_locked)


def test_a_token_that_came_while_waiting_for_a_slot_saves_the_sign_in(remote: Remote, clock: Clock) -> None:
    store = MemoryTokenStore(clock=clock)
    budget = InProcessBudget(rate=AUTH_RATE, clock=clock)
    budget.observe(limit=60, remaining=0, reset_seconds=5.0)

    def sleep(seconds: float) -> None:
        store.set(token_key(CONFIG), "another caller's", seconds=60)
        clock.sleep(seconds)

    transport = httpx.MockTransport(remote)
    Client(CONFIG, tokens=store, auth_budget=budget, transport=transport, clock=clock, sleep=sleep).page(VENUES)

    assert remote.authentications == 0
    assert remote.asked[0].headers["x-token"] == "another caller's"
    assert budget.use().this_minute + budget.use().last_minute == 0


def test_a_store_that_comes_back_is_asked_again(remote: Remote, clock: Clock) -> None:
    class Shaky(MemoryTokenStore):
        failures = 2

        def get(self, key: str) -> str | None:
            if self.failures:
                self.failures -= 1
                raise TokenStoreUnavailable("no store")
            return super().get(key)

    client = Client(CONFIG, tokens=Shaky(), transport=httpx.MockTransport(remote), clock=clock, sleep=clock.sleep)

    assert client.page(VENUES).records == ()
    assert remote.authentications == 1


REFUSALS = [
    (
        400,
        {"error": "Missing client_id, client_secret, brand, or integrator_id"},
        AuthenticationFailed,
        "CLOPOS_CLIENT_ID",
    ),
    (400, {"error": "Invalid integrator_id"}, AuthenticationFailed, "CLOPOS_INTEGRATOR_ID"),
    (401, {"message": "Unauthorized"}, AuthenticationFailed, "CLOPOS_CLIENT_SECRET"),
    (
        401,
        {"error": "authentication_failed", "message": "Invalid credentials"},
        AuthenticationFailed,
        "CLOPOS_CLIENT_SECRET",
    ),
    (
        200,
        {"success": False, "error": "Integrator is in test mode. But brand is not in test mode"},
        ConfigurationMismatch,
        "production integrator",
    ),
    (200, {"success": False, "error": "Client is disabled"}, ModuleOff, "Open API add-on"),
    (403, {"success": False, "message": "Client is disabled"}, ModuleOff, "Open API add-on"),
    (404, {"success": False, "error": "not_found"}, Rejected, "CLOPOS_BASE_URL"),
    (405, {"message": "Method Not Allowed"}, Rejected, "repeat"),
]


@pytest.mark.parametrize(("status", "body", "kind", "advice"), REFUSALS)
def test_a_refusal_is_final_and_says_what_to_change(
    client: Client, remote: Remote, status: int, body: dict[str, object], kind: type[CloposError], advice: str
) -> None:
    remote.auth_script.append(httpx.Response(status, json=body))

    with pytest.raises(kind) as caught:
        client.page(VENUES)

    assert type(caught.value) is kind
    assert advice in caught.value.what_to_do
    assert caught.value.path == "auth"
    assert remote.authentications == 1
    assert remote.asked == []


def test_a_web_page_at_the_address_is_told(client: Client, remote: Remote) -> None:
    remote.auth_script.append(httpx.Response(404, text="<html>nothing here</html>"))

    with pytest.raises(Rejected, match="CLOPOS_BASE_URL"):
        client.page(VENUES)


PASSING = {
    "500": httpx.Response(500, json={"success": False}),
    "504": httpx.Response(504, text="<html>"),
    "reset": httpx.ReadError("reset"),
    "refused": httpx.ConnectError("refused"),
    "timeout": httpx.ReadTimeout("slow"),
    "html": httpx.Response(200, text="<html>"),
    "no token": httpx.Response(200, json={"success": True}),
    "odd token": httpx.Response(200, json={"success": True, "token": "a\nb"}),
    "number as token": httpx.Response(200, json={"success": True, "token": 5}),
}


@pytest.mark.parametrize("step", PASSING.values(), ids=PASSING.keys())
def test_what_may_pass_is_tried_again(
    client: Client, remote: Remote, clock: Clock, step: httpx.Response | Exception
) -> None:
    remote.auth_script.append(step)

    assert client.page(VENUES).records == ()
    assert remote.authentications == 2
    assert len(clock.slept) == 1


def test_the_tier_of_authentication_is_waited_for(client: Client, remote: Remote, clock: Clock) -> None:
    remote.auth_script.append(httpx.Response(429, json={}, headers={"RateLimit-Reset": "21"}))

    client.page(VENUES)

    assert clock.slept == [21.0]


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (httpx.Response(429, json={}), RateLimited),
        (httpx.ConnectError("refused"), ConnectionLost),
        (httpx.Response(200, text=""), BrokenBody),
    ],
)
def test_an_authentication_that_never_passes_tells_its_attempts(
    client: Client, remote: Remote, step: httpx.Response | Exception, kind: type[CloposError]
) -> None:
    remote.auth_script.extend([step] * 5)

    with pytest.raises(kind, match="after 5 attempts"):
        client.page(VENUES)


def test_the_key_of_the_token_shows_nothing_and_follows_the_secret() -> None:
    other = dataclasses.replace(CONFIG, client_secret="another")

    assert token_key(CONFIG) == token_key(dataclasses.replace(CONFIG))
    assert token_key(CONFIG) != token_key(other)
    assert not any(secret in token_key(CONFIG) for secret in CONFIG.secrets.texts)


def test_a_check_authenticates_afresh_and_reads_the_venues(remote: Remote, clock: Clock) -> None:
    remote.rows = [{"id": 1, "name": "Baku"}, {"id": 2, "name": "Gəncə"}]
    remote.headers = {"Date": "Mon, 23 Nov 2026 10:00:00 GMT"}
    client = Client(CONFIG, transport=httpx.MockTransport(remote), clock=clock, wall_clock=lambda: 1_795_428_007.0)
    client.page(VENUES)

    check = client.check()

    assert remote.authentications == 2
    assert [venue.id for venue in check.venues] == [1, 2]
    assert check.token_seconds == 3600
    assert check.clock_skew_seconds == 7.0
    assert check.usage.requests == 2
