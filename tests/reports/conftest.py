"""A restaurant of three venues in two zones with everything in its receipts that makes a report go wrong, mirrored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from django_clopos.models import Brand
from django_clopos.reports import Question
from django_clopos.sandbox import Sandbox
from tests.conftest import SLUG, TODAY, Mirror, make_sandbox

Document = dict[str, Any]
LAST = TODAY - timedelta(days=1)
FIRST = LAST - timedelta(days=1)
FAR_ZONE_VENUE = 3


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Travel to the evening of the sandbox's last day."""
    with time_machine.travel("2026-11-20T19:00:00Z", tick=True):
        yield


@pytest.fixture
def sandbox() -> Sandbox:
    """Five days, of which the tests ask about the two before the last."""
    sandbox = make_sandbox(days=5, receipts_per_day=12)
    for oddity in (spoil_receipts, spoil_lines, spoil_references):
        oddity(sandbox)
    return sandbox


@pytest.fixture
def brand(db: None) -> Brand:
    """A brand whose third venue is an hour ahead."""
    return Brand.objects.create(
        slug=SLUG, remote_timezone="Asia/Baku", venue_timezones={str(FAR_ZONE_VENUE): "Asia/Tashkent"}
    )


@pytest.fixture
def receipts(sandbox: Sandbox, mirror: Mirror) -> list[Document]:
    """The remote's own receipts, mirrored."""
    report = mirror("venues", "users", "categories", "products", "sale-types", "payment-methods", "receipts")
    assert (report.run.status, report.total("rejected")) == ("succeeded", 0)
    return sandbox.documents(SLUG, "receipts")


@pytest.fixture
def question(brand: Brand) -> Question:
    """Two business days of every venue."""
    return Question(brand=brand, first=FIRST, last=LAST)


def choose(sandbox: Sandbox, day: date, venue: int, count: int) -> list[Document]:
    """Take the first receipts of a venue's business day."""
    found = [
        receipt
        for receipt in sandbox.documents(SLUG, "receipts")
        if (receipt["shift_date"], receipt["venue_id"]) == (str(day), venue)
    ]
    assert len(found) >= count
    return found[:count]


def spoil_receipts(sandbox: Sandbox) -> None:
    """Returns of either sign, removed, undated, of odd statuses, without amounts, of amounts that end in ties."""
    at_midnight = {"shift_date": None, "closed_at": f"{LAST} 00:30:00", "created_at": f"{LAST} 00:05:00"}
    changes: list[Document] = [
        {"is_returns": True},
        {"is_returns": True, "total": Decimal("-30.5"), "subtotal": -28, "totalCost": -9, "i_tax": Decimal("-4.65")},
        {"deleted_at": "2026-11-20 10:00:00"},
        at_midnight,
        {"status": None},
        {"status": 3},
        {"status": 1, "closed_at": None},
        {"order_status": "CANCELLED"},
        {"total": Decimal("12.00005"), "subtotal": Decimal("12.00015"), "totalCost": Decimal("3.333333")},
        {"totalCost": None, "gift_total": None, "guests": None},
    ]
    for venue in (1, FAR_ZONE_VENUE):
        for receipt, fields in zip(choose(sandbox, LAST, venue, len(changes)), changes, strict=True):
            sandbox.change(SLUG, "receipts", receipt["id"], **fields)
    for receipt, fields in zip(choose(sandbox, FIRST - timedelta(days=1), 2, 3), changes, strict=False):
        sandbox.change(SLUG, "receipts", receipt["id"], **fields)


def spoil_lines(sandbox: Sandbox) -> None:
    """Gifts of either kind, deleted lines, lines without cost, and products that no list gives."""
    changes: list[Document] = [
        {"is_gift": True},
        {"is_gift": True, "total": 0},
        {"deleted_at": "2026-11-20 10:00:00"},
        {"cost": None},
        {"product_id": 7001, "meta": {"product": {"name": "Gone soup", "type": "DISH"}}},
        {"product_id": 7002, "meta": {}},
        {"product_id": None},
        {"total": Decimal("1.000050"), "cost": Decimal("0.000150")},
    ]
    for day in (FIRST, LAST):
        for receipt, fields in zip(choose(sandbox, day, 2, len(changes)), changes, strict=True):
            first, *others = receipt["receipt_products"]
            sandbox.change(SLUG, "receipts", receipt["id"], receipt_products=[first | fields, *others])


def spoil_references(sandbox: Sandbox) -> None:
    """Returned gifts, and payment methods, sale types and staff that no list gives."""
    changes: list[Document] = [
        {"payment_methods": [{"id": 77, "name": "Bitcoin", "amount": 5}, {"id": None, "name": None, "amount": 1}]},
        {"sale_type_id": 55},
        {"sale_type_id": None},
        {"user_id": 66, "close_by_user_id": 66},
        {"user_id": None},
        {"is_returns": True},
    ]
    for receipt, fields in zip(choose(sandbox, FIRST, 1, len(changes)), changes, strict=True):
        sandbox.change(SLUG, "receipts", receipt["id"], **fields)
    returned = choose(sandbox, FIRST, 3, 1)[0]
    given = [line | {"is_gift": True} for line in returned["receipt_products"]]
    sandbox.change(SLUG, "receipts", returned["id"], is_returns=True, receipt_products=given)
