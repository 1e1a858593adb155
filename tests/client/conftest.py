"""A scripted remote under the client, and a clock that only sleeping moves."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import pytest

from django_clopos.client import Client, Config
from django_clopos.sandbox import Sandbox

CONFIG = Config(
    base_url="https://remote.example/open-api/v2",
    brand="demo",
    client_id="id-5c1a77",
    client_secret="secret-93b0e2",
    integrator_id="integrator-40d8",
)
TODAY = date(2026, 11, 20)
TOKEN = "opaque-token-71f4"

Step = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response] | None


class Clock:
    """Seconds that pass only while someone sleeps."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.now += seconds


@dataclass
class Remote:
    """Answers lists with `rows`, except where the script says something else. A step of None: the usual answer."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    script: deque[Step] = field(default_factory=deque)
    auth_script: deque[Step] = field(default_factory=deque)
    total: int | str | None = "count"
    clamp: int = 10_000
    ignores_paging: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)
    authentications: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/auth"):
            self.authentications += 1
            return self._play(self.auth_script, request, self._grant)
        self.asked.append(request)
        return self._play(self.script, request, self._list)

    @property
    def pages_asked(self) -> list[tuple[int, int]]:
        return [(int(request.url.params["page"]), int(request.url.params["limit"])) for request in self.asked]

    def _play(
        self, script: deque[Step], request: httpx.Request, usual: Callable[[httpx.Request], httpx.Response]
    ) -> httpx.Response:
        step = script.popleft() if script else None
        if isinstance(step, Exception):
            raise step
        if isinstance(step, httpx.Response):
            return step
        return (step or usual)(request)

    def _grant(self, request: httpx.Request) -> httpx.Response:
        del request
        number = "" if self.authentications == 1 else f"-{self.authentications}"
        return httpx.Response(200, json={"success": True, "token": TOKEN + number, "expires_in": 3600})

    def _list(self, request: httpx.Request) -> httpx.Response:
        params = request.url.params
        limit = min(int(params.get("limit", 50)), self.clamp)
        start = (int(params.get("page", 1)) - 1) * limit
        rows = self.rows if self.ignores_paging else self.rows[start : start + limit]
        total = len(self.rows) if self.total == "count" else self.total
        body: dict[str, Any] = {"success": True, "data": rows}
        if total is not None:
            body["total"] = total
        return httpx.Response(200, json=body, headers=self.headers)


def make_rows(count: int) -> list[dict[str, Any]]:
    return [{"id": number, "name": f"Row {number}"} for number in range(1, count + 1)]


def ids(records: tuple[bytes, ...]) -> list[int]:
    return [json.loads(record)["id"] for record in records]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("time.sleep", clock.sleep)
    return clock


@pytest.fixture
def remote() -> Remote:
    return Remote()


@pytest.fixture
def client(remote: Remote, clock: Clock) -> Iterator[Client]:
    with Client(CONFIG, transport=httpx.MockTransport(remote), clock=clock, sleep=clock.sleep) as client:
        yield client


def open_client(sandbox: Sandbox, clock: Clock, **changes: Any) -> Client:
    credentials = sandbox.credentials("demo")
    fields: dict[str, Any] = {
        "base_url": "http://sandbox.test/open-api/v2",
        "brand": credentials.brand,
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "integrator_id": credentials.integrator_id,
    }
    transport = None if "base_url" in changes else httpx.WSGITransport(app=sandbox)
    return Client(Config(**(fields | changes)), transport=transport, clock=clock, sleep=clock.sleep)
