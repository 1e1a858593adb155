"""Every fault of the simulated remote is survived or named; its limits are kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from django_clopos.client import (
    CATEGORIES,
    CUSTOMERS,
    ORDERS,
    RECEIPTS,
    VENUES,
    AuthenticationFailed,
    BadData,
    BadRequest,
    Client,
    CloposError,
    ConfigurationMismatch,
    ModuleOff,
    Rejected,
    RepeatedPage,
)
from django_clopos.sandbox import Fault, FaultKind, Sandbox
from tests.client.conftest import TODAY, Clock, ids, open_client


@pytest.fixture
def sandbox() -> Sandbox:
    """A restaurant of this test's own, small."""
    return Sandbox(days=2, receipts_per_day=4, today=TODAY)


@pytest.fixture
def client(sandbox: Sandbox, clock: Clock) -> Iterator[Client]:
    with open_client(sandbox, clock) as client:
        yield client


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
    times = 1 if kind is FaultKind.UNAUTHORIZED else 2  # a request renews its token once
    sandbox.faults.add(Fault(kind, path="customers", times=times, skip=1))

    walk = client.pages(CUSTOMERS, sort=("id", "asc"), limit=max(1, len(truth) // 5), ahead=ahead)

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


# Authentication and limits


def test_a_check_proves_the_configuration(client: Client, sandbox: Sandbox) -> None:
    check = client.check()

    assert [venue.name for venue in check.venues] == [row["name"] for row in sandbox.documents("demo", "venues")]
    assert check.token_seconds == pytest.approx(3600, abs=2)
    assert check.clock_skew_seconds == pytest.approx(0, abs=2)


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
