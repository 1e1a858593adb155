"""The worst days, by name: what is removed, what is only missing, and what yesterday's data survives."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from django_clopos.mirror import get_resource
from django_clopos.models import (
    Brand,
    Change,
    Customer,
    Product,
    Receipt,
    ReceiptPayment,
    SaleType,
    StopListEntry,
    Venue,
)
from django_clopos.sandbox import Fault, FaultKind, Sandbox
from django_clopos.sync.engine import sync
from tests.conftest import SLUG, Mirror, make_sandbox, open_test_client

pytestmark = pytest.mark.django_db

Document = dict[str, Any]
_CUSTOMER = 7
_SALE_TYPE = 3
#: How many customers the restaurant has; two more are called deleted.
_CUSTOMERS = 238


@pytest.fixture
def sandbox() -> Sandbox:
    """Three weeks of sales."""
    return make_sandbox(days=22, receipts_per_day=2)


def find(sandbox: Sandbox, name: str, clopos_id: int) -> Document:
    return next(each for each in sandbox.documents(SLUG, name) if each["id"] == clopos_id)


def find_living(sandbox: Sandbox, name: str) -> list[Document]:
    """Give the documents that the remote has and does not call deleted."""
    return [each for each in sandbox.documents(SLUG, name) if not each.get("deleted_at")]


def remove_customers(sandbox: Sandbox, count: int) -> None:
    for document in find_living(sandbox, "customers")[:count]:
        sandbox.remove(SLUG, "customers", document["id"])


def count_venue(model: type[Receipt] | type[StopListEntry], venue: int) -> int:
    return int(model.objects.live().filter(venue__clopos_id=venue).count())


def choose_receipt(sandbox: Sandbox, *, day: date, venue: int | None = None) -> Document:
    """Choose a closed and paid receipt of a day that nobody has deleted."""
    return next(
        each
        for each in sandbox.documents(SLUG, "receipts")
        if each["created_at"].startswith(str(day))
        and each["payment_methods"]
        and not each["deleted_at"]
        and venue in {None, each["venue_id"]}
    )


# Proof


def test_a_row_is_removed_after_two_complete_walks_and_a_404(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("customers")
    sandbox.remove(SLUG, "customers", _CUSTOMER)
    first = mirror("customers")
    row = Customer.objects.get(clopos_id=_CUSTOMER)
    assert (first.total("missing"), first.total("removed"), row.removed_at) == (1, 0, None)
    assert row.missing_since is not None
    second = mirror("customers")
    assert (second.total("missing"), second.total("removed")) == (0, 1)
    assert Customer.objects.get(clopos_id=_CUSTOMER).removed_at is not None
    asked = [(each.path, each.status) for each in sandbox.requests if each.path.startswith("customers/")]
    assert asked == [(f"customers/{_CUSTOMER}", 404)]


def test_a_row_that_answers_by_its_id_is_kept(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("customers")
    document = find(sandbox, "customers", _CUSTOMER)
    sandbox.remove(SLUG, "customers", _CUSTOMER)
    mirror("customers")
    sandbox.before_response(f"customers/{_CUSTOMER}", lambda: sandbox.insert(SLUG, "customers", document))
    assert mirror("customers").total("removed") == 0
    row = Customer.objects.get(clopos_id=_CUSTOMER)
    assert (row.removed_at, row.missing_since) == (None, None)


def test_where_no_row_can_be_asked_for_a_third_walk_decides(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("sale-types")
    sandbox.remove(SLUG, "sale-types", _SALE_TYPE)
    assert [mirror("sale-types").total("removed") for _ in range(3)] == [0, 0, 1]
    assert not SaleType.objects.live().filter(clopos_id=_SALE_TYPE).exists()
    assert SaleType.objects.live().count() == 3


def test_a_row_seen_between_two_absences_begins_again(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("sale-types")
    document = find(sandbox, "sale-types", _SALE_TYPE)
    for _ in range(3):
        sandbox.remove(SLUG, "sale-types", _SALE_TYPE)
        assert mirror("sale-types").total("removed") == 0
        sandbox.insert(SLUG, "sale-types", document)
        assert mirror("sale-types").total("removed") == 0
    assert SaleType.objects.live().filter(clopos_id=_SALE_TYPE, missing_since=None).exists()


def test_a_removed_row_that_comes_back_byte_for_byte_is_restored(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("customers")
    document = find(sandbox, "customers", _CUSTOMER)
    sandbox.remove(SLUG, "customers", _CUSTOMER)
    mirror("customers")
    mirror("customers")
    sandbox.insert(SLUG, "customers", document)
    assert mirror("customers").total("updated") == 1
    row = Customer.objects.get(clopos_id=_CUSTOMER)
    assert (row.removed_at, row.missing_since) == (None, None)


# Too much to believe


def test_too_many_at_once_remove_nothing_and_the_run_says_so(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("customers")
    remove_customers(sandbox, 60)
    mirror("customers")
    report = mirror("customers")
    assert report.total("removed") == 0
    assert Customer.objects.live().count() == _CUSTOMERS
    assert f"60 of {_CUSTOMERS} rows are missing from two complete walks" in report.steps[0].note
    assert "--allow-mass-removal" in report.steps[0].note
    assert mirror("customers", allows_mass_removal=True).total("removed") == 60
    assert Customer.objects.live().count() == _CUSTOMERS - 60


def test_a_run_asks_for_a_hundred_rows_at_most(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("customers")
    remove_customers(sandbox, 130)
    removed = [mirror("customers", allows_mass_removal=True).total("removed") for _ in range(3)]
    assert removed == [0, 100, 30]


def test_an_empty_list_where_rows_are_known_is_not_believed(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("customers", "sale-types")
    sandbox.faults.add(Fault(FaultKind.EMPTY_LIST, times=None))
    for _ in range(4):
        report = mirror("customers", "sale-types")
        assert (report.total("missing"), report.total("removed")) == (0, 0)
        assert report.steps[0].note == f"An empty answer where {_CUSTOMERS} rows are known was not believed."
    assert (Customer.objects.live().count(), SaleType.objects.live().count()) == (_CUSTOMERS, 4)


def test_the_last_few_rows_of_a_list_can_go_because_each_is_asked_for(mirror: Mirror, sandbox: Sandbox) -> None:
    for document in sandbox.documents(SLUG, "stations")[2:]:
        sandbox.remove(SLUG, "stations", document["id"])
    mirror("stations")
    sandbox.faults.add(Fault(FaultKind.EMPTY_LIST, path="stations", times=2))
    assert [mirror("stations").total("removed") for _ in range(2)] == [0, 0]
    for document in sandbox.documents(SLUG, "stations"):
        sandbox.remove(SLUG, "stations", document["id"])
    assert [mirror("stations").total("removed") for _ in range(2)] == [0, 2]


def test_a_total_that_lies_proves_nothing(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("sale-types")
    sandbox.remove(SLUG, "sale-types", _SALE_TYPE)
    sandbox.faults.add(Fault(FaultKind.LYING_TOTAL, path="sale-types", times=None))
    for _ in range(4):
        report = mirror("sale-types")
        assert (report.total("missing"), report.total("removed")) == (0, 0)
    assert SaleType.objects.live().count() == 4


def test_a_body_that_is_cut_off_removes_nothing(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("customers")
    sandbox.faults.add(Fault(FaultKind.TRUNCATED_JSON, path="customers", times=None))
    report = mirror("customers")
    assert report.run.status == "failed"
    assert report.steps[0].error
    assert Customer.objects.live().filter(missing_since=None).count() == _CUSTOMERS


# Venues, windows and scopes


def test_a_venue_that_leaves_suspends_its_steps_and_removes_nothing(mirror: Mirror, sandbox: Sandbox) -> None:
    names = ("venues", "stop-list", "receipts")
    mirror(*names)
    before = count_venue(Receipt, 2)
    sandbox.remove(SLUG, "venues", 2)
    reports = [mirror(*names) for _ in range(4)]
    assert Venue.objects.live().count() == 2
    for report in reports:
        assert report.run.status == "succeeded", [step.error for step in report.steps]
        assert not [step for step in report.steps if step.venue == 2]
    assert count_venue(Receipt, 2) == before > 0
    assert count_venue(StopListEntry, 2) == 3


def test_a_row_of_a_venue_that_left_stops_no_other_removal(brand: Brand) -> None:
    """Where one walk gives every venue's rows, a row of the lost venue cannot be asked for by its id."""
    sandbox = make_sandbox(days=22, receipts_per_day=2, receipt_scope="brand")
    resources = [get_resource("venues"), get_resource("receipts")]
    lost, gone = (choose_receipt(sandbox, day=date(2026, 11, 10), venue=venue) for venue in (2, 1))
    with open_test_client(sandbox) as client, time_machine.travel("2026-11-20T19:00:00Z") as clock:
        sync(brand, resources, client=client)
        sandbox.remove(SLUG, "venues", 2)
        for document in (lost, gone):
            sandbox.remove(SLUG, "receipts", document["id"])
        for _ in range(3):
            clock.shift(timedelta(hours=2))
            sync(brand, resources, client=client)
    removed = Receipt.objects.filter(deleted_at=None).exclude(removed_at=None)
    assert list(removed.values_list("clopos_id", flat=True)) == [gone["id"]]


def test_a_window_says_nothing_of_its_outer_days(mirror: Mirror, sandbox: Sandbox) -> None:
    days = [date(2026, 11, day) for day in (10, 11, 12)]
    mirror("venues", "receipts")
    gone = {day: choose_receipt(sandbox, day=day) for day in days}
    for document in gone.values():
        sandbox.remove(SLUG, "receipts", document["id"])
    for _ in range(3):
        mirror("receipts", since=days[0], until=days[-1])
    removed = set(Receipt.objects.filter(deleted_at=None).exclude(removed_at=None).values_list("clopos_id", flat=True))
    assert removed == {gone[days[1]]["id"]}


def test_where_it_is_unknown_whose_rows_a_walk_gives_nothing_is_removed(mirror: Mirror, sandbox: Sandbox) -> None:
    for document in sandbox.documents(SLUG, "receipts"):
        if document["venue_id"] != 1:
            sandbox.remove(SLUG, "receipts", document["id"])
    mirror("venues", "receipts")
    gone = choose_receipt(sandbox, day=date(2026, 11, 11))
    sandbox.remove(SLUG, "receipts", gone["id"])
    for _ in range(3):
        report = mirror("receipts", since=date(2026, 11, 1), until=date(2026, 11, 30))
        assert (report.total("missing"), report.total("removed")) == (0, 0)
    assert Receipt.objects.live().filter(clopos_id=gone["id"]).exists()


# Access and clocks


def test_credentials_revoked_in_the_middle_leave_the_data_of_yesterday(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("customers", "products")
    brand = sandbox.brand(SLUG)
    sandbox.before_response("products", lambda: setattr(brand, "disabled", True))
    sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, path="products"))
    report = mirror("customers", "products", "sale-types")
    assert (report.run.status, [step.status for step in report.steps]) == ("failed", ["succeeded", "failed"])
    assert report.run.error
    assert Customer.objects.live().count() == _CUSTOMERS
    assert Product.objects.live().filter(is_nested=False).count() == len(find_living(sandbox, "products"))
    assert not Product.objects.exclude(missing_since=None).exists()


def test_a_stamp_of_2099_hides_no_later_change(mirror: Mirror, sandbox: Sandbox, clock: Any) -> None:
    mirror("venues", "receipts")
    first, second = (choose_receipt(sandbox, day=date(2026, 11, day), venue=1) for day in (18, 19))
    sandbox.change(SLUG, "receipts", first["id"], updated_at="2099-01-01 00:00:00")
    mirror("receipts")
    clock.shift(timedelta(minutes=10))
    sandbox.change(SLUG, "receipts", second["id"], guests=41)
    mirror("receipts")
    assert Receipt.objects.get(clopos_id=second["id"]).guests == 41


def test_a_clock_that_jumps_back_and_forth_loses_nothing(mirror: Mirror, sandbox: Sandbox, clock: Any) -> None:
    mirror("venues", "receipts")
    receipt = choose_receipt(sandbox, day=date(2026, 11, 18))
    for guests, hours in ((41, -30), (42, 60), (43, -28), (44, 2)):
        clock.shift(timedelta(hours=hours))
        sandbox.change(SLUG, "receipts", receipt["id"], guests=guests)
        mirror("receipts")
    assert Receipt.objects.get(clopos_id=receipt["id"]).guests == 44
    assert not Receipt.objects.filter(deleted_at=None).exclude(removed_at=None).exists()


# Late edits: in the mirror after at most two runs of the right kind


def test_an_edited_payment_of_a_closed_receipt_arrives(mirror: Mirror, sandbox: Sandbox, clock: Any) -> None:
    mirror("venues", "receipts")
    receipt = choose_receipt(sandbox, day=date(2026, 11, 12))
    payment = receipt["payment_methods"][0] | {"amount": Decimal("12.34")}
    sandbox.change(
        SLUG, "receipts", receipt["id"], payment_methods=[payment], updated_at=receipt["updated_at"]
    )  # the stamp stays: no sort shows this edit
    clock.shift(timedelta(hours=2))
    mirror("receipts")
    row = ReceiptPayment.objects.get(receipt__clopos_id=receipt["id"])
    assert row.amount == Decimal("12.34")
    ((kind, keys),) = told("Receipt", receipt["id"])
    assert kind == "updated"
    assert "payment_methods" in keys


def test_a_deleted_receipt_of_three_weeks_ago_goes(mirror: Mirror, sandbox: Sandbox, clock: Any) -> None:
    mirror("venues", "receipts")
    receipt = choose_receipt(sandbox, day=date(2026, 10, 31))
    sandbox.remove(SLUG, "receipts", receipt["id"])
    for _ in range(2):
        clock.shift(timedelta(hours=2))
        mirror("receipts")
    assert Receipt.objects.get(clopos_id=receipt["id"]).removed_at is not None
    assert Receipt.objects.filter(deleted_at=None).exclude(removed_at=None).count() == 1
    assert [kind for kind, _ in told("Receipt", receipt["id"])] == ["removed"]


def test_a_receipt_that_is_opened_again_is_open(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("venues", "receipts")
    receipt = choose_receipt(sandbox, day=date(2026, 11, 12))
    sandbox.change(SLUG, "receipts", receipt["id"], status=1, closed_at=None, payment_methods=[])
    mirror("receipts")
    row = Receipt.objects.get(clopos_id=receipt["id"])
    assert (row.status, row.closed_at) == (1, None)
    assert not ReceiptPayment.objects.filter(receipt=row).exists()
    ((kind, keys),) = told("Receipt", receipt["id"])
    assert (kind, keys) == ("updated", {"status", "closed_at", "payment_methods"})


def test_a_changed_price_arrives_with_the_next_run(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("products")
    sandbox.change(SLUG, "products", 35, price=Decimal("9.9"))
    mirror("products")
    assert Product.objects.get(clopos_id=35).price == Decimal("9.9")
    assert told("Product", 35) == [("updated", {"price"})]


def test_a_product_that_is_removed_and_comes_back_is_followed(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror("products")
    document = find(sandbox, "products", 109)
    sandbox.remove(SLUG, "products", 109)
    mirror("products")
    mirror("products")
    assert Product.objects.get(clopos_id=109).removed_at is not None
    sandbox.insert(SLUG, "products", document)
    mirror("products")
    assert Product.objects.live().filter(clopos_id=109, missing_since=None).exists()
    assert [kind for kind, _ in told("Product", 109)] == ["removed", "restored"]


def told(table: str, clopos_id: int) -> list[tuple[str, set[str]]]:
    """Give what history says of a row: kinds and changed keys, oldest first."""
    changes = Change.objects.filter(table=table, clopos_id=clopos_id).order_by("seq")
    return [(change.kind, set(change.after or ())) for change in changes]
