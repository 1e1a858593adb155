"""The envelope around rows that are encoded already.

Source: wire contract 4.
"""

from dataclasses import dataclass
from typing import Any

from django_clopos.sandbox.encoding import encode
from django_clopos.sandbox.endpoints import Endpoint, Envelope
from django_clopos.sandbox.stamps import utc_text

Document = dict[str, Any]


@dataclass(kw_only=True, slots=True)
class Records:
    """What an endpoint found, before it becomes a body."""

    endpoint: Endpoint
    rows: list[bytes]
    is_single: bool = False
    total: int = 0
    page: int = 1
    limit: int = 0


def render(records: Records, *, now: float, milliseconds: int = 71) -> bytes:
    """The body: rows in the endpoint's envelope. `milliseconds`: what the answer is said to have taken."""
    endpoint = records.endpoint
    diagnostics = encode(_diagnostics(records, now, milliseconds))[1:-1]
    if records.is_single:
        return b'{"success":true,"data":%b,%b}' % (records.rows[0], diagnostics)
    data = b"[%b]" % b",".join(records.rows)
    match endpoint.envelope:
        case Envelope.BARE:
            return b'{"data":%b}' % data
        case Envelope.SUCCESS:
            return b'{"success":true,"data":%b,%b}' % (data, diagnostics)
        case Envelope.PAGINATION:
            return b'{"data":%b,"pagination":%b}' % (data, encode(_pagination(records)))
        case Envelope.TOTAL:
            return b'{"success":true,"data":%b,"total":%d,%b}' % (data, records.total, diagnostics)


def _pagination(records: Records) -> Document:
    pages = -(-records.total // records.limit) if records.limit else 1
    return {"page": records.page, "per_page": records.limit, "total": records.total, "total_pages": pages}


def _diagnostics(records: Records, now: float, milliseconds: int) -> Document:
    """Examples leave these out "for brevity"; a public client that was tested live insists on them.

    Source: wire contract 4.
    """
    tells_sorts = records.endpoint.tells_sorts and not records.is_single
    sorts = {"sorts": list(records.endpoint.sorts)} if tells_sorts else {}
    return {"time": milliseconds, "timestamp": utc_text(now), **sorts, "unix": int(now)}
