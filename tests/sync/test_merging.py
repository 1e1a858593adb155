"""What a record does not say is kept; what it says is stored, its children as a set."""

from __future__ import annotations

import json
from typing import Any

import pytest

from django_clopos.models import Customer, Receipt, ReceiptPayment, ReceiptProduct
from tests.sync.conftest import Pull

pytestmark = pytest.mark.django_db


def receipt(clopos_id: int, *lines: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": clopos_id,
        "receipt_products": [{"id": line, "product_id": 3, "count": 1} for line in lines],
        **fields,
    }


def lines() -> dict[int, int]:
    """Give each line's receipt, by Clopos id."""
    return dict(ReceiptProduct.objects.values_list("clopos_id", "receipt__clopos_id"))


def amounts() -> list[tuple[int, int]]:
    return [(position, int(amount)) for position, amount in payments()]


def payments() -> Any:
    return ReceiptPayment.objects.order_by("position").values_list("position", "amount")


def test_an_absent_key_keeps_what_is_stored(pull: Pull) -> None:
    pull("customers", {"id": 1, "name": "Aysel", "email": "a@example.com", "spent": 5})
    pull("customers", {"id": 1, "name": "Aysel M."})
    row = Customer.objects.get()
    assert (row.name, row.email, row.spent) == ("Aysel M.", "a@example.com", 5)
    assert row.raw == {"id": 1, "name": "Aysel M.", "email": "a@example.com", "spent": 5}


def test_an_explicit_null_clears(pull: Pull) -> None:
    pull("customers", {"id": 1, "name": "Aysel", "email": "a@example.com", "group_id": 4})
    pull("customers", {"id": 1, "name": "Aysel", "email": None, "group_id": None})
    row = Customer.objects.get()
    assert (row.email, row.group_id) == (None, None)
    assert row.raw["email"] is None


def test_a_shorter_record_that_adds_nothing_is_unchanged(pull: Pull) -> None:
    pull("customers", {"id": 1, "name": "Aysel", "spent": 5})
    before = Customer.objects.get()
    report = pull("customers", {"id": 1, "spent": 5.0})
    assert (report.total("updated"), report.total("unchanged")) == (0, 1)
    after = Customer.objects.get()
    assert (after.synced_at, after.raw) == (before.synced_at, before.raw)
    assert after.content_hash != before.content_hash


def test_a_changed_row_keeps_when_it_was_first_seen(pull: Pull, clock: Any) -> None:
    pull("customers", {"id": 1, "name": "Aysel"})
    first = Customer.objects.get()
    clock.shift(3600)
    pull("customers", {"id": 1, "name": "Leyla"})
    row = Customer.objects.get()
    assert row.first_seen_at == first.first_seen_at
    assert row.synced_at > first.synced_at


def test_absent_children_are_kept(pull: Pull) -> None:
    pull("receipts", receipt(1, 11, 12))
    pull("receipts", {"id": 1, "total": 9})
    assert lines() == {11: 1, 12: 1}


@pytest.mark.parametrize("nothing", [[], None])
def test_an_empty_list_empties_the_children(nothing: Any, pull: Pull) -> None:
    pull("receipts", receipt(1, 11, 12), receipt(2, 21))
    pull("receipts", receipt(1, receipt_products=nothing), receipt(2, 21))
    assert lines() == {21: 2}


def test_children_are_replaced_as_a_set(pull: Pull) -> None:
    pull("receipts", receipt(1, 11, 12))
    pull("receipts", receipt(1, 12, 13))
    assert lines() == {12: 1, 13: 1}


def test_a_line_that_moves_within_a_page_ends_under_its_new_receipt(pull: Pull) -> None:
    pull("receipts", receipt(1, 11, 12), receipt(2, 21))
    report = pull("receipts", receipt(1, 12), receipt(2, 21, 11))
    assert lines() == {11: 2, 12: 1, 21: 2}
    assert report.total("rejected") == 0


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_line_that_moves_across_pages_ends_under_its_new_receipt(order: tuple[int, int], pull: Pull) -> None:
    pull("receipts", receipt(1, 11, 12), receipt(2, 21))
    after = {1: receipt(1, 12), 2: receipt(2, 21, 11)}
    reports = [pull("receipts", after[number]) for number in order]
    assert lines() == {11: 2, 12: 1, 21: 2}
    assert [report.total("rejected") for report in reports] == [0, 0]


def test_a_line_may_move_to_a_new_receipt(pull: Pull) -> None:
    pull("receipts", receipt(1, 11, 12))
    assert pull("receipts", receipt(3, 12), receipt(1, 11)).total("rejected") == 0
    assert lines() == {11: 1, 12: 3}


def test_a_payment_list_that_shrinks_leaves_no_payment_behind(pull: Pull) -> None:
    pull(
        "receipts",
        {"id": 1, "payment_methods": [{"id": 1, "amount": 5}, {"id": 2, "amount": 6}, {"id": 1, "amount": 7}]},
    )
    assert amounts() == [(0, 5), (1, 6), (2, 7)]
    pull("receipts", {"id": 1, "payment_methods": [{"id": 2, "amount": 6}]})
    assert amounts() == [(0, 6)]


def test_of_a_receipt_that_comes_twice_in_a_page_the_last_one_counts(pull: Pull) -> None:
    report = pull("receipts", receipt(1, 11, total=4), receipt(1, 12, total=5))
    assert report.total("created") == 1
    assert report.total("races") == 3  # walked again, in case it was an edit between two pages
    assert Receipt.objects.get().total == 5
    assert lines() == {12: 1}


def test_a_line_that_comes_twice_in_a_receipt_is_stored_once(pull: Pull) -> None:
    assert pull("receipts", receipt(1, 11, 11)).total("rejected") == 0
    assert lines() == {11: 1}


def test_of_a_key_that_comes_twice_the_last_one_counts(pull: Pull) -> None:
    pull("customers", b'{"id":1,"name":"Aysel","name":"Leyla"}')
    row = Customer.objects.get()
    assert (row.name, row.raw["name"]) == ("Leyla", "Leyla")
    assert pull("customers", json.dumps({"id": 1, "name": "Leyla"}).encode()).total("updated") == 0
