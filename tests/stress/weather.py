"""Stands in front of the sandbox and lets things happen between two requests: edits, and answers that fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import httpx

from django_clopos.client import Client, Config, InProcessBudget
from django_clopos.client.endpoints import ENDPOINTS
from django_clopos.sandbox import Fault, FaultKind, Sandbox
from tests.conftest import SLUG
from tests.stress.editing import Editor
from tests.stress.naive import NaiveWalk

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_LISTS = {endpoint.path: endpoint.name for endpoint in ENDPOINTS if not endpoint.has_parent}
_PREFIX = "/open-api/v2/"
#: An empty stop list is an ordinary answer, so this lie cannot be told from the truth.
_UNDETECTABLE = {"stop-list": {FaultKind.EMPTY_LIST}}


class Weather:
    """A WSGI application. While `is_rough`, every list request may be met by an edit or a fault."""

    def __init__(self, sandbox: Sandbox, editor: Editor, rng: Random) -> None:
        self.sandbox = sandbox
        self.editor = editor
        self.rng = rng
        self.is_rough = False
        self.is_first_sync = True
        self.struck: Counter[str] = Counter()
        """Edits between two requests, by the strategy whose walk they struck."""
        self.faults: Counter[FaultKind] = Counter()
        self.naive = NaiveWalk(self._exists)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        name = _LISTS.get(environ.get("PATH_INFO", "").removeprefix(_PREFIX))
        if name is None:
            return self.sandbox(environ, start_response)
        query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        if self.is_rough:
            self._change_weather(name, environ["PATH_INFO"].removeprefix(_PREFIX), query)
        body = b"".join(self.sandbox(environ, start_response))
        self.naive.see(name=name, venue=int(environ.get("HTTP_X_VENUE") or 0), query=query, body=body)
        return [body]

    def _change_weather(self, name: str, path: str, query: dict[str, str]) -> None:
        if int(query.get("page", 1)) > 1 and self.rng.random() < 0.35:
            self.editor.race(name)
            self.struck[self._name_strategy(name, query)] += 1
        if self.rng.random() < 0.2:
            self.editor.edit()
            self.struck[self._name_strategy(name, query)] += 1
        if self.rng.random() < 0.05:
            kind = self.rng.choice(sorted(set(FaultKind) - _UNDETECTABLE.get(name, set())))
            self.sandbox.faults.add(Fault(kind, path=path, times=self.rng.choice((1, 1, 1, 2, 6))))
            self.faults[kind] += 1

    def _name_strategy(self, name: str, query: dict[str, str]) -> str:
        if name == "stop-list":
            return "PerVenueSet"
        if name not in {"orders", "receipts"}:
            return "Snapshot"
        if query.get("sort[0]") == "updated_at":
            return "NewestFirst"
        return "Backfill" if self.is_first_sync else "TrailingWindow"

    def _exists(self, name: str, clopos_id: int) -> bool:
        documents: list[dict[str, Any]] = self.sandbox.documents(SLUG, name)
        return any(each["id"] == clopos_id and not each.get("deleted_at") for each in documents)


def open_client_in(weather: Weather) -> Client:
    """Open a client that calls the sandbox through the weather, in this process, and waits for nothing."""
    given = weather.sandbox.credentials(SLUG)
    config = Config(
        base_url="http://sandbox.test/open-api/v2",
        brand=given.brand,
        client_id=given.client_id,
        client_secret=given.client_secret,
        integrator_id=given.integrator_id,
        requests_per_minute=10**6,
    )
    budget = InProcessBudget(requests_per_minute=10**6)
    return Client(config, budget=budget, transport=httpx.WSGITransport(app=weather), sleep=lambda _: None)
