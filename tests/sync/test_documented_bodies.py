"""The documented bodies of every read endpoint, in every envelope, go through the client and into the models."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from django_clopos.client import Client, Config, InProcessBudget
from django_clopos.mirror import RESOURCES, get_resource
from django_clopos.mirror.resource import Resource
from django_clopos.models import Brand, Receipt
from django_clopos.sync.engine import Options, sync
from django_clopos.testing import make
from tests.schemas.bodies import BODIES

pytestmark = pytest.mark.django_db

Wrap = Callable[[list[Any]], Any]
ENVELOPES: dict[str, Wrap] = {
    "data and total": lambda rows: {"success": True, "data": rows, "total": len(rows)},
    "data and pagination": lambda rows: {"data": rows, "pagination": {"page": 1, "per_page": 50, "total": len(rows)}},
    "data only": lambda rows: {"data": rows},
    "bare array": lambda rows: rows,
    "with diagnostics": lambda rows: {
        "success": True, "data": rows, "total": len(rows), "time": 71, "timestamp": "2025-10-24 05:38:15",
        "sorts": ["id"], "unix": 1761284295,
    },
}  # fmt: skip
CASES = [(resource.name, index) for resource in RESOURCES for index in range(len(BODIES[resource.name]))]


def make_client(rows: list[Any], wrap: Wrap) -> Client:
    """Open a client over a remote whose every list holds these rows, and whose every later page is empty."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/auth"):
            return httpx.Response(200, json={"success": True, "token": "made-up", "expires_in": 3600})
        is_first = request.url.params.get("page", "1") == "1"
        return httpx.Response(200, content=msgspec.json.encode(wrap(rows if is_first else [])))

    config = Config(
        base_url="http://documented.test/open-api/v2",
        brand="demo",
        client_id="id",
        client_secret="a-made-up-secret",
        integrator_id="integrator",
        requests_per_minute=10**6,
    )
    budget = InProcessBudget(requests_per_minute=10**6)
    return Client(config, budget=budget, transport=httpx.MockTransport(answer), sleep=lambda _: None)


def store(brand: Brand, resource: Resource, rows: list[Any], wrap: Wrap) -> Any:
    with make_client(rows, wrap) as client:
        return sync(brand, [resource], options=Options(venues=(1,)), client=client)


@pytest.mark.parametrize(("name", "index"), CASES)
def test_a_documented_record_becomes_a_row_that_keeps_every_key(name: str, index: int, brand: Brand) -> None:
    resource = get_resource(name)
    if resource.endpoint.has_parent:
        make(Receipt, brand=brand, clopos_id=1, venue=1)
    body = BODIES[name][index]
    report = store(brand, resource, [body], ENVELOPES["data and total"])
    assert report.run.status == "succeeded", [step.error for step in report.steps]
    assert report.total("rejected") == 0
    row = resource.table.model._base_manager.filter(**resource.table.fixed).earliest("pk")
    nested = {"children"} if resource.flatten else set()
    wanted = {key: value for key, value in body.items() if key not in resource.secret_keys | nested}
    assert as_sent(row.raw) == as_sent(wanted)


def as_sent(record: Any) -> Any:
    """Give a record as plain JSON, so that 1 and 1.0 stay apart."""
    return json.loads(json.dumps(record, default=str))


@pytest.mark.parametrize("envelope", ENVELOPES)
def test_every_envelope_gives_the_same_rows(envelope: str, brand: Brand) -> None:
    rows = BODIES["payment-methods"]
    report = store(brand, get_resource("payment-methods"), rows, ENVELOPES[envelope])
    assert report.run.status == "succeeded"
    assert report.total("created") == len({row["id"] for row in rows})
