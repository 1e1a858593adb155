"""`clopos_status`: what a person and a monitor are told, and with which status it ends."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from django_clopos.models import Brand, Checkpoint, Schedule
from django_clopos.sandbox import Sandbox
from django_clopos.schedule.jobs import JOBS
from django_clopos.schedule.rows import make_rows
from django_clopos.schedule.words import describe_duration
from django_clopos.sync.clock import DatabaseNow, after
from tests.commands.conftest import Run
from tests.conftest import SLUG
from tests.schedule.conftest import put

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def done(brand: Brand) -> None:
    """Every job of the brand has just succeeded."""
    make_rows()
    Schedule.objects.update(succeeded_at=DatabaseNow(), finished_at=DatabaseNow(), due_at=after(HOUR), ticket=1)


def find_line(text: str, job: str) -> str:
    return next(line for line in text.splitlines() if line.split()[:1] == [job])


def test_a_fresh_site_exits_with_0_and_has_a_line_for_every_job(done: None, run: Run) -> None:
    result = run("clopos_status")
    assert (result.status, result.error) == (0, "")
    assert result.stdout.startswith("demo: fresh.\n")
    for job in JOBS:
        assert find_line(result.stdout, job.name).endswith("  ok")
    assert result.stdout.endswith("Nothing is older than its limit.\n")


def test_what_is_stale_is_named_and_exits_with_3(done: None, run: Run) -> None:
    put("orders", succeeded_at=-HOUR, failures=4, error="GET orders: no answer.\nMore.", due_at=timedelta(minutes=10))
    result = run("clopos_status")
    assert (result.status, result.error) == (3, "Older than it may be: orders of demo.")
    line = find_line(result.stdout, "orders")
    assert "60 min ago" in line
    assert "3 min" in line
    assert "STALE, waiting until " in line
    assert line.endswith("4 failures  GET orders: no answer.")


def test_a_held_brand_says_why(done: None, run: Run) -> None:
    Brand.objects.update(held_until=after(HOUR), holds=2, hold_reason="POST auth: wrong secret.")
    result = run("clopos_status")
    assert result.status == 0
    assert "after 2 failures: POST auth: wrong secret." in result.stdout
    assert " held until " in find_line(result.stdout, "orders")


def test_an_inactive_brand_has_one_line(done: None, run: Run) -> None:
    Brand.objects.update(is_active=False)
    result = run("clopos_status")
    assert result.status == 0
    assert result.stdout.startswith("demo: inactive, nothing is synced.\n\n")


def test_an_unfinished_history_and_missing_credentials_are_told(brand: Brand, run: Run) -> None:
    value = {"next": "2026-08-01", "days": 4, "began": timezone.now().isoformat()}
    Checkpoint.objects.create(brand=brand, resource="receipts", venue=2, name="backfill", value=value)
    text = run("clopos_status").stdout
    assert "  history of receipts, venue 2, is read up to 2026-08-01\n" in text
    assert "  budget: unknown. Brand 'demo' has no client_id" in text
    assert "  compared with Clopos: never, see clopos_verify\n" in text


def test_without_a_worker_nothing_has_a_limit_until_one_is_given(live: Sandbox, run: Run) -> None:
    run("clopos_sync", "customers")
    result = run("clopos_status")
    assert result.status == 0
    assert "no worker keeps it fresh, hence no limits." in result.stdout
    Brand.objects.update(created_at=after(-2 * HOUR))
    result = run("clopos_status", "--limit", "90")
    assert result.status == 3
    assert "STALE" in find_line(result.stdout, "stations")
    assert find_line(result.stdout, "customers").endswith("  90 min  ok")


def test_idle_workers_are_told_for_all_brands(done: None, run: Run) -> None:
    Schedule.objects.update(finished_at=after(timedelta(minutes=-10)), due_at=after(timedelta(minutes=-8)))
    assert "No worker has taken a job for 10 min, and " in run("clopos_status").stdout


def test_one_brand_can_be_asked_for(done: None, run: Run) -> None:
    Brand.objects.create(slug="other")
    told = json.loads(run("clopos_status", "--brand", "other", "--json").stdout)
    assert [brand["brand"] for brand in told["brands"]] == ["other"]


def test_json_is_all_that_is_printed(done: None, run: Run) -> None:
    put("orders", succeeded_at=-HOUR, finished_at=-HOUR)
    result = run("clopos_status", "--json")
    assert result.status == 3
    told = json.loads(result.stdout)
    assert (told["status"], told["stale"], told["idle"]) == ("stale", 1, "")
    (brand,) = told["brands"]
    assert (brand["brand"], brand["is_active"], brand["held_until"]) == (SLUG, True, None)
    job = next(job for job in brand["jobs"] if job["job"] == "orders")
    assert (job["is_stale"], job["limit_seconds"], job["failures"]) == (True, 180, 0)
    assert job["age_seconds"] == pytest.approx(3600, abs=60)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "There is no brand yet. Run `manage.py clopos_sync`."),
        (("--brand", "nobody"), "There is no brand 'nobody'."),
        (("--limit", "0"), "--limit must be 1 or more minutes."),
    ],
)
def test_what_cannot_be_told_exits_with_1(arguments: tuple[str, ...], sentence: str, run: Run) -> None:
    result = run("clopos_status", *arguments)
    assert result.status == 1
    assert sentence in result.error


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h"), (172_800, "2 days")],
)
def test_durations_are_short(seconds: int, text: str) -> None:
    assert describe_duration(timedelta(seconds=seconds)) == text
