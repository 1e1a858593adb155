"""Refused records are tried again as they were stored; what is valid by now is written, unless the row has moved on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from django_clopos.mirror import RESOURCES
from django_clopos.models import (
    Brand,
    Category,
    Change,
    Customer,
    Modifier,
    Product,
    Receipt,
    RejectedRow,
    SyncRun,
    User,
)
from django_clopos.signals import rows_changed
from django_clopos.sync.forget_customer import forget_customer
from django_clopos.sync.replay import Replayed, replay
from tests.sync.conftest import Pull

pytestmark = pytest.mark.django_db
TOO_LONG = "x" * 256


def retry(brand: Brand) -> dict[str, Replayed]:
    return {done.resource: done for done in replay(brand, RESOURCES, on_wait=pytest.fail)}


def upgrade(was: str, now: str) -> None:
    """Stand for an upgrade that takes a value: what was stored becomes what the new schema would make of it."""
    for row in RejectedRow.objects.all():
        row.record = row.record.replace(was, now)
        row.save()


def test_a_record_that_is_valid_by_now_becomes_a_row(pull: Pull, brand: Brand) -> None:
    pull("customers", {"id": 1, "name": TOO_LONG, "spent": 5}, {"id": 2, "name": "two"})
    upgrade(TOO_LONG, "one")
    assert retry(brand) == {"customers": Replayed(resource="customers", stored=1)}
    assert (Customer.objects.get(clopos_id=1).name, Customer.objects.get(clopos_id=1).spent) == ("one", 5)
    assert RejectedRow.objects.get().resolved_at is not None
    assert retry(brand) == {}


def test_the_next_sync_finds_the_row_unchanged(pull: Pull, brand: Brand) -> None:
    pull("customers", {"id": 1, "name": TOO_LONG})
    upgrade(TOO_LONG, "one")
    retry(brand)
    report = pull("customers", b'{"id": 1, "name": "one"}')
    assert (report.total("unchanged"), report.total("updated")) == (1, 0)


def test_what_is_still_wrong_is_said_and_stays(pull: Pull, brand: Brand) -> None:
    pull("customers", {"id": 1, "spent": "abc"}, b"[1]", b'{"id":3,"spent":NaN}')
    RejectedRow.objects.filter(clopos_id=1).update(reason="the words of an older version")
    refused = dict(retry(brand)["customers"].refused)
    assert set(refused) == set(RejectedRow.objects.filter(resolved_at=None).values_list("key", flat=True))
    assert refused["1"].startswith("spent: ")
    assert RejectedRow.objects.get(clopos_id=1).reason == refused["1"]
    assert set(RejectedRow.objects.values_list("count", flat=True)) == {1}
    assert not Customer.objects.exists()


def test_a_newer_row_is_not_overwritten(pull: Pull, brand: Brand) -> None:
    pull("customers", {"id": 1, "name": TOO_LONG})
    pull("customers", {"id": 1, "name": "newer"})
    RejectedRow.objects.update(resolved_at=None)
    upgrade(TOO_LONG, "older")
    assert retry(brand)["customers"] == Replayed(resource="customers", overtaken=1)
    assert Customer.objects.get().name == "newer"
    assert RejectedRow.objects.get().resolved_at is not None


def test_an_older_row_is_merged_with_the_record(pull: Pull, brand: Brand) -> None:
    pull("customers", {"id": 1, "name": "older", "code": "kept"})
    pull("customers", {"id": 1, "name": TOO_LONG})
    upgrade(TOO_LONG, "newer")
    assert retry(brand)["customers"].stored == 1
    assert (Customer.objects.get().name, Customer.objects.get().code) == ("newer", "kept")


def test_children_and_nested_rows_come_with_their_record(pull: Pull, brand: Brand) -> None:
    group = {"id": 7, "name": "size", "modificators": [{"id": 9, "name": "large", "price": 1}]}
    pull("products", {"id": 1, "name": TOO_LONG, "modificator_groups": [group], "recipe": [{"id": 2, "name": "milk"}]})
    pull("receipts", {"id": 4, "fiscal_id": TOO_LONG, "receipt_products": [{"id": 5, "product_id": 1, "count": 2}]})
    assert Modifier.objects.count() == Product.objects.filter(clopos_id=1).count() == 0
    upgrade(TOO_LONG, "latte")
    retry(brand)
    assert Product.objects.get(clopos_id=1).recipe.get().ingredient.name == "milk"
    assert Modifier.objects.get().name == "large"
    assert Receipt.objects.get().receipt_products.get().count == 2


def test_a_record_that_came_nested_is_stored_as_such_until_a_list_has_it(pull: Pull, brand: Brand) -> None:
    pull("products", {"id": 1, "name": "dish", "recipe": [{"id": 2, "name": TOO_LONG}]})
    upgrade(TOO_LONG, "milk")
    retry(brand)
    assert Product.objects.get(clopos_id=2).is_nested
    pull("products", {"id": 1, "name": "dish", "recipe": []}, {"id": 2, "name": "milk"})
    assert not Product.objects.get(clopos_id=2).is_nested


def test_a_listed_row_stays_a_listed_one(pull: Pull, brand: Brand) -> None:
    pull("products", {"id": 1, "name": "dish"})
    pull("products", {"id": 1, "name": TOO_LONG})
    upgrade(TOO_LONG, "new dish")
    retry(brand)
    assert (Product.objects.get().name, Product.objects.get().is_nested) == ("new dish", False)


def test_a_piece_of_a_tree_and_a_record_without_its_secrets(pull: Pull, brand: Brand) -> None:
    pull("categories", {"id": 1, "name": "root", "children": [{"id": 2, "parent_id": 1, "name": TOO_LONG}]})
    pull("users", {"id": 3, "username": TOO_LONG, "pin": "1234"})
    upgrade(TOO_LONG, "tea")
    retry(brand)
    assert Category.objects.get(clopos_id=2).name == "tea"
    assert User.objects.get().raw == {"id": 3, "username": "tea"}


def test_an_erased_customer_does_not_come_back(pull: Pull, brand: Brand) -> None:
    pull("customers", {"id": 1, "name": TOO_LONG, "spent": 3})
    kept = RejectedRow.objects.get().record
    forget_customer(brand, 1, RESOURCES, on_wait=pytest.fail)
    RejectedRow.objects.update(record=kept.replace(TOO_LONG, "Aysel"))
    retry(brand)
    assert (Customer.objects.get().name, Customer.objects.get().spent) == (None, 3)


def test_only_what_is_named_and_of_this_brand(pull: Pull, brand: Brand) -> None:
    pull("customers", {"id": 1, "name": TOO_LONG})
    upgrade(TOO_LONG, "one")
    users = [resource for resource in RESOURCES if resource.name == "users"]
    assert replay(brand, users, on_wait=pytest.fail) == []
    assert replay(Brand.objects.create(slug="other"), RESOURCES, on_wait=pytest.fail) == []
    assert not Customer.objects.exists()


@contextmanager
def listening() -> Iterator[list[dict[str, Any]]]:
    heard: list[dict[str, Any]] = []

    def hear(**told: Any) -> None:
        heard.append(told)

    rows_changed.connect(hear)
    try:
        yield heard
    finally:
        rows_changed.disconnect(hear)


def test_it_is_a_run_of_its_own_and_tells_the_site(pull: Pull, brand: Brand) -> None:
    pull("customers", {"id": 1, "name": TOO_LONG}, {"id": 2, "spent": "abc"})
    upgrade(TOO_LONG, "one")
    with listening() as heard:
        retry(brand)
    run = SyncRun.objects.latest("pk")
    step = run.steps.get()
    assert (run.status, run.options) == ("succeeded", {"retry_rejected": ["customers"]})
    assert (step.status, step.walk, step.requests) == ("succeeded", "Replay", 0)
    assert (step.seen, step.created, step.rejected) == (2, 1, 1)
    [told] = heard
    assert (told["model"], told["created"], told["run"]) == (Customer, [1], run)


def test_history_tells_of_it(pull: Pull, brand: Brand) -> None:
    pull("customers", {"id": 1, "name": "one"})
    pull("customers", {"id": 1, "name": TOO_LONG}, {"id": 2, "code": TOO_LONG})
    upgrade(TOO_LONG, "new")
    retry(brand)
    changes = {change.clopos_id: change for change in Change.objects.filter(table="Customer")}
    assert (changes[1].kind, changes[1].before, changes[1].after) == ("updated", {"name": "one"}, {"name": "new"})
    assert (changes[2].kind, changes[2].run) == ("created", SyncRun.objects.latest("pk"))


def test_many_are_replayed_in_batches(pull: Pull, brand: Brand) -> None:
    pull("customers", *({"id": number, "name": TOO_LONG} for number in range(1, 451)))
    upgrade(TOO_LONG, "one")
    assert retry(brand)["customers"].stored == Customer.objects.count() == 450
