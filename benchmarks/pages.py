"""The pages that every contender stores: receipts of the simulated restaurant, encoded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs

import httpx
import msgspec

from django_clopos.client import RECEIPTS, Client, Config, InProcessBudget
from django_clopos.sandbox import Sandbox

PAGE_ROWS = 200
_NO_LIMIT = 10**7
TODAY = date(2026, 11, 20)


@dataclass(frozen=True, slots=True)
class Recorded:
    """Bodies of a receipt list, page by page, and what is in them."""

    bodies: tuple[bytes, ...]
    receipts: int
    lines: int
    payments: int


def record_pages(receipts: int) -> Recorded:
    """Walk a sandbox of at least so many receipts of one venue, and keep the records' own bytes."""
    sandbox = Sandbox(
        days=90, receipts_per_day=receipts // 65, today=TODAY, requests_per_window=_NO_LIMIT, receipt_scope="brand"
    )
    with make_client(sandbox.credentials("demo"), httpx.WSGITransport(app=sandbox)) as client:
        records: list[bytes] = []
        for page in client.pages(RECEIPTS, sort=("created_at", "asc"), ahead=0):
            records += page.records
            if len(records) >= receipts:
                break
    if len(records) < receipts:
        raise ValueError(f"the sandbox has only {len(records)} receipts")
    return _join(records[:receipts])


def make_client(credentials: object, transport: httpx.BaseTransport) -> Client:
    """Make a client that waits for no budget."""
    config = Config(
        base_url="http://recorded.test/open-api/v2",
        brand="demo",
        client_id=getattr(credentials, "client_id", "id"),
        client_secret=getattr(credentials, "client_secret", "not-a-secret"),
        integrator_id=getattr(credentials, "integrator_id", "integrator"),
        requests_per_minute=_NO_LIMIT,
    )
    return Client(config, budget=InProcessBudget(requests_per_minute=_NO_LIMIT), transport=transport)


def replay(recorded: Recorded) -> httpx.MockTransport:
    """Make a remote that answers receipt lists from the recorded bodies, whatever the sort."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/auth"):
            return httpx.Response(200, json={"success": True, "token": "recorded", "expires_in": 3600})
        query = parse_qs(request.url.query.decode())
        number = int(query.get("page", ["1"])[0])
        body = (
            recorded.bodies[number - 1]
            if number <= len(recorded.bodies)
            else b'{"data":[],"total":%d}' % recorded.receipts
        )
        return httpx.Response(200, content=body, headers={"Content-Type": "application/json"})

    return httpx.MockTransport(answer)


def _join(records: Sequence[bytes]) -> Recorded:
    class Counted(msgspec.Struct):
        receipt_products: list[msgspec.Raw]
        payment_methods: list[msgspec.Raw]

    counted = [msgspec.json.decode(record, type=Counted) for record in records]
    pages = [records[start : start + PAGE_ROWS] for start in range(0, len(records), PAGE_ROWS)]
    return Recorded(
        bodies=tuple(b'{"success":true,"data":[%b],"total":%d}' % (b",".join(page), len(records)) for page in pages),
        receipts=len(records),
        lines=sum(len(record.receipt_products) for record in counted),
        payments=sum(len(record.payment_methods) for record in counted),
    )
