"""Receipts of the simulated restaurant as byte templates, from which any number of distinct ones is written cheaply.

The public client `integrify-clopos` 0.1.0 insists on more than the wire contract promises; every contender gets pages
that carry it: whole counts, sellers and lists of modifiers and taxes on each line, an object in `properties`, and no
loyalty type on receipts (there it expects a number). A benchmark of pages that a contender refuses would be none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import msgspec

from django_clopos.client import RECEIPTS, Client, Config, InProcessBudget
from django_clopos.sandbox import Sandbox

JsonObject = dict[str, Any]

_TODAY = date(2026, 11, 20)
_NO_LIMIT = 10**7
_STAMPS = ("created_at", "updated_at", "closed_at", "terminal_updated_at")
_DAY = re.compile(r"^\d{4}-\d\d-\d\d")
_SLOT = re.compile(rb'"@receipt@"|"@line (\d+)@"|@day@')
_RECEIPT, _DAY_SLOT, _FIRST_LINE = 0, 1, 2
_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class Template:
    """One receipt with gaps for its id, its lines' ids and its day."""

    text: bytes
    slots: tuple[int, ...]
    """What fills each gap: the receipt's id, the day, or the first line's id and how far from it."""
    lines: int
    payments: int

    def render(self, receipt: int, line: int, day: bytes) -> bytes:
        """Write the receipt; `line`: id of its first line."""
        return self.text % tuple([_fill(slot, receipt, line, day) for slot in self.slots])


def read_templates(count: int) -> Iterator[JsonObject]:
    """Give so many receipts of one simulated restaurant, with all that every contender needs."""
    # Over one venue, some days are quiet: more days than the average asks for.
    sandbox = Sandbox(
        days=90,
        receipts_per_day=max(count // 65, 4),
        today=_TODAY,
        requests_per_window=_NO_LIMIT,
        receipt_scope="brand",
    )
    credentials = sandbox.credentials("demo")
    config = Config(
        base_url="http://sandbox.test/open-api/v2",
        brand="demo",
        client_id=credentials.client_id,
        client_secret=credentials.client_secret,
        integrator_id=credentials.integrator_id,
        requests_per_minute=_NO_LIMIT,
    )
    budget = InProcessBudget(requests_per_minute=_NO_LIMIT)
    with Client(config, budget=budget, transport=httpx.WSGITransport(app=sandbox)) as client:
        given = 0
        for page in client.pages(RECEIPTS, sort=("created_at", "asc"), ahead=0):
            for body in page.records[: count - given]:
                yield _complete(_decode(body))
            given += len(page.records)
            if given >= count:
                return
    raise ValueError(f"the sandbox has only {given} receipts")


def make_template(record: JsonObject, *, is_edited: bool = False) -> Template:
    """Make gaps in a receipt. `is_edited`: as if its total was changed later."""
    record = _mark(record) | {"id": "@receipt@", "shift_date": "@day@"}
    if is_edited:
        record |= {"total": record["total"] + Decimal("0.5"), "updated_at": "@day@ 23:59:58"}
    record["receipt_products"] = [
        _mark(line) | {"id": f"@line {place}@", "receipt_id": "@receipt@"}
        for place, line in enumerate(record["receipt_products"])
    ]
    text = _encode(record).replace(b"%", b"%%")
    slots: list[int] = []

    def cut(match: re.Match[bytes]) -> bytes:
        if match[0] == b"@day@":
            slots.append(_DAY_SLOT)
            return b"%b"
        slots.append(_RECEIPT if match[1] is None else _FIRST_LINE + int(match[1]))
        return b"%d"

    return Template(
        text=_SLOT.sub(cut, text),
        slots=tuple(slots),
        lines=len(record["receipt_products"]),
        payments=len(record["payment_methods"]),
    )


def _fill(slot: int, receipt: int, line: int, day: bytes) -> int | bytes:
    if slot == _RECEIPT:
        return receipt
    return day if slot == _DAY_SLOT else line + slot - _FIRST_LINE


def _mark(record: JsonObject) -> JsonObject:
    """Put a gap in the place of every stamp's day."""
    stamps = {name: _DAY.sub("@day@", record[name]) for name in _STAMPS if record.get(name)}
    return record | stamps


def _complete(record: JsonObject) -> JsonObject:
    """Give a receipt all that the strictest contender insists on."""
    record |= {"properties": record["properties"] or {"daily_id": 1, "monthly_id": 1}, "loyalty_type": None}
    for line in record["receipt_products"]:
        line |= {
            "count": max(1, int(line["count"])),
            "seller_id": line["seller_id"] or 1,
            "receipt_product_modificators": line.pop("modificators"),
        }
    return record
