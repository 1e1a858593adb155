"""A small restaurant with a clock of its own, and a plain HTTP client that calls it in this process."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from django_clopos.sandbox import Sandbox

TODAY = date(2026, 11, 20)
NOON = 1_795_248_000.0
"""2026-11-21 08:00:00 UTC: after the simulated past has ended."""


class Clock:
    """Time that moves when a test says so; sleeping moves it too."""

    def __init__(self) -> None:
        self.now = NOON
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Api:
    """Asks one brand of a sandbox; authenticates by itself."""

    def __init__(self, sandbox: Sandbox, *, brand: str = "demo") -> None:
        self.sandbox = sandbox
        self.http = httpx.Client(transport=httpx.WSGITransport(app=sandbox), base_url="http://remote.test/open-api/v2")
        self.brand = brand

    def authenticate(self, **fields: str) -> httpx.Response:
        credentials = self.sandbox.credentials(self.brand)
        body = {
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "brand": credentials.brand,
            "integrator_id": credentials.integrator_id,
        }
        return self.http.post("/auth", json=body | fields)

    def log_in(self) -> "Api":
        self.http.headers["x-token"] = self.authenticate().json()["token"]
        return self

    def get(self, path: str, *, venue: int | None = None) -> httpx.Response:
        """GET below the prefix; the query is part of the path."""
        return self.http.get(f"/{path}", headers={} if venue is None else {"x-venue": str(venue)})

    def rows(self, path: str, *, venue: int | None = None) -> list[Any]:
        answer = self.get(path, venue=venue)
        assert answer.status_code == 200, answer.text
        rows: list[Any] = answer.json()["data"]
        return rows


def make_sandbox(clock: Clock, **options: Any) -> Sandbox:
    defaults: dict[str, Any] = {"days": 5, "receipts_per_day": 8, "today": TODAY, "clock": clock, "sleep": clock.sleep}
    return Sandbox(**(defaults | options))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def remote(clock: Clock) -> Sandbox:
    return make_sandbox(clock)


@pytest.fixture
def api(remote: Sandbox) -> Iterator[Api]:
    api = Api(remote).log_in()
    yield api
    api.http.close()


@pytest.fixture(scope="module")
def quarter() -> Sandbox:
    """Enough sales for claims about proportions; for reading only."""
    return Sandbox(days=40, receipts_per_day=25, today=TODAY)
