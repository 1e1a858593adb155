"""Which venues a resource is read for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from django_clopos.models import Brand, Receipt, StockOperation
from django_clopos.models.base import BRAND_SPAN
from django_clopos.sandbox import Sandbox
from django_clopos.sync.checkpoints import Checkpoints
from tests.conftest import SLUG, Mirror, make_sandbox

pytestmark = pytest.mark.django_db


def walked(report: Any, resource: str) -> list[int | None]:
    return [step.venue for step in report.steps if step.resource == resource]


def learned(brand: Brand, resource: str = "receipts") -> Any:
    return Checkpoints(brand_id=brand.pk, resource=resource, venue=None).read("scope")


@pytest.fixture
def venues(mirror: Mirror, sandbox: Sandbox) -> list[int]:
    """Mirror the venues and give their ids."""
    mirror("venues")
    return [document["id"] for document in sandbox.documents(SLUG, "venues")]


def test_receipts_of_each_venue_are_walked_venue_by_venue(mirror: Mirror, brand: Brand, venues: list[int]) -> None:
    assert walked(mirror("receipts"), "receipts") == venues
    assert learned(brand) == "venue"


class TestWholeBrand:
    @pytest.fixture
    def sandbox(self) -> Sandbox:
        return make_sandbox(receipt_scope="brand", days=2)

    def test_receipts_of_the_whole_brand_are_walked_once(
        self, mirror: Mirror, brand: Brand, venues: list[int], sandbox: Sandbox
    ) -> None:
        assert walked(mirror("receipts"), "receipts") == [None]
        assert learned(brand) == "brand"
        assert Receipt.objects.count() == len(sandbox.documents(SLUG, "receipts"))
        assert walked(mirror("receipts"), "receipts") == [None]

    def test_naming_a_venue_does_not_split_the_whole_brand(self, mirror: Mirror, venues: list[int]) -> None:
        mirror("receipts")
        report = mirror("receipts", venues=(venues[0],))
        assert walked(report, "receipts") == [None]
        assert report.total("created") == 0


def test_a_named_venue_is_the_only_one_walked(mirror: Mirror, venues: list[int]) -> None:
    assert walked(mirror("receipts", "stop-list", venues=(venues[1],)), "receipts") == [venues[1]]
    assert set(Receipt.objects.values_list("venue_id", flat=True)) == {
        Receipt.objects.values_list("brand_id", flat=True)[0] * BRAND_SPAN + venues[1]
    }


def test_one_venue_needs_no_comparison(mirror: Mirror, brand: Brand, sandbox: Sandbox, venues: list[int]) -> None:
    for venue in venues[1:]:
        sandbox.remove(SLUG, "venues", venue)
    mirror("receipts", venues=(venues[0],))
    assert learned(brand) is None


def test_an_empty_remote_teaches_nothing(mirror: Mirror, brand: Brand, sandbox: Sandbox, venues: list[int]) -> None:
    for document in sandbox.documents(SLUG, "orders"):
        sandbox.remove(SLUG, "orders", document["id"])
    report = mirror("orders")
    assert walked(report, "orders") == venues
    assert learned(brand, "orders") is None


def test_the_requests_of_the_comparison_are_accounted(mirror: Mirror, sandbox: Sandbox, venues: list[int]) -> None:
    before = len(sandbox.requests)
    assert mirror("receipts").total("requests") == len(sandbox.requests) - before


def test_each_receipt_is_asked_for_its_stock_once(mirror: Mirror, sandbox: Sandbox, venues: list[int]) -> None:
    mirror("receipts")
    before = len(sandbox.requests)
    report = mirror("stock-operations")
    assert walked(report, "stock-operations") == [None]
    assert len(sandbox.requests) - before == Receipt.objects.live().count()
    assert StockOperation.objects.exists()


def test_stock_of_a_named_venue_is_asked_for_its_receipts_only(mirror: Mirror, venues: list[int]) -> None:
    mirror("receipts")
    mirror("stock-operations", venues=(venues[0],))
    found = StockOperation.objects.values_list("receipt__venue_id", flat=True).distinct()
    assert {key % BRAND_SPAN for key in found} == {venues[0]}


def test_stock_of_a_day_is_asked_for_its_receipts_only(mirror: Mirror, venues: list[int], sandbox: Sandbox) -> None:
    mirror("receipts")
    day = date(2026, 11, 19)
    mirror("stock-operations", since=day, until=day)
    wanted = {
        document["id"]
        for document in sandbox.documents(SLUG, "receipts")
        if document["created_at"].startswith(str(day)) and not document.get("deleted_at")
    }
    found = set(StockOperation.objects.values_list("receipt__clopos_id", flat=True))
    assert found
    assert found <= wanted
