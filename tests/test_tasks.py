"""The tasks are thin calls into the engine; here they run in the calling process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_clopos.mirror import get_resource
from django_clopos.mirror.strategies import Part
from django_clopos.models import (
    Brand,
    Checkpoint,
    Customer,
    Order,
    PaymentMethod,
    Product,
    Receipt,
    Reconciliation,
    Schedule,
    SyncRun,
)
from django_clopos.models.bookkeeping import Status
from django_clopos.sandbox import Sandbox, serve
from django_clopos.schedule.jobs import JOBS
from django_clopos.sync.clock import after
from django_clopos.sync.engine import Options, sync
from django_clopos.tasks import backfill, prune, sync_brand, sync_resource, tick, verify_brand
from tests.conftest import SLUG

pytestmark = pytest.mark.django_db


@pytest.fixture
def served(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Serve the sandbox on a socket and name it in the environment."""
    credentials = sandbox.credentials(SLUG)
    with serve(sandbox, port=0) as server:
        monkeypatch.setenv("CLOPOS_BASE_URL", server.url)
        monkeypatch.setenv("CLOPOS_BRAND", SLUG)
        monkeypatch.setenv("CLOPOS_CLIENT_ID", credentials.client_id)
        monkeypatch.setenv("CLOPOS_CLIENT_SECRET", credentials.client_secret)
        monkeypatch.setenv("CLOPOS_INTEGRATOR_ID", credentials.integrator_id)
        monkeypatch.setenv("CLOPOS_REQUESTS_PER_MINUTE", "100000")
        yield sandbox


def test_the_task_mirrors_the_resources_named(served: Sandbox) -> None:
    result = sync_brand.delay(SLUG, ["payment-methods"]).get()
    assert result == {
        "run": SyncRun.objects.get().pk,
        "status": "succeeded",
        "created": len(served.documents(SLUG, "payment-methods")),
        "updated": 0,
        "removed": 0,
        "rejected": 0,
    }
    assert PaymentMethod.objects.count() == result["created"]


def test_the_task_does_not_repeat_what_a_remote_refuses(served: Sandbox) -> None:
    served.brand(SLUG).disabled = True
    assert sync_brand.delay(SLUG, ["payment-methods"]).get()["status"] == "failed"
    assert "disabled" in SyncRun.objects.get().error.lower()


def test_the_task_leaves_an_inactive_brand_alone(served: Sandbox) -> None:
    Brand.objects.create(slug=SLUG, is_active=False)
    assert sync_brand.delay(SLUG).get() == {"run": None, "status": "inactive"}
    assert not SyncRun.objects.exists()


def test_the_task_raises_for_a_brand_that_is_not_there() -> None:
    with pytest.raises(ImproperlyConfigured, match="nowhere"):
        sync_brand.delay("nowhere")


def jobs() -> dict[str, Schedule]:
    return {row.job: row for row in Schedule.objects.all()}


def make_all_due() -> None:
    Schedule.objects.update(due_at=after(timedelta(seconds=-1)))


@pytest.fixture
def mirrored(served: Sandbox) -> Sandbox:
    """A brand that the tick has mirrored."""
    Brand.objects.create(slug=SLUG)
    tick.delay()
    tick.delay()  # the backfill, which the first polls made due
    return served


class TestTick:
    def test_it_mirrors_a_brand_from_nothing(self, mirrored: Sandbox) -> None:
        for model, name in ((Product, "products"), (Customer, "customers"), (Order, "orders"), (Receipt, "receipts")):
            stored = set(model.objects.filter(is_nested=False) if model is Product else model.objects.all())
            assert {row.clopos_id for row in stored} >= {row["id"] for row in mirrored.documents(SLUG, name)}, name
        assert not Checkpoint.objects.filter(name="backfill").exists()

    def test_every_job_that_was_done_has_succeeded(self, mirrored: Sandbox) -> None:
        done = {name for name, row in jobs().items() if row.succeeded_at}
        assert done == {job.name for job in JOBS if not job.begins_late} | {"backfill"}
        assert not [row for row in jobs().values() if row.failures or row.error]

    def test_the_next_one_has_nothing_to_do(self, mirrored: Sandbox) -> None:
        before = len(mirrored.requests)
        assert tick.delay().get() == {"sent": 0}
        assert len(mirrored.requests) == before

    def test_jobs_that_begin_late_succeed_too(self, mirrored: Sandbox) -> None:
        make_all_due()
        tick.delay()
        assert {name for name, row in jobs().items() if row.succeeded_at is None} == set()
        assert not Reconciliation.objects.exclude(is_equal=True).exists()
        assert {"receipts", "stop-list"} <= set(Reconciliation.objects.values_list("resource", flat=True))

    def test_a_poll_asks_little(self, mirrored: Sandbox) -> None:
        make_all_due()
        Schedule.objects.exclude(work="poll", resource="stop-list").update(due_at=None)
        before = len(mirrored.requests)
        tick.delay()
        assert len(mirrored.requests) - before == len(mirrored.documents(SLUG, "venues"))

    def test_refused_credentials_are_tried_once_for_all_jobs(self, served: Sandbox) -> None:
        brand = Brand.objects.create(slug=SLUG)
        served.brand(SLUG).disabled = True
        for _ in range(3):
            tick.delay()
        asked = [entry for entry in served.requests if entry.path.endswith("auth")]
        assert len(asked) == 1
        brand.refresh_from_db()
        assert "disabled" in brand.hold_reason.lower()

    def test_missing_credentials_hold_a_brand_and_raise_nothing(self, served: Sandbox) -> None:
        other = Brand.objects.create(slug="without-credentials")
        tick.delay()
        other.refresh_from_db()
        assert "client_id" in other.hold_reason
        assert SyncRun.objects.filter(brand=other).count() == 1

    def test_a_failing_brand_delays_no_other(self, served: Sandbox) -> None:
        Brand.objects.create(slug="a-broken-one", base_url="http://127.0.0.1:9/open-api/v2")
        Brand.objects.create(slug=SLUG)
        tick.delay()
        assert Product.objects.filter(brand__slug=SLUG).exists()


class TestSyncResource:
    def test_the_first_news_record_where_to_begin(self, served: Sandbox) -> None:
        Brand.objects.create(slug=SLUG)
        sync_resource.delay(SLUG, "receipts", part="news")
        assert not Receipt.objects.exists()
        assert set(Checkpoint.objects.filter(resource="receipts", venue=1).values_list("name", flat=True)) >= {
            "watermark",
            "backfill",
        }

    def test_news_leave_an_unfinished_backfill_alone(self, served: Sandbox) -> None:
        Brand.objects.create(slug=SLUG)
        sync_resource.delay(SLUG, "receipts", part="news")
        plans = list(Checkpoint.objects.filter(name="backfill").values_list("value", flat=True))
        sync_resource.delay(SLUG, "receipts", part="news")
        assert list(Checkpoint.objects.filter(name="backfill").values_list("value", flat=True)) == plans
        assert plans

    def test_without_a_part_it_reads_everything(self, served: Sandbox) -> None:
        Brand.objects.create(slug=SLUG)
        sync_resource.delay(SLUG, "receipts")
        assert Receipt.objects.count() == len(served.documents(SLUG, "receipts"))

    def test_an_unknown_resource_is_an_error(self, served: Sandbox) -> None:
        Brand.objects.create(slug=SLUG)
        with pytest.raises(ValueError, match="no resource 'receipt'"):
            sync_resource.delay(SLUG, "receipt")

    def test_a_void_ticket_asks_nothing(self, served: Sandbox) -> None:
        Brand.objects.create(slug=SLUG)
        assert sync_resource.delay(SLUG, "receipts", ticket=[1, 1]).get() == {"status": "void"}
        assert len(served.requests) == 0


class TestBackfill:
    def test_it_reads_the_history_from_nothing(self, served: Sandbox) -> None:
        Brand.objects.create(slug=SLUG)
        backfill.delay(SLUG)
        assert Receipt.objects.count() == len(served.documents(SLUG, "receipts"))
        assert Order.objects.count() == len(served.documents(SLUG, "orders"))

    def test_without_history_left_it_asks_nothing(self, mirrored: Sandbox) -> None:
        before = len(mirrored.requests)
        assert backfill.delay(SLUG).get() == {"status": "nothing left"}
        assert len(mirrored.requests) == before

    def test_it_ends_at_a_window_when_it_is_told_to(self, served: Sandbox) -> None:
        brand = Brand.objects.create(slug=SLUG)
        sync_resource.delay(SLUG, "receipts", part="news")
        before = Checkpoint.objects.get(name="backfill", venue=1).value["next"]
        options = Options(resources=("receipts",), part=Part.BACKFILL)

        def should_stop() -> bool:
            return Receipt.objects.exists()

        report = sync(brand, [get_resource("receipts")], options=options, should_stop=should_stop)
        assert report.run.status == Status.SUCCEEDED
        assert [step.venue for step in report.steps] == [1]
        assert Checkpoint.objects.get(name="backfill", venue=1).value["next"] > before
        assert 0 < Receipt.objects.count() < len(served.documents(SLUG, "receipts"))


def test_a_trailing_window_waits_for_the_history(served: Sandbox) -> None:
    Brand.objects.create(slug=SLUG)
    sync_resource.delay(SLUG, "receipts", part="news")
    assert sync_resource.delay(SLUG, "receipts", part="trailing").get() == {"status": "postponed"}


def test_every_task_goes_to_the_queue_of_the_settings(settings: Any) -> None:
    settings.CLOPOS = {"QUEUE": "of-its-own"}
    for task in (tick, sync_brand, sync_resource, backfill, verify_brand, prune):
        assert task.queue == "of-its-own"


def test_pruning_keeps_what_is_young(mirrored: Sandbox) -> None:
    runs = SyncRun.objects.count()
    assert prune.delay(SLUG).get()["runs"] == 0
    SyncRun.objects.update(started_at=after(timedelta(days=-3)))
    quiet = SyncRun.objects.filter(steps=None).count()
    assert prune.delay(SLUG).get()["runs"] >= quiet
    assert 0 < SyncRun.objects.count() < runs
