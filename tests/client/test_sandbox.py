"""The client over the whole simulated remote: every endpoint is read to its end, every fault is survived or named."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from django_clopos.client import (
    CATEGORIES,
    CUSTOMERS,
    ENDPOINTS,
    ORDERS,
    PRODUCTS,
    RECEIPTS,
    STOCK_OPERATIONS,
    STOP_LIST,
    VENUES,
    AuthenticationFailed,
    BadData,
    BadRequest,
    Client,
    CloposError,
    Config,
    ConfigurationMismatch,
    Endpoint,
    ModuleOff,
    NotFound,
    Page,
    Rejected,
    RepeatedPage,
    Scope,
)
from django_clopos.sandbox import Fault, FaultKind, Sandbox, serve
from tests.client.conftest import Clock, ids

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def shared() -> Sandbox:
    """One restaurant that no test of this module changes."""
    return Sandbox(days=5, receipts_per_day=25, today=TODAY, requests_per_window=10**6, auth_requests_per_window=10**6)


@pytest.fixture
def sandbox() -> Sandbox:
    """A restaurant of this test's own, small."""
    return Sandbox(days=2, receipts_per_day=4, today=TODAY)


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


@pytest.fixture
def client(sandbox: Sandbox, clock: Clock) -> Iterator[Client]:
    with open_client(sandbox, clock) as client:
        yield client


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


def test_a_check_proves_the_configuration(client: Client, sandbox: Sandbox) -> None:
    check = client.check()

    assert [venue.name for venue in check.venues] == [row["name"] for row in sandbox.documents("demo", "venues")]
    assert check.token_seconds == pytest.approx(3600, abs=2)
    assert check.clock_skew_seconds == pytest.approx(0, abs=2)


# Faults


RECOVERED = [
    FaultKind.TOO_MANY_REQUESTS,
    FaultKind.SERVER_ERROR,
    FaultKind.GATEWAY_TIMEOUT,
    FaultKind.RESET,
    FaultKind.HTML,
    FaultKind.HTML_OK,
    FaultKind.TRUNCATED_JSON,
    FaultKind.UNAUTHORIZED,
]


@pytest.mark.parametrize("ahead", [0, 4])
@pytest.mark.parametrize("kind", RECOVERED)
def test_a_passing_fault_is_not_noticed(client: Client, sandbox: Sandbox, kind: FaultKind, ahead: int) -> None:
    truth = [row["id"] for row in sandbox.documents("demo", "customers")]
    sandbox.faults.add(Fault(kind, path="customers", times=2, skip=1))

    walk = client.pages(CUSTOMERS, sort=("id", "asc"), limit=max(1, len(truth) // 5), ahead=ahead)

    if kind is FaultKind.UNAUTHORIZED and ahead == 0:
        with pytest.raises(AuthenticationFailed):  # a request renews its token once
            list(walk)
    else:
        assert [number for page in walk for number in ids(page.records)] == truth
        assert client.usage.retries >= 1


LASTING = {
    FaultKind.TOO_MANY_REQUESTS: "RateLimited",
    FaultKind.SERVER_ERROR: "ServerError",
    FaultKind.GATEWAY_TIMEOUT: "RemoteTimeout",
    FaultKind.RESET: "ConnectionLost",
    FaultKind.HTML: "ServerError",
    FaultKind.HTML_OK: "BrokenBody",
    FaultKind.TRUNCATED_JSON: "BrokenBody",
    FaultKind.UNAUTHORIZED: "AuthenticationFailed",
    FaultKind.SUCCESS_FALSE: "Rejected",
}


@pytest.mark.parametrize(("kind", "name"), LASTING.items())
def test_a_lasting_fault_has_its_error(client: Client, sandbox: Sandbox, kind: FaultKind, name: str) -> None:
    sandbox.faults.add(Fault(kind, path="venues", times=None))

    with pytest.raises(CloposError) as caught:
        client.page(VENUES)

    assert type(caught.value).__name__ == name
    assert str(caught.value).startswith("GET venues: ")


def test_success_false_is_an_error_at_once(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(FaultKind.SUCCESS_FALSE, path="venues"))

    with pytest.raises(Rejected):
        client.page(VENUES)

    assert client.usage.retries == 0


@pytest.mark.parametrize("kind", [FaultKind.MALFORMED_ROW, FaultKind.MISSING_ID])
def test_a_bad_row_is_named_and_the_page_kept(client: Client, sandbox: Sandbox, kind: FaultKind) -> None:
    sandbox.faults.add(Fault(kind, path="receipts"))
    count = client.page(ORDERS).total

    page = client.page(RECEIPTS, limit=20)

    assert count is not None
    assert len(page.records) == 20 or len(page.records) == page.total
    with pytest.raises(BadData, match=r"Receipt .* of the page does not fit") as caught:
        page.rows()
    assert caught.value.index is not None


@pytest.mark.parametrize("kind", [FaultKind.NUL_TEXT, FaultKind.HUGE_NUMBER])
def test_what_no_column_holds_still_comes_through(client: Client, sandbox: Sandbox, kind: FaultKind) -> None:
    """The row is judged where it is stored; its page must not be lost here."""
    honest = client.page(RECEIPTS, limit=20)
    sandbox.faults.add(Fault(kind, path="receipts"))

    assert ids(client.page(RECEIPTS, limit=20).records) == ids(honest.records)


def test_a_repeated_page_stops_the_walk(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(FaultKind.REPEATED_PAGE, path="customers", skip=1))

    with pytest.raises(RepeatedPage):
        list(client.pages(CUSTOMERS, limit=4))


def test_a_lying_total_loses_nothing(client: Client, sandbox: Sandbox) -> None:
    truth = [row["id"] for row in sandbox.documents("demo", "customers")]
    sandbox.faults.add(Fault(FaultKind.LYING_TOTAL, path="customers", times=None))

    walk = client.pages(CUSTOMERS, sort=("id", "asc"), limit=4)

    assert [number for page in walk for number in ids(page.records)] == truth


def test_an_empty_list_is_an_empty_page(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(FaultKind.EMPTY_LIST, path="customers"))

    assert [(page.records, page.total) for page in client.pages(CUSTOMERS)] == [((), 0)]


def test_slowness_is_only_slow(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(FaultKind.SLOW, path="venues", seconds=0.01))

    assert client.page(VENUES).records
    assert client.usage.retries == 0


def test_every_fault_has_a_test() -> None:
    own = {
        FaultKind.MALFORMED_ROW,
        FaultKind.MISSING_ID,
        FaultKind.NUL_TEXT,
        FaultKind.HUGE_NUMBER,
        FaultKind.REPEATED_PAGE,
        FaultKind.LYING_TOTAL,
        FaultKind.EMPTY_LIST,
        FaultKind.SLOW,
    }

    assert own | set(LASTING) == set(FaultKind)


# Refusals of authentication and limits


def test_a_brand_that_is_switched_off_is_told(client: Client, sandbox: Sandbox) -> None:
    sandbox.brand("demo").disabled = True

    with pytest.raises(ModuleOff, match="Open API add-on"):
        client.check()


def test_test_and_production_mixed_are_told(client: Client, sandbox: Sandbox) -> None:
    sandbox.brand("demo").mode = "test"

    with pytest.raises(ConfigurationMismatch):
        client.check()


def test_a_module_that_is_off_is_told(client: Client, sandbox: Sandbox) -> None:
    sandbox.brand("demo").module_off = {"orders"}

    with pytest.raises(ModuleOff):
        client.page(ORDERS)


@pytest.mark.parametrize(
    "change", [{"client_secret": "wrong"}, {"client_id": "wrong"}, {"brand": "elsewhere"}, {"integrator_id": "wrong"}]
)
def test_wrong_credentials_are_told(sandbox: Sandbox, clock: Clock, change: dict[str, str]) -> None:
    with pytest.raises(AuthenticationFailed, match="CLOPOS_"):
        open_client(sandbox, clock, **change).check()


def test_a_token_that_ran_out_is_renewed(sandbox: Sandbox, clock: Clock) -> None:
    now = 1_800_000_000.0
    short = Sandbox(days=1, receipts_per_day=2, today=TODAY, token_lifetime_seconds=60, clock=lambda: now)
    client = open_client(short, clock)
    client.page(VENUES)

    now += 61
    assert client.page(VENUES).records
    assert client.usage.retries == 1


def test_the_remotes_window_is_never_overrun(clock: Clock) -> None:
    """A budget that keeps to the limit sees no 429 in five minutes at full speed."""
    sandbox = Sandbox(days=1, receipts_per_day=2, today=TODAY, clock=clock)
    client = open_client(sandbox, clock)
    client.page(VENUES)

    for _ in range(1400):
        client.page(VENUES)

    assert {entry.status for entry in sandbox.requests} == {200}
    assert client.usage.retries == 0


def test_a_budget_spent_by_others_is_waited_out(clock: Clock) -> None:
    """Another program uses the same integrator: the headers slow this one down before it is refused."""
    sandbox = Sandbox(days=1, receipts_per_day=2, today=TODAY, clock=clock, requests_per_window=40)
    first, second = open_client(sandbox, clock), open_client(sandbox, clock)

    for _ in range(100):
        first.page(VENUES)
        second.page(VENUES)

    refused = [entry for entry in sandbox.requests if entry.status == 429]
    assert len(refused) <= 12
    assert first.usage.waited_seconds + second.usage.waited_seconds > 60


def test_a_parameter_that_the_remote_refuses_is_a_bad_request(clock: Clock) -> None:
    strict = Sandbox(days=1, receipts_per_day=2, today=TODAY, above_maximum="reject")

    with pytest.raises(BadRequest) as caught:
        open_client(strict, clock).page(CATEGORIES, filters={"type": "NONSENSE"})

    assert caught.value.status == 400


# Over a real socket


def test_a_socket_serves_as_the_transport_does(shared: Sandbox) -> None:
    with serve(shared, port=0) as server:
        client = open_client(shared, Clock(), base_url=server.url)
        with client:
            pages = list(client.pages(CUSTOMERS, sort=("id", "asc"), limit=20, ahead=4))

    walked = [number for page in pages for number in ids(page.records)]
    assert walked == [row["id"] for row in shared.documents("demo", "customers")]
