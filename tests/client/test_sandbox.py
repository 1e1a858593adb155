"""The client over the whole simulated remote: every endpoint is read to its end."""

from __future__ import annotations

import json
import uuid
from datetime import date
from typing import Any

import pytest

from django_clopos.client import (
    CUSTOMERS,
    ENDPOINTS,
    PRODUCTS,
    RECEIPTS,
    STOCK_OPERATIONS,
    STOP_LIST,
    Client,
    Endpoint,
    NotFound,
    Page,
    Scope,
)
from django_clopos.sandbox import Sandbox, serve
from tests.client.conftest import TODAY, Clock, ids, open_client


@pytest.fixture(scope="module")
def shared() -> Sandbox:
    """One restaurant that no test of this module changes."""
    return Sandbox(days=5, receipts_per_day=25, today=TODAY, requests_per_window=10**6, auth_requests_per_window=10**6)


def read_everything(
    client: Client, endpoint: Endpoint[Any], venues: list[int], receipts: list[dict[str, Any]]
) -> list[Page[Any]]:
    """Walk an endpoint for every venue and parent that it needs."""
    if endpoint.has_parent:
        asked = [{"parent": receipt["id"], "venue": receipt["venue_id"]} for receipt in receipts]
        return [page for question in asked for page in client.pages(endpoint, **question)]
    if endpoint.scope is Scope.BRAND:
        return list(client.pages(endpoint))
    return [page for venue in venues for page in client.pages(endpoint, venue=venue)]


def flatten(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for record in records for each in (record, *flatten(record.get("children") or []))]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_endpoint_is_read_whole_and_valid(shared: Sandbox, clock: Clock, endpoint: Endpoint[Any]) -> None:
    client = open_client(shared, clock)
    venues = [row["id"] for row in shared.documents("demo", "venues")]
    receipts = shared.documents("demo", "receipts")[:20]

    pages = read_everything(client, endpoint, venues, receipts)

    records = [json.loads(record) for page in pages for record in page.records]
    truth = shared.documents("demo", endpoint.name)
    if endpoint is STOCK_OPERATIONS:
        truth = [row for row in truth if row["receipt_id"] in {receipt["id"] for receipt in receipts}]
    assert truth
    assert sorted(row["id"] for row in flatten(records)) == sorted(row["id"] for row in truth)
    for page in pages:
        assert [row.product_id if endpoint is STOP_LIST else row.id for row in page.rows()] == ids(page.records)
        assert page.date is not None


DETAILED = [endpoint for endpoint in ENDPOINTS if endpoint.has_detail]


@pytest.mark.parametrize("endpoint", DETAILED, ids=lambda endpoint: endpoint.name)
def test_a_row_is_read_by_its_id(shared: Sandbox, clock: Clock, endpoint: Endpoint[Any]) -> None:
    document = shared.documents("demo", endpoint.name)[0]

    found = open_client(shared, clock).get(endpoint, document["id"], venue=document.get("venue_id"))

    assert found.row().id == document["id"]
    assert json.loads(found.raw)["id"] == document["id"]


@pytest.mark.parametrize("endpoint", DETAILED, ids=lambda endpoint: endpoint.name)
def test_an_unknown_id_is_not_found(shared: Sandbox, clock: Clock, endpoint: Endpoint[Any]) -> None:
    with pytest.raises(NotFound) as caught:
        open_client(shared, clock).get(endpoint, 999_999_999)

    assert caught.value.status == 404
    assert caught.value.path == f"{endpoint.path}/999999999"
    assert caught.value.attempts == 1


def test_a_receipt_is_read_by_its_terminals_id(shared: Sandbox, clock: Clock) -> None:
    document = shared.documents("demo", "receipts")[0]
    client = open_client(shared, clock)

    found = client.get_receipt_by_cid(uuid.UUID(document["cid"]), venue=document["venue_id"])

    assert found.row().id == document["id"]
    assert json.loads(found.raw)["receipt_products"]
    with pytest.raises(NotFound):
        client.get_receipt_by_cid(uuid.UUID(int=0))


def test_receipts_come_with_their_lines(shared: Sandbox, clock: Clock) -> None:
    page = open_client(shared, clock).page(RECEIPTS, limit=20)

    assert all(json.loads(record)["receipt_products"] for record in page.records)


def test_products_come_with_their_relations(shared: Sandbox, clock: Clock) -> None:
    page = open_client(shared, clock).page(PRODUCTS, limit=100)

    assert all({"taxes", "recipe", "modificator_groups"} <= set(json.loads(record)) for record in page.records)


def test_sort_and_days_are_understood(shared: Sandbox, clock: Clock) -> None:
    client = open_client(shared, clock)

    newest = client.page(RECEIPTS, sort=("created_at", "desc"), limit=50)
    days = list(client.pages(RECEIPTS, dates=(date(2026, 11, 18), date(2026, 11, 18))))

    stamps = [json.loads(record)["created_at"] for record in newest.records]
    assert stamps == sorted(stamps, reverse=True)
    assert "created_at" in newest.sorts
    assert {json.loads(record)["created_at"][:10] for page in days for record in page.records} == {"2026-11-18"}


def test_venues_have_their_own_stop_lists(shared: Sandbox, clock: Clock) -> None:
    client = open_client(shared, clock)

    for venue in shared.documents("demo", "venues"):
        stopped = [row["id"] for row in shared.documents("demo", "stop-list") if row["venue_id"] == venue["id"]]
        (page,) = client.pages(STOP_LIST, venue=venue["id"])
        assert sorted(ids(page.records)) == sorted(stopped)


def test_a_socket_serves_as_the_transport_does(shared: Sandbox) -> None:
    with serve(shared, port=0) as server:
        client = open_client(shared, Clock(), base_url=server.url)
        with client:
            pages = list(client.pages(CUSTOMERS, sort=("id", "asc"), limit=20, ahead=4))

    walked = [number for page in pages for number in ids(page.records)]
    assert walked == [row["id"] for row in shared.documents("demo", "customers")]
