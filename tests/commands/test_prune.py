"""`clopos_prune`: ages from flags and settings, counts for each brand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_clopos.models import Brand, Change, Reconciliation, SyncRun
from django_clopos.models.bookkeeping import Status
from django_clopos.models.truth import ChangeKind
from tests.commands.conftest import Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    """A brand with a run, a change and a comparison of every age from 1 to 400 days."""
    brand = Brand.objects.create(slug="demo")
    for seq, days in enumerate((400, 100, 40, 1), start=1):
        moment = timezone.now() - timedelta(days=days)
        SyncRun.objects.create(brand=brand, status=Status.SUCCEEDED, started_at=moment, finished_at=moment)
        Change.objects.create(
            brand=brand, seq=seq, resource="products", table="Product", row_id=1, kind=ChangeKind.UPDATED,
            changed_at=moment,
        )  # fmt: skip
        Reconciliation.objects.create(brand=brand, batch="0" * 32, resource="products", compared_at=moment)
    return brand


def test_ninety_days_stay_and_a_year_of_changes(brand: Brand, run: Run) -> None:
    result = run("clopos_prune")
    assert (result.status, result.error) == (0, "")
    assert result.stdout == "demo: deleted 2 runs, 1 changes, 0 resolved rejections, 2 reconciliations\n"
    assert (SyncRun.objects.count(), Change.objects.count(), Reconciliation.objects.count()) == (2, 3, 2)


def test_days_are_for_everything_and_own_ones_go_first(brand: Brand, run: Run) -> None:
    run("clopos_prune", "--days", "30", "--runs-days", "60")
    assert (SyncRun.objects.count(), Change.objects.count(), Reconciliation.objects.count()) == (2, 1, 1)


def test_a_dry_run_says_what_would_go(brand: Brand, run: Run) -> None:
    result = run("clopos_prune", "--days", "30", "--dry-run")
    assert result.stdout == "demo: would delete 3 runs, 3 changes, 0 resolved rejections, 3 reconciliations\n"
    assert (SyncRun.objects.count(), Change.objects.count(), Reconciliation.objects.count()) == (4, 4, 4)


def test_every_brand_or_the_one_that_is_named(brand: Brand, run: Run) -> None:
    Brand.objects.create(slug="other")
    assert [line.partition(":")[0] for line in run("clopos_prune", "--dry-run").stdout.splitlines()] == [
        "demo",
        "other",
    ]
    assert run("clopos_prune", "--dry-run", "--brand", "other").stdout.startswith("other: would delete 0 runs")


@pytest.mark.parametrize("days", ["0", "-1", "many", "1.5", "99999"])
def test_an_age_that_is_none_is_refused(days: str, brand: Brand, run: Run) -> None:
    result = run("clopos_prune", f"--days={days}")
    assert result.status == 1
    assert "is no number of days; write 1 or more." in result.error
    assert SyncRun.objects.count() == 4


def test_an_unknown_brand_is_refused(brand: Brand, run: Run) -> None:
    assert "There is no brand 'nobody'." in run("clopos_prune", "--brand", "nobody").error
