"""A record that cannot be a row is kept with its reason, and costs the other rows of its page nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from django_clopos.models import Category, Customer, CustomerGroup, Receipt, ReceiptProduct, RejectedRow
from tests.sync.conftest import Body, Pull

pytestmark = pytest.mark.django_db
GOOD: list[Body] = [{"id": 1, "name": "one"}, {"id": 3, "name": "three"}]
NESTED_DEEPLY = b'{"id":2,"x":' + b"[" * 20_000 + b"]" * 20_000 + b"}"

#: What is wrong, the record, the id that it is filed under, and a word of the reason.
BAD: list[tuple[str, Body, int | None, str]] = [
    ("not an object", b"[1,2]", None, "id: missing"),
    ("no id", {"name": "two"}, None, "id: missing"),
    ("id null", {"id": None}, None, "id: missing"),
    ("id 0", {"id": 0}, None, "id: missing"),
    ("id negative", {"id": -2}, None, "id: missing"),
    ("id too large", {"id": 10**12}, None, "id: missing"),
    ("id with a fraction", {"id": 2.5}, None, "id: missing"),
    ("id true", {"id": True}, None, "id: missing"),
    ("id with leading zeros", {"id": "0002"}, None, "id: missing"),
    ("id in words", {"id": "two"}, None, "id: missing"),
    ("NUL in a text", {"id": 2, "name": "a\0b"}, 2, "NUL"),
    ("NUL in a key", {"id": 2, "a\0b": 1}, 2, "NUL"),
    ("NUL as a bare byte", b'{"id":2,"name":"a\0b"}', 2, "not valid JSON"),
    ("half a surrogate pair", b'{"id":2,"name":"\\ud800"}', 2, "surrogate"),
    ("half a surrogate pair in a key", b'{"id":2,"\\udc00":1}', 2, "surrogate"),
    ("not UTF-8", b'{"id":2,"name":"\xff\xfe"}', 2, "UTF-8"),
    ("NaN", b'{"id":2,"spent":NaN}', 2, "NaN"),
    ("infinity", b'{"id":2,"spent":-Infinity}', 2, "NaN"),
    ("nested deeply", NESTED_DEEPLY, 2, "nested"),
    ("a text longer than its column", {"id": 2, "name": "x" * 256}, 2, "name"),
    ("an integer beyond 32 bits", {"id": 2, "receipt_count": 2**31}, 2, "receipt_count"),
    ("an integer beyond 64 bits", {"id": 2, "balance_id": 2**63}, 2, "balance_id"),
    ("a reference out of range", {"id": 2, "group_id": 10**12}, 2, "group_id"),
    ("a negative reference", {"id": 2, "group_id": -1}, 2, "group_id"),
    ("an amount too large", b'{"id":2,"spent":1e400}', 2, "spent"),
    ("an exponent out of reach", b'{"id":2,"x":1e99999}', 2, "exponent"),
    ("an integer of 5,000 digits", b'{"id":2,"x":' + b"9" * 5000 + b"}", 2, "out of range"),
    ("an amount that is none", {"id": 2, "spent": "abc"}, 2, "spent"),
    ("NaN as a text", {"id": 2, "spent": "NaN"}, 2, "spent"),
]


@pytest.mark.parametrize(("record", "clopos_id", "word"), [pytest.param(*case, id=name) for name, *case in BAD])
def test_a_bad_record_is_kept_and_the_others_are_stored(
    record: Body, clopos_id: int | None, word: str, pull: Pull
) -> None:
    report = pull("customers", GOOD[0], record, GOOD[1])
    assert report.run.status == "succeeded"
    assert [report.total(name) for name in ("seen", "created", "rejected")] == [3, 2, 1]
    assert sorted(Customer.objects.values_list("clopos_id", flat=True)) == [1, 3]
    row = RejectedRow.objects.get()
    assert row.clopos_id == clopos_id
    assert word in row.reason
    assert row.record


@pytest.mark.parametrize("record", [{"id": "2"}, b'{"id":2.0}', b'{"id":2,"id":2}'])
def test_an_id_that_can_be_read_is_enough(record: Body, pull: Pull) -> None:
    assert pull("customers", record).total("rejected") == 0
    assert Customer.objects.get().clopos_id == 2


def test_a_number_beyond_every_column_may_stay_in_the_record(pull: Pull) -> None:
    pull("customers", b'{"id":2,"x":1e400,"y":123456789012345678901234567890}')
    assert Customer.objects.get().raw["y"] == 123456789012345678901234567890


def test_a_bad_line_refuses_its_receipt_only(pull: Pull) -> None:
    lines = [{"id": 11, "product_id": 1}, {"id": 0, "product_id": 1}]
    report = pull("receipts", {"id": 1, "receipt_products": lines}, {"id": 2, "receipt_products": lines[:1]})
    assert report.total("rejected") == 1
    assert Receipt.objects.get().clopos_id == 2
    assert ReceiptProduct.objects.count() == 1
    assert "receipt_products.id" in RejectedRow.objects.get().reason


def test_a_rejected_change_leaves_the_stored_row_alone(pull: Pull) -> None:
    pull("customers", {"id": 2, "name": "two", "spent": 5})
    pull("customers", {"id": 2, "name": "new", "spent": "abc"})
    assert (Customer.objects.get().name, Customer.objects.get().spent) == ("two", 5)


def test_a_record_that_is_refused_again_is_one_row_that_counts(pull: Pull) -> None:
    for _ in range(3):
        pull("customers", {"id": 2, "spent": "abc"})
    row = RejectedRow.objects.get()
    assert (row.count, row.resolved_at) == (3, None)


def test_a_valid_record_resolves_the_rejection(pull: Pull) -> None:
    pull("customers", {"id": 2, "spent": "abc"})
    pull("customers", {"id": 2, "spent": 1})
    assert RejectedRow.objects.get().resolved_at is not None


def test_a_rejection_that_was_resolved_opens_again(pull: Pull) -> None:
    for spent in ("abc", 1, "xyz"):
        pull("customers", {"id": 2, "spent": spent})
    assert RejectedRow.objects.get().resolved_at is None


def test_the_bytes_of_before_resolve_the_rejection_without_writing_the_row(pull: Pull) -> None:
    pull("customers", {"id": 2, "spent": 1})
    before = Customer.objects.get().synced_at
    pull("customers", {"id": 2, "spent": "abc"})
    report = pull("customers", {"id": 2, "spent": 1})
    assert report.total("updated") == 0
    assert RejectedRow.objects.get().resolved_at is not None
    assert Customer.objects.get().synced_at == before


def test_a_page_of_nothing_but_bad_records_is_kept_whole(pull: Pull) -> None:
    report = pull("customers", *[{"id": number, "spent": "abc"} for number in range(1, 151)])
    assert report.total("rejected") == RejectedRow.objects.count() == 150


def test_a_tree_with_a_bad_node_keeps_the_others(pull: Pull) -> None:
    tree = {"id": 1, "name": "root", "children": [{"id": 0, "name": "bad"}, {"id": 3, "name": "leaf"}]}
    assert pull("categories", tree).total("rejected") == 1
    assert sorted(Category.objects.values_list("clopos_id", flat=True)) == [1, 3]


@pytest.mark.parametrize(
    "tree", [b'{"id":1,"name":"\\ud800","children":[]}', b'{"id":1,"x":' + b"[" * 20_000 + b"]" * 20_000 + b"}"]
)
def test_a_tree_that_cannot_be_read_is_rejected(tree: bytes, pull: Pull) -> None:
    assert pull("categories", tree, {"id": 3}).total("rejected") == 1
    assert Category.objects.get().clopos_id == 3


def test_a_nested_row_that_is_bad_is_rejected_beside_its_product(pull: Pull) -> None:
    report = pull("products", {"id": 1, "name": "Plov", "taxes": [{"id": 5, "name": "x" * 256}]})
    assert report.total("rejected") == 1
    assert RejectedRow.objects.get().table == "Tax"


@pytest.fixture
def guarded_groups(db: None) -> None:
    """A site's own rule, which validation cannot know: no group may be called evil."""
    table = CustomerGroup._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT no_evil CHECK (name <> 'evil')")
        else:
            when = f"ON {table} WHEN NEW.name = 'evil' BEGIN SELECT RAISE(ABORT, 'no_evil'); END"
            cursor.execute(f"CREATE TRIGGER no_evil_insert BEFORE INSERT {when}")
            cursor.execute(f"CREATE TRIGGER no_evil_update BEFORE UPDATE {when}")


@pytest.fixture
def narrow_groups(db: None) -> None:
    """A column that the site made narrower than ours: the database answers with a DataError."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no widths")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {CustomerGroup._meta.db_table} ALTER COLUMN name TYPE varchar(4)")


def groups(*names: str) -> list[Any]:
    return [{"id": number, "name": name} for number, name in enumerate(names, 1)]


def test_what_a_constraint_of_the_site_refuses_is_rejected_alone(guarded_groups: None, pull: Pull) -> None:
    report = pull("customer-groups", *groups("a", "evil", "b", "c", "evil", "d"))
    assert [report.total(name) for name in ("created", "rejected")] == [4, 2]
    assert "the database refused it" in RejectedRow.objects.first().reason  # type: ignore[union-attr]  # there are two
    report = pull("customer-groups", *groups("a", "b2", "evil", "c", "d2", "d"))
    assert [report.total(name) for name in ("created", "updated", "rejected")] == [2, 0, 1]
    assert dict(CustomerGroup.objects.values_list("clopos_id", "name"))[3] == "b"


def test_what_does_not_fit_a_column_of_the_site_is_rejected_alone(narrow_groups: None, pull: Pull) -> None:
    report = pull("customer-groups", *groups("a", "far too long", "b", "c"))
    assert [report.total(name) for name in ("created", "rejected")] == [3, 1]
    report = pull("customer-groups", *groups("a2", "fits", "far too long", "c"))
    assert [report.total(name) for name in ("created", "updated", "rejected")] == [1, 1, 1]
