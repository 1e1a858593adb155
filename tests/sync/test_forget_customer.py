"""An erased customer is gone from every table, stays away, and leaves the amounts as they were."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from django_clopos.client import SyncError
from django_clopos.mirror import RESOURCES
from django_clopos.models import (
    Brand,
    Change,
    Customer,
    Drift,
    Erasure,
    Order,
    OrderItem,
    Receipt,
    RejectedRow,
)
from django_clopos.models.bookkeeping import DriftKind
from django_clopos.models.truth import ChangeKind
from django_clopos.sync.forget_customer import forget_customer
from django_clopos.testing import allow_writes
from tests.conftest import Mirror
from tests.sync.conftest import Body, Pull

pytestmark = pytest.mark.django_db

#: What must be found nowhere after the erasure. The customer's Clopos id is 417.
PRIVATE = (
    "Aysel",
    "Mammadova",
    "0005551",
    "aysel@",
    "Nizami",
    "1990-05-15",
    "third floor",
    "peanuts",
    "ext-9931",
    "M0417",
)

CUSTOMER: dict[str, Any] = {
    "id": 417,
    "cid": "aysel@cid",
    "name": "Aysel Mammadova",
    "email": "aysel@example.com",
    "phone": "+994500005551",
    "phones": ["+994510005551"],
    "address": "Nizami 12",
    "address_data": [{"formatted": "Nizami 12"}],
    "description": "lives on the third floor",
    "code": "M0417",
    "date_of_birth": "1990-05-15",
    "nickname": "Aysel, a key that no document names",
    "group_id": 2,
    "spent": 12.5,
    "receipt_count": 3,
    "updated_at": "2026-11-02T10:00:00.000000Z",
}
ORDER: dict[str, Any] = {
    "id": 71,
    "number": "A-71",
    "customer_ref_id": "ext-9931",
    "integration_response": {"who": "Aysel"},
    "properties": {"told": "Mammadova"},
    "customer": {"id": 417, "name": "Aysel Mammadova", "phone": "+994500005551"},
    "payload": {
        "customer_id": 417,
        "customer": {"id": 417, "name": "Aysel", "phone": "+994500005551", "address": "Nizami 12"},
        "products": [{"product_id": 3, "count": 2, "price": 4.5, "note": "no peanuts for Aysel"}],
        "meta": {"comment": "third floor", "orderTotal": "9.00"},
    },
}
RECEIPT: dict[str, Any] = {
    "id": 81,
    "customer_id": 417,
    "address": "Nizami 12",
    "description": "for Aysel",
    "meta": {"customer": {"name": "Aysel", "id": 417}, "user": {"name": "Waiter"}},
    "total": 9,
    "receipt_products": [{"id": 811, "product_id": 3, "count": 2, "total": 9}],
    "payment_methods": [{"id": 1, "name": "Cash", "amount": 9}],
}
OTHER_CUSTOMER: Body = {"id": 4, "name": "Leyla", "phone": "+994500000004"}
OTHER_ORDER: Body = {"id": 72, "payload": {"customer": {"id": 4, "name": "Leyla"}, "customer_id": 4}}
OTHER_RECEIPT: Body = {"id": 82, "customer_id": 4, "address": "Fountain square", "total": 5}


@pytest.fixture
def sync_all(pull: Pull) -> Any:
    def run() -> list[Any]:
        return [
            pull("customers", CUSTOMER, OTHER_CUSTOMER),
            pull("orders", ORDER, OTHER_ORDER),
            pull("receipts", RECEIPT, OTHER_RECEIPT),
        ]

    return run


@pytest.fixture
def mirrored(sync_all: Any) -> None:
    sync_all()
    assert {text for text in PRIVATE if text in read_database()} == set(PRIVATE)


def forget(brand: Brand, customer: int = 417) -> Erasure:
    return forget_customer(brand, customer, RESOURCES, on_wait=pytest.fail)


def read_database() -> str:
    """Give every value of every table as one text."""
    tables = [name for name in connection.introspection.table_names() if name.startswith("django_clopos_")]
    with connection.cursor() as cursor:
        rows = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    return "\n".join(map(str, rows))


def find_private() -> set[str]:
    database = read_database()
    return {text for text in PRIVATE if text in database}


def test_nothing_personal_is_left_anywhere(mirrored: None, brand: Brand) -> None:
    forget(brand)
    assert find_private() == set()


def test_amounts_ids_and_lines_stay(mirrored: None, brand: Brand) -> None:
    forget(brand)
    customer, order, receipt = (model.objects.get(clopos_id=key) for model, key in WHERE)
    assert (customer.spent, customer.receipt_count, customer.group_id) == (12.5, 3, customer.key(brand, 2))
    assert (order.customer_id, order.order_total, order.number) == (customer.pk, 9, "A-71")
    assert (OrderItem.objects.get(order=order).price, OrderItem.objects.get(order=order).note) == (4.5, None)
    assert (receipt.customer_id, receipt.total, receipt.payments.get().amount) == (customer.pk, 9, 9)
    assert receipt.receipt_products.get().total == 9
    assert receipt.raw["meta"] == {"customer": {"id": 417}, "user": {"name": "Waiter"}}


WHERE = ((Customer, 417), (Order, 71), (Receipt, 81))


def test_other_customers_are_left_alone(mirrored: None, brand: Brand) -> None:
    others = [(Customer, 4), (Order, 72), (Receipt, 82)]
    before = [model.objects.filter(clopos_id=key).values().get() for model, key in others]
    forget(brand)
    assert [model.objects.filter(clopos_id=key).values().get() for model, key in others] == before


def test_the_customer_does_not_come_back_with_the_next_sync(mirrored: None, brand: Brand, sync_all: Any) -> None:
    forget(brand)
    reports = sync_all()
    assert find_private() == set()
    assert [report.total("updated") + report.total("created") for report in reports] == [0, 0, 0]
    assert [report.total("unchanged") for report in reports] == [2, 2, 2]


def test_a_later_change_of_the_customer_is_mirrored_without_the_person(
    mirrored: None, brand: Brand, pull: Pull
) -> None:
    forget(brand)
    pull("customers", CUSTOMER | {"spent": 20, "name": "Aysel again"}, OTHER_CUSTOMER)
    pull("receipts", RECEIPT | {"id": 83, "total": 7})
    assert Customer.objects.get(clopos_id=417).spent == 20
    assert Receipt.objects.filter(customer=Customer.key(brand, 417)).aggregate(sum=Sum("total"))["sum"] == 16
    assert find_private() == set()


def test_a_customer_who_was_never_mirrored_is_kept_out(brand: Brand, sync_all: Any) -> None:
    assert forget(brand).counts == {}
    sync_all()
    assert find_private() == set()
    assert Customer.objects.filter(clopos_id=417).exists()


@pytest.mark.parametrize("body", [CUSTOMER | {"spent": "abc"}, json.dumps(CUSTOMER).encode()[:-1] + b',"spent":NaN}'])
def test_refused_records_are_erased_and_kept_out(body: Body, brand: Brand, pull: Pull) -> None:
    pull("customers", body)
    assert find_private()
    assert forget(brand).counts["RejectedRow"] == 1
    assert find_private() == set()
    pull("customers", body)
    assert find_private() == set()
    assert RejectedRow.objects.get().resolved_at is None


def test_refused_orders_are_erased(brand: Brand, pull: Pull) -> None:
    pull("orders", ORDER | {"total": "abc"}, {"id": 72, "total": "abc", "payload": {"customer": {"name": "Leyla"}}})
    assert forget(brand).counts == {"RejectedRow": 1}
    assert find_private() == set()
    assert "Leyla" in RejectedRow.objects.get(clopos_id=72).record


def test_history_is_erased_in_rows_that_were_the_customers(mirrored: None, brand: Brand) -> None:
    def change(seq: int, model: Any, clopos_id: int, before: Any) -> None:
        Change.objects.create(
            brand=brand,
            seq=10**6 + seq,
            resource="any",
            table=model.__name__,
            row_id=model.key(brand, clopos_id),
            clopos_id=clopos_id,
            kind=ChangeKind.UPDATED,
            before=before,
            after=before,
            changed_at=timezone.now(),
        )

    change(1, Customer, 417, {"phone": "+994500005551", "spent": 3})
    change(2, Order, 71, {"payload": ORDER["payload"]})
    change(3, Receipt, 81, {"address": "Nizami 12", "total": 3})
    change(4, Order, 72, {"payload": ORDER["payload"]})  # another customer's by now
    change(5, Customer, 4, {"phone": "+994500000417"})
    assert forget(brand).counts["Change"] == 4
    assert find_private() == set()
    kept = {row.seq - 10**6: row.before for row in Change.objects.filter(seq__gt=10**6)}
    assert (kept[1], kept[3], kept[5]) == ({"spent": 3}, {"address": None, "total": 3}, {"phone": "+994500000417"})


def test_examples_of_drift_are_emptied(mirrored: None, brand: Brand) -> None:
    now = timezone.now()
    for path, example in {"a": "Aysel Mammadova", "b": "record 417", "c": "LOYALTY"}.items():
        Drift.objects.create(
            brand=brand,
            resource="customers",
            kind=DriftKind.UNKNOWN_VALUE,
            path=path,
            example=example,
            count=1,
            first_seen_at=now,
            last_seen_at=now,
        )
    forget(brand)
    examples = dict(
        Drift.objects.filter(resource="customers", kind=DriftKind.UNKNOWN_VALUE).values_list("path", "example")
    )
    assert (examples["a"], examples["b"], examples["c"]) == ("", "", "LOYALTY")


def test_the_record_of_it_says_what_and_how_much_but_not_who(mirrored: None, brand: Brand) -> None:
    erasure = forget(brand)
    assert (erasure.brand_slug, erasure.subject, erasure.customer) == (brand.slug, "customer 417", 417)
    assert {name: erasure.counts[name] for name in ("Customer", "Order", "Receipt")} == {
        "Customer": 1,
        "Order": 1,
        "Receipt": 1,
    }
    assert abs(erasure.erased_at - timezone.now()) < timedelta(minutes=1)
    assert forget(brand).counts == {}


def test_a_row_that_cannot_be_derived_stops_it_before_anything_is_erased(mirrored: None, brand: Brand) -> None:
    with allow_writes():
        Receipt.objects.filter(clopos_id=81).update(raw=RECEIPT | {"total": "abc"})
    with pytest.raises(SyncError, match="receipts 81: its stored record is not valid"):
        forget(brand)
    assert find_private() == set(PRIVATE)
    assert not Erasure.objects.exists()


@pytest.mark.parametrize("customer", [0, -1, 10**12])
def test_an_id_that_nobody_has_is_refused(customer: int, brand: Brand) -> None:
    with pytest.raises(ValueError, match="A remote id lies between 1"):
        forget(brand, customer)


def test_a_guest_is_nobody(brand: Brand, pull: Pull) -> None:
    forget(brand)
    pull("orders", {"id": 5, "payload": {"customer": {"id": 0, "name": "Guest"}}})
    assert Order.objects.get().customer_name == "Guest"


def test_a_customer_of_the_sandbox_disappears_for_good(mirror: Mirror, brand: Brand) -> None:
    mirror()
    customer = Customer.objects.exclude(phone=None).filter(orders__isnull=False).first()
    phone, name = customer.phone, customer.name
    assert phone in read_database()
    counts = forget(brand, customer.clopos_id).counts
    assert counts["Customer"] == 1
    assert counts["Order"] >= 1
    assert phone not in read_database()
    report = mirror(is_full=True)
    assert (report.run.status, report.total("updated"), report.total("rejected")) == ("succeeded", 0, 0)
    assert phone not in read_database()
    assert Customer.objects.get(pk=customer.pk).name is None
    assert name
