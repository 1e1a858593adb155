"""Rows, single records and the envelope around them.

Rows are kept as encoded bytes, so that a page is joined and not encoded again.

Source: wire contract 4.
"""

from dataclasses import dataclass
from typing import Any

from django_clopos.sandbox.brands import Brand
from django_clopos.sandbox.documents import key_of
from django_clopos.sandbox.encoding import encode
from django_clopos.sandbox.endpoints import Endpoint, Envelope
from django_clopos.sandbox.query import Query, With
from django_clopos.sandbox.relations import is_own, shape
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


def render(records: Records, *, now: float) -> bytes:
    """The body: rows in the endpoint's envelope."""
    endpoint = records.endpoint
    if records.is_single:
        return b'{"success":true,"data":%b}' % records.rows[0]
    data = b"[%b]" % b",".join(records.rows)
    match endpoint.envelope:
        case Envelope.BARE:
            return b'{"data":%b}' % data
        case Envelope.SUCCESS:
            return b'{"success":true,"data":%b}' % data
        case Envelope.PAGINATION:
            return b'{"data":%b,"pagination":%b}' % (data, encode(_pagination(records)))
        case Envelope.TOTAL:
            diagnostics = encode(_diagnostics(endpoint, now))[1:-1] if endpoint.tells_sorts else b""
            return b'{"success":true,"data":%b,"total":%d%b}' % (data, records.total, diagnostics and b"," + diagnostics)


class Press:
    """Encodes documents once per shape; a copy is good while the document and what it shows are unchanged."""

    def __init__(self) -> None:
        self._copies: dict[object, tuple[Document, int, bytes]] = {}

    def print(self, brand: Brand, endpoint: Endpoint, document: Document, query: Query, tree_key: object = ()) -> bytes:
        """The row's bytes in the shape that the query asks for."""
        name = endpoint.collection
        revision = 0 if _stands_alone(name, query.with_) else brand.revision
        selects = query.selects if endpoint.has_selects else ()
        key = (brand.slug, name, key_of(name, document), query.with_.key(), selects, tree_key)
        copy = self._copies.get(key)
        if copy is None or copy[0] is not document or copy[1] != revision:
            sent = shape(brand, name, document, query.with_)
            if name == "categories" and tree_key:
                sent["children"] = _children(brand, document, query)
            copy = (document, revision, encode({key: sent[key] for key in selects if key in sent} if selects else sent))
            self._copies[key] = copy
        return copy[2]


def _stands_alone(collection: str, with_: With) -> bool:
    return collection != "categories" and is_own(collection, with_)


def _children(brand: Brand, document: Document, query: Query) -> list[Document]:
    """The tree below a category, inactive ones only when asked for."""
    shows_inactive = query.flag("include_inactive", default=False)
    return [
        {**shape(brand, "categories", child, With()), "children": _children(brand, child, query)}
        for child in brand.collection("categories").grouped("parent_id").get(document["id"], [])
        if child.get("status") or shows_inactive
    ]


def _pagination(records: Records) -> Document:
    pages = -(-records.total // records.limit) if records.limit else 1
    return {"page": records.page, "per_page": records.limit, "total": records.total, "total_pages": pages}


def _diagnostics(endpoint: Endpoint, now: float) -> Document:
    return {"time": 71, "timestamp": utc_text(now), "sorts": list(endpoint.sorts), "unix": int(now)}
