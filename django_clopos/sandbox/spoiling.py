"""What each kind of fault does: to the query, to the rows, to the reply, or to the time it takes.

Source: wire contract 6, 7, 10 and 15.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django_clopos.sandbox.admission import expired
from django_clopos.sandbox.answers import Records
from django_clopos.sandbox.encoding import decode, encode
from django_clopos.sandbox.faults import Fault, FaultKind
from django_clopos.sandbox.refusals import rate_limited
from django_clopos.sandbox.replies import Reply, json_reply, refusal_reply

Document = dict[str, Any]
SpoilRow = Callable[[Document, str], None]
SpoilReply = Callable[[Fault, Reply, float], Reply]

_NUMBER = {
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
    "price-lists": "status",
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
    row[_NUMBER[collection]] = "abc"


def _drop_id(row: Document, _collection: str) -> None:
    row.pop("id", None)  # two faults may strike one answer


def _put_nul(row: Document, collection: str) -> None:
    row[_TEXT.get(collection, "name")] = "bro\u0000ken"


def _put_huge(row: Document, collection: str) -> None:
    row[_NUMBER[collection]] = Decimal("1E+30")


_ROW_FAULTS: dict[FaultKind, SpoilRow] = {
    FaultKind.MALFORMED_ROW: _break_types,
    FaultKind.MISSING_ID: _drop_id,
    FaultKind.NUL_TEXT: _put_nul,
    FaultKind.HUGE_NUMBER: _put_huge,
}


def page_offset(faults: Iterable[Fault]) -> int:
    """Which page is answered instead of the one asked for: -1 is the one before."""
    return -1 if any(fault.kind == FaultKind.REPEATED_PAGE for fault in faults) else 0


def delay_seconds(faults: Iterable[Fault]) -> float:
    return sum(fault.seconds for fault in faults if fault.kind == FaultKind.SLOW)


def spoil_records(fault: Fault, records: Records) -> None:
    """Apply a fault of rows or counts. One row of the page is broken: the one in the middle."""
    spoil = _ROW_FAULTS.get(fault.kind)
    if spoil is not None and records.rows:
        place = len(records.rows) // 2
        row = decode(records.rows[place])
        spoil(row, records.endpoint.collection)
        records.rows[place] = encode(row)
    elif fault.kind == FaultKind.LYING_TOTAL:
        records.total += 7
    elif fault.kind == FaultKind.EMPTY_LIST and not records.is_single:
        records.rows, records.total = [], 0


_HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def _too_many(fault: Fault, _reply: Reply, _now: float) -> Reply:
    reset = str(fault.retry_after)
    return refusal_reply(rate_limited({"RateLimit-Limit": "300", "RateLimit-Remaining": "0", "RateLimit-Reset": reset}))


def _failure(status: int, error: str, message: str) -> SpoilReply:
    return lambda _fault, _reply, _now: json_reply(status, {"success": False, "error": error, "message": message})


def _html(status: int) -> SpoilReply:
    return lambda _fault, _reply, _now: Reply(status=status, body=_HTML, content_type="text/html")


def _break_off(_fault: Fault, reply: Reply, _now: float) -> Reply:
    reply.breaks_off = True
    return reply


def _truncate(_fault: Fault, reply: Reply, _now: float) -> Reply:
    reply.body = reply.body[: len(reply.body) * 2 // 3]
    return reply


_REPLY_FAULTS: dict[FaultKind, SpoilReply] = {
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


def spoil_reply(faults: Iterable[Fault], reply: Reply, *, now: float) -> Reply:
    """Apply the faults of the whole reply, in the order of planning; other faults leave it alone."""
    for fault in faults:
        spoil = _REPLY_FAULTS.get(fault.kind)
        if spoil is not None:
            reply = spoil(fault, reply, now)
    return reply
