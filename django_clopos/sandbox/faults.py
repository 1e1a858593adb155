"""What can go wrong on demand, and what each fault does to an answer.

A fault strikes in one of four places: on the query, on the rows, on the reply, or in time. One table for each.

Source: wire contract 6, 7, 10 and 15.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django_clopos.sandbox.answers import Records
from django_clopos.sandbox.encoding import decode, encode
from django_clopos.sandbox.plans import Plan
from django_clopos.sandbox.replies import Reply, json_reply, refusal_reply
from django_clopos.sandbox.tokens import expired

Document = dict[str, Any]


class FaultKind(StrEnum):
    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    GATEWAY_TIMEOUT = "gateway_timeout"
    RESET = "reset"
    HTML = "html"
    HTML_OK = "html_ok"
    SUCCESS_FALSE = "success_false"
    MALFORMED_ROW = "malformed_row"
    MISSING_ID = "missing_id"
    NUL_TEXT = "nul_text"
    HUGE_NUMBER = "huge_number"
    REPEATED_PAGE = "repeated_page"
    EMPTY_LIST = "empty_list"
    TRUNCATED_JSON = "truncated_json"
    LYING_TOTAL = "lying_total"
    UNAUTHORIZED = "unauthorized"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Fault:
    kind: FaultKind
    path: str | None = None
    """A path below the prefix, or a collection's name; `*` matches any text. None: every request but `auth`."""
    times: int | None = 1
    """How many matching requests it strikes; None: all."""
    skip: int = 0
    """How many matching requests it lets pass first."""
    retry_after: int = 1
    """Seconds in `RateLimit-Reset` of too_many_requests."""
    seconds: float = 1
    """How long slow waits before the answer."""


class Faults:
    """The faults that are planned; add and clear them while the sandbox serves."""

    def __init__(self) -> None:
        self._plan: Plan[Fault] = Plan()

    def add(self, fault: Fault) -> None:
        """Raises ValueError for an unknown kind."""
        FaultKind(fault.kind)
        self._plan.add(fault, path=fault.path, times=fault.times, skip=fault.skip)

    def clear(self) -> None:
        self._plan.clear()

    def due(self, *names: str) -> list[Fault]:
        """The faults that strike this request; each counts it."""
        return self._plan.due(names)

    def __len__(self) -> int:
        """How many have not struck as often as they should."""
        return len(self._plan)


_MONEY = {
    "customers": "spent",
    "customer-groups": "discount_value",
    "price-list-prices": "price",
    "products": "price",
    "receipts": "total",
    "stock-operations": "cost",
    "stop-list": "limit",
    "venues": "is_main",
    "users": "owner",
    "stations": "printable",
    "categories": "depth",
    "sale-types": "service_charge_rate",
    "payment-methods": "position",
    "price-lists": "id",
    "orders": "venue_id",
}
"""The field of each collection that holds the number to break: money where there is any."""

_TEXT = {
    "users": "username",
    "orders": "integration_id",
    "receipts": "order_number",
    "stock-operations": "operated_at",
    "stop-list": "timestamp",
    "price-list-prices": "price",
}
"""The field that holds the text to break; elsewhere it is the name."""


def _break_types(row: Document, collection: str) -> None:
    row[_MONEY[collection]] = "abc"
    row["created_at"] = {"broken": True}


def _drop_id(row: Document, collection: str) -> None:
    del row["id"]


def _put_nul(row: Document, collection: str) -> None:
    row[_TEXT.get(collection, "name")] = "bro\u0000ken"


def _put_huge(row: Document, collection: str) -> None:
    row[_MONEY[collection]] = Decimal("1E+30")


_ROW_FAULTS: dict[FaultKind, Callable[[Document, str], None]] = {
    FaultKind.MALFORMED_ROW: _break_types,
    FaultKind.MISSING_ID: _drop_id,
    FaultKind.NUL_TEXT: _put_nul,
    FaultKind.HUGE_NUMBER: _put_huge,
}


def spoil_records(fault: Fault, records: Records) -> None:
    """Apply a fault of rows or counts. One row of the page is broken: the one in the middle."""
    spoil = _ROW_FAULTS.get(fault.kind)
    if spoil is not None and records.rows:
        place = len(records.rows) // 2
        row = decode(records.rows[place])
        spoil(row, records.endpoint.collection)
        records.rows[place] = encode(row)
    elif fault.kind is FaultKind.LYING_TOTAL:
        records.total += 7
    elif fault.kind is FaultKind.EMPTY_LIST and not records.is_single:
        records.rows, records.total = [], 0


_HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def _too_many(fault: Fault, reply: Reply, now: float) -> Reply:
    refused = json_reply(
        429, {"success": False, "error": "rate_limited", "message": "Too many requests. Retry later."}
    )
    refused.headers = {
        "RateLimit-Limit": "300",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": str(fault.retry_after),
    }
    return refused


def _failure(status: int, error: str, message: str) -> Callable[[Fault, Reply, float], Reply]:
    return lambda _fault, _reply, _now: json_reply(status, {"success": False, "error": error, "message": message})


def _html(status: int) -> Callable[[Fault, Reply, float], Reply]:
    return lambda _fault, _reply, _now: Reply(status=status, body=_HTML, content_type="text/html")


def _break_off(fault: Fault, reply: Reply, now: float) -> Reply:
    reply.breaks_off = True
    return reply


def _truncate(fault: Fault, reply: Reply, now: float) -> Reply:
    reply.body = reply.body[: len(reply.body) * 2 // 3]
    return reply


_REPLY_FAULTS: dict[FaultKind, Callable[[Fault, Reply, float], Reply]] = {
    FaultKind.TOO_MANY_REQUESTS: _too_many,
    FaultKind.SERVER_ERROR: _failure(500, "server_error", "Internal server error"),
    FaultKind.GATEWAY_TIMEOUT: _failure(504, "gateway_timeout", "Upstream did not answer in time"),
    FaultKind.SUCCESS_FALSE: _failure(200, "server_error", "The request could not be completed"),
    FaultKind.HTML: _html(502),
    FaultKind.HTML_OK: _html(200),
    FaultKind.UNAUTHORIZED: lambda _fault, _reply, now: refusal_reply(expired(now)),
    FaultKind.RESET: _break_off,
    FaultKind.TRUNCATED_JSON: _truncate,
}


def spoil_reply(fault: Fault, reply: Reply, *, now: float) -> Reply:
    """Apply a fault of the whole reply; other faults leave it alone."""
    spoil = _REPLY_FAULTS.get(fault.kind)
    return spoil(fault, reply, now) if spoil else reply
