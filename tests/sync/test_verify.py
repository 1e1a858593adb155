"""A comparison finds nothing after a sync, each kind of planted difference after one, and heals it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection

from django_clopos.client import Client
from django_clopos.mirror import RESOURCES, get_resource
from django_clopos.models import Brand, Customer, Product, Receipt, Reconciliation, RejectedRow, SaleType, StopListEntry
from django_clopos.models.base import compute_key
from django_clopos.sandbox import Fault, FaultKind, Sandbox
from django_clopos.sync.verify import Finding, heal, make_plan, verify
from tests.conftest import SLUG, Mirror
from tests.sync.conftest import Pull, Remote, open_remote

pytestmark = pytest.mark.django_db

PLAIN = [resource for resource in RESOURCES if not resource.is_opt_in]
Verify = Callable[..., list[Finding]]


@pytest.fixture
def compare(brand: Brand, client: Client) -> Verify:
    """Compare resources by name (none: all that a plain sync reads), and heal where asked to."""

    def run(*names: str, deep: bool = True, healing: bool = False, days: int = 5) -> list[Finding]:
        resources = [get_resource(name) for name in names] or PLAIN
        plan = make_plan(brand, resources, client=client, days=days, is_deep=deep)
        findings = verify(brand, plan, client=client, is_deep=deep)
        if healing:
            heal(brand, findings, client=client)
        return findings

    return run


def found(findings: list[Finding]) -> list[tuple[str, dict[str, Any]]]:
    """Give what was found, part by part, errors included."""
    return [
        (finding.row.resource, finding.row.error or finding.row.differences)
        for finding in findings
        if not finding.row.is_equal
    ]


def delete_here(table: str, key: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [key])


def update_here(table: str, key: int, **values: Any) -> None:
    names = ", ".join(f"{name} = %s" for name in values)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {names} WHERE id = %s", [*values.values(), key])


def copy_here(model: Any, key: int, clopos_id: int) -> None:
    """Copy a row under another id, as no sync would."""
    fields = [each.column for each in model._meta.concrete_fields if each.name not in {"id", "clopos_id"}]
    columns, table = ", ".join(map(connection.ops.quote_name, fields)), model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (id, clopos_id, {columns}) "
            f"SELECT id - clopos_id + {clopos_id}, {clopos_id}, {columns} FROM {table} WHERE id = %s",
            [key],
        )


def first_receipt(sandbox: Sandbox) -> dict[str, Any]:
    """Give a closed receipt of two days before the last."""
    documents = sandbox.documents(SLUG, "receipts")
    return next(each for each in documents if each["created_at"].startswith("2026-11-18") and each["status"] == 2)


@pytest.mark.parametrize("deep", [False, True])
def test_nothing_differs_after_a_sync(deep: bool, mirror: Mirror, compare: Verify) -> None:
    mirror()
    findings = compare(deep=deep)
    assert found(findings) == []
    assert {finding.row.resource for finding in findings} == {resource.name for resource in PLAIN}
    assert sum(finding.row.remote_count or 0 for finding in findings) > 100
    rows = Reconciliation.objects.all()
    assert rows.count() == len(findings)
    assert rows.values("batch").distinct().count() == 1
    assert not rows.exclude(is_equal=True, is_deep=deep, error="").exists()


def test_days_and_venues_add_up_to_everything(mirror: Mirror, compare: Verify) -> None:
    mirror()
    findings = compare("receipts", days=8)
    assert len(findings) == 8 * 3
    assert sum(finding.row.local_count or 0 for finding in findings) == Receipt.objects.count()


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("name", ["customers", "products", "stop-list", "receipts", "orders"])
def test_a_row_deleted_here(name: str, deep: bool, mirror: Mirror, compare: Verify) -> None:
    mirror()
    model = get_resource(name).table.model
    row: Any = model._base_manager.order_by("pk").first()
    clopos_id = getattr(row, "clopos_id", None) or row.product_id % 10**12
    before = model._base_manager.count()
    delete_here(model._meta.db_table, row.pk)
    findings = compare(name, deep=deep, healing=True)
    assert found(findings) == [(name, {"missing": [clopos_id]})]
    assert [finding.row.is_healed for finding in findings if not finding.row.is_equal] == [True]
    assert model._base_manager.count() == before
    assert found(compare(name)) == []


@pytest.mark.parametrize("deep", [False, True])
def test_rows_extra_here_are_removed_by_the_proof_of_the_sync(deep: bool, mirror: Mirror, compare: Verify) -> None:
    mirror()
    customer, receipt = Customer.objects.order_by("pk")[0], Receipt.objects.order_by("created_at", "pk")[3]
    for model, row in ((Customer, customer), (Receipt, receipt)):
        copy_here(model, row.pk, 777_777)
    findings = compare("customers", "receipts", deep=deep, healing=True)
    assert found(findings) == [("customers", {"extra": [777777]}), ("receipts", {"extra": [777777]})]
    assert all(finding.row.is_healed for finding in findings if not finding.row.is_equal)
    for model in (Customer, Receipt):
        assert model.objects.get(clopos_id=777777).removed_at is not None
        assert model.objects.exclude(removed_at=None).exclude(clopos_id=777777).filter(deleted_at=None).count() == 0


def test_a_row_changed_here_with_its_record_and_digest(mirror: Mirror, compare: Verify) -> None:
    mirror()
    row = SaleType.objects.order_by("pk")[1]
    raw = json.dumps({"id": row.clopos_id, "name": "Forged"})
    update_here("django_clopos_saletype", row.pk, name="Forged", raw=raw, content_hash="f" * 32)
    assert found(compare("sale-types", deep=False)) == []
    findings = compare("sale-types", healing=True)
    assert found(findings) == [("sale-types", {"different": [row.clopos_id]})]
    assert findings[0].row.is_healed
    assert SaleType.objects.get(pk=row.pk).name == row.name


def corrupt_column(receipt: Receipt) -> None:
    update_here("django_clopos_receipt", receipt.pk, total="77777")


def corrupt_record(receipt: Receipt) -> None:
    update_here("django_clopos_receipt", receipt.pk, raw=json.dumps({**receipt.raw, "total": 77777}, default=str))


def lose_a_line(receipt: Receipt) -> None:
    delete_here("django_clopos_receiptproduct", receipt.receipt_products.order_by("pk")[0].pk)


def forge_a_payment(receipt: Receipt) -> None:
    update_here("django_clopos_receiptpayment", receipt.payments.order_by("pk")[0].pk, amount="77777")


@pytest.mark.parametrize("damage", [corrupt_column, corrupt_record, lose_a_line, forge_a_payment])
def test_what_was_damaged_here_under_a_right_digest(
    damage: Callable[[Receipt], None], mirror: Mirror, compare: Verify, sandbox: Sandbox
) -> None:
    mirror()
    receipt = Receipt.objects.get(clopos_id=first_receipt(sandbox)["id"])
    lines, payments = list(receipt.receipt_products.values()), list(receipt.payments.order_by("position").values())
    damage(receipt)
    findings = compare("receipts", healing=True)
    assert found(findings) == [("receipts", {"different": [receipt.clopos_id]})]
    assert all(finding.row.is_healed for finding in findings if not finding.row.is_equal)
    healed = Receipt.objects.get(pk=receipt.pk)
    assert (healed.total, healed.raw, healed.first_seen_at) == (receipt.total, receipt.raw, receipt.first_seen_at)
    assert list(healed.receipt_products.values()) == lines
    paid = list(healed.payments.order_by("position").values())
    assert [{**each, "id": 0} for each in paid] == [{**each, "id": 0} for each in payments]


@pytest.mark.parametrize("name", ["products", "price-lists", "sale-types"])
def test_a_row_removed_there(name: str, mirror: Mirror, compare: Verify, sandbox: Sandbox) -> None:
    mirror()
    gone = sandbox.documents(SLUG, name)[-1]["id"]
    sandbox.remove(SLUG, name, gone)
    findings = compare(name, healing=True)
    assert found(findings) == [(name, {"extra": [gone]})]
    assert findings[0].row.is_healed
    assert get_resource(name).table.model._base_manager.get(clopos_id=gone).removed_at is not None


def test_a_receipt_removed_there(mirror: Mirror, compare: Verify, sandbox: Sandbox) -> None:
    mirror()
    gone = first_receipt(sandbox)["id"]
    sandbox.remove(SLUG, "receipts", gone)
    findings = compare("receipts", deep=False, healing=True)
    assert found(findings) == [("receipts", {"extra": [gone]})]
    assert [finding.row.day for finding in findings if finding.row.is_healed] == [date(2026, 11, 18)]
    assert Receipt.objects.get(clopos_id=gone).removed_at is not None


def test_a_payment_edited_there_without_a_later_stamp(mirror: Mirror, compare: Verify, sandbox: Sandbox) -> None:
    mirror()
    receipt = first_receipt(sandbox)
    payments = [{**receipt["payment_methods"][0], "amount": 1234.5}]
    sandbox.change(SLUG, "receipts", receipt["id"], payment_methods=payments, updated_at=receipt["updated_at"])
    assert found(compare("receipts", deep=False)) == []
    findings = compare("receipts", healing=True)
    assert found(findings) == [("receipts", {"different": [receipt["id"]]})]
    assert all(finding.row.is_healed for finding in findings if not finding.row.is_equal)
    assert [str(paid.amount) for paid in Receipt.objects.get(clopos_id=receipt["id"]).payments.all()] == ["1234.500000"]


@pytest.mark.parametrize("deep", [False, True])
def test_a_receipt_more_there(deep: bool, mirror: Mirror, compare: Verify, sandbox: Sandbox) -> None:
    mirror()
    sandbox.insert(SLUG, "receipts", {**first_receipt(sandbox), "id": 888_888})
    findings = compare("receipts", deep=deep, healing=True)
    assert found(findings) == [("receipts", {"missing": [888_888]})]
    assert Receipt.objects.filter(clopos_id=888_888).exists()


def test_a_stop_list_entry_gone_there(mirror: Mirror, compare: Verify, sandbox: Sandbox) -> None:
    mirror()
    entry = sandbox.documents(SLUG, "stop-list")[0]
    sandbox.remove(SLUG, "stop-list", (entry["venue_id"], entry["id"]))
    findings = compare("stop-list", deep=False, healing=True)
    assert found(findings) == [("stop-list", {"extra": [entry["id"]]})]
    assert [finding.row.venue for finding in findings if finding.row.is_healed] == [entry["venue_id"]]
    assert StopListEntry.objects.exclude(removed_at=None).count() == 1


def test_a_rejected_record_is_explained(mirror: Mirror, compare: Verify, sandbox: Sandbox) -> None:
    sandbox.change(SLUG, "customers", 3, name=["no", "name"])
    mirror("customers")
    assert RejectedRow.objects.filter(resolved_at=None).count() == 1
    (finding,) = compare("customers", deep=False)
    assert finding.row.is_equal
    assert finding.row.differences == {"rejected": ["3"]}
    assert (finding.row.remote_count or 0) - (finding.row.local_count or 0) == 1


def test_a_row_that_lists_leave_out_and_that_is_there_by_id_is_no_difference(
    mirror: Mirror, compare: Verify, sandbox: Sandbox, brand: Brand
) -> None:
    mirror()
    variant = next(each["id"] for each in sandbox.documents(SLUG, "products") if each["type"] == "MODIFICATION")
    sandbox._router.variants_at_top_level = False
    (finding,) = compare("products")
    assert finding.row.is_equal
    assert variant in finding.row.differences["unlisted"]
    assert Product.objects.get(pk=compute_key(brand, variant)).removed_at is None


def test_a_row_that_moves_between_two_looks_is_no_difference(mirror: Mirror, compare: Verify, sandbox: Sandbox) -> None:
    mirror()
    customer = sandbox.documents(SLUG, "customers")[4]
    name = customer["name"]
    sandbox.change(SLUG, "customers", customer["id"], name="Somebody else", updated_at=customer["updated_at"])
    sandbox.before_response(
        "customers",
        lambda: sandbox.change(SLUG, "customers", customer["id"], name=name, updated_at=customer["updated_at"]),
        skip=1,
    )
    assert found(compare("customers")) == []


def test_keys_in_another_order_are_no_difference(pull: Pull, remote: Remote, brand: Brand) -> None:
    pull("sale-types", {"id": 1, "name": "Hall"})
    remote.lists["sale-types"] = [b'{"name": "Hall", "id": 1}']
    with open_remote(remote) as client:
        plan = make_plan(brand, [get_resource("sale-types")], client=client, days=1, is_deep=True)
        (finding,) = verify(brand, plan, client=client, is_deep=True)
    assert finding.row.is_equal


def test_what_cannot_be_read_is_recorded_and_the_rest_goes_on(
    mirror: Mirror, compare: Verify, sandbox: Sandbox
) -> None:
    mirror()
    sandbox.faults.add(Fault(FaultKind.SERVER_ERROR, path="customers", times=None))
    findings = compare("customers", "stations")
    ((name, error),) = found(findings)
    assert name == "customers"
    assert "GET customers" in str(error)
    assert not findings[0].differs
    assert findings[0].row.local_count is None


def test_without_access_nothing_more_is_asked(mirror: Mirror, compare: Verify, sandbox: Sandbox) -> None:
    mirror()
    before = len(sandbox.requests)
    sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, path="users", times=None))
    findings = compare("users", "stations", "products")
    assert len(found(findings)) == 3
    assert len(sandbox.requests) - before < 8


def test_a_plan_tells_its_price_before_it_is_paid(mirror: Mirror, brand: Brand, client: Client) -> None:
    mirror()
    for deep in (False, True):
        plan = make_plan(brand, PLAIN, client=client, days=4, is_deep=deep)
        before = client.usage
        verify(brand, plan, client=client, is_deep=deep)
        spent = (client.usage - before).requests
        assert plan.requests <= spent <= plan.requests * 1.5 + 2, (deep, plan.requests, spent)


def test_days_are_those_of_the_brands_zone(mirror: Mirror, compare: Verify, brand: Brand, client: Client) -> None:
    mirror("venues", "receipts")
    brand.date_timezone = "Pacific/Kiritimati"
    brand.save()
    assert found(compare("receipts", days=6, deep=False)) == []
    plan = make_plan(brand, [get_resource("receipts")], client=client, days=1, is_deep=False)
    assert {part.day for part in plan.parts} == {date(2026, 11, 21)}
