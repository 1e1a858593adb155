"""Every run is accounted for, however it ends; what fails costs the others nothing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from django_clopos.mirror import RESOURCES, get_resource
from django_clopos.models import Brand, Customer, Lease, Product, SyncRun, SyncStep
from django_clopos.models.bookkeeping import COUNTS, Status
from django_clopos.sandbox import Fault, FaultKind, Sandbox
from django_clopos.sync.clock import after
from django_clopos.sync.engine import Options, add_needed, is_dated, sync
from tests.conftest import SLUG, Mirror, make_sandbox, open_test_client
from tests.sync.conftest import Pull, Remote, open_remote

pytestmark = pytest.mark.django_db


def test_a_resource_that_fails_leaves_the_others(mirror: Mirror, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(FaultKind.SUCCESS_FALSE, path="stations", times=None))
    report = mirror("categories", "stations", "customers")
    assert report.run.status == "partial"
    assert {step.resource: step.status for step in report.steps} == {
        "categories": "succeeded",
        "stations": "failed",
        "customers": "succeeded",
    }
    assert Customer.objects.count() == len(sandbox.documents(SLUG, "customers"))


def test_a_module_that_is_off_fails_its_step_only(mirror: Mirror, sandbox: Sandbox) -> None:
    sandbox.brand(SLUG).module_off.add("orders")
    report = mirror("customers", "orders")
    assert report.run.status == "partial"
    failed = [step for step in report.steps if step.status == "failed"]
    assert {step.resource for step in failed} == {"orders"}
    assert "module" in failed[0].error


def test_wrong_credentials_end_the_run_at_once(brand: Brand, sandbox: Sandbox) -> None:
    client = open_test_client(sandbox)
    object.__setattr__(client.config, "client_secret", "wrong")
    with client:
        report = sync(brand, RESOURCES, client=client)
    assert report.run.status == "failed"
    assert len(report.steps) == 1
    assert len(sandbox.requests) <= 2
    assert report.run.error == SyncRun.objects.get().error != ""
    assert "\n" not in report.run.error
    assert "wrong" not in report.run.error


def test_a_dead_server_ends_the_run_at_once(brand: Brand, remote: Remote) -> None:
    remote.answers = [httpx.ConnectError("connection refused") for _ in range(99)]
    with open_remote(remote) as client:
        report = sync(brand, RESOURCES, client=client)
    assert (report.run.status, len(report.steps)) == ("failed", 1)
    assert len(remote.asked) <= 5
    assert report.run.error == SyncRun.objects.get().error != ""


def test_a_server_that_dies_later_fails_what_is_left_step_by_step(pull: Pull, brand: Brand, remote: Remote) -> None:
    remote.lists["customers"] = [{"id": 1}]
    names = [get_resource(name) for name in ("customers", "stations", "categories")]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(("auth", "customers")):
            return remote(request)
        raise httpx.ConnectError("connection refused")

    with open_remote(answer) as client:  # type: ignore[arg-type]  # anything that answers
        report = sync(brand, names, client=client)
    assert [step.status for step in report.steps] == ["succeeded", "failed", "failed"]
    assert report.run.status == "partial"


def test_missing_credentials_are_a_recorded_run_and_an_error(brand: Brand) -> None:
    with pytest.raises(ImproperlyConfigured, match="client_id"):
        sync(brand, [get_resource("venues")])
    run = SyncRun.objects.get()
    assert (run.status, "client_id" in run.error) == ("failed", True)


def stop() -> None:
    raise KeyboardInterrupt


def test_control_c_abandons_the_run_and_closes_every_step(mirror: Mirror, sandbox: Sandbox) -> None:
    sandbox.before_response("products", stop)
    with pytest.raises(KeyboardInterrupt):
        mirror("categories", "products", "customers")
    run = SyncRun.objects.get()
    assert (run.status, run.finished_at is None) == ("abandoned", False)
    assert dict(run.steps.values_list("resource", "status")) == {"categories": "succeeded", "products": "abandoned"}
    assert not SyncStep.objects.filter(finished_at=None).exists()
    mirror("products")
    assert Product.objects.filter(is_nested=False).count() == len(sandbox.documents(SLUG, "products"))


def test_an_unforeseen_error_is_recorded_and_passed_on(mirror: Mirror, sandbox: Sandbox) -> None:
    def fail() -> None:
        raise ZeroDivisionError("secret detail")

    sandbox.before_response("customers", fail)
    with pytest.raises(ZeroDivisionError):
        mirror("customers")
    run = SyncRun.objects.get()
    assert run.status == "failed"
    assert "ZeroDivisionError" in run.error
    assert "secret detail" not in run.error + run.steps.get().error


def find_dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_killed_run_is_closed_by_the_next(mirror: Mirror, brand: Brand) -> None:
    begun = {"brand": brand, "host": socket.gethostname(), "started_at": timezone.now()}
    dead = SyncRun.objects.create(**begun, pid=find_dead_pid())
    step = SyncStep.objects.create(run=dead, resource="venues", started_at=timezone.now())
    alive = SyncRun.objects.create(**begun, pid=os.getpid())
    elsewhere = SyncRun.objects.create(**(begun | {"host": "elsewhere"}), pid=dead.pid)
    mirror("venues")
    for row in (dead, step, alive, elsewhere):
        row.refresh_from_db()
    assert (dead.status, step.status) == ("abandoned", "abandoned")
    assert "killed" in dead.error
    assert (alive.status, elsewhere.status) == ("running", "running")


def test_a_run_sums_its_steps(mirror: Mirror) -> None:
    report = mirror("venues", "categories", "customers")
    totals = SyncRun.objects.get().totals()
    assert {name: totals[name] for name in COUNTS} == {name: report.total(name) for name in COUNTS}
    assert totals["requests"] >= totals["pages"] > 0
    assert totals["seen"] == totals["created"] + totals["updated"] + totals["unchanged"] + totals["rejected"]


def test_a_run_says_what_was_asked(mirror: Mirror) -> None:
    mirror("venues", resources=("venues",), venues=(1,), is_full=True)
    assert SyncRun.objects.get().options == {"resources": ["venues"], "venues": [1], "is_full": True}


def test_every_request_is_in_a_step(mirror: Mirror, sandbox: Sandbox) -> None:
    assert mirror().total("requests") == len(sandbox.requests)


def test_venues_are_read_first_where_none_is_known(brand: Brand) -> None:
    wanted = [get_resource("stop-list")]
    assert [r.name for r in add_needed(wanted, registry=RESOURCES, brand=brand)] == ["venues", "stop-list"]
    assert [r.name for r in add_needed([get_resource("users")], registry=RESOURCES, brand=brand)] == ["users"]


def test_resources_with_dates_are_known() -> None:
    assert {resource.name for resource in RESOURCES if is_dated(resource)} == {"orders", "receipts", "stock-operations"}


# What a dry run says and does


def dump() -> dict[str, Any]:
    """Give every row of every table of ours."""
    from django.apps import apps  # noqa: PLC0415

    models = apps.get_app_config("django_clopos").get_models()
    return {model.__name__: sorted(map(repr, model._base_manager.values_list())) for model in models}


def counts(report: Any) -> dict[Any, Any]:
    names = [name for name in COUNTS if name != "requests"]
    return {(step.resource, step.venue): [getattr(step, name) for name in names] for step in report.steps}


def test_a_dry_run_of_a_new_brand_writes_nothing_and_counts_the_same(sandbox: Sandbox, db: None) -> None:
    brand = Brand(slug=SLUG)
    before = dump()
    with open_test_client(sandbox) as client:
        resources = [resource for resource in RESOURCES if not resource.is_opt_in]
        dry = sync(brand, resources, options=Options(is_dry_run=True), client=client)
        assert dump() == before
        brand.save()
        assert counts(sync(brand, resources, client=client)) == counts(dry)
    assert dry.run.status == "succeeded"
    assert dry.total("created") > 100


def test_a_dry_run_of_changes_writes_nothing_and_counts_the_same(mirror: Mirror, sandbox: Sandbox) -> None:
    mirror()
    products = [document["id"] for document in sandbox.documents(SLUG, "products")]
    sandbox.change(SLUG, "products", products[0], name="Yeni")
    sandbox.change(SLUG, "customers", sandbox.documents(SLUG, "customers")[0]["id"], name="\0")
    sandbox.insert(SLUG, "customers", {"id": 990_001, "name": "New"})
    stopped = sandbox.documents(SLUG, "stop-list")[0]
    sandbox.remove(SLUG, "stop-list", (stopped["venue_id"], stopped["id"]))
    receipt = sandbox.documents(SLUG, "receipts")[-1]
    sandbox.change(SLUG, "receipts", receipt["id"], total=777, odd=1)
    before = dump()
    dry = mirror(is_dry_run=True)
    assert dump() == before
    real = mirror()
    assert counts(real) == counts(dry)
    assert [real.total(name) for name in ("created", "removed", "rejected")] == [1, 1, 1]
    assert real.total("updated") >= 2  # a product is also part of others' records


def test_a_second_dry_run_says_the_same(sandbox: Sandbox, mirror: Mirror) -> None:
    assert counts(mirror(is_dry_run=True)) == counts(mirror(is_dry_run=True))


@pytest.mark.parametrize("at_top_level", [True, False])
def test_nested_records_count_the_same_in_a_dry_run(at_top_level: bool, brand: Brand) -> None:
    with open_test_client(make_sandbox(variants_at_top_level=at_top_level)) as client:
        products = [get_resource("products")]
        dry = sync(brand, products, options=Options(is_dry_run=True), client=client)
        assert counts(sync(brand, products, client=client)) == counts(dry)


@pytest.mark.parametrize("is_listed_first", [True, False])
def test_a_record_listed_and_nested_counts_the_same_in_a_dry_run(
    is_listed_first: bool, pull: Pull, brand: Brand, remote: Remote
) -> None:
    listed = {"id": 1, "name": "Dough"}
    dish = {"id": 2, "name": "Plov", "recipe": [{"id": 1, "name": "Dough", "pivot": {}}]}
    ends = [listed, dish] if is_listed_first else [dish, listed]
    filler = [{"id": number, "name": "x"} for number in range(10, 120)]
    records = [ends[0], *filler, ends[1]]  # on different pages
    dry = pull("products", *records, is_dry_run=True)
    assert counts(pull("products", *records)) == counts(dry)
    assert Product.objects.get(clopos_id=1).is_nested is False


class TestSilentRuns:
    """Runs of another host, of which nobody here can tell whether their process lives."""

    def start(self, brand: Brand, *, age: timedelta) -> SyncRun:
        return SyncRun.objects.create(brand=brand, host="elsewhere", pid=7, started_at=timezone.now() - age)

    def test_one_without_a_lease_is_closed(self, mirror: Mirror, brand: Brand) -> None:
        run = self.start(brand, age=timedelta(minutes=11))
        mirror("venues")
        run.refresh_from_db()
        assert run.status == Status.ABANDONED

    def test_one_that_holds_a_lease_goes_on(self, mirror: Mirror, brand: Brand) -> None:
        run = self.start(brand, age=timedelta(minutes=11))
        ends = after(timedelta(minutes=1))
        Lease.objects.create(brand=brand, resource="receipts", owner="x", host="elsewhere", pid=7, expires_at=ends)
        mirror("venues")
        run.refresh_from_db()
        assert run.status == Status.RUNNING

    def test_a_young_one_goes_on(self, mirror: Mirror, brand: Brand) -> None:
        run = self.start(brand, age=timedelta(minutes=5))
        mirror("venues")
        run.refresh_from_db()
        assert run.status == Status.RUNNING
