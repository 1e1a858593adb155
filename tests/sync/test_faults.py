"""Each fault of the remote: what the run says, and that one more sync makes the mirror equal to the remote."""

from __future__ import annotations

import pytest

from django_clopos.models import Customer, Product, Receipt, RejectedRow
from django_clopos.sandbox import Fault, FaultKind, Sandbox
from tests.conftest import SLUG, Mirror

pytestmark = pytest.mark.django_db


def assert_equal_to_remote(sandbox: Sandbox) -> None:
    documents = sandbox.documents(SLUG, "products")
    rows = dict(Product.objects.filter(is_nested=False).live().values_list("clopos_id", "name"))
    assert rows == {document["id"]: document["name"] for document in documents if not document.get("deleted_at")}


#: Faults that a retry survives: the same sync succeeds.
PASSING = [
    FaultKind.TOO_MANY_REQUESTS,
    FaultKind.SERVER_ERROR,
    FaultKind.GATEWAY_TIMEOUT,
    FaultKind.RESET,
    FaultKind.HTML,
    FaultKind.HTML_OK,
    FaultKind.TRUNCATED_JSON,
    FaultKind.UNAUTHORIZED,
    FaultKind.SLOW,
]


@pytest.mark.parametrize("kind", PASSING)
def test_a_passing_fault_is_survived_in_the_same_run(kind: FaultKind, sandbox: Sandbox, mirror: Mirror) -> None:
    sandbox.faults.add(Fault(kind, path="products", seconds=0.01))
    report = mirror("products")
    assert report.run.status == "succeeded", report.steps[0].error
    assert len(sandbox.faults) == 0
    assert_equal_to_remote(sandbox)


#: Faults after which the step has failed, and said so; what was stored before stays.
FAILING = {FaultKind.SUCCESS_FALSE: 0, FaultKind.REPEATED_PAGE: 1}


@pytest.mark.parametrize("kind", FAILING)
def test_a_lasting_fault_fails_the_step_and_keeps_what_was_stored(
    kind: FaultKind, sandbox: Sandbox, mirror: Mirror
) -> None:
    for number in range(500):  # more than one page
        sandbox.insert(SLUG, "customers", {"id": 900_000 + number * 2, "name": f"Guest {number}"})
    for number in range(600):
        sandbox.insert(SLUG, "customers", {"id": 900_001 + number * 2, "name": f"Visitor {number}"})
    sandbox.faults.add(Fault(kind, path="customers", skip=FAILING[kind], times=None))
    report = mirror("customers")
    assert report.run.status == "failed"
    assert report.steps[0].error
    assert report.steps[0].created == Customer.objects.count()
    sandbox.faults.clear()
    assert mirror("customers").run.status == "succeeded"
    remote = {document["id"]: document["name"] for document in sandbox.documents(SLUG, "customers")}
    assert dict(Customer.objects.values_list("clopos_id", "name")) == remote


BAD_ROWS = [FaultKind.MALFORMED_ROW, FaultKind.MISSING_ID, FaultKind.NUL_TEXT, FaultKind.HUGE_NUMBER]


@pytest.mark.parametrize("kind", BAD_ROWS)
def test_a_bad_row_is_kept_and_the_others_are_stored(kind: FaultKind, sandbox: Sandbox, mirror: Mirror) -> None:
    total = len(sandbox.documents(SLUG, "products"))
    sandbox.faults.add(Fault(kind, path="products"))
    report = mirror("products")
    assert report.run.status == "succeeded"
    assert report.total("rejected") == 1
    row = RejectedRow.objects.get()
    assert row.reason
    assert row.record
    assert Product.objects.filter(is_nested=False).count() == total - 1
    mirror("products")
    assert_equal_to_remote(sandbox)


def test_a_row_that_comes_back_as_it_was_resolves_its_rejection(sandbox: Sandbox, mirror: Mirror) -> None:
    mirror("products")
    sandbox.faults.add(Fault(FaultKind.MALFORMED_ROW, path="products"))
    assert mirror("products").total("rejected") == 1
    rejected = RejectedRow.objects.get()
    assert rejected.resolved_at is None
    report = mirror("products")
    assert report.total("updated") == 0
    rejected.refresh_from_db()
    assert rejected.resolved_at is not None


def test_every_fault_of_the_sandbox_has_a_test() -> None:
    tested = {*PASSING, *FAILING, *BAD_ROWS, FaultKind.EMPTY_LIST, FaultKind.LYING_TOTAL}
    assert tested == set(FaultKind)


def test_an_empty_answer_removes_nothing(sandbox: Sandbox, mirror: Mirror) -> None:
    mirror("venues", "receipts")
    count = Receipt.objects.live().count()
    sandbox.faults.add(Fault(FaultKind.EMPTY_LIST, path="receipts", times=None))
    mirror("receipts")
    assert Receipt.objects.live().count() == count
    sandbox.faults.clear()
    mirror("receipts")
    assert Receipt.objects.live().count() == count


def test_a_total_that_lies_loses_no_row(sandbox: Sandbox, mirror: Mirror) -> None:
    sandbox.faults.add(Fault(FaultKind.LYING_TOTAL, path="products", times=None))
    mirror("products")
    sandbox.faults.clear()
    mirror("products")
    assert_equal_to_remote(sandbox)
