"""The clock of these tests, and a remote whose bytes are laid out by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import pytest
import stamina
import time_machine

from django_clopos.client import Client, Config, InProcessBudget
from django_clopos.mirror import get_resource
from django_clopos.models import Brand
from django_clopos.sync.engine import Options, sync
from django_clopos.sync.report import RunReport
from tests.conftest import SLUG

Body = dict[str, Any] | bytes


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """Travel to the evening of the sandbox's last day; time goes on from there. It can be shifted."""
    with time_machine.travel("2026-11-20T19:00:00Z", tick=True) as traveller:
        yield traveller


@dataclass
class Remote:
    """Answers every list with the records laid out for it, page by page, whatever the sort and the days."""

    lists: dict[str | tuple[str, int], list[Body]] = field(default_factory=dict)
    """By path, or by path and venue."""
    answers: list[httpx.Response | Exception] = field(default_factory=list)
    """Given first, in this order."""
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.rpartition("/open-api/v2/")[2]
        if path == "auth":
            return httpx.Response(200, json={"success": True, "token": "token", "expires_in": 3600})
        self.asked.append(request)
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        return self._list(path, request)

    def _list(self, path: str, request: httpx.Request) -> httpx.Response:
        venue = int(request.headers.get("x-venue") or 0)
        rows = self.lists.get((path, venue), self.lists.get(path, []))
        limit = int(request.url.params.get("limit") or max(len(rows), 1))
        start = (int(request.url.params.get("page") or 1) - 1) * limit
        bodies = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows[start : start + limit]]
        data = b",".join(bodies)
        return httpx.Response(200, content=b'{"success":true,"total":%d,"data":[%s]}' % (len(rows), data))


@pytest.fixture
def remote() -> Remote:
    """A remote without a record."""
    return Remote()


def open_remote(remote: Remote) -> Client:
    """Open a client that calls a hand-made remote and waits for nothing."""
    config = Config(
        base_url="http://remote.test/open-api/v2",
        brand=SLUG,
        client_id="client-id",
        client_secret="client-secret",
        integrator_id="integrator-id",
    )
    budget = InProcessBudget(requests_per_minute=10**6)
    return Client(config, budget=budget, transport=httpx.MockTransport(remote), sleep=lambda _: None)


Pull = Callable[..., RunReport]
PATHS = {"stop-list": "products/stop-list", "price-list-prices": "price-lists/prices"}


@pytest.fixture
def pull(brand: Brand, remote: Remote) -> Iterator[Pull]:
    """Lay out records for a resource, sync that resource once and give the report. Orders and receipts: one walk."""
    with open_remote(remote) as client:

        def run(name: str, *records: Body, **options: Any) -> RunReport:
            remote.lists[PATHS.get(name, name)] = list(records)
            if name in {"orders", "receipts"}:
                options = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)} | options
            return sync(brand, [get_resource(name)], options=Options(**options), client=client)

        yield run


@pytest.fixture(autouse=True)
def no_backoff() -> Iterator[None]:
    """Repeat as often as usual, without the waits in between."""
    with stamina.set_testing(True, attempts=5):
        yield
