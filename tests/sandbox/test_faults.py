"""Every kind of fault does what its name says, where and as often as it was told."""

from collections.abc import Callable
from decimal import Decimal
from json import JSONDecodeError
from typing import Any

import httpx
import pytest

from django_clopos.sandbox import Fault, FaultKind, Sandbox
from django_clopos.sandbox.encoding import decode
from django_clopos.sandbox.endpoints import ENDPOINTS
from tests.sandbox.conftest import Api, Clock, make_sandbox

Check = Callable[[httpx.Response], object]


def middle(answer: httpx.Response) -> dict[str, Any]:
    rows = decode(answer.content)["data"]
    row: dict[str, Any] = rows[len(rows) // 2]
    return row


ANSWERS: dict[FaultKind, Check] = {
    FaultKind.TOO_MANY_REQUESTS: lambda answer: answer.status_code == 429 and answer.headers["RateLimit-Reset"] == "7",
    FaultKind.SERVER_ERROR: lambda answer: answer.status_code == 500 and answer.json()["success"] is False,
    FaultKind.GATEWAY_TIMEOUT: lambda answer: answer.status_code == 504,
    FaultKind.HTML: lambda answer: answer.status_code == 502 and answer.text.startswith("<html>"),
    FaultKind.HTML_OK: lambda answer: answer.status_code == 200 and answer.text.startswith("<html>"),
    FaultKind.SUCCESS_FALSE: lambda answer: answer.status_code == 200 and answer.json()["success"] is False,
    FaultKind.MALFORMED_ROW: lambda answer: middle(answer)["total"] == "abc",
    FaultKind.MISSING_ID: lambda answer: "id" not in middle(answer),
    FaultKind.NUL_TEXT: lambda answer: "\u0000" in middle(answer)["order_number"],
    FaultKind.HUGE_NUMBER: lambda answer: middle(answer)["total"] == Decimal("1E+30"),
    FaultKind.EMPTY_LIST: lambda answer: (answer.json()["data"], answer.json()["total"]) == ([], 0),
    FaultKind.UNAUTHORIZED: lambda answer: answer.status_code == 401 and "T" in answer.json()["expires_at"],
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_fault_spoils_the_answer_and_the_next_one_is_good(api: Api, remote: Sandbox, kind: FaultKind) -> None:
    good = api.get("receipts").json()["data"]
    remote.faults.add(Fault(kind, path="receipts", retry_after=7))
    assert ANSWERS[kind](api.get("receipts"))
    assert api.get("receipts").json()["data"] == good


def test_every_kind_has_a_test() -> None:
    elsewhere = {
        FaultKind.RESET,
        FaultKind.TRUNCATED_JSON,
        FaultKind.REPEATED_PAGE,
        FaultKind.LYING_TOTAL,
        FaultKind.SLOW,
    }
    assert set(ANSWERS) | elsewhere == set(FaultKind)


def test_a_reset_breaks_off_in_mid_body(api: Api, remote: Sandbox) -> None:
    remote.faults.add(Fault(FaultKind.RESET))
    received = b""
    with pytest.raises(ConnectionResetError), api.http.stream("GET", "/venues") as answer:  # noqa: PT012 -- the parts that came count
        length = int(answer.headers["Content-Length"])
        for part in answer.iter_raw():
            received += part
    assert len(received) == length // 2


@pytest.mark.parametrize("path", ["venues", "products"])
def test_truncated_json_has_a_correct_length_and_no_end(api: Api, remote: Sandbox, path: str) -> None:
    remote.faults.add(Fault(FaultKind.TRUNCATED_JSON))
    answer = api.get(path)
    assert answer.status_code == 200
    with pytest.raises(JSONDecodeError):
        answer.json()


def test_a_repeated_page_is_the_page_before(api: Api, remote: Sandbox) -> None:
    first = api.rows("receipts?limit=5&page=1")
    remote.faults.add(Fault(FaultKind.REPEATED_PAGE, path="receipts"))
    assert api.rows("receipts?limit=5&page=2") == first
    assert api.rows("receipts?limit=5&page=2") != first


@pytest.mark.parametrize(("path", "tell"), [("users", "total"), ("price-lists", "pagination")])
def test_a_lying_total_is_seven_too_many(api: Api, remote: Sandbox, path: str, tell: str) -> None:
    def total() -> int:
        told = api.get(path).json()[tell]
        number: int = told["total"] if isinstance(told, dict) else told
        return number

    honest = total()
    remote.faults.add(Fault(FaultKind.LYING_TOTAL))
    assert total() == honest + 7


def test_a_slow_answer_waits(api: Api, remote: Sandbox, clock: Clock) -> None:
    remote.faults.add(Fault(FaultKind.SLOW, seconds=9))
    assert api.get("venues").status_code == 200
    assert clock.slept == [9]


def test_latency_is_waited_at_every_request(clock: Clock) -> None:
    api = Api(make_sandbox(clock, latency_seconds=0.2, days=1)).log_in()
    api.get("venues")
    assert clock.slept == [0.2, 0.2]


@pytest.mark.parametrize("kind", [FaultKind.MALFORMED_ROW, FaultKind.NUL_TEXT, FaultKind.HUGE_NUMBER])
@pytest.mark.parametrize("path", [endpoint.path for endpoint in ENDPOINTS if "{" not in endpoint.path])
def test_a_row_of_every_collection_can_be_broken(api: Api, remote: Sandbox, kind: FaultKind, path: str) -> None:
    good = middle(api.get(path))
    remote.faults.add(Fault(kind))
    bad = middle(api.get(path))
    changed = [name for name in good if good[name] != bad[name]]
    assert len(changed) == 1
    assert (
        bad[changed[0]]
        == {
            FaultKind.MALFORMED_ROW: "abc",
            FaultKind.NUL_TEXT: "bro\u0000ken",
            FaultKind.HUGE_NUMBER: Decimal("1E+30"),
        }[kind]
    )


def test_a_single_record_can_be_broken(api: Api, remote: Sandbox) -> None:
    remote.faults.add(Fault(FaultKind.MISSING_ID, path="users/1"))
    assert "id" not in api.get("users/1").json()["data"]


def test_a_fault_lets_requests_pass_first_and_strikes_as_often_as_told(api: Api, remote: Sandbox) -> None:
    remote.faults.add(Fault(FaultKind.SERVER_ERROR, path="users", skip=2, times=2))
    assert [api.get("users").status_code for _ in range(6)] == [200, 200, 500, 500, 200, 200]


def test_a_fault_may_strike_for_ever_until_cleared(api: Api, remote: Sandbox) -> None:
    remote.faults.add(Fault(FaultKind.SERVER_ERROR, times=None))
    assert {api.get("users").status_code for _ in range(10)} == {500}
    remote.faults.clear()
    assert api.get("users").status_code == 200


@pytest.mark.parametrize(
    ("path", "asked", "strikes"),
    [
        ("receipts", "receipts", True),
        ("receipts", "receipts/1", False),
        ("receipts/*", "receipts/1", True),
        ("receipts/*", "receipts", False),
        ("stop-list", "products/stop-list", True),
        ("products/stop-list", "products/stop-list", True),
        ("stock-operations", "receipts/1/stock-operations", True),
        ("users", "venues", False),
        (None, "venues", True),
    ],
)
def test_a_fault_strikes_where_it_was_told(
    api: Api, remote: Sandbox, path: str | None, asked: str, strikes: bool
) -> None:
    remote.faults.add(Fault(FaultKind.GATEWAY_TIMEOUT, path=path))
    assert (api.get(asked).status_code == 504) is strikes


def test_authentication_has_faults_of_its_own(api: Api, remote: Sandbox) -> None:
    remote.faults.add(Fault(FaultKind.SERVER_ERROR))
    assert api.authenticate().status_code == 200
    remote.faults.add(Fault(FaultKind.SERVER_ERROR, path="auth"))
    assert api.authenticate().status_code == 500


def test_an_unknown_kind_is_refused(remote: Sandbox) -> None:
    with pytest.raises(ValueError, match="earthquake"):
        remote.faults.add(Fault("earthquake"))  # type: ignore[arg-type]  # what a control door might pass


def test_a_hook_runs_before_the_answer_is_made(api: Api, remote: Sandbox) -> None:
    newest = api.rows("users")[-1]["id"]
    remote.before_response("users", lambda: remote.remove("demo", "users", newest), skip=1)
    assert newest in {row["id"] for row in api.rows("users")}
    assert newest not in {row["id"] for row in api.rows("users")}
    assert api.get("users").status_code == 200


def test_requests_are_logged_without_tokens(api: Api, remote: Sandbox) -> None:
    remote.requests.clear()
    api.get("receipts?limit=5&with[0]=receipt_products", venue=2)
    api.get("users/999999")
    first, second = remote.requests
    assert (first.method, first.path, first.brand, first.venue, first.status) == ("GET", "receipts", "demo", 2, 200)
    assert first.query == {"limit": "5", "with[0]": "receipt_products"}
    assert (second.path, second.status) == ("users/999999", 404)
    assert api.http.headers["x-token"] not in repr(list(remote.requests))
