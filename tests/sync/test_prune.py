"""Pruning deletes what is old and settled, and never what says how fresh the mirror is."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from django_clopos.models import (
    Brand,
    Change,
    ChangeCounter,
    Customer,
    Reconciliation,
    RejectedRow,
    SyncRun,
    SyncStep,
)
from django_clopos.models.bookkeeping import Status
from django_clopos.models.truth import ChangeKind
from django_clopos.sync.prune import Limits, prune
from tests.sync.conftest import Pull

pytestmark = pytest.mark.django_db


def ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def limits(days: float = 30, **own: float) -> Limits:
    kinds = ("runs", "changes", "rejections", "reconciliations")
    return Limits(**{kind: ago(own.get(kind, days)) for kind in kinds})


def make_run(brand: Brand, days: float, status: Status = Status.SUCCEEDED) -> SyncRun:
    finished = None if status is Status.RUNNING else ago(days)
    run = SyncRun.objects.create(brand=brand, status=status, started_at=ago(days), finished_at=finished)
    SyncStep.objects.create(run=run, resource="receipts", started_at=ago(days), finished_at=finished)
    return run


def make_rejection(brand: Brand, key: str, *, resolved: float | None, run: SyncRun | None = None) -> RejectedRow:
    return RejectedRow.objects.create(
        brand=brand,
        resource="receipts",
        table="Receipt",
        key=key,
        content_hash="",
        record="{}",
        reason="total",
        run=run,
        first_seen_at=ago(200),
        last_seen_at=ago(200),
        resolved_at=None if resolved is None else ago(resolved),
    )


def make_change(brand: Brand, seq: int, days: float, run: SyncRun | None = None) -> Change:
    return Change.objects.create(
        brand=brand, seq=seq, resource="products", table="Product", row_id=seq, kind=ChangeKind.UPDATED,
        changed_at=ago(days), run=run,
    )  # fmt: skip


def test_old_runs_go_with_their_steps(brand: Brand) -> None:
    kept = [make_run(brand, days) for days in (1, 29)]
    for days in (31, 100):
        make_run(brand, days)
    assert prune(brand, limits(), is_dry_run=False)["runs"] == 2
    assert set(SyncRun.objects.all()) == set(kept)
    assert {step.run for step in SyncStep.objects.all()} == set(kept)


def test_the_last_run_that_finished_and_the_last_that_succeeded_stay(brand: Brand) -> None:
    make_run(brand, 300)
    succeeded = make_run(brand, 200)
    make_run(brand, 150, Status.PARTIAL)
    failed = make_run(brand, 100, Status.FAILED)
    assert prune(brand, limits(), is_dry_run=False)["runs"] == 2
    assert set(SyncRun.objects.all()) == {succeeded, failed}


def test_a_run_that_goes_on_stays_however_old(brand: Brand) -> None:
    running = make_run(brand, 100, Status.RUNNING)
    make_run(brand, 1)
    prune(brand, limits(), is_dry_run=False)
    assert SyncRun.objects.filter(pk=running.pk).exists()


def test_what_refers_to_a_pruned_run_stays(brand: Brand) -> None:
    run = make_run(brand, 100)
    make_run(brand, 1)
    rejection, change = make_rejection(brand, "1", resolved=None, run=run), make_change(brand, 1, 1, run)
    prune(brand, limits(), is_dry_run=False)
    rejection.refresh_from_db()
    change.refresh_from_db()
    assert (rejection.run, change.run) == (None, None)


def test_only_resolved_rejections_go(brand: Brand) -> None:
    kept = {make_rejection(brand, "open", resolved=None), make_rejection(brand, "new", resolved=5)}
    make_rejection(brand, "old", resolved=31)
    assert prune(brand, limits(), is_dry_run=False)["resolved rejections"] == 1
    assert set(RejectedRow.objects.all()) == kept


def test_old_changes_go_and_history_says_from_when_it_is_complete(brand: Brand) -> None:
    ChangeCounter.objects.create(brand=brand, last_seq=2, began_at=ago(100))
    make_change(brand, 1, 31)
    kept = make_change(brand, 2, 1)
    bounds = limits()
    assert prune(brand, bounds, is_dry_run=False)["changes"] == 1
    assert Change.objects.get() == kept
    assert (ChangeCounter.objects.get().began_at, ChangeCounter.objects.get().last_seq) == (bounds.changes, 2)


def test_old_comparisons_go(brand: Brand) -> None:
    for days in (1, 31):
        Reconciliation.objects.create(
            brand=brand, batch=uuid.uuid4(), resource="receipts", is_equal=True, compared_at=ago(days)
        )
    assert prune(brand, limits(), is_dry_run=False)["reconciliations"] == 1
    assert Reconciliation.objects.get().compared_at > ago(2)


def fill(brand: Brand) -> None:
    run = make_run(brand, 100)
    make_run(brand, 1)
    make_rejection(brand, "old", resolved=100, run=run)
    make_change(brand, 1, 100, run)
    Reconciliation.objects.create(
        brand=brand, batch=uuid.uuid4(), resource="receipts", is_equal=True, compared_at=ago(100)
    )


def count_all(brand: Brand) -> list[int]:
    models: list[Any] = [SyncRun, RejectedRow, Change, Reconciliation]
    return [model.objects.filter(brand=brand).count() for model in models]


def test_each_kind_has_its_own_age(brand: Brand) -> None:
    fill(brand)
    counts = prune(brand, limits(runs=200, changes=200, reconciliations=200), is_dry_run=False)
    assert counts == {"runs": 0, "changes": 0, "resolved rejections": 1, "reconciliations": 0}


def test_a_dry_run_counts_and_deletes_nothing(brand: Brand) -> None:
    fill(brand)
    before = count_all(brand)
    counts = prune(brand, limits(), is_dry_run=True)
    assert count_all(brand) == before
    assert counts == prune(brand, limits(), is_dry_run=False)
    assert count_all(brand) == [1, 0, 0, 0]


def test_another_brand_and_mirrored_rows_stay(brand: Brand, pull: Pull) -> None:
    pull("customers", {"id": 1})
    other = Brand.objects.create(slug="other")
    fill(other)
    before = count_all(other)
    prune(brand, limits(days=0), is_dry_run=False)
    assert count_all(other) == before
    assert Customer.objects.exists()


def test_many_go_in_chunks(brand: Brand) -> None:
    RejectedRow.objects.bulk_create(
        RejectedRow(
            brand=brand, resource="receipts", table="Receipt", key=str(number), content_hash="", record="{}",
            reason="total", first_seen_at=ago(99), last_seen_at=ago(99), resolved_at=ago(99),
        )
        for number in range(2100)
    )  # fmt: skip
    assert prune(brand, limits(), is_dry_run=False)["resolved rejections"] == 2100
    assert not RejectedRow.objects.exists()
